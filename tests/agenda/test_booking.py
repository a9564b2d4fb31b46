"""Booking, moving, repeating, cancelling: exact instants, what stands in the way, refusals that change nothing."""

from __future__ import annotations

import datetime as dt

import pytest

from parvis.agenda import services
from parvis.agenda.calculations import NoSuchHour, instant, occurrences
from parvis.agenda.errors import AppointmentRefused, Clashes
from parvis.agenda.models import Appointment, Attendance, Occurred
from parvis.dossiers import services as dossiers
from parvis.journal.models import Entry
from parvis.kernel import clock
from parvis.kernel.errors import Conflict, NotAllowed
from parvis.kernel.models import MutationLine
from tests.contacts.factories import make_person
from tests.dossiers.factories import make_centre, make_dossier

from .factories import MONDAY, booked, march

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def monday():
    with clock.travel(MONDAY):
        yield


@pytest.fixture
def centre():
    return make_centre()


@pytest.fixture
def dossier(centre):
    return make_dossier(centre)


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def starts() -> list[dt.datetime]:
    return list(Appointment.unscoped.order_by("starts_at").values_list("starts_at", flat=True))


def test_an_hour_is_the_centres_in_winter_and_in_summer() -> None:
    zone = clock.zone()
    assert instant(march(28), dt.time(10), zone) == utc("2026-03-28T09:00")
    assert instant(march(29), dt.time(10), zone) == utc("2026-03-29T08:00")
    with pytest.raises(NoSuchHour):
        instant(march(29), dt.time(2, 30), zone)
    # In October the hour comes twice: the first one is meant.
    assert instant(dt.date(2026, 10, 25), dt.time(2, 30), zone) == utc("2026-10-25T00:30")


def test_days_that_come_back() -> None:
    assert occurrences(march(18), "w2", dt.date(2026, 4, 15)) == [march(18), dt.date(2026, 4, 1), dt.date(2026, 4, 15)]
    # The fifth Tuesday is the last one where a month has four.
    assert occurrences(march(31), "m1", dt.date(2026, 6, 30)) == [
        march(31),
        dt.date(2026, 4, 28),
        dt.date(2026, 5, 26),
        dt.date(2026, 6, 30),
    ]


def test_booking_writes_the_hour_who_comes_the_history_and_the_journal(centre, dossier) -> None:
    row = booked(centre, dossier, room=" Salle  2 ", person_id=dossier.lead_id)
    assert (row.starts_at, row.ends_at) == (utc("2026-03-18T09:00"), utc("2026-03-18T09:45"))
    assert (row.room, row.room_key, row.state, row.series) == ("Salle 2", "salle 2", "booked", None)
    assert list(Attendance.unscoped.filter(appointment=row).values_list("account", flat=True)) == [centre.worker.pk]
    assert list(Occurred.unscoped.filter(appointment=row).values_list("what", "starts_at")) == [("booked", row.starts_at)]
    line = MutationLine.objects.get(verb="agenda.booked")
    assert (line.stream, line.subject_id) == (f"dossier:{dossier.pk}", row.pk)
    step = Entry.unscoped.filter(dossier=dossier, kind="step").latest("pk")
    assert step.message["text"] == "Appointment booked on %(when)s"
    assert "Bilan" not in str(step.message) + step.text


def test_a_series_keeps_its_hour_when_summer_time_begins(centre, dossier) -> None:
    row = booked(centre, dossier, march(18), repeat="w1", until=dt.date(2026, 4, 1))
    assert starts() == [utc("2026-03-18T09:00"), utc("2026-03-25T09:00"), utc("2026-04-01T08:00")]
    assert {one.series for one in Appointment.unscoped.all()} == {row.series} != {None}
    step = Entry.unscoped.filter(dossier=dossier, kind="step").latest("pk")
    assert step.message["values"] == {"n": "3", "when": "18/03/2026\u202f10:00".replace("\u202f", step.message["values"]["when"][10])}


