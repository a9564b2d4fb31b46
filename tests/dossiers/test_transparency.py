"""The person sees who opened the file and why: function and service, delays ruled by the chief, exceptional openings (E11)."""

import datetime as dt

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse

from parvis.contacts.api import hide_address, set_address
from parvis.dossiers.api import persons_list
from parvis.dossiers.errors import InvalidDossier
from parvis.dossiers.models import Dossier, LogDelay
from parvis.dossiers.services.grants import break_glass
from parvis.dossiers.services.transparency import end_log_delay, set_log_delay
from parvis.identity.api import answer_proxy, offer_proxy
from parvis.kernel import clock
from parvis.kernel.errors import Conflict, NotAllowed
from parvis.kernel.models import ReadLine
from parvis.workflows.models import WorkItem
from tests.identity.factories import as_actor

from .factories import Centre, make_centre, make_dossier

pytestmark = pytest.mark.django_db
REASON = "Violence du conjoint signalée par la police"
DAY = dt.timedelta(days=1)


@pytest.fixture
def centre() -> Centre:
    return make_centre()


@pytest.fixture
def dossier(centre: Centre) -> Dossier:
    return make_dossier(centre)


def read(
    dossier: Dossier, account, *, days_ago: int = 0, purpose: str = "service", kind: str = "dossier", pk: int = 0, behalf=None
) -> None:
    at = clock.now() - days_ago * DAY
    ReadLine(
        read_at=at, slot=ReadLine.objects.count(), actor_id=account.pk, actor_label=account.display_name, purpose=purpose,
        screen="dossiers.detail", subject_type=kind, subject_id=pk or dossier.pk, behalf_id=behalf.pk if behalf else None,
    ).save()  # fmt: skip


def shown(dossier: Dossier) -> list[tuple[str, str, int]]:
    return [(one.who, one.service, one.times) for one in persons_list(dossier.pk).lines]


def delay(centre: Centre, dossier: Dossier, who: str = "chief", **more) -> LogDelay:
    given = {
        "kind": "later",
        "ground": "violence",
        "from_day": clock.today() - 5 * DAY,
        "until": clock.today() + 30 * DAY,
        "reason": REASON,
    }
    return set_log_delay(actor=centre.actor(who), dossier=dossier, **{**given, **more})


def test_a_reading_is_a_function_a_service_and_a_reason_never_a_name_nor_what_was_written(centre, dossier):
    read(dossier, centre.worker, purpose="referent")
    read(dossier, centre.worker, purpose="referent")
    read(dossier, centre.payer, days_ago=1, purpose="reason: Je connais la voisine de cette dame")
    found = persons_list(dossier.pk)
    assert [(one.who, one.service, one.why, one.times, one.exceptional) for one in found.lines] == [
        ("Assistant social", "Service NORD", "suit votre dossier", 2, False),
        (
            "Préparation des paiements",
            "",
            "une lecture inhabituelle ; la raison a été demandée aussitôt et l’auditeur l’examine",
            1,
            True,
        ),
    ]
    assert "Lambrecht" not in str(found) and "voisine" not in str(found)


def test_the_centre_may_choose_to_say_the_name_on_the_printed_sheet_never_on_the_portal(centre, dossier, monkeypatch):
    monkeypatch.setitem(settings.PARVIS, "access_shows", "name")
    read(dossier, centre.payer)
    assert persons_list(dossier.pk, on_paper=True).lines[0].who.startswith("Anne Piette · ")
    assert "Anne Piette" not in str(persons_list(dossier.pk))


def test_an_exceptional_opening_is_on_the_list_and_a_check_of_rights_is_not(client, centre, dossier):
    stranger = centre.actor("stranger")
    break_glass(actor=stranger, number=dossier.number, reason="Garde de ce soir, la personne appelle")
    client.force_login(centre.stranger)
    assert client.get(reverse("dossiers:detail", args=[dossier.uuid])).status_code == 200
    read(dossier, centre.administrator, purpose="simulation")
    lines = persons_list(dossier.pk).lines
    assert [(one.service, one.exceptional) for one in lines] == [("Service SUD", True)]
    assert lines[0].why.startswith("l’a ouvert exceptionnellement")


