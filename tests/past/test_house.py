"""Registers, rates, files of the bank and attestations on a past day (E20): what had been asked, told, decided and handed over by then."""

from __future__ import annotations

import datetime as dt
import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from parvis.accounting.models import BankFile
from parvis.aid.services.attesting import issue_attestation
from parvis.documents.api import accept_upload
from parvis.identity.models import Account
from parvis.kernel import clock
from parvis.rules.services.parameters import add_parameter, load_reference
from parvis.socialdata import api
from parvis.socialdata.models import RegisterAlert
from parvis.socialdata.services import alerts
from tests.dossiers.factories import make_centre
from tests.identity.factories import an_account, as_actor
from tests.rules.factories import ADMINISTRATOR, SYSTEM
from tests.socialdata.factories import XML, a_cell, a_file, an_upload, ask
from tests.socialdata.test_mutations import happening, read

from .test_lists import plain
from .test_one_thing import march, on, reader, story  # noqa: F401  (fixtures)
from .test_reading import look, noon

pytestmark = pytest.mark.django_db
REASON = "Extrait d’une autre personne"


@pytest.fixture
def registers() -> SimpleNamespace:
    """Asked on 2 March, answered on 4, withdrawn on 9 (wrong file), answered again on 12. A move told on 3 March, taken over on 10."""
    s = SimpleNamespace()
    with clock.travel(noon(2026, 3, 2)):
        s.centre = make_centre()
        s.dossier = a_file(s.centre)
        s.asked = ask(s.centre.actor("worker"), s.dossier)
        s.cell = a_cell()

    def answer(day: int, content: bytes = XML) -> None:
        paper = accept_upload(an_upload(content=content), kinds=("pdf", "xml"))
        with clock.travel(noon(2026, 3, day)):
            s.asked = api.answer_extract(
                actor=s.cell, extract=s.asked, state="answered", data_on=march(day - 1), file=paper, file_name="extrait.xml"
            )

    with clock.travel(noon(2026, 3, 3)):
        read(happening(on=march(1)))
        s.alert = RegisterAlert.unscoped.get()
    answer(4)
    with clock.travel(noon(2026, 3, 9)):
        s.asked = api.withdraw_answer(actor=s.cell, extract=s.asked, words=REASON)
    with clock.travel(noon(2026, 3, 10)):
        alerts.leave(actor=s.centre.actor("worker"), alert=s.alert, words="Déménagement annulé")
    answer(12, XML.replace(b"Haute", b"Basse"))
    return s


def test_questions_to_the_registers_are_those_of_the_day(client: Client, registers: SimpleNamespace) -> None:
    listed = reverse("socialdata:dossier", args=[registers.dossier.uuid])
    one, alert = reverse("socialdata:extract", args=[registers.asked.uuid]), reverse("socialdata:alert", args=[registers.alert.uuid])
    with clock.travel(noon(2026, 9, 1)):
        client.force_login(registers.centre.worker)
        for day, answered, data, withdrawn in (
            (3, False, "", False),
            (5, True, "03/03/2026", False),
            (9, False, "", True),
            (13, True, "11/03/2026", True),
        ):
            look(client, march(day).isoformat())
            with CaptureQueriesContext(connection) as seen:
                page = plain(client.get(listed))
            assert len(seen) <= 25
            assert ("extrait reçu" in page, data in page) == (answered, True), day
            page = plain(client.get(one))
            assert ("extrait reçu" in page, data in page, REASON in page) == (answered, True, withdrawn), day
            assert "<form" not in page, day
        for day, words in ((5, False), (11, True)):
            look(client, march(day).isoformat())
            page = plain(client.get(alert))
            assert ("Déménagement annulé" in page, "<form" in page) == (words, False), day
            assert "Rue Basse 7" in page
        look(client, "2026-03-01")
        assert [client.get(url).status_code for url in (one, alert)] == [404, 404]
        assert "Rien n’a encore été demandé" in plain(client.get(listed)) or "extrait" not in plain(client.get(listed)).split("<ul")[-1]
        look(client, "2026-03-05")
        assert f'hx-get="{listed}"' in client.get(reverse("dossiers:detail", args=[registers.dossier.uuid])).content.decode()