def test_a_series_needs_an_end_within_reach(centre, dossier) -> None:
    for until, code in ((None, "until"), (march(18), "until"), (dt.date(2028, 3, 18), "too_many")):
        with pytest.raises(AppointmentRefused) as refused:
            booked(centre, dossier, repeat="w1", until=until)
        assert refused.value.code == code
    assert starts() == []


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"day": march(16), "at": "09:59"}, "past"),
        ({"day": march(29), "at": "02:30"}, "no_such_hour"),
        ({"text": "  "}, "text"),
        ({"agents": []}, "agents"),
        ({"minutes": 0}, "minutes"),
        ({"place": "moon"}, "place"),
        ({"day": dt.date(2030, 3, 18)}, "far"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_booked(centre, dossier, more, code) -> None:
    with pytest.raises(AppointmentRefused) as refused:
        booked(centre, dossier, **more)
    assert refused.value.code == code
    assert starts() == []


def test_somebody_of_another_file_or_a_colleague_who_may_not_open_it_is_refused(centre, dossier) -> None:
    other = make_person("Autre", "Jean", "1980-01-01")
    with pytest.raises(AppointmentRefused) as refused:
        booked(centre, dossier, person_id=other.pk)
    assert refused.value.code == "person"
    with pytest.raises(AppointmentRefused) as refused:
        booked(centre, dossier, agents=[centre.worker.pk, centre.stranger.pk])
    assert refused.value.code == "not_told" and "Ingrid Peeters" in str(refused.value)
    assert starts() == []


@pytest.mark.parametrize("who", ["stranger", "payer", "auditor", "member", "administrator"])
def test_who_does_not_see_the_file_or_books_nothing_is_refused(centre, dossier, who) -> None:
    with pytest.raises(NotAllowed):
        booked(centre, dossier, by=who)
    assert starts() == []


def test_a_taken_colleague_is_told_before_anything_is_saved_and_may_be_confirmed(centre, dossier) -> None:
    first = booked(centre, dossier)
    with pytest.raises(Clashes) as told:
        booked(centre, dossier, at="10:30", by="colleague")
    assert [one.kind for one in told.value.clashes] == ["agent"]
    assert told.value.clashes[0].text.startswith("Amélie Lambrecht") and "10:00" in told.value.clashes[0].text
    assert starts() == [first.starts_at]
    row = booked(centre, dossier, at="10:30", accepted=told.value.mark)
    assert row.starts_at == utc("2026-03-18T09:30")
    assert booked(centre, dossier, at="11:15").starts_at == utc("2026-03-18T10:15")  # right after the other ended


def test_a_confirmation_holds_for_what_was_told_and_nothing_else(centre, dossier) -> None:
    booked(centre, dossier)
    with pytest.raises(Clashes) as told:
        booked(centre, dossier, at="10:15")
    booked(centre, dossier, at="10:30", agents=[centre.colleague.pk])
    with pytest.raises(Clashes):
        booked(centre, dossier, at="10:15", agents=[centre.worker.pk, centre.colleague.pk], accepted=told.value.mark)
    assert len(starts()) == 2


def test_a_room_is_taken_however_it_is_written(centre, dossier) -> None:
    booked(centre, dossier, room="Salle Été")
    with pytest.raises(Clashes) as told:
        booked(centre, dossier, agents=[centre.colleague.pk], room="salle ete")
    assert [one.kind for one in told.value.clashes] == ["room"]


def test_who_may_not_see_the_other_file_is_told_only_that_somebody_is_taken(centre, dossier) -> None:
    booked(centre, dossier, agents=[centre.lawyer.pk, centre.worker.pk])
    south = make_dossier(centre, make_person("Sud", "Paul", "1970-02-02"))
    type(south).unscoped.filter(pk=south.pk).update(unit=centre.south)
    with pytest.raises(Clashes) as told:
        booked(centre, south, agents=[centre.lawyer.pk], by="stranger")
    (clash,) = told.value.clashes
    assert clash.url == "" and "Nzeyimana" not in clash.text and "Bilan" not in clash.text and "occupé" in clash.text


def test_booking_into_an_absence_or_on_a_closed_day_is_told(centre, dossier) -> None:
    dossiers.agents.note_agent_fact(
        actor=centre.actor("chief"), account=centre.worker, kind="leave", valid_from=march(18), valid_to=march(20)
    )
    with pytest.raises(Clashes) as told:
        booked(centre, dossier, march(19))
    assert [one.kind for one in told.value.clashes] == ["absence"]
    assert booked(centre, dossier, march(20)).day == march(20)
    with pytest.raises(Clashes) as told:
        booked(centre, dossier, march(21))
    assert [one.kind for one in told.value.clashes] == ["closed"]


def test_moving_keeps_what_was_and_another_hand_is_told(centre, dossier) -> None:
    row = booked(centre, dossier, room="Salle 1")
    moved = services.move(actor=centre.actor("worker"), appointment=row, day=march(30), at=dt.time(14), minutes=30, expected=row.lock)
    assert (moved.starts_at, moved.ends_at, moved.room) == (utc("2026-03-30T12:00"), utc("2026-03-30T12:30"), "Salle 1")
    last = Occurred.unscoped.filter(appointment=row).latest("pk")
    assert (last.what, last.before_at, last.starts_at) == ("moved", row.starts_at, moved.starts_at)
    with pytest.raises(Conflict) as conflict:
        services.move(actor=centre.actor("colleague"), appointment=row, day=march(31), at=dt.time(9), minutes=30, expected=row.lock)
    assert conflict.value.who == "Amélie Lambrecht"
    assert starts() == [moved.starts_at]


def test_one_of_a_series_moves_alone_or_with_those_after_it(centre, dossier) -> None:
    booked(centre, dossier, march(17), repeat="w1", until=dt.date(2026, 4, 7))
    first, second, third, fourth = Appointment.unscoped.order_by("starts_at")
    assert fourth.starts_at == utc("2026-04-07T08:00")
    worker = centre.actor("worker")
    services.move(actor=worker, appointment=second, day=march(26), at=dt.time(15), minutes=45)
    assert starts() == [first.starts_at, utc("2026-03-26T14:00"), third.starts_at, fourth.starts_at]
    # Two days later and at another hour: across the change of the clock, the hour of the centre stays.
    third.refresh_from_db()
    services.move(
        actor=worker, appointment=Appointment.unscoped.get(pk=second.pk), day=march(27), at=dt.time(9), minutes=45, following=True
    )
    assert starts() == [first.starts_at, utc("2026-03-27T08:00"), utc("2026-04-01T07:00"), utc("2026-04-08T07:00")]


def test_the_whole_series_does_not_clash_with_itself(centre, dossier) -> None:
    row = booked(centre, dossier, march(17), repeat="w1", until=march(31))
    services.move(actor=centre.actor("worker"), appointment=row, day=march(17), at=dt.time(10, 15), minutes=45, following=True)
    assert starts() == [utc("2026-03-17T09:15"), utc("2026-03-24T09:15"), utc("2026-03-31T08:15")]


def test_cancelling_says_why_and_frees_the_hour(centre, dossier) -> None:
    row = booked(centre, dossier, march(17), repeat="w1", until=march(31))
    worker = centre.actor("worker")
    with pytest.raises(AppointmentRefused):
        services.cancel(actor=worker, appointment=row, reason=" ")
    assert set(Appointment.unscoped.values_list("state", flat=True)) == {"booked"}
    second = Appointment.unscoped.order_by("starts_at")[1]
    services.cancel(actor=worker, appointment=second, reason="Formation", following=True)
    assert list(Appointment.unscoped.order_by("starts_at").values_list("state", "reason")) == [
        ("booked", ""),
        ("cancelled", "Formation"),
        ("cancelled", "Formation"),
    ]
    assert booked(centre, dossier, march(24)).state == "booked"
    with pytest.raises(AppointmentRefused) as refused:
        services.move(actor=worker, appointment=second, day=march(27), at=dt.time(9), minutes=30)
    assert refused.value.code == "state"


def test_held_and_missed_are_said_once_it_has_begun(centre, dossier) -> None:
    row, other = booked(centre, dossier), booked(centre, dossier, at="14:00")
    worker = centre.actor("worker")
    for end in (services.hold, services.miss):
        with pytest.raises(AppointmentRefused) as refused:
            end(actor=worker, appointment=row)
        assert refused.value.code == "not_begun"
    with clock.travel(utc("2026-03-18T16:00")):
        assert services.hold(actor=worker, appointment=row).state == "held"
        missed = services.miss(actor=worker, appointment=other, reason="Malade")
        assert (missed.state, missed.reason) == ("missed", "Malade")
        with pytest.raises(AppointmentRefused):
            services.miss(actor=worker, appointment=row)
    row.refresh_from_db()
    assert row.state == "held"


def test_change_of_who_comes_and_what_it_is_about(centre, dossier) -> None:
    row = booked(centre, dossier)
    services.change(
        actor=centre.actor("worker"), appointment=row, text="Logement", agents=[centre.colleague.pk], on_portal=False, expected=0
    )
    row.refresh_from_db()
    assert (row.text, row.on_portal, row.lock) == ("Logement", False, 1)
    assert list(Attendance.unscoped.filter(appointment=row).values_list("account", flat=True)) == [centre.colleague.pk]


def test_a_file_with_a_coming_appointment_says_so_before_it_is_closed(centre, dossier) -> None:
    from parvis.kernel.registries import closing_obstacles

    assert closing_obstacles.get("agenda")(centre.actor("worker"), dossier.pk) == []
    booked(centre, dossier)
    (obstacle,) = closing_obstacles.get("agenda")(centre.actor("worker"), dossier.pk)
    assert obstacle.due_on == march(18) and not obstacle.hidden
    assert closing_obstacles.get("agenda")(centre.actor("stranger"), dossier.pk)[0].hidden
