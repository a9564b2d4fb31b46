"""An agent leaves: looked at first, then functions, files, tasks and duties go in one action, and both sign each hand-over page."""

from __future__ import annotations

import datetime as dt
import io
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.urls import reverse
from pypdf import PdfReader

from parvis.documents.services.heads import publish_letter_head
from parvis.dossiers import api, services
from parvis.dossiers.agents.selectors import need_of, proposals
from parvis.dossiers.jobs import departures
from parvis.dossiers.leaving import selectors
from parvis.dossiers.models import Departure, Dossier, Handover, HandoverSignature, Intervention, Referent
from parvis.dossiers.services.leaving import hand_over
from parvis.identity.api import Account, FunctionGrant, GrantRefused, actor_for, grant_function, link_own_person
from parvis.journal.api import add_entry
from parvis.journal.models import Action, Entry
from parvis.journal.services import NextStep, write_down
from parvis.kernel import clock, jobs
from parvis.kernel.actor import system_actor
from parvis.kernel.errors import NotAllowed
from parvis.kernel.models import MutationLine
from parvis.kernel.subject import SubjectRef
from parvis.ui.http import IDEMPOTENCY_FIELD
from parvis.workflows.api import WorkItem, open_item
from tests.contacts.factories import make_person
from tests.identity.factories import an_account, with_totp

from .factories import fresh, make_centre, make_dossier

pytestmark = [pytest.mark.db, pytest.mark.django_db]
TITLE = {"fr": "Revoir le bail", "en": "Check the lease"}
SECRET = "Confidence faite à l'agente seule"


@pytest.fixture
def centre():
    found = make_centre()
    found.third = an_account("social_worker", unit=found.north, name="Tom Weber")
    chief = found.actor("chief")
    services.note_agent_fact(actor=chief, account=found.colleague, kind="quota", quota=4)
    services.note_agent_fact(actor=chief, account=found.third, kind="quota", quota=4)
    return found


@pytest.fixture
def files(centre) -> list[Dossier]:
    """Three dossiers of the worker; tasks with and without a dossier, a duty, and a part in the first one."""
    people = [make_person(name, "Léa", "1990-01-01") for name in ("Un", "Deux", "Trois")]
    found = [make_dossier(centre, person) for person in people]
    for number, dossier in enumerate(found):
        open_item(
            actor=centre.actor("worker"),
            subject=SubjectRef("dossier", dossier.pk),
            title=TITLE,
            owner=centre.worker,
            queue="social_worker",
            unit_id=dossier.unit_id,
            dossier_id=dossier.pk,
            due_on=clock.today() + timedelta(days=number),
            key="lease",
        )
    open_item(
        actor=centre.actor("worker"),
        subject=SubjectRef("account", centre.worker.pk),
        title=TITLE,
        owner=centre.worker,
        queue="social_worker",
        unit_id=centre.north.pk,
        key="other",
    )
    services.record_intervention(actor=centre.actor("worker"), dossier=fresh(found[0]), role="housing", account=centre.worker)
    return found


def leave(centre, on: dt.date | None = None, **more) -> Departure:
    chief = centre.actor("chief")
    departure, _plan = services.plan_departure(actor=chief, account=centre.worker, on=on or clock.today(), **more)
    services.carry_out(actor=chief, departure=departure)
    return Departure.unscoped.get(pk=departure.pk)


def heirs(files) -> list[str]:
    return [Referent.unscoped.filter(dossier=one, role="main").at(clock.today()).get().account.display_name for one in files]


# Looking first ---------------------------------------------------------------------------------------------------------
def test_the_dry_run_shares_evenly_by_quota_and_writes_nothing(centre, files) -> None:
    lines = MutationLine.objects.count()
    found = selectors.plan(centre.actor("chief"), centre.worker, clock.today())
    assert [(row.dossier.pk, found.people[row.heir].display_name, row.tasks) for row in found.rows] == [
        (files[0].pk, "Sami Aerts", 1),
        (files[1].pk, "Tom Weber", 1),
        (files[2].pk, "Sami Aerts", 1),
    ]
    assert [(row.before.name, row.before.load, row.after.load) for row in found.loads] == [
        ("Karim Benali", 0, 0),
        ("Sami Aerts", 0, 2),
        ("Tom Weber", 0, 1),
    ]
    assert (found.other_tasks, found.elsewhere, found.without_heir) == (1, False, 0)
    assert MutationLine.objects.count() == lines


