"""Closing looks at what is open; the archive leaves the lists and stays readable; a dossier goes to another service and its tasks follow."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.urls import reverse
from django.utils import translation

from parvis.dossiers import access, api, services
from parvis.dossiers.models import Dossier, Intervention, Referent, Transfer
from parvis.dossiers.search import search_dossiers
from parvis.journal.models import Entry
from parvis.kernel.errors import Conflict, NotAllowed
from parvis.kernel.models import MutationLine
from parvis.kernel.subject import SubjectRef
from parvis.workflows.api import WorkItem, close_item, open_item
from tests.identity.factories import an_account, as_actor

from .factories import fresh, make_centre, make_dossier

pytestmark = [pytest.mark.db, pytest.mark.django_db]
TITLE = {"fr": "Revoir le bail", "en": "Check the lease"}


@pytest.fixture
def centre():
    return make_centre()


@pytest.fixture
def dossier(centre) -> Dossier:
    return make_dossier(centre)


def task(centre, dossier: Dossier, owner=None, key: str = "lease") -> WorkItem:
    return open_item(
        actor=centre.actor("worker"),
        subject=SubjectRef("dossier", dossier.pk),
        title=TITLE,
        owner=owner,
        queue="social_worker",
        unit_id=dossier.unit_id,
        dossier_id=dossier.pk,
        due_on=dt.date(2030, 1, 15),
        key=key,
    )


# Closing ---------------------------------------------------------------------------------------------------------------
def test_an_open_term_keeps_the_dossier_open_and_is_named(client, centre, dossier) -> None:
    item = task(centre, dossier)
    with pytest.raises(api.StillOpen) as refused:
        api.close_dossier(actor=centre.actor("worker"), dossier=fresh(dossier), code="moved", reason="")
    with translation.override("en"):
        named = [(str(one.title), one.due_on) for one in refused.value.obstacles]
    assert [(title.endswith(("Check the lease", "Revoir le bail")), day) for title, day in named] == [(True, dt.date(2030, 1, 15))]
    assert fresh(dossier).status == "open"
    assert not MutationLine.objects.filter(verb="dossier.close").exists()
    client.force_login(centre.worker)
    page = client.get(reverse("dossiers:close", args=[dossier.uuid]))
    assert reverse("workflows:task", args=[item.uuid]) in page.content.decode()
    assert client.post(reverse("dossiers:close", args=[dossier.uuid]), {"code": "moved"}).status_code == 422
    close_item(actor=centre.actor("worker"), item=item)
    assert client.post(reverse("dossiers:close", args=[dossier.uuid]), {"code": "moved"}).status_code == 303
    closed = fresh(dossier)
    assert (closed.status, closed.close_code, closed.close_reason) == ("closed", "moved", "")


def test_a_reason_comes_from_the_list_and_other_needs_words(centre, dossier) -> None:
    worker = centre.actor("worker")
    for code, reason in (("nonsense", "x"), ("other", " "), ("", "")):
        with pytest.raises(api.InvalidDossier):
            api.close_dossier(actor=worker, dossier=fresh(dossier), code=code, reason=reason)
    assert fresh(dossier).status == "open"
    api.close_dossier(actor=worker, dossier=fresh(dossier), code="other", reason="Parti en mer")
    assert fresh(dossier).close_reason == "Parti en mer"


# Archive ---------------------------------------------------------------------------------------------------------------
def test_the_archive_leaves_the_lists_and_is_found_with_a_mark(client, centre, dossier) -> None:
    worker = centre.actor("worker")
    with pytest.raises(api.InvalidDossier):
        api.archive_dossier(actor=worker, dossier=fresh(dossier))
    api.close_dossier(actor=worker, dossier=fresh(dossier), code="death", reason="")
    api.archive_dossier(actor=worker, dossier=fresh(dossier))
    with pytest.raises(api.InvalidDossier):
        api.archive_dossier(actor=worker, dossier=fresh(dossier))
    client.force_login(centre.worker)
    for status, there in (("open", False), ("closed", False), ("archived", True)):
        shown = client.get(reverse("dossiers:index"), {"status": status}).content.decode()
        assert (dossier.number in shown) is there, status
    with translation.override("en"):
        hits = search_dossiers(worker, dossier.number, 5)
    assert [(hit.icon, hit.subtitle) for hit in hits] == [("archive", "in the archive")]
    assert client.get(reverse("dossiers:detail", args=[dossier.uuid])).status_code == 200
    with pytest.raises(api.DossierIsClosed):
        api.record_situation(actor=worker, dossier=fresh(dossier), kind="need", label="Un lit")


def test_reactivated_with_everything_in_it_reason_and_author_logged(centre, dossier) -> None:
    worker = centre.actor("worker")
    api.record_situation(actor=worker, dossier=fresh(dossier), kind="need", label="Un lit")
    api.close_dossier(actor=worker, dossier=fresh(dossier), code="moved", reason="")
    api.archive_dossier(actor=worker, dossier=fresh(dossier))
    with pytest.raises(api.InvalidDossier):
        api.reopen_dossier(actor=worker, dossier=fresh(dossier), reason=" ")
    assert fresh(dossier).archived_on is not None
    api.reopen_dossier(actor=worker, dossier=fresh(dossier), reason="Revient à Valmont")
    again = fresh(dossier)
    assert (again.status, again.archived_on, again.close_code) == ("open", None, "")
    assert [row.label for row in api.situation_at(dossier.pk)] == ["Un lit"]
    line = MutationLine.objects.get(verb="dossier.reopen")
    assert (line.actor_label, "Revient à Valmont" in line.body) == (worker.label, True)


# Transfer --------------------------------------------------------------------------------------------------------------
@pytest.fixture
def south_chief(centre):
    return an_account("chief", unit=centre.south, name="Nadia Wouters")


def offer(centre, dossier: Dossier) -> Transfer:
    return api.offer_transfer(actor=centre.actor("worker"), dossier=fresh(dossier), unit=centre.south, reason="Déménage au sud")


def test_a_proxy_for_some_files_answers_no_other_offer(centre, dossier, south_chief) -> None:
    transfer = offer(centre, dossier)
    head = as_actor(south_chief)
    elsewhere, here = replace(head, only=frozenset({("dossier", dossier.pk + 1000)})), head
    assert access.answers_transfer(here, transfer)
    assert not access.answers_transfer(elsewhere, transfer)
    assert not Transfer.objects.visible_to(elsewhere).exists()
    assert Transfer.objects.visible_to(here).exists()


def test_accepted_the_tasks_follow_the_referents_end_and_the_new_service_sees_it(centre, dossier, south_chief) -> None:
    held, free = task(centre, dossier, owner=centre.worker, key="one"), task(centre, dossier, key="two")
    transfer = offer(centre, dossier)
    assert not Dossier.objects.visible_to(as_actor(south_chief)).filter(pk=dossier.pk).exists()
    notice = WorkItem.unscoped.get(subject_type="transfer")
    assert (notice.queue, notice.unit_id, notice.screen) == ("chief", centre.south.pk, "dossiers.transfer")
    api.accept_transfer(actor=as_actor(south_chief), transfer=transfer, referent=centre.stranger)
    moved = fresh(dossier)
    assert moved.unit_id == centre.south.pk
    assert [(row.owner_id, row.unit_id) for row in WorkItem.unscoped.filter(pk__in=[held.pk, free.pk])] == [(None, centre.south.pk)] * 2
    assert list(Referent.unscoped.filter(dossier=dossier, live=1).values_list("account", flat=True)) == [centre.stranger.pk]
    assert WorkItem.unscoped.get(pk=notice.pk).state == "done"
    assert Dossier.objects.visible_to(as_actor(south_chief)).filter(pk=dossier.pk).exists()
    assert not access.may_change(centre.actor("worker"), moved)  # may still read it for a time: test_former
    assert Entry.unscoped.filter(dossier=dossier, text="Déménage au sud").exists()
    answered = Transfer.unscoped.get(pk=transfer.pk)
    assert (answered.state, answered.moved_tasks, answered.live) == ("accepted", 2, None)
    with pytest.raises(Conflict):
        api.return_transfer(actor=as_actor(south_chief), transfer=answered, reason="Trop tard")


def test_returned_with_a_reason_nothing_moves_and_the_asker_is_told(centre, dossier, south_chief) -> None:
    transfer = offer(centre, dossier)
    with pytest.raises(api.InvalidDossier):
        api.return_transfer(actor=as_actor(south_chief), transfer=transfer, reason=" ")
    api.return_transfer(actor=as_actor(south_chief), transfer=transfer, reason="Adresse au nord")
    assert fresh(dossier).unit_id == centre.north.pk
    told = WorkItem.unscoped.get(subject_type="transfer", state="open")
    assert (told.owner_id, "Adresse au nord" in told.why) == (centre.worker.pk, True)


def test_only_the_head_of_the_other_service_answers_and_one_offer_waits(client, centre, dossier, south_chief) -> None:
    transfer = offer(centre, dossier)
    for who in ("worker", "chief", "stranger"):
        with pytest.raises(NotAllowed):
            api.accept_transfer(actor=centre.actor(who), transfer=transfer)
    with pytest.raises(api.InvalidDossier):
        offer(centre, dossier)
    with pytest.raises(api.StillOpen):
        api.close_dossier(actor=centre.actor("worker"), dossier=fresh(dossier), code="moved", reason="")
    assert fresh(dossier).unit_id == centre.north.pk
    url = reverse("dossiers:transfer_answer", args=[transfer.uuid])
    client.force_login(centre.stranger)
    assert client.get(url).status_code == 404
    client.force_login(centre.worker)
    assert client.get(url).status_code == 200
    assert client.post(url, {"outcome": "accept"}).status_code == 404
    client.force_login(south_chief)
    assert client.get(url).status_code == 200
    assert client.post(url, {"outcome": "accept", "referent": str(centre.stranger.pk)}).status_code == 303
    assert fresh(dossier).unit_id == centre.south.pk


# Interventions ---------------------------------------------------------------------------------------------------------
def test_three_interventions_with_dates_and_roles_past_and_present(client, centre, dossier) -> None:
    worker = centre.actor("worker")
    first = services.record_intervention(
        actor=worker, dossier=fresh(dossier), role="budget", account=centre.colleague, valid_from=dt.date(2020, 1, 1)
    )
    services.record_intervention(actor=worker, dossier=fresh(dossier), role="home_help", service="Aide familiale du Val")
    services.record_intervention(actor=worker, dossier=fresh(dossier), role="legal", service="Bureau d’aide juridique")
    services.end_intervention(actor=worker, row=Intervention.unscoped.select_related("dossier").get(pk=first.pk), on=dt.date(2021, 1, 1))
    client.force_login(centre.worker)
    page = client.get(reverse("dossiers:interventions", args=[dossier.uuid]))
    assert [(row.role, row.who) for row in page.context["current"]] == [
        ("legal", "Bureau d’aide juridique"),
        ("home_help", "Aide familiale du Val"),
    ]
    assert [(row.who, row.valid_to) for row in page.context["past"]] == [("Sami Aerts", dt.date(2021, 1, 1))]


def test_an_intervention_names_somebody_once_and_not_from_outside(client, centre, dossier) -> None:
    worker = centre.actor("worker")
    with pytest.raises(api.InvalidDossier):
        services.record_intervention(actor=worker, dossier=fresh(dossier), role="legal", service=" ")
    services.record_intervention(actor=worker, dossier=fresh(dossier), role="legal", service="Bureau")
    with pytest.raises(api.InvalidDossier):
        services.record_intervention(actor=worker, dossier=fresh(dossier), role="legal", service="Bureau")
    for who in ("stranger", "payer", "member"):
        with pytest.raises(NotAllowed):
            services.record_intervention(actor=centre.actor(who), dossier=fresh(dossier), role="work", service="Forem")
    assert Intervention.unscoped.count() == 1
