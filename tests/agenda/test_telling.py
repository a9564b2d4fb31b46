"""The person is told: by the preferred way, in the own language, never what it is about; and protected addresses stay protected."""

from __future__ import annotations

import datetime as dt
import email
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from parvis.agenda import services
from parvis.agenda.errors import AppointmentRefused
from parvis.agenda.models import Appointment, Invitation
from parvis.contacts.api import add_point, hide_address, set_address, set_language
from parvis.documents import api as documents
from parvis.documents.models import Document
from parvis.journal.models import Entry
from parvis.kernel import clock
from parvis.kernel.actor import system_actor
from parvis.kernel.errors import NotAllowed
from parvis.kernel.jobs import run_pending
from tests.contacts.factories import WORKER as PERSON_EDITOR
from tests.dossiers.factories import make_centre, make_dossier

from .factories import MONDAY, booked, march

pytestmark = pytest.mark.django_db
BEFORE = dt.date(2026, 1, 1)


@pytest.fixture(autouse=True)
def monday(tmp_path, settings):
    settings.PARVIS_INSTANCE = tmp_path
    settings.EMAIL_BACKEND = "parvis.config.mail.InstanceMail"
    with clock.travel(MONDAY):
        documents.load_reference(actor=system_actor("test"))
        yield


@pytest.fixture
def centre():
    return make_centre()


@pytest.fixture
def dossier(centre):
    found = make_dossier(centre)
    set_address(
        actor=PERSON_EDITOR,
        person=found.lead,
        street="Rue Haute",
        number="7",
        postal_code="4999",
        municipality="Valmont",
        valid_from=BEFORE,
    )
    return found


def wants_email(dossier, language: str = "de") -> None:
    add_point(actor=PERSON_EDITOR, person=dossier.lead, kind="email", value="marie@courriel.example", valid_from=BEFORE)
    set_language(actor=PERSON_EDITOR, person=dossier.lead, language=language, valid_from=BEFORE, channel="email")


def outbox() -> list[email.message.Message]:
    folder = Path(settings.PARVIS_INSTANCE) / "outbox"
    return [email.message_from_bytes(path.read_bytes()) for path in sorted(folder.glob("*.eml"))] if folder.exists() else []


def tell(centre, row, way: str = "") -> Invitation:
    made = services.invite(actor=centre.actor("worker"), appointment=row, way=way)
    run_pending(raise_errors=True)
    made.refresh_from_db()
    return made


def parts(message) -> tuple[str, str]:
    text, file = (part.get_payload(decode=True).decode() for part in message.walk() if not part.is_multipart())
    return text, file


def test_the_page_says_where_each_way_leads_and_shows_the_letter_of_the_chosen_one(client, centre, dossier) -> None:
    wants_email(dossier)
    row = booked(centre, dossier)
    client.force_login(centre.worker)
    url = f"/appointments/{row.uuid}/invite/"
    whole = client.get(url).content.decode()
    assert "marie@courriel.example" in whole and "Rue Haute 7, 4999 Valmont" in whole
    part = client.get(url, {"way": "post"}, headers={"HX-Request": "true", "HX-Target": "letter"}).content.decode()
    assert part.lstrip().startswith('<section class="card" id="letter"') and "<form" not in part
    assert "Rue Haute 7" in part and "marie@courriel.example" not in part
    assert (
        "marie@courriel.example"
        in client.get(url, {"way": "pigeon"}, headers={"HX-Request": "true", "HX-Target": "letter"}).content.decode()
    )
    assert not Invitation.unscoped.exists()


def test_an_email_in_the_persons_language_with_a_calendar_file_and_without_the_subject(centre, dossier) -> None:
    wants_email(dossier)
    row = booked(centre, dossier, text="Violence conjugale", room="Salle 2")
    made = tell(centre, row)
    assert (made.way, made.language, made.mail_to, made.mail_state, made.kind) == (
        "email",
        "de",
        "marie@courriel.example",
        "sent",
        "invited",
    )
    (message,) = outbox()
    text, file = parts(message)
    assert message["To"] == "marie@courriel.example"
    assert "Mittwoch, 18. März 2026" in text and "10:00" in text and "Salle 2" in text
    assert (
        "BEGIN:VCALENDAR\r\n" in file
        and "METHOD:PUBLISH" in file
        and "DTSTART:20260318T090000Z" in file
        and "DTEND:20260318T094500Z" in file
    )
    assert "Violence" not in message.as_string() + text + file and dossier.number not in text + file
    letter = Document.unscoped.get(pk=made.document_id)
    assert (letter.dossier_id or letter.subject_id, letter.language, letter.kind) == (dossier.pk, "de", "letter")
    step = Entry.unscoped.filter(dossier=dossier, kind="step").latest("pk")
    assert step.message["text"] == "The person is told of the appointment on %(when)s"