def test_the_page_shows_before_and_after_and_a_choice_changes_it(client, centre, files) -> None:
    client.force_login(centre.chief)
    url = reverse("dossiers:leaving", args=[centre.worker.uuid])
    text = client.get(url).content.decode()
    assert text.count("<select") == 3
    assert "0 sur 4" in text
    sent = {"on": clock.today().isoformat(), f"heir-{files[0].pk}": str(centre.third.pk), IDEMPOTENCY_FIELD: "a" * 32}
    looked = client.post(url, sent | {"look": "1"})
    assert looked.status_code == 200
    assert f'value="{centre.third.pk}" selected' in looked.content.decode()
    assert "a" * 32 not in looked.content.decode()  # what is sent after a look is not taken for the look repeated
    assert not Departure.unscoped.exists()
    for who in (centre.worker, centre.colleague, centre.clerk, centre.administrator, centre.auditor):
        client.force_login(who)
        assert client.get(url).status_code == 404


# One action ------------------------------------------------------------------------------------------------------------
def test_one_action_ends_the_functions_and_hands_everything_over(client, centre, files) -> None:
    write_down(
        actor=centre.actor("worker"),
        dossier=fresh(files[1]),
        kind="note",
        text="Suivi du loyer",
        follow=NextStep("Demander la preuve de loyer", clock.today(), owner=centre.worker.pk, every="month"),
    )
    client.force_login(centre.chief)
    url = reverse("dossiers:leaving", args=[centre.worker.uuid])
    sent = client.post(url, {"on": clock.today().isoformat(), "sure": "1", f"heir-{files[2].pk}": str(centre.third.pk)})
    departure = Departure.unscoped.get()
    assert (sent.status_code, sent["Location"]) == (303, reverse("dossiers:departure", args=[departure.uuid]))
    assert heirs(files) == ["Sami Aerts", "Tom Weber", "Tom Weber"] or heirs(files) == ["Sami Aerts", "Sami Aerts", "Tom Weber"]
    assert not FunctionGrant.objects.at(clock.today()).filter(account=centre.worker).exists()
    assert actor_for(centre.worker).grants == frozenset()
    follows = dict(zip([one.pk for one in files], heirs(files), strict=True))
    moved = WorkItem.unscoped.filter(dossier_key__in=follows, state="open", title=TITLE)
    assert {row.dossier_key: row.owner.display_name for row in moved} == follows
    assert WorkItem.unscoped.filter(owner=centre.worker, state="open").count() == 0
    loose = WorkItem.unscoped.get(subject_type="account")
    assert (loose.owner, loose.queue) == (None, "social_worker")
    act = Intervention.unscoped.filter(dossier=files[0]).at(clock.today()).get()
    assert act.account.display_name == follows[files[0].pk]
    assert Action.unscoped.get().owner.display_name == follows[files[1].pk]
    for one in files:
        assert MutationLine.objects.filter(stream=f"dossier:{one.pk}", verb="dossier.handover").count() == 1
    told = WorkItem.unscoped.filter(subject_type="departure", state="open")
    assert {row.owner.display_name for row in told} == set(follows.values())


