"""The state of a dossier on a day as PDF for a court (E20): what the page says, with its proof; taking it out is written in the chain."""

from __future__ import annotations

import io
import re

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from parvis.dossiers.evidence import EXTRACT
from parvis.dossiers.statepaper import grouped
from parvis.journal.api import add_entry
from parvis.kernel import clock
from parvis.kernel.models import MutationLine
from tests.contacts.factories import make_person
from tests.dossiers.factories import BLIND, make_centre, make_dossier

from .test_reading import look, noon

pytestmark = pytest.mark.django_db


def digests(page: str) -> list[str]:
    return re.findall(r"<code>([0-9a-f]{64})</code>", page)


def words(pdf: bytes) -> str:
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return re.sub(r"\s+", " ", text.replace("\xa0", " ").replace("\u202f", " "))


def test_a_court_is_handed_what_the_page_says_with_its_proof(client: Client) -> None:
    with clock.travel(noon(2026, 3, 2)):
        centre = make_centre()
        dossier = make_dossier(centre, make_person("Müller", "Greta", "1980-05-17"))
        add_entry(actor=centre.actor("worker"), dossier=dossier, kind="note", title="Première note", text="x")
    with clock.travel(noon(2026, 6, 2)):
        add_entry(actor=centre.actor("worker"), dossier=dossier, kind="note", title="Note de juin", text="x")
    path = reverse("dossiers:state", args=[dossier.uuid])
    lines = MutationLine.objects.filter(stream=f"dossier:{dossier.pk}", verb=EXTRACT).order_by("number")
    with clock.travel(noon(2026, 9, 1)):
        for name in BLIND:
            client.force_login(getattr(centre, name))
            assert client.get(f"{path}?as=pdf").status_code == 404, name
        assert not lines.exists()
        client.force_login(centre.worker)
        asked = "?on=2026-04-01&known=2026-04-01"
        shown = digests(client.get(path + asked).content.decode())
        answer = client.get(f"{path}{asked}&as=pdf")
        assert answer.headers["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF")
        assert f'filename="{dossier.number}-2026-04-01.pdf"' in answer.headers["Content-Disposition"]
        text = words(answer.content)
        assert [word in text for word in (dossier.number, "Greta Müller", "avril 2026", "Amélie Lambrecht")] == [True] * 4
        tip = MutationLine.objects.filter(stream=f"dossier:{dossier.pk}", recorded_at__lt=noon(2026, 4, 1)).order_by("number").last()
        assert tip is not None and shown[0] == tip.hash
        assert all(grouped(one) in text for one in (shown[0], shown[-1]))
        assert [(one.actor_id, one.verb) for one in lines] == [(centre.worker.pk, EXTRACT)]
        # The extract is no part of what it proves: today, and tomorrow for today, the page says the same.
        now = digests(client.get(path).content.decode())
        assert grouped(now[-1]) in words(client.get(f"{path}?as=pdf").content)
        assert digests(client.get(path).content.decode()) == now
    with clock.travel(noon(2026, 9, 2)):
        client.force_login(centre.worker)  # yesterday’s session is over
        later = digests(client.get(f"{path}?on=2026-09-01&known=2026-09-01").content.decode())
        assert (later[0], later[-1]) == (now[0], now[-1])
        # On the day of view: of that day, read only all the same.
        look(client, "2026-04-01", "then")
        assert digests(client.get(path).content.decode())[-1] == shown[-1]
        assert grouped(shown[-1]) in words(client.get(f"{path}?as=pdf").content)
        look(client, "2026-02-01")
        assert "n’existait pas encore" in client.get(f"{path}?as=pdf").content.decode()
    assert lines.all().count() == 3
