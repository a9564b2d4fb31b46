"""Exceptional opening, sectors, four eyes under a proxy: what each opens, and what it never does (A20, B26, B30, C10)."""

import datetime as dt
from dataclasses import replace

import pytest
from django.urls import reverse

from parvis.accounting.access import why_not_release
from parvis.accounting.enums import OrderState
from parvis.accounting.models import PaymentOrder
from parvis.contacts.api import hide_address, set_address
from parvis.decisions.access import may_review
from parvis.decisions.models import Proposal
from parvis.dossiers.access import may_change, never_opened, only_reads
from parvis.dossiers.api import add_member, assign_referent, change_lead, close_dossier, member_leaves, record_situation
from parvis.dossiers.models import Dossier
from parvis.dossiers.services import grants
from parvis.identity.api import (
    Opening,
    OpeningRefused,
    actor_by_proxy,
    add_agent_to_sector,
    answer_proxy,
    create_sector,
    offer_proxy,
    update_sector,
)
from parvis.journal.api import add_entry
from parvis.journal.models import Entry
from parvis.kernel import clock
from parvis.kernel.errors import NotAllowed
from parvis.kernel.models import MutationLine, ReadLine
from parvis.kernel.subject import SubjectRef
from parvis.workflows.models import WorkItem
from tests.contacts.factories import make_person
from tests.identity.factories import SYSTEM, an_account, as_actor

from .factories import Centre, make_centre, make_dossier

pytestmark = pytest.mark.django_db
REASON = "Appel de l'hôpital, la référente est absente"


@pytest.fixture
def centre() -> Centre:
    return make_centre()


@pytest.fixture
def dossier(centre: Centre) -> Dossier:
    return make_dossier(centre)


def sees(actor, dossier: Dossier) -> bool:
    return Dossier.objects.visible_to(actor).filter(pk=dossier.pk).exists()


def by_proxy(giver, holder, **more):
    today = clock.today()
    proxy = offer_proxy(
        actor=as_actor(giver), holder=holder, valid_from=today, valid_to=today + dt.timedelta(days=7), reason="congé", **more
    )
    return actor_by_proxy(answer_proxy(actor=as_actor(holder), proxy=proxy, accept=True))


# Exceptional opening ---------------------------------------------------------------------------------------------------
@pytest.mark.db
def test_a_stranger_opens_by_exact_number_for_a_set_time_and_three_people_are_told(client, centre, dossier):
    client.force_login(centre.stranger)
    page = reverse("dossiers:detail", args=[dossier.uuid])
    assert client.get(page).status_code == 404
    answer = client.post(reverse("dossiers:exceptional"), {"number": dossier.number, "reason": REASON})
    assert (answer.status_code, answer["Location"]) == (303, page)
    assert client.get(page).status_code == 200
    opening = Opening.objects.get()
    assert opening.expires_at - opening.opened_at == dt.timedelta(hours=4)
    told = {(item.queue, item.owner_id, item.unit_id) for item in WorkItem.unscoped.filter(dossier_key=dossier.pk)}
    assert told == {
        ("chief", None, centre.north.pk),
        ("auditor", None, None),
        ("social_worker", centre.worker.pk, centre.north.pk),
    }
    assert all(REASON in item.why for item in WorkItem.unscoped.filter(dossier_key=dossier.pk))
    read = ReadLine.objects.filter(actor_id=centre.stranger.pk, screen="dossiers.detail").get()
    assert read.purpose == f"opening: {REASON}"
    assert MutationLine.objects.filter(verb="dossier.opened_exceptionally", subject_id=dossier.pk).exists()
    Opening.objects.update(expires_at=clock.now() - dt.timedelta(seconds=1))
    assert client.get(page).status_code == 404
    assert dossier.number not in client.get(reverse("dossiers:index")).content.decode()


@pytest.mark.parametrize(
    ("number", "reason", "code"),
    [("2099-00001", REASON, "no_file"), ("", REASON, "no_file"), (None, "urgent", "reason")],
)
def test_no_number_no_reason_no_opening(centre, dossier, number, reason, code):
    with pytest.raises(OpeningRefused) as refusal:
        grants.break_glass(actor=centre.actor("stranger"), number=dossier.number if number is None else number, reason=reason)
    assert refusal.value.code == code
    assert Opening.objects.count() == 0
    assert not WorkItem.unscoped.exists()


def test_who_sees_the_file_already_opens_nothing(centre, dossier):
    grants.break_glass(actor=centre.actor("colleague"), number=dossier.number, reason=REASON)
    assert Opening.objects.count() == 0


def test_an_administrator_and_a_proxy_never_ask(client, centre, dossier):
    for actor in (centre.actor("administrator"), by_proxy(centre.stranger, an_account("clerk", unit=centre.south))):
        with pytest.raises(NotAllowed):
            grants.break_glass(actor=actor, number=dossier.number, reason=REASON)
    assert Opening.objects.count() == 0


def test_an_opening_is_personal_it_does_not_travel_with_a_proxy(centre, dossier):
    grants.break_glass(actor=centre.actor("stranger"), number=dossier.number, reason=REASON)
    assert sees(centre.actor("stranger"), dossier)
    assert not sees(by_proxy(centre.stranger, an_account("clerk", unit=centre.south)), dossier)