def test_on_a_later_day_the_agent_works_until_then_and_the_night_moves_the_tasks(centre, files) -> None:
    on = clock.today() + timedelta(days=3)
    departure = leave(centre, on)
    assert heirs(files) == ["Amélie Lambrecht"] * 3
    assert Referent.unscoped.filter(dossier=files[0], role="main").at(on).get().account == centre.colleague
    assert departure.worked_at is None
    rows = proposals(fresh(files[0]), need_of(files[0]))[0]
    assert {row.agent.name: row.why_not for row in rows}["Amélie Lambrecht"] == ("going",)
    assert WorkItem.unscoped.filter(owner=centre.worker, state="open", subject_type="dossier").count() == 3
    assert actor_for(centre.worker).has("social_worker")
    departures(None)  # type: ignore[arg-type]
    assert WorkItem.unscoped.filter(owner=centre.worker, state="open", subject_type="dossier").count() == 3
    with clock.travel(clock.now() + timedelta(days=3)):
        departures(None)  # type: ignore[arg-type]
        departures(None)  # type: ignore[arg-type]
        assert WorkItem.unscoped.filter(owner=centre.worker, state="open").count() == 0
        assert not actor_for(centre.worker).grants
    departure.refresh_from_db()
    assert departure.worked_at is not None


def test_nobody_free_or_a_choice_against_the_proposal_needs_words(centre, files) -> None:
    chief = centre.actor("chief")
    until = clock.today() + timedelta(days=9)
    for who in (centre.colleague, centre.third):
        services.note_agent_fact(actor=chief, account=who, kind="leave", valid_to=until)
    with pytest.raises(api.InvalidDossier) as refused:
        leave(centre)
    assert refused.value.code == "nobody"
    everything = {one.pk: centre.third.pk for one in files}
    with pytest.raises(api.InvalidDossier) as silent:
        leave(centre, chosen=everything)
    assert silent.value.field == "note"
    assert not Departure.unscoped.exists()
    assert heirs(files) == ["Amélie Lambrecht"] * 3
    leave(centre, chosen=everything, note="Il rentre lundi")
    assert heirs(files) == ["Tom Weber"] * 3
    assert set(Handover.unscoped.values_list("note", flat=True)) == {"Il rentre lundi"}


@pytest.mark.parametrize("who", ["worker", "colleague", "clerk", "administrator", "auditor"])
def test_only_the_head_of_the_service_does_it(centre, files, who: str) -> None:
    with pytest.raises((NotAllowed, api.InvalidDossier)):
        services.plan_departure(actor=centre.actor(who), account=centre.worker, on=clock.today())
    with pytest.raises((GrantRefused, api.InvalidDossier)):
        services.plan_departure(actor=centre.actor("chief"), account=centre.stranger, on=clock.today())
    assert not Departure.unscoped.exists()
    assert FunctionGrant.objects.at(clock.today()).filter(account__in=[centre.worker, centre.stranger]).count() == 2


def test_many_files_are_a_job(centre, files) -> None:
    departure, _plan = services.plan_departure(actor=centre.actor("chief"), account=centre.worker, on=clock.today())
    assert Handover.unscoped.filter(done_at__isnull=True).count() == 3
    assert heirs(files) == ["Amélie Lambrecht"] * 3
    jobs.run_pending(kinds={"dossiers.departure"}, raise_errors=True)
    assert heirs(files) == ["Sami Aerts", "Tom Weber", "Sami Aerts"]
    line = MutationLine.objects.filter(verb="dossier.handover").first()
    assert line is not None and line.actor_id == centre.chief.pk
    assert departure.uuid


def test_what_stopped_in_the_middle_is_gone_on_with_by_the_job_and_by_the_night(centre, files) -> None:
    chief = centre.actor("chief")
    on = clock.today() + timedelta(days=3)
    departure, _plan = services.plan_departure(actor=chief, account=centre.worker, on=on)
    first = Handover.unscoped.order_by("pk").first()
    hand_over(actor=chief, handover=first)  # then the page is gone
    with pytest.raises(api.InvalidDossier) as again:
        services.plan_departure(actor=chief, account=centre.worker, on=on)
    assert again.value.code == "twice"
    departures(None)  # type: ignore[arg-type]
    assert not Handover.unscoped.filter(done_at__isnull=True).exists()
    jobs.run_pending(kinds={"dossiers.departure"}, raise_errors=True)
    assert MutationLine.objects.filter(verb="dossier.handover").count() == 3
    assert WorkItem.unscoped.filter(subject_type="departure", state="open", step="give").count() == 1
    departure.refresh_from_db()
    assert departure.worked_at is None