def test_the_desk_of_the_cell_and_its_times_are_those_of_the_day(client: Client, registers: SimpleNamespace) -> None:
    with clock.travel(noon(2026, 3, 20)):  # the cell sees what was settled of late: its rights are those of today
        client.force_login(Account.objects.get(pk=registers.cell.account_id))
        for day, waits, answers in ((3, "1", None), (5, "0", "1"), (9, "1", None), (13, "0", "1")):
            look(client, march(day).isoformat())
            page = plain(client.get("/registers/times/"))
            assert re.search(rf"En attente ce jour-là</dt><dd>{waits}\b", page), (day, page)
            assert bool(re.search(r'data-l="Réponses">1<', page)) is (answers is not None), day
            with CaptureQueriesContext(connection) as seen:
                page = plain(client.get("/registers/"))
            assert len(seen) <= 25
            assert ('id="h-waiting"' in page, "<form" in page) == (waits == "1", False), day
        look(client, "2026-03-02")
        assert "rn.json" not in plain(client.get("/registers/files/"))
        look(client, "2026-03-03")
        page = plain(client.get("/registers/files/"))
        assert "rn.json" in page and "<form" not in page


def test_rates_are_those_that_held_as_they_were_known(client: Client) -> None:
    """Loaded in January 2026; a rate of 1 March is written on 20 March, another value for the same day in May."""
    with clock.travel(noon(2026, 1, 5)):
        load_reference(actor=SYSTEM)
        chief = an_account("chief", name="Karim Benali")
    for month, day, value in ((3, 20, "16085.82"), (5, 4, "16100.00")):
        with clock.travel(noon(2026, month, day)):
            add_parameter(
                actor=ADMINISTRATOR,
                key="be.ris.category.2",
                valid_from=dt.date(2026, 3, 1),
                value=value,
                unit="EUR/year",
                source="Circulaire",
            )
    one = reverse("rules:parameter", args=["be.ris.category.2"])
    client.force_login(chief)
    with clock.travel(noon(2026, 9, 1)):
        for day, known, new, last in (
            ("2026-02-10", "now", False, False),
            ("2026-03-10", "then", False, False),
            ("2026-03-10", "now", False, True),
            ("2026-03-25", "then", True, False),
        ):
            look(client, day, known)
            page = plain(client.get("/rules/parameters/"))
            assert ("16 085,82" in page, "16 100,00" in page) == (new, last), (day, known)
            page = plain(client.get(one))
            assert "16 100,00" in page if known == "now" else "16 100,00" not in page
            assert "/add/" not in page


def test_files_of_the_bank_and_attestations_are_those_that_had_come(reader: Any, client: Client, story: SimpleNamespace) -> None:  # noqa: F811
    """The bank answered on 26 March; on 30 the person is handed an attestation for March."""
    clerk = as_actor(an_account("clerk", unit=story.centre.unit, name="Sofia Ricci"))
    with on(30):
        paper = issue_attestation(
            actor=clerk,
            dossier=story.right.dossier,
            person_id=story.right.beneficiary_id,
            kind="attestation.ris",
            valid_from=dt.date(2026, 3, 10),
            valid_to=dt.date(2026, 3, 31),
        )
    name = BankFile.unscoped.order_by("pk").first()
    assert name is not None
    file = reverse("accounting:bank_file", args=[name.uuid])
    assert name.name not in reader("/payments/bank-files/", march(25), who="auditor")
    page = reader("/payments/bank-files/", march(27), who="auditor")
    assert name.name in page and "<form" not in page
    assert story.order.number in reader(file, march(27), who="auditor") or "Aya Benali" in reader(file, march(27), who="auditor")
    assert paper.number not in reader("/aid/attestations/", march(29), who="auditor")
    assert paper.number in reader("/aid/attestations/", march(31), who="auditor")
    with on(1, 9):
        client.force_login(story.centre.account("auditor"))
        look(client, "2026-03-25")
        assert client.get(file).status_code == 404