def test_it_opens_one_file_and_the_classes_of_the_function_only(client, centre, dossier):
    other = make_dossier(centre, None)
    member = centre.member
    grants.break_glass(actor=as_actor(member), number=dossier.number, reason=REASON)
    actor = as_actor(member)
    assert (sees(actor, dossier), sees(actor, other)) == (True, False)
    for kind, text in (("health", "traitement lourd"), ("social", "visite à domicile")):
        add_entry(actor=centre.actor("worker"), dossier=dossier, text=text, data_class=kind, kind="note")
    assert list(Entry.objects.visible_to(actor).filter(kind="note").values_list("data_class", flat=True)) == ["social"]


@pytest.mark.parametrize("gesture", ["note", "member", "member_leaves", "situation", "referent", "lead", "close"])
def test_an_opening_shows_and_lets_nobody_write(centre, dossier, gesture):
    person = make_person("Ailleurs", "Ada")
    grants.break_glass(actor=centre.actor("stranger"), number=dossier.number, reason=REASON)
    actor = centre.actor("stranger")
    gestures = {
        "note": lambda: add_entry(actor=actor, dossier=dossier, text="je passe", kind="note"),
        "member": lambda: add_member(actor=actor, dossier=dossier, person=person, role="child"),
        "member_leaves": lambda: member_leaves(actor=actor, dossier=dossier, person=person, on=clock.today()),
        "situation": lambda: record_situation(actor=actor, dossier=dossier, kind="social", label="loyer impayé"),
        "referent": lambda: assign_referent(actor=actor, dossier=dossier, account=centre.stranger),
        "lead": lambda: change_lead(actor=actor, dossier=dossier, person=person),
        "close": lambda: close_dossier(actor=actor, dossier=dossier, reason="doublon"),
    }
    before = (MutationLine.objects.count(), Entry.unscoped.count(), dossier.version)
    with pytest.raises(NotAllowed):
        gestures[gesture]()
    assert sees(actor, dossier)
    kept = Dossier.unscoped.get(pk=dossier.pk)
    assert (MutationLine.objects.count(), Entry.unscoped.count(), kept.version) == before
    assert (kept.status, kept.lead_id) == ("open", dossier.lead_id)


def test_who_has_the_file_in_scope_writes_although_an_opening_is_kept(centre, dossier):
    actor = replace(centre.actor("colleague"), opened=frozenset({("dossier", dossier.pk)}))
    assert (may_change(actor, dossier), only_reads(actor, dossier)) == (True, False)
    assert add_entry(actor=actor, dossier=dossier, text="visite", kind="note").dossier_id == dossier.pk


def test_the_page_of_a_file_opened_exceptionally_offers_nothing_to_write(client, centre, dossier):
    adding = reverse("journal:add", args=[dossier.uuid])
    client.force_login(centre.colleague)
    assert f'action="{adding}"' in client.get(reverse("dossiers:detail", args=[dossier.uuid])).content.decode()
    client.force_login(centre.stranger)
    client.post(reverse("dossiers:exceptional"), {"number": dossier.number, "reason": REASON})
    page = client.get(reverse("dossiers:detail", args=[dossier.uuid])).content.decode()
    assert dossier.number in page
    assert f'action="{adding}"' not in page
    assert reverse("dossiers:close", args=[dossier.uuid]) not in page


def test_a_protected_address_stays_hidden(client, centre, dossier):
    set_address(
        actor=centre.actor("worker"), person=dossier.lead, street="Rue du Refuge", number="7", postal_code="4999", municipality="Valmont"
    )
    hide_address(actor=centre.actor("worker"), person=dossier.lead)
    client.force_login(centre.stranger)
    client.post(reverse("dossiers:exceptional"), {"number": dossier.number, "reason": REASON})
    page = client.get(reverse("dossiers:detail", args=[dossier.uuid]))
    assert page.status_code == 200
    assert "Refuge" not in page.content.decode()


def test_the_chief_and_the_auditor_close_it_a_colleague_does_not(client, centre, dossier):
    grants.break_glass(actor=centre.actor("stranger"), number=dossier.number, reason=REASON)
    opening = Opening.objects.get()
    with pytest.raises(NotAllowed):
        grants.close_opening(actor=centre.actor("colleague"), opening=opening)
    assert sees(centre.actor("stranger"), dossier)
    grants.close_opening(actor=centre.actor("chief"), opening=opening)
    assert not sees(centre.actor("stranger"), dossier)


def test_the_page_says_the_same_of_a_number_that_is_not_there(client, centre, dossier):
    client.force_login(centre.stranger)
    answer = client.post(reverse("dossiers:exceptional"), {"number": "2099-00001", "reason": REASON})
    assert answer.status_code == 422
    assert "2099-00001" in answer.content.decode()


def test_a_forbidden_file_is_in_no_opening(centre, dossier):
    """The rule that keeps recused members out stands in the scope itself (see also tests/architecture/test_simulation.py)."""
    assert Dossier.unscoped.filter(never_opened(centre.actor("member")), pk=dossier.pk).exists()