def test_a_file_given_away_meanwhile_is_not_handed_over_and_one_that_is_done_is_left_alone(centre, files) -> None:
    chief = centre.actor("chief")
    departure, _plan = services.plan_departure(actor=chief, account=centre.worker, on=clock.today() + timedelta(days=3))
    services.assign_referent(actor=chief, dossier=fresh(files[1]), account=centre.chief)
    services.carry_out(actor=chief, departure=departure)
    row = Handover.unscoped.get(dossier=files[1])
    assert (row.done_at, bool(row.refused)) == (None, True)
    done = Handover.unscoped.get(dossier=files[0])
    lines = MutationLine.objects.count()
    hand_over(actor=chief, handover=done)
    assert MutationLine.objects.count() == lines
    assert Referent.unscoped.filter(dossier=files[1], role="main").at(clock.today() + timedelta(days=3)).get().account == centre.chief


def test_files_gained_after_the_plan_are_listed_for_the_head_who_hands_them_over(client, centre, files) -> None:
    on = clock.today() + timedelta(days=3)
    departure = leave(centre, on)
    gained = make_dossier(centre, make_person("Quatre", "Léa", "1990-01-01"))
    with clock.travel(clock.now() + timedelta(days=3)):
        departures(None)  # type: ignore[arg-type]
        task = WorkItem.unscoped.get(subject_type="departure", step=f"held-{gained.unit_id}", state="open")
        assert (task.queue, task.owner, task.why) == ("chief", None, f"Amélie Lambrecht · {gained.number}")
        client.force_login(centre.chief)
        assert gained.number in client.get(reverse("dossiers:departure", args=[departure.uuid])).content.decode()
        assert client.get(reverse("dossiers:leaving", args=[centre.worker.uuid])).status_code == 200
        leave(centre, clock.today())
        assert heirs([gained]) != ["Amélie Lambrecht"]
        task.refresh_from_db()
        assert task.state == "done"
        assert client.get(reverse("dossiers:leaving", args=[centre.worker.uuid])).status_code == 404


def test_an_heir_who_left_meanwhile_stops_nobody(centre, files) -> None:
    loose = open_item(
        actor=centre.actor("worker"), subject=SubjectRef("dossier", files[1].pk), title=TITLE, owner=centre.worker,
        unit_id=files[1].unit_id, dossier_id=files[1].pk, key="loose",
    )  # fmt: skip
    departure = leave(centre, clock.today() + timedelta(days=3))
    Account.objects.filter(pk=Handover.unscoped.get(dossier=files[1]).heir_id).update(is_active=False)
    with clock.travel(clock.now() + timedelta(days=3)):
        departures(None)  # type: ignore[arg-type]
    departure.refresh_from_db()
    loose.refresh_from_db()
    assert departure.worked_at is not None
    assert (loose.owner, loose.queue) == (None, "chief")


def test_one_departure_that_fails_does_not_stop_the_others(centre, files, monkeypatch) -> None:
    on = clock.today() + timedelta(days=3)
    departure = leave(centre, on)
    broken = Departure.unscoped.create(account=centre.third, on=clock.today(), planned_at=clock.now(), planned_by_label="x")
    real = services.leaving.tell

    def tell(*, actor, departure):
        if departure.pk == broken.pk:
            raise RuntimeError("broken")
        real(actor=actor, departure=departure)

    monkeypatch.setattr("parvis.dossiers.services.leaving.tell", tell)
    with clock.travel(clock.now() + timedelta(days=3)):
        departures(None)  # type: ignore[arg-type]
    departure.refresh_from_db()
    broken.refresh_from_db()
    assert (departure.worked_at is None, broken.worked_at) == (False, None)


