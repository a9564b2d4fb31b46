"""A service that gave a dossier away may read it for a time, as ruled: where, what, until when, and never more (B57)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from parvis.documents.api import Document
from parvis.documents.services import storing
from parvis.dossiers import api, services
from parvis.dossiers.access import may_change, only_reads
from parvis.dossiers.grids import DOSSIERS, listed
from parvis.dossiers.models import CustomFact, Dossier, DossierMember, ReadingRule, SituationFact
from parvis.dossiers.search import search_dossiers
from parvis.dossiers.simulation import simulate
from parvis.identity.api import KeptReading, actor_on
from parvis.journal.api import Entry, add_entry
from parvis.kernel import clock
from parvis.kernel.errors import NotAllowed
from parvis.kernel.models import MutationLine, ReadLine
from parvis.kernel.subject import SubjectRef
from parvis.workflows.api import WorkItem, close_item, open_item
from tests.contacts.factories import make_person
from tests.documents.factories import picture
from tests.identity.factories import a_unit, an_account, as_actor

from .factories import fresh, make_centre, make_dossier

pytestmark = [pytest.mark.db, pytest.mark.django_db]
HEALTH, SOCIAL, MONEY = "Diabète suivi à l’hôpital", "Cherche un logement", "Allocation d’invalidité"


@pytest.fixture
def centre():
    return make_centre()


@pytest.fixture
def dossier(centre) -> Dossier:
    """With something of each class of data in it."""
    made = make_dossier(centre)
    worker = centre.actor("worker")
    api.record_situation(actor=worker, dossier=fresh(made), kind="health", label=HEALTH)
    api.record_situation(actor=worker, dossier=fresh(made), kind="housing", label=SOCIAL)
    api.record_situation(actor=worker, dossier=fresh(made), kind="resource", label=MONEY, amount=Decimal("900"), periodicity="month")
    add_entry(actor=worker, dossier=fresh(made), kind="note", text="Note de chronique du nord")
    add_entry(actor=worker, dossier=fresh(made), kind="note", text="Note réservée du nord", restricted=True)
    return made


@pytest.fixture
def head(centre):
    return an_account("chief", unit=centre.south, name="Nadia Wouters")


def give(centre, dossier: Dossier, head, **left) -> None:
    offered = api.offer_transfer(actor=centre.actor("worker"), dossier=fresh(dossier), unit=centre.south, reason="Déménage au sud")
    api.accept_transfer(actor=as_actor(head), transfer=offered, referent=centre.stranger, **left)


def paper(actor, dossier: Dossier, title: str, data_class: str) -> Document:
    file = storing.store_bytes(picture(size=(40 + len(title), 30)), kind="png")  # two papers, two digests
    return storing.attach(
        actor=actor,
        subject=SubjectRef("dossier", dossier.pk),
        file=file,
        title=title,
        kind="other",
        data_class=data_class,
        file_name="a.png",
    )


def lines(actor, dossier: Dossier) -> set[str]:
    return set(SituationFact.objects.visible_to(actor).filter(dossier=dossier).values_list("label", flat=True))


def test_by_default_ninety_days_of_what_is_social(centre, dossier, head) -> None:
    give(centre, dossier, head)
    row = KeptReading.objects.get()
    today = clock.today()
    assert (row.unit_id, row.class_names, row.valid_from, row.valid_to) == (
        centre.north.pk,
        ["social"],
        today,
        today + dt.timedelta(days=90),
    )
    worker = centre.actor("worker")
    assert Dossier.objects.visible_to(worker).filter(pk=dossier.pk).exists()
    assert lines(worker, dossier) == {SOCIAL}
    assert lines(as_actor(head), dossier) == {HEALTH, SOCIAL, MONEY}
    texts = " ".join(Entry.objects.visible_to(worker).filter(dossier=dossier).values_list("text", flat=True))
    assert "Note de chronique du nord" in texts
    assert "Note réservée" not in texts
    assert DossierMember.objects.visible_to(worker).filter(dossier=dossier).count() == 1
    assert not CustomFact.objects.visible_to(worker).exists()
    assert MutationLine.objects.filter(verb="dossier.reading_left", stream=f"dossier:{dossier.pk}").count() == 1


def test_list_count_search_and_export_follow(client, centre, dossier, head) -> None:
    give(centre, dossier, head)
    worker = centre.actor("worker")
    assert [row.pk for row in listed(worker)] == [dossier.pk]
    assert Dossier.objects.visible_to(worker).count() == 1
    assert len(search_dossiers(worker, dossier.number, 5)) == 1
    client.force_login(centre.worker)
    export = client.get(reverse("dossiers:index"), {"export": "csv"})
    assert dossier.number in b"".join(export.streaming_content).decode("utf-8-sig")
    KeptReading.objects.update(valid_to=clock.today())  # its day has come
    worker = centre.actor("worker")
    assert (list(listed(worker)), Dossier.objects.visible_to(worker).count(), search_dossiers(worker, dossier.number, 5)) == ([], 0, [])
    assert dossier.number not in b"".join(client.get(reverse("dossiers:index"), {"export": "csv"}).streaming_content).decode("utf-8-sig")
    assert client.get(reverse("dossiers:detail", args=[dossier.uuid])).status_code == 404
    assert DOSSIERS.key == "dossiers"


def test_a_filter_by_what_was_not_left_tells_nothing_by_counting(client, centre, dossier, head) -> None:
    """B30: whoever may not read the rent does not find it by asking "over 600?", "over 700?"."""
    worker = centre.actor("worker")
    api.record_situation(actor=worker, dossier=fresh(dossier), kind="expense", label="Loyer", amount=Decimal("650"), periodicity="month")
    client.force_login(centre.worker)

    def found(amount: int, **query: str) -> bool:
        answer = client.get(reverse("dossiers:index"), {"rent": str(amount), **query})
        text = b"".join(answer.streaming_content).decode() if answer.streaming else answer.content.decode()
        return dossier.number in text

    assert (found(600), found(600, export="csv"), found(700)) == (True, True, False)
    give(centre, dossier, head)
    assert (found(600), found(600, export="csv"), found(700)) == (False, False, False)
    KeptReading.objects.update(classes="money,social")
    assert (found(600), found(600, export="csv"), found(700)) == (True, True, False)


def test_the_page_says_it_shows_what_was_left_and_offers_nothing_to_write(client, centre, dossier, head) -> None:
    give(centre, dossier, head)
    client.force_login(centre.worker)
    response = client.get(reverse("dossiers:detail", args=[dossier.uuid]))
    text = response.content.decode()
    assert response.status_code == 200
    assert (SOCIAL in text, HEALTH in text, MONEY in text, "Note réservée" in text) == (True, False, False, False)
    whole = next(one for one in response.context if "sections" in one)
    assert {part["panel"].key for part in whole["sections"]} <= {"where", "situation", "interventions", "own_data", "documents", "journal"}
    assert whole["side"] == []
    assert whole["before"] == clock.today() + dt.timedelta(days=89)
    for name in ("dossiers:situation_add", "journal:add", "dossiers:transfer"):
        before = (SituationFact.unscoped.count(), Entry.unscoped.count())
        client.post(
            reverse(name, args=[dossier.uuid]),
            {"kind": "note", "text": "x", "label": "x", "valid_from": clock.today(), "unit": centre.north.pk, "reason": "x"},
        )
        assert (SituationFact.unscoped.count(), Entry.unscoped.count()) == before
    worker = centre.actor("worker")
    assert (may_change(worker, fresh(dossier)), only_reads(worker, fresh(dossier))) == (False, True)
    with pytest.raises(NotAllowed):
        api.record_situation(actor=worker, dossier=fresh(dossier), kind="need", label="Un lit")
    assert ReadLine.objects.filter(subject_id=dossier.pk, actor_id=centre.worker.pk, purpose="before").exists()


def test_documents_of_the_classes_left_and_no_other(client, centre, dossier, head) -> None:
    worker = centre.actor("worker")
    bail = paper(worker, dossier, "Bail", "social")
    report = paper(worker, dossier, "Rapport médical", "health")
    give(centre, dossier, head)
    seen = Document.objects.visible_to(centre.actor("worker")).filter(pk__in=[bail.pk, report.pk])
    assert [row.pk for row in seen] == [bail.pk]
    client.force_login(centre.worker)
    assert client.get(reverse("documents:download", args=[report.uuid])).status_code == 404
    assert client.get(reverse("documents:download", args=[bail.uuid])).status_code == 200
    text = client.get(reverse("dossiers:detail", args=[dossier.uuid])).content.decode()
    assert ("Bail" in text, "Rapport médical" in text) == (True, False)
    assert client.get(reverse("documents:add", args=["dossier", dossier.pk])).status_code == 404


def test_simulation_and_reality_agree(centre, dossier, head) -> None:
    give(centre, dossier, head)
    told = simulate(centre.worker, fresh(dossier), clock.today())
    assert told.file.seen
    assert {line.key for line in told.classes if line.seen} == {"identity", "social"}
    assert "journal" in {line.key for line in told.panels if line.seen}
    assert not {"aids", "payments", "decisions"} & {line.key for line in told.panels if line.seen}
    assert len(told.file.because) == 1
    later = clock.today() + dt.timedelta(days=90)
    assert not simulate(centre.worker, fresh(dossier), later).file.seen
    assert actor_on(centre.worker, later).kept == frozenset()


def test_who_accepts_may_leave_less_and_never_more(client, centre, dossier, head) -> None:
    offered = api.offer_transfer(actor=centre.actor("worker"), dossier=fresh(dossier), unit=centre.south, reason="Déménage au sud")
    for more in ({"read_days": 91}, {"read_classes": ["social", "health"]}, {"read_classes": ["money"]}):
        with pytest.raises(api.InvalidDossier):
            api.accept_transfer(actor=as_actor(head), transfer=offered, **more)
        assert (fresh(dossier).unit_id, KeptReading.objects.count()) == (centre.north.pk, 0)
    client.force_login(head)
    url = reverse("dossiers:transfer_answer", args=[offered.uuid])
    assert client.post(url, {"outcome": "accept", "read_days": "10"}).status_code == 303
    row = KeptReading.objects.get()
    assert (row.class_names, (row.valid_to - row.valid_from).days) == ([], 10)
    assert lines(centre.actor("worker"), dossier) == set()
    assert "NORD" in client.get(url).content.decode()


def test_no_day_leaves_nothing(centre, dossier, head) -> None:
    give(centre, dossier, head, read_days=0)
    assert not KeptReading.objects.exists()
    assert not Dossier.objects.visible_to(centre.actor("worker")).exists()


def test_only_those_who_followed_files_of_that_service_read_and_sectors_still_hold(centre, dossier, head) -> None:
    give(centre, dossier, head)
    assert {
        name for name in ("worker", "colleague", "chief", "clerk", "member", "administrator") if _sees(centre.actor(name), dossier)
    } == {
        "worker",
        "colleague",
        "chief",
    }
    other = an_account("social_worker", unit=a_unit("EST"))
    assert not _sees(as_actor(other), dossier)


def _sees(actor, dossier: Dossier) -> bool:
    return Dossier.objects.visible_to(actor).filter(pk=dossier.pk).exists()


def test_the_new_head_ends_it_at_once_and_nobody_else(client, centre, dossier, head) -> None:
    give(centre, dossier, head)
    row = KeptReading.objects.get()
    with pytest.raises(NotAllowed):
        services.end_left_reading(actor=centre.actor("chief"), dossier=fresh(dossier), row=row)
    url = reverse("dossiers:reading_end", args=[dossier.uuid, row.uuid])
    client.force_login(centre.chief)
    assert client.post(url).status_code == 404
    assert _sees(centre.actor("worker"), dossier)
    client.force_login(head)
    assert "NORD" in client.get(reverse("dossiers:access_log", args=[dossier.uuid])).content.decode()
    assert client.post(url).status_code == 303
    assert not _sees(centre.actor("worker"), dossier)
    assert MutationLine.objects.filter(verb="dossier.reading_ended").count() == 1


def test_a_dossier_that_comes_back_needs_no_left_reading(centre, dossier, head) -> None:
    give(centre, dossier, head)
    back = api.offer_transfer(actor=centre.actor("stranger"), dossier=fresh(dossier), unit=centre.north, reason="Revient au nord")
    api.accept_transfer(actor=centre.actor("chief"), transfer=back)
    running = KeptReading.objects.filter(valid_to__gt=clock.today())
    assert [row.unit_id for row in running] == [centre.south.pk]
    assert lines(centre.actor("worker"), dossier) == {HEALTH, SOCIAL, MONEY}


# The rule --------------------------------------------------------------------------------------------------------------
def rule(centre, **changes) -> ReadingRule:
    given = {"kind": None, "days": 30, "classes": ["social", "money"], "source": "Note du 3 mars", "valid_from": clock.today(), **changes}
    return services.publish_reading_rule(actor=centre.actor("administrator"), **given)


def test_the_rule_in_force_says_how_long_and_what(centre, dossier, head) -> None:
    rule(centre, days=30)
    rule(centre, days=400, valid_from=clock.today() + dt.timedelta(days=1))
    give(centre, dossier, head)
    row = KeptReading.objects.get()
    assert ((row.valid_to - row.valid_from).days, row.class_names) == (30, ["money", "social"])
    assert lines(centre.actor("worker"), dossier) == {SOCIAL, MONEY}


def test_a_rule_is_published_by_the_administration_within_limits(client, centre) -> None:
    for wrong in ({"days": 731}, {"days": -1}, {"classes": ["health"]}, {"source": " "}, {"valid_from": dt.date(2020, 1, 1)}):
        with pytest.raises(api.InvalidDossier):
            rule(centre, **wrong)
    with pytest.raises(NotAllowed):
        services.publish_reading_rule(actor=centre.actor("chief"), kind=None, days=3, classes=[], source="x", valid_from=clock.today())
    assert not ReadingRule.objects.exists()
    client.force_login(centre.administrator)
    url = reverse("dossiers:reading_rule_add")
    data = {"days": "45", "classes": "social", "source": "Comité de direction", "valid_from": clock.today().isoformat()}
    assert client.post(url, data).status_code == 303
    assert client.post(url, {**data, "days": "20"}).status_code == 303  # a correction of the same day
    now, versions = services.reading_rules()
    assert ([row.days for row in now], [(row.days, row.live) for row in versions]) == ([20], [(20, 1), (45, None)])
    page = client.get(reverse("dossiers:reading_rules")).content.decode()
    assert "Comité de direction" in page


def test_a_task_done_before_follows_the_rule_of_readings(client, centre, dossier, head) -> None:
    """Who did it, the head and the queue of the service of before read its sheet as long as that service reads the file; a task of a file that
    went nowhere stays as it was."""
    worker = centre.actor("worker")
    kept = make_dossier(centre, make_person("Aubert", "Lise", "1990-01-01"))
    for file in (dossier, kept):
        open_item(
            actor=worker, subject=SubjectRef("dossier", file.pk), title={"fr": "Vérifier le bail"}, queue="social_worker",
            owner=centre.worker, unit_id=centre.north.pk, dossier_id=file.pk, key="lease",
        )  # fmt: skip
        close_item(actor=worker, subject=SubjectRef("dossier", file.pk), key="lease")
    done, other = (WorkItem.unscoped.get(dossier_key=file.pk, owner=centre.worker) for file in (dossier, kept))
    sheet = reverse("workflows:task", args=[done.uuid])

    def reads(account, url: str = sheet) -> int:
        client.force_login(account)
        return client.get(url).status_code

    before = {name: reads(getattr(centre, name)) for name in ("worker", "colleague", "chief", "stranger", "auditor")}
    assert before == {"worker": 200, "colleague": 200, "chief": 200, "stranger": 404, "auditor": 200}
    give(centre, dossier, head)
    assert {name: reads(getattr(centre, name)) for name in before} == before  # ninety days of what is social
    KeptReading.objects.update(classes="money")
    assert [reads(one) for one in (centre.worker, centre.chief)] == [404, 404]
    KeptReading.objects.update(classes="social", valid_to=clock.today())  # its day has come
    assert {name: reads(getattr(centre, name)) for name in before} == dict.fromkeys(before, 404) | {"auditor": 200}
    assert reads(head) == 404  # what another service did is told by the file, not by its sheets
    assert reads(centre.worker, reverse("workflows:task", args=[other.uuid])) == 200
    assert not WorkItem.objects.visible_to(centre.actor("worker")).filter(pk=done.pk).exists()
    # It comes back: theirs again.
    back = api.offer_transfer(actor=as_actor(head), dossier=fresh(dossier), unit=centre.north, reason="Revient au nord")
    api.accept_transfer(actor=centre.actor("chief"), transfer=back)
    assert {name: reads(getattr(centre, name)) for name in before} == before