def test_who_acts_for_a_colleague_is_told_as_a_replacement_with_the_colleague_s_function(centre, dossier):
    proxy = offer_proxy(
        actor=centre.actor("chief"), holder=centre.payer, valid_from=clock.today(), valid_to=clock.today() + 2 * DAY, reason="Congé"
    )
    answer_proxy(actor=as_actor(centre.payer), proxy=proxy, accept=True)
    read(dossier, centre.payer, behalf=centre.chief)
    assert shown(dossier) == [("Responsable du service social (en remplacement)", "Service NORD", 1)]


def test_another_file_s_readings_are_not_on_the_list(centre, dossier):
    other = make_dossier(centre)
    read(other, centre.payer)
    read(dossier, centre.clerk, kind="person", pk=dossier.lead_id)
    read(dossier, centre.worker, days_ago=2)
    read(dossier, centre.worker, kind="person", pk=dossier.lead_id)
    found = persons_list(dossier.pk, person_id=dossier.lead_id).lines
    # Who opened the card alone may have come from the file of somebody whom this person must not find.
    assert [(one.who, one.what) for one in found] == [("Assistant social", "votre dossier")]
    read(dossier, centre.worker)
    found = persons_list(dossier.pk, person_id=dossier.lead_id).lines
    today = [(one.who, one.what) for one in found if one.day == clock.today()]
    assert sorted(today) == [("Assistant social", "votre dossier"), ("Assistant social", "votre fiche personnelle")]


# Delays ----------------------------------------------------------------------------------------------------------------
def test_what_is_delayed_shows_once_the_danger_is_over_and_what_was_before_shows_all_along(centre, dossier):
    read(dossier, centre.worker, days_ago=10)
    read(dossier, centre.payer, days_ago=2)
    row = delay(centre, dossier)
    assert shown(dossier) == [("Assistant social", "Service NORD", 1)]
    read(dossier, centre.clerk)
    assert shown(dossier) == [("Assistant social", "Service NORD", 1)]
    end_log_delay(actor=centre.actor("chief"), dossier=dossier, delay=row)
    assert len(shown(dossier)) == 3


def test_a_delay_that_nobody_renewed_stops_on_its_day(centre, dossier):
    read(dossier, centre.payer, days_ago=2)
    delay(centre, dossier, until=clock.today() + DAY)
    assert shown(dossier) == []
    with clock.travel(clock.now() + DAY):
        assert len(shown(dossier)) == 1


def test_a_lapsed_delay_does_not_grow_when_the_next_is_ruled(centre, dossier):
    row = delay(centre, dossier, kind="withheld", until=clock.today() + DAY)
    with clock.travel(clock.now() + 5 * DAY):
        read(dossier, centre.payer, days_ago=2)
        assert len(shown(dossier)) == 1
        delay(centre, dossier, from_day=clock.today(), until=clock.today() + 9 * DAY)
        assert len(shown(dossier)) == 1
    assert LogDelay.unscoped.get(pk=row.pk).live is None


def test_what_is_withheld_never_shows_and_what_comes_after_does(centre, dossier):
    read(dossier, centre.payer, days_ago=2)
    row = delay(centre, dossier, kind="withheld")
    end_log_delay(actor=centre.actor("chief"), dossier=dossier, delay=row)
    read(dossier, centre.clerk)
    assert [who for who, _service, _n in shown(dossier)] == ["Agent d’accueil"]


def test_only_the_chief_of_the_file_rules_with_a_sentence_and_for_a_year_at_most(centre, dossier):
    for who in ("worker", "auditor", "clerk", "administrator", "stranger"):
        with pytest.raises(NotAllowed):
            delay(centre, dossier, who)
    for wrong in ({"reason": "danger"}, {"until": clock.today()}, {"until": clock.today() + 400 * DAY}, {"ground": "whim"}):
        with pytest.raises(InvalidDossier):
            delay(centre, dossier, **wrong)
    assert LogDelay.unscoped.count() == 0
    row = delay(centre, dossier)
    with pytest.raises(NotAllowed):
        end_log_delay(actor=centre.actor("worker"), dossier=dossier, delay=row)
    task = WorkItem.unscoped.get(queue="chief")
    assert (task.due_on, task.closed_at) == (clock.today() + 23 * DAY, None)
    end_log_delay(actor=centre.actor("chief"), dossier=dossier, delay=row)
    task.refresh_from_db()
    assert task.closed_at is not None