def test_who_left_this_service_and_works_in_another_is_signed_for_here(centre, given) -> None:
    grant_function(
        actor=centre.actor("administrator"), account=centre.worker, function="social_worker", unit=centre.south,
        valid_from=clock.today() + timedelta(days=3),
    )  # fmt: skip
    with clock.travel(clock.now() + timedelta(days=3)):
        made = services.sign_handover(actor=centre.actor("chief"), handover=given, digest="x", note="Passée au sud")
    assert (made.side, made.instead_of) == ("gives", "Amélie Lambrecht")


def test_the_file_of_the_own_household_goes_to_somebody_else(centre, files) -> None:
    link_own_person(actor=centre.actor("auditor"), account=centre.colleague, person_id=files[0].lead_id)
    with pytest.raises(api.InvalidDossier) as refused:
        leave(centre, chosen={files[0].pk: centre.colleague.pk}, note="Il connaît la famille")
    assert refused.value.code == "own"
    assert not Departure.unscoped.exists()
    leave(centre)
    assert heirs(files)[0] == "Tom Weber"


# The page and its signatures (B5) --------------------------------------------------------------------------------------
@pytest.fixture
def given(centre, files) -> Handover:
    """To be handed over in three days; the agent is still there to sign."""
    worker = centre.actor("worker")
    api.record_situation(actor=worker, dossier=fresh(files[0]), kind="need", label="Un lit pour Inès")
    write_down(actor=worker, dossier=fresh(files[0]), kind="objective", title="Trouver un logement", text="Avant mars")
    add_entry(actor=worker, dossier=files[0], kind="note", text=SECRET, restricted=True)
    add_entry(actor=worker, dossier=files[0], kind="visit", text="Visite du studio rue Haute")
    leave(centre, clock.today() + timedelta(days=3))
    return Handover.unscoped.get(dossier=files[0])


def opened(client, account, row: Handover):
    client.force_login(account)
    return client.get(reverse("dossiers:handover", args=[row.uuid]))


def sign(client, account, row: Handover, **more):
    response = opened(client, account, row)
    data = {"digest": response.context["brief"].digest} | more
    return client.post(reverse("dossiers:handover", args=[row.uuid]), data)


def test_the_page_says_what_the_successor_needs_and_nothing_restricted(client, centre, given) -> None:
    for who in (centre.worker, centre.colleague, centre.chief):
        text = opened(client, who, given).content.decode()
        for said in ("Un lit pour Inès", "Trouver un logement", "Visite du studio rue Haute", "Revoir le bail", "Amélie Lambrecht"):
            assert said in text
        assert SECRET not in text
    for who in (centre.third, centre.clerk, centre.stranger, centre.auditor, centre.administrator):
        assert opened(client, who, given).status_code == 404


def test_both_sign_and_the_journal_tells_it_once(client, centre, given) -> None:
    assert sign(client, centre.worker, given).status_code == 303
    assert not Entry.unscoped.filter(message__text="Dossier handed over by %(before)s to %(after)s, signed by both").exists()
    assert sign(client, centre.colleague, given).status_code == 303
    rows = {(row.side, row.account_id, row.instead_of) for row in HandoverSignature.unscoped.filter(handover=given)}
    assert rows == {("gives", centre.worker.pk, ""), ("takes", centre.colleague.pk, "")}
    assert (
        Entry.unscoped.filter(dossier=given.dossier, message__text="Dossier handed over by %(before)s to %(after)s, signed by both").count()
        == 1
    )
    assert MutationLine.objects.filter(verb="dossier.handover.sign").count() == 2
    given.refresh_from_db()
    assert given.signed == 2
    digest = opened(client, centre.worker, given).context["brief"].digest
    again = client.post(reverse("dossiers:handover", args=[given.uuid]), {"digest": digest})
    assert again.status_code == 404
    assert HandoverSignature.unscoped.count() == 2


def test_a_page_that_changed_meanwhile_is_read_again(client, centre, given) -> None:
    digest = opened(client, centre.colleague, given).context["brief"].digest
    api.record_situation(actor=centre.actor("worker"), dossier=fresh(given.dossier), kind="need", label="Une cuisinière")
    refused = client.post(reverse("dossiers:handover", args=[given.uuid]), {"digest": digest})
    assert refused.status_code == 422
    assert "Une cuisinière" in refused.content.decode()
    assert not HandoverSignature.unscoped.exists()