# Sectors ---------------------------------------------------------------------------------------------------------------
@pytest.mark.db
def test_a_file_of_a_sector_is_seen_by_its_agents_and_by_those_without_sector(centre, dossier):
    youth, asylum = create_sector(actor=SYSTEM, code="JEUN", name="Jeunesse"), create_sector(actor=SYSTEM, code="ASYL", name="Asile")
    plain = make_dossier(centre)
    add_agent_to_sector(actor=SYSTEM, account=centre.colleague, sector=youth)
    grants.set_sectors(actor=centre.actor("chief"), dossier=dossier, sectors=[asylum])
    assert not sees(centre.actor("colleague"), dossier)
    assert sees(centre.actor("colleague"), plain)
    assert sees(centre.actor("clerk"), dossier)
    add_agent_to_sector(actor=SYSTEM, account=centre.colleague, sector=asylum)
    assert sees(centre.actor("colleague"), dossier)
    grants.set_sectors(actor=centre.actor("chief"), dossier=Dossier.unscoped.get(pk=dossier.pk), sectors=[])
    assert Dossier.objects.visible_to(centre.actor("colleague")).count() == 2


@pytest.mark.db
def test_a_reserved_sector_is_for_its_agents_the_referent_and_the_auditor(client, centre, dossier):
    asylum = create_sector(actor=SYSTEM, code="ASYL", name="Asile", reserved=True)
    grants.set_sectors(actor=centre.actor("chief"), dossier=dossier, sectors=[asylum])
    seen = {name: sees(centre.actor(name), dossier) for name in ("worker", "colleague", "chief", "clerk", "payer", "auditor")}
    assert seen == {"worker": True, "colleague": False, "chief": False, "clerk": False, "payer": False, "auditor": True}
    client.force_login(centre.colleague)
    assert client.get(reverse("dossiers:detail", args=[dossier.uuid])).status_code == 404
    assert dossier.number not in client.get(reverse("dossiers:index"), {"export": "csv"}).getvalue().decode()
    update_sector(actor=SYSTEM, sector=asylum, name={"fr": "Asile"}, reserved=False)
    assert sees(centre.actor("colleague"), dossier)


def test_only_the_chief_of_the_unit_sets_sectors(centre, dossier):
    sector = create_sector(actor=SYSTEM, code="ASYL", name="Asile")
    for name in ("worker", "clerk", "stranger", "administrator"):
        with pytest.raises(NotAllowed):
            grants.set_sectors(actor=centre.actor(name), dossier=dossier, sectors=[sector])
    assert dossier.sectors.model.unscoped.count() == 0


# Proxies and four eyes -------------------------------------------------------------------------------------------------
def test_a_proxy_sees_the_giver_s_files_and_no_more(centre, dossier):
    holder = an_account("clerk", unit=centre.south)
    actor = by_proxy(centre.worker, holder)
    assert sees(actor, dossier)
    assert not sees(as_actor(holder), dossier)
    stranger = by_proxy(centre.stranger, an_account("clerk", unit=centre.south))
    assert not sees(stranger, dossier)


def test_a_proxy_for_some_files_covers_these_only(centre, dossier):
    other = make_dossier(centre)
    holder = an_account("clerk", unit=centre.south)
    actor = by_proxy(centre.worker, holder, only=[SubjectRef("dossier", dossier.pk)], only_label=dossier.number)
    assert (sees(actor, dossier), sees(actor, other)) == (True, False)
    assert Dossier.objects.visible_to(actor).count() == 1


def test_a_note_for_author_and_chief_opens_to_no_proxy(centre, dossier):
    add_entry(actor=centre.actor("colleague"), dossier=dossier, text="confié sous le sceau", kind="note", restricted=True)
    assert Entry.objects.visible_to(centre.actor("chief")).filter(restricted=True).count() == 1
    for giver in (centre.chief, centre.colleague):
        assert Entry.objects.visible_to(by_proxy(giver, an_account("clerk"))).filter(restricted=True).count() == 0


def test_who_prepared_never_releases_whoever_lends_the_right(centre):
    preparer, releaser, both = an_account("payer"), an_account("releaser"), an_account("payer", "releaser")
    order = PaymentOrder(state=OrderState.PREPARED, prepared_by_id=preparer.pk)
    assert why_not_release(as_actor(releaser), order) == ""
    assert why_not_release(by_proxy(releaser, preparer), order) != ""
    theirs = PaymentOrder(state=OrderState.PREPARED, prepared_by_id=both.pk)
    assert why_not_release(by_proxy(both, an_account("clerk")), theirs) != ""


def test_nobody_reviews_their_own_proposal_by_proxy(centre):
    author, chief = centre.worker, centre.chief
    mine = Proposal(unit_id=centre.north.pk, author_id=author.pk)
    assert may_review(as_actor(chief), mine)
    acting = by_proxy(chief, author)
    assert not may_review(acting, mine)
    assert not may_review(acting, Proposal(unit_id=centre.north.pk, author_id=chief.pk))
    assert may_review(acting, Proposal(unit_id=centre.north.pk, author_id=centre.colleague.pk))