def test_two_chiefs_who_rule_at_once_the_second_sees_the_first_s_ruling(client, centre, dossier):
    first = delay(centre, dossier)
    with pytest.raises(Conflict):
        delay(centre, dossier, until=clock.today() + 60 * DAY)
    client.force_login(centre.chief)
    url = reverse("dossiers:access_delay", args=[dossier.uuid])
    data = {
        "ground": "child",
        "kind": "later",
        "from_day": "2026-11-01",
        "until": str(clock.today() + 60 * DAY),
        "reason": REASON,
        "seen": "",
    }
    answer = client.post(url, data)
    assert answer.status_code == 409
    body = answer.content.decode()
    assert "Karim Benali" in body and str(first.until) in body and f'name="seen" value="{first.pk}"' in body
    assert client.post(url, {**data, "seen": str(first.pk)}).status_code == 303
    rows = LogDelay.unscoped.order_by("pk")
    assert [(row.live, row.ground) for row in rows] == [(None, "violence"), (1, "child")]


@pytest.mark.db
def test_the_database_holds_one_running_delay_with_a_reason(centre, dossier):
    row = delay(centre, dossier)
    for change in ({"reason": ""}, {"until": row.from_day}, {"live": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            LogDelay.unscoped.filter(pk=row.pk).update(**change)
    row.pk, row.uuid = None, "00000000-0000-0000-0000-000000000009"
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_where_an_address_is_protected_the_list_is_late_and_names_nobody(client, centre, dossier, monkeypatch):
    monkeypatch.setitem(settings.PARVIS, "access_shows", "name")
    home = {"street": "Rue des Tilleuls", "number": "4", "postal_code": "4999", "municipality": "Valmont"}
    set_address(actor=centre.actor("worker"), person=dossier.lead, **home)
    hide_address(actor=centre.actor("worker"), person=dossier.lead)
    read(dossier, centre.clerk, days_ago=3)
    with clock.travel(clock.now() + 5 * DAY):
        read(dossier, centre.payer)
        client.force_login(centre.chief)
        sheet = client.get(reverse("dossiers:access_print", args=[dossier.uuid])).content.decode()
        assert "Anne Piette" not in sheet and "Sofia Ricci" not in sheet and "Agent d’accueil" in sheet
        assert sheet.count("<tr data-row>") == 1  # what was seen before the protection is not taken away: that would tell of it
    with clock.travel(clock.now() + 40 * DAY):
        assert "Préparation des paiements" in [who for who, _service, _n in shown(dossier)]


# Pages -----------------------------------------------------------------------------------------------------------------
def test_the_chief_sees_what_the_person_sees_and_the_delay_the_worker_sees_neither(client, centre, dossier):
    read(dossier, centre.payer)
    delay(centre, dossier)
    log, sheet = (reverse(f"dossiers:{name}", args=[dossier.uuid]) for name in ("access_log", "access_print"))
    client.force_login(centre.chief)
    assert REASON in client.get(log).content.decode()
    assert client.get(sheet).content.decode().count("<tr data-row>") == 0
    client.force_login(centre.auditor)
    assert REASON in client.get(log).content.decode()
    assert client.post(reverse("dossiers:access_delay_end", args=[dossier.uuid])).status_code == 404
    client.force_login(centre.worker)
    assert [client.get(url).status_code for url in (log, sheet)] == [404, 404]
    assert LogDelay.unscoped.get().live == 1
    client.force_login(centre.chief)
    assert client.post(reverse("dossiers:access_delay_end", args=[dossier.uuid])).status_code == 303
    assert LogDelay.unscoped.get().live is None