def test_the_head_sees_what_is_not_signed_and_signs_for_who_has_left(client, centre, given) -> None:
    client.force_login(centre.chief)
    page = client.get(reverse("dossiers:departure", args=[given.departure.uuid]))
    assert page.context["unsigned"] == 3
    with pytest.raises(NotAllowed):
        services.sign_handover(actor=centre.actor("chief"), handover=given, digest="x", note="pour elle")
    with clock.travel(clock.now() + timedelta(days=3)):
        with pytest.raises(api.InvalidDossier) as silent:
            services.sign_handover(actor=centre.actor("chief"), handover=given, digest="x")
        assert silent.value.field == "note"
        made = services.sign_handover(actor=centre.actor("chief"), handover=given, digest="x", note="Partie sans signer")
    assert (made.side, made.instead_of, made.label) == ("gives", "Amélie Lambrecht", "Karim Benali")


def test_the_head_of_the_whole_centre_sees_every_hand_over_of_a_file_that_is_open_to_him(centre, given) -> None:
    everywhere, elsewhere = an_account("chief", name="Chef partout"), an_account("chief", unit=centre.south, name="Chef du sud")
    seen = [Handover.objects.visible_to(actor_for(one)).filter(pk=given.pk).exists() for one in (everywhere, elsewhere, centre.chief)]
    assert seen == [True, False, True]


def test_the_task_closes_with_the_last_signature(client, centre, given) -> None:
    mine = WorkItem.unscoped.get(subject_type="departure", step="give")
    assert (mine.owner, mine.state) == (centre.worker, "open")
    for row in Handover.unscoped.order_by("pk"):
        assert WorkItem.unscoped.get(pk=mine.pk).state == "open"
        services.sign_handover(actor=centre.actor("worker"), handover=row, digest="x")
    assert WorkItem.unscoped.get(pk=mine.pk).state == "done"


def test_the_page_and_the_bundle_are_printed(client, centre, given) -> None:
    publish_letter_head(actor=system_actor("test"), name="CPAS de Valmont", lines=["Rue Neuve 12"])
    client.force_login(centre.colleague)
    single = client.get(reverse("dossiers:handover", args=[given.uuid]) + "?as=pdf")
    both = client.get(reverse("dossiers:handover_bundle", args=[given.departure.uuid, centre.colleague.uuid]))
    for response in (single, both):
        assert response["Content-Type"] == "application/pdf"
        assert response.content.startswith(b"%PDF")
        assert "CPAS de Valmont" in PdfReader(io.BytesIO(response.content)).pages[0].extract_text()  # the letter head in force (A9)
    assert MutationLine.objects.filter(verb="dossier.handover.print").count() == 3
    assert client.get(reverse("dossiers:handover_bundle", args=[given.departure.uuid, centre.third.uuid])).status_code == 404


def test_what_is_printed_asks_the_second_factor_and_a_signature_prints_nothing(client, centre, given) -> None:
    digest = opened(client, centre.colleague, given).context["brief"].digest
    page = reverse("dossiers:handover", args=[given.uuid])
    signed = client.post(f"{page}?as=pdf", {"digest": digest})
    assert (signed.status_code, HandoverSignature.unscoped.count()) == (303, 1)
    with_totp(centre.colleague)
    printed = MutationLine.objects.filter(verb="dossier.handover.print")
    departure = reverse("dossiers:departure", args=[given.departure.uuid])
    bundle = reverse("dossiers:handover_bundle", args=[given.departure.uuid, centre.colleague.uuid])
    for url, back in ((bundle, departure), (f"{page}?as=pdf", page)):
        asked = client.get(url)
        assert (asked.status_code, asked["Location"]) == (303, f"/account/prove/?{urlencode({'next': back})}")
    assert printed.count() == 0
