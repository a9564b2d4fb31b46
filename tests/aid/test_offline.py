"""The month's pack in three forms: same rows, same totals; whoever takes it is kept (F1)."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from parvis.aid.api import prepare_first_payment, run_of
from parvis.aid.offline import COLUMNS, pack_csv, pack_of, pack_pdf, pack_xlsx, write_pack
from parvis.identity.models import Account
from parvis.kernel.models import MutationLine
from parvis.takeover.reading import xlsx
from tests.decisions import factories as made

from . import factories as f

D = Decimal
APRIL = date(2026, 4, 1)


@pytest.fixture
def two(world):
    centre, team = world
    first = f.granted(centre)
    f.bank(team, prepare_first_payment(actor=team.payer, line_id=first.line_id))
    with made.at(3):
        f.granted(centre, line_id=made.make_line(centre, names=("Loïc", "=Fontaine"), iban="BE43068999999501"))
    return team


def test_three_forms_hold_the_same_rows_and_the_same_total(two):
    run = run_of(two.payer, APRIL)
    pack = pack_of(run)
    assert len(pack.rows) == 2 and pack.total == run.total == D("2628.40")
    texts = list(csv.reader(io.StringIO(pack_csv(run).lstrip("\ufeff")), delimiter=";"))
    data = pack_xlsx(run)
    cells = [tuple(row.cells) for row in xlsx.rows(data, xlsx.sheet_names(data)[0])]
    assert tuple(texts[0]) == cells[0][: len(COLUMNS)] == COLUMNS
    at = COLUMNS.index("amount")
    for kept, written, shown in zip(pack.rows, texts[1:], cells[1:], strict=False):
        assert [one.lstrip("'") for one in written] == list(kept)
        assert [one for place, one in enumerate(shown) if place != at][: len(kept) - 1] == [
            one for place, one in enumerate(kept) if place != at
        ]
        assert D(shown[at]) == D(kept[at])
    assert (cells[3][0], D(cells[3][at])) == ("2", pack.total)
    pypdfium2 = pytest.importorskip("pypdfium2")
    pdf = pack_pdf(run)
    text = " ".join(" ".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf)).split())
    assert "BE68 5390 0754 7034" in text and "Aya Benali" in text and "2 lignes" in text
    assert "2 628,40 €" in text.replace("\u202f", " ").replace("\u00a0", " ")
    assert pdf == pack_pdf(run)


def test_the_pack_is_written_in_three_forms_for_the_owner_alone(two, settings, tmp_path):
    settings.PARVIS_INSTANCE = tmp_path
    assert write_pack(APRIL).name == "payable-2026-04.csv"
    found = sorted((tmp_path / "offline").iterdir())
    assert [one.name for one in found] == ["payable-2026-04.csv", "payable-2026-04.pdf", "payable-2026-04.xlsx"]
    assert all(one.stat().st_mode & 0o077 == 0 and one.stat().st_size > 200 for one in found)
    write_pack(APRIL)
    assert sorted((tmp_path / "offline").iterdir()) == found


@pytest.mark.parametrize(("form", "start"), [("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK"), ("pdf", b"%PDF")])
def test_taking_the_list_is_kept(two, client, form, start):
    client.force_login(Account.objects.get(pk=two.payer.account_id))
    answer = client.get(reverse("aid:run_list", args=[2026, 4, form]))
    assert (answer.status_code, answer.content.startswith(start)) == (200, True)
    assert f'filename="payable-2026-04.{form}"' in answer.headers["Content-Disposition"]
    line = MutationLine.objects.get(verb="list.exported")
    assert (line.stream, line.subject_type, line.subject_id, line.actor_label) == ("aid", "aid_run", 202604, two.payer.label)


def test_another_form_or_another_person_takes_nothing(two, client):
    client.force_login(Account.objects.get(pk=two.payer.account_id))
    assert client.get(reverse("aid:run_list", args=[2026, 4, "xml"])).status_code == 404
    client.force_login(Account.objects.get(pk=two.worker.account_id))
    assert client.get(reverse("aid:run_list", args=[2026, 4, "pdf"])).status_code == 404
    assert not MutationLine.objects.filter(verb="list.exported").exists()