def test_without_a_wish_it_goes_by_post(centre, dossier) -> None:
    made = tell(centre, booked(centre, dossier))
    assert (made.way, made.mail_to, made.mail_state) == ("post", "", "") and outbox() == []
    assert made.document_id is not None


def test_a_protected_person_gets_neither_post_nor_email(centre, dossier) -> None:
    wants_email(dossier)
    hide_address(actor=PERSON_EDITOR, person=dossier.lead)
    row = booked(centre, dossier)
    for way in ("email", "post"):
        with pytest.raises(AppointmentRefused) as refused:
            services.invite(actor=centre.actor("worker"), appointment=row, way=way)
        assert refused.value.code == "way"
    page = Client()
    page.force_login(centre.worker)
    shown = page.get(f"/appointments/{row.uuid}/invite/").content.decode()
    assert "Rue Haute" not in shown and "marie@courriel.example" not in shown
    assert tell(centre, row).way == "hand" and outbox() == []


def test_an_address_protected_before_the_email_leaves_stops_it(centre, dossier) -> None:
    wants_email(dossier)
    made = services.invite(actor=centre.actor("worker"), appointment=booked(centre, dossier))
    hide_address(actor=PERSON_EDITOR, person=dossier.lead)
    run_pending(raise_errors=True)
    made.refresh_from_db()
    assert made.mail_state == "stopped" and outbox() == []


def test_moved_before_it_left_no_email_tells_the_old_hour(centre, dossier) -> None:
    wants_email(dossier)
    row = booked(centre, dossier)
    made = services.invite(actor=centre.actor("worker"), appointment=row)
    services.move(actor=centre.actor("worker"), appointment=row, day=march(19), at=dt.time(9), minutes=30)
    run_pending(raise_errors=True)
    made.refresh_from_db()
    assert made.mail_state == "stopped" and outbox() == []


def test_told_once_then_again_when_it_moves_and_when_it_is_cancelled(centre, dossier) -> None:
    wants_email(dossier, "fr")
    row = booked(centre, dossier)
    tell(centre, row)
    with pytest.raises(AppointmentRefused) as refused:
        services.invite(actor=centre.actor("worker"), appointment=row)
    assert refused.value.code == "told"
    services.change(actor=centre.actor("worker"), appointment=row, text="Autre sujet", agents=[centre.worker.pk], on_portal=True)
    assert not Appointment.unscoped.get(pk=row.pk).told_otherwise  # the hour stays
    moved = services.move(actor=centre.actor("worker"), appointment=row, day=march(19), at=dt.time(9), minutes=30)
    assert moved.told_otherwise
    assert tell(centre, moved).kind == "moved"
    services.cancel(actor=centre.actor("worker"), appointment=moved, reason="Grève")
    assert tell(centre, moved).kind == "cancelled"
    files = [parts(message)[1] for message in outbox()]
    assert sorted(re.findall(r"METHOD:(\w+)", "".join(files))) == ["CANCEL", "PUBLISH", "PUBLISH"]
    uids = set(re.findall(r"UID:\S+", "".join(files)))
    assert len(uids) == 1
    assert "Grève" not in "".join(message.as_string() for message in outbox())


def test_a_cancelled_one_that_nobody_knew_is_told_to_nobody(centre, dossier) -> None:
    row = booked(centre, dossier)
    services.cancel(actor=centre.actor("worker"), appointment=row, reason="Erreur")
    with pytest.raises(AppointmentRefused) as refused:
        services.invite(actor=centre.actor("worker"), appointment=row)
    assert refused.value.code == "never_told" and Invitation.unscoped.count() == 0


def test_who_does_not_book_here_tells_nobody(centre, dossier) -> None:
    row = booked(centre, dossier)
    for name in ("stranger", "auditor"):
        with pytest.raises(NotAllowed):
            services.invite(actor=centre.actor(name), appointment=row)
    assert Invitation.unscoped.count() == 0


def test_an_email_that_is_refused_told_nobody_and_a_letter_may_follow(centre, dossier) -> None:
    add_point(actor=PERSON_EDITOR, person=dossier.lead, kind="email", value="marie@refused.example", valid_from=BEFORE)
    set_language(actor=PERSON_EDITOR, person=dossier.lead, language="nl", valid_from=BEFORE, channel="email")
    row = booked(centre, dossier)
    made = tell(centre, row)
    assert made.mail_state == "refused" and made.mail_words.startswith("550 ") and outbox() == []
    row.refresh_from_db()
    assert row.told_lock is None and made.document_id is not None
    again = tell(centre, row, way="post")
    row.refresh_from_db()
    assert (again.way, again.kind, row.told_lock) == ("post", "invited", row.lock)
