"""When a file passes to another agent its appointments to come go along: shown before, done in the same gesture, and what clashes is a task (A17, A23)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import translation

from parvis.agenda import services as agenda
from parvis.agenda.models import Appointment, Invitation, Occurred
from parvis.agenda.search import search_meetings
from parvis.contacts.api import add_point, set_address, set_language
from parvis.documents import api as documents
from parvis.dossiers import api, services
from parvis.dossiers.leaving import selectors
from parvis.dossiers.models import Departure, Dossier, Handover
from parvis.dossiers.services.leaving import hand_over
from parvis.identity.api import Account
from parvis.journal.models import Entry
from parvis.kernel import clock, jobs
from parvis.kernel.actor import system_actor
from parvis.kernel.models import MutationLine
from parvis.workflows.api import WorkItem
from tests.agenda.factories import MONDAY, booked, march
from tests.contacts.factories import WORKER as PERSON_EDITOR
from tests.contacts.factories import make_person
from tests.identity.factories import an_account, as_actor

from .factories import fresh, make_dossier

pytestmark = [pytest.mark.db, pytest.mark.django_db]
BEFORE = dt.date(2026, 1, 1)


@pytest.fixture(autouse=True)
def monday(tmp_path, settings):
    settings.PARVIS_INSTANCE = tmp_path
    settings.EMAIL_BACKEND = "parvis.config.mail.InstanceMail"
    with clock.travel(MONDAY):
        yield


def there(row: Appointment) -> set[str]:
    return set(row.attendances(manager="unscoped").values_list("account__display_name", flat=True))


def tasks(**wanted) -> list[tuple[str, str, str]]:
    rows = WorkItem.unscoped.filter(subject_type="appointment", **wanted).select_related("owner").order_by("pk")
    return [(row.step, row.owner.display_name if row.owner else row.queue, row.state) for row in rows]


def chronicle(dossier: Dossier) -> list[str]:
    told = [row.message["text"] for row in Entry.unscoped.filter(dossier=dossier, message__isnull=False).order_by("pk")]
    return [text for text in told if "in place of" in text]


def give(centre, dossier: Dossier, to: Account, **more) -> None:
    services.choose_referent(actor=centre.actor("chief"), dossier=fresh(dossier), account=to, role="main", note="Charge", **more)


def test_they_go_to_the_colleague_and_one_that_clashes_is_a_task_until_it_is_settled(client, centre, dossier) -> None:
    other = make_dossier(centre, make_person("Un", "Léa", "1990-01-01"))
    free = booked(centre, dossier, march(18))
    clashing = booked(centre, dossier, march(19))
    both = booked(centre, dossier, march(20), agents=[centre.worker.pk, centre.colleague.pk])
    soon = booked(centre, dossier, march(17))
    elsewhere = booked(centre, other, march(18), at="15:00")
    in_the_way = booked(centre, other, march(19), at="10:15", by="colleague", agents=[centre.colleague.pk])
    client.force_login(centre.chief)
    page = client.get(reverse("dossiers:referent", args=[dossier.uuid])).content.decode()
    assert page.count("Bilan du projet") == 4 and page.count(": Sami Aerts</span>") == 1
    give(centre, dossier, centre.colleague, valid_from=march(18))
    assert there(free) == there(clashing) == there(both) == {"Sami Aerts"}
    assert there(soon) == there(elsewhere) == {"Amélie Lambrecht"}  # before that day, and another file
    assert tasks() == [("clash", "Sami Aerts", "open")]
    task = WorkItem.unscoped.get(subject_type="appointment")
    assert (task.subject_id, task.dossier_key, task.screen, task.due_on) == (clashing.pk, dossier.pk, "agenda.appointment", march(18))
    assert chronicle(dossier) == ["%(n)s appointments from %(when)s on: %(after)s in place of %(before)s"]
    line = Occurred.unscoped.filter(appointment=free).latest("pk")
    assert (line.what, line.note) == ("changed", "Amélie Lambrecht → Sami Aerts")
    passed = MutationLine.objects.filter(verb="agenda.passed")
    assert passed.count() == 3 and set(passed.values_list("stream", flat=True)) == {f"dossier:{dossier.pk}"}
    client.force_login(centre.colleague)
    landed = client.get(reverse("workflows:task", args=[task.uuid]), follow=True)
    assert landed.redirect_chain[-1][0] == reverse("agenda:appointment", args=[clashing.uuid])
    assert "2026-00002" in landed.content.decode()  # what stands in the way is named
    # What stood in the way is moved: the task is done by itself.
    agenda.move(actor=centre.actor("colleague"), appointment=in_the_way, day=march(19), at=dt.time(14), minutes=30)
    assert tasks() == [("clash", "Sami Aerts", "done")]


def test_who_keeps_another_part_in_the_file_keeps_the_appointments(centre, dossier) -> None:
    row = booked(centre, dossier)
    api.assign_referent(actor=centre.actor("chief"), dossier=fresh(dossier), account=centre.worker, role="debts")
    give(centre, dossier, centre.colleague)
    assert there(row) == {"Amélie Lambrecht"} and not tasks() and not chronicle(dossier)


def test_an_agent_who_leaves_is_seen_before_and_the_successors_sign_for_the_appointments(client, centre, dossier) -> None:
    other = make_dossier(centre, make_person("Un", "Léa", "1990-01-01"))
    api.assign_referent(actor=centre.actor("chief"), dossier=fresh(other), account=centre.colleague)
    follows, clashing = booked(centre, dossier, march(18)), booked(centre, dossier, march(19))
    before = booked(centre, dossier, march(17))
    booked(centre, other, march(19), by="colleague", agents=[centre.colleague.pk])
    beside = booked(centre, other, march(20), at="11:00")  # in a file that the colleague follows
    lines = MutationLine.objects.count()
    chief = centre.actor("chief")
    found = selectors.plan(chief, centre.worker, march(18), {dossier.pk: centre.colleague.pk})
    assert [(one.row.pk, str(one.fate)) for one in found.meetings] == [(follows.pk, "passes"), (clashing.pk, "taken")]
    assert found.other_meetings == 1 and MutationLine.objects.count() == lines
    client.force_login(centre.chief)
    url = reverse("dossiers:leaving", args=[centre.worker.uuid])
    sent = {"on": "2026-03-18", "look": "1", f"heir-{dossier.pk}": str(centre.colleague.pk)}
    with translation.override("fr"):
        page = client.post(url, sent).content.decode()
    assert page.count("Bilan du projet") == 2 and "Sami Aerts" in page
    departure, _plan = services.plan_departure(
        actor=chief, account=centre.worker, on=march(18), chosen={dossier.pk: centre.colleague.pk}, note="Départ"
    )
    services.carry_out(actor=chief, departure=departure)
    assert there(follows) == there(clashing) == {"Sami Aerts"} and there(before) == there(beside) == {"Amélie Lambrecht"}
    assert tasks() == [("clash", "Sami Aerts", "open")]
    # They stand on the page that both sign, and a clash says so.
    handover = Handover.unscoped.get(dossier=dossier)
    client.force_login(centre.colleague)
    brief = client.get(reverse("dossiers:handover", args=[handover.uuid])).content.decode()
    assert brief.count("Bilan du projet") == 3
    with clock.travel(dt.datetime(2026, 3, 18, 0, 30, tzinfo=dt.UTC)):
        services.carry_out(actor=chief, departure=Departure.unscoped.get(pk=departure.pk))
    assert there(beside) == {"Sami Aerts"}
    assert hand_over(actor=chief, handover=handover).done_at is not None  # again: nothing twice
    assert Occurred.unscoped.filter(appointment=follows, what="changed").count() == 1


def test_a_file_that_goes_to_another_service_takes_them_along(client, centre, dossier) -> None:
    row = booked(centre, dossier, march(18))
    with_lawyer = booked(centre, dossier, march(19), agents=[centre.worker.pk, centre.lawyer.pk])
    unseen = make_dossier(centre, make_person("Un", "Léa", "1990-01-01"))
    head = an_account("chief", unit=centre.south, name="Chef Sud")
    client.force_login(centre.worker)
    assert client.get(reverse("dossiers:transfer", args=[dossier.uuid])).content.decode().count("Bilan du projet") == 2
    transfer = api.offer_transfer(actor=centre.actor("worker"), dossier=fresh(dossier), unit=centre.south, reason="Déménage")
    client.force_login(head)
    page = client.get(reverse("dossiers:transfer_answer", args=[transfer.uuid])).content.decode()
    assert "Amélie Lambrecht" in page and "Bilan du projet" not in page  # the hour and who is there: the file is not the head's yet
    api.accept_transfer(actor=as_actor(head), transfer=transfer, referent=centre.stranger)
    assert there(row) == {"Ingrid Peeters"} and there(with_lawyer) == {"Hugo Claes", "Ingrid Peeters"} and not tasks()
    # The service of before reads the file for a while, and finds no appointment of it.
    assert search_meetings(centre.actor("worker"), "18/03/2026", 10) == []
    assert [hit.url for hit in search_meetings(as_actor(head), "18/03/2026", 10)] == [reverse("agenda:appointment", args=[row.uuid])]
    # Nobody is named: the appointment stands, and the head of the service chooses.
    alone = booked(centre, unseen, march(23))
    second = api.offer_transfer(actor=centre.actor("worker"), dossier=fresh(unseen), unit=centre.south, reason="Déménage")
    api.accept_transfer(actor=as_actor(head), transfer=second)
    assert there(alone) == {"Amélie Lambrecht"} and tasks() == [("nobody", "chief", "open")]
    agenda.change(actor=as_actor(head), appointment=alone, text="Bilan du projet", agents=[centre.stranger.pk], on_portal=True)
    assert tasks() == [("nobody", "chief", "done")]


@pytest.mark.parametrize("named", [True, False])
def test_the_person_hears_of_the_new_colleague_only_where_the_letter_named_the_one_before(centre, dossier, named) -> None:
    documents.load_reference(actor=system_actor("test"))
    set_address(
        actor=PERSON_EDITOR,
        person=dossier.lead,
        street="Rue Haute",
        number="7",
        postal_code="4999",
        municipality="Valmont",
        valid_from=BEFORE,
    )
    add_point(actor=PERSON_EDITOR, person=dossier.lead, kind="email", value="marie@courriel.example", valid_from=BEFORE)
    set_language(actor=PERSON_EDITOR, person=dossier.lead, language="de", valid_from=BEFORE, channel="email")
    row = booked(centre, dossier)
    agenda.invite(actor=centre.actor("worker" if named else "clerk"), appointment=row)
    jobs.run_pending(raise_errors=True)
    give(centre, dossier, centre.colleague)
    jobs.run_pending(raise_errors=True)
    row.refresh_from_db()
    assert not row.told_otherwise
    made = Invitation.unscoped.filter(appointment=row, kind="changed").select_related("document").first()
    if not named:
        assert made is None
        return
    assert made is not None and (made.way, made.mail_state, made.language) == ("email", "sent", "de")
    assert made.document.title == "Wer Sie bei Ihrem Termin empfängt"
    # The letter names the new one, so a further colleague is told again.
    give(centre, dossier, centre.worker)
    assert Invitation.unscoped.filter(appointment=row, kind="changed").count() == 2
