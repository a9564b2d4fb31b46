"""A small world for the tests that look at every page: two dossiers in two units, cases at several stages, played through the services."""

from __future__ import annotations

import copy
import datetime as dt
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

from parvis.accounting.models import BankFile, CentreAccount, PaymentOrder, Voucher
from parvis.agenda import services as agenda
from parvis.aid.models import Attestation, Claim, DueLine, Entitlement
from parvis.aid.services.types import add_aid_type
from parvis.api.enums import CLASSES, Scope
from parvis.api.services import create_application, create_token
from parvis.connectors.api import Happening, register_file
from parvis.connectors.models import Answer, Call
from parvis.contacts import api as contacts
from parvis.decisions.models import AgendaItem, Committee, Decision, DelegationLimit, LegalOpinion, Membership, Minutes, Proposal, Session
from parvis.decisions.services import sessions
from parvis.demo import archives, cast, money, reference, stage
from parvis.demo.turns import play_turns
from parvis.documents.api import Envelope, attach, blocks_to_json, draft_letter
from parvis.documents.models import Document
from parvis.dossiers.api import Dossier, assign_referent, offer_transfer
from parvis.dossiers.models import DestructionList, Handover
from parvis.dossiers.services import add_known, agents, custom, grants, leaving
from parvis.identity.api import Account, Opening, Unit, actor_for, add_agent_to_sector, create_sector, offer_proxy
from parvis.identity.demo import username
from parvis.identity.services.lists import save_view
from parvis.journal.models import Action, Turn
from parvis.journal.services import NextStep, write_down
from parvis.journal.services.texts import save_text
from parvis.kernel import clock, jobs
from parvis.kernel.actor import system_actor
from parvis.kernel.gestures import gesture_scope
from parvis.kernel.periods import next_month
from parvis.kernel.subject import SubjectRef
from parvis.kernel.terms import is_closed
from parvis.mailings import services as mailings
from parvis.socialdata.api import RegisterAlert, ask_extracts, receive_file
from parvis.takeover.models import Import
from parvis.workflows.models import Away, WorkItem
from tests.support import replay

ROLES: dict[str, str] = {
    # name in the matrix: who signs in. The dossier under test is followed by Amélie Lambrecht, in the North team.
    "clerk": "sabine.collin",
    "social_worker (referent)": "amelie.lambrecht",
    "social_worker (other unit)": "luc.hardy",
    "chief (of the unit)": "benoit.delvaux",
    "chief (other unit)": "francoise.michaux",
    "nurse": "chloe.mertens",
    "lawyer": "olivier.renard",
    "committee_secretary": "isabelle.thonon",
    "president": "claire.warnant",
    "committee_member": "michel.dubuisson",
    "committee_member (recused)": "rosa.ferreira",
    "payer": "pascal.gillet",
    "releaser": "veronique.simon",
    "accountant": "thierry.maes",
    "register_cell": "ines.marchal",
    "auditor": "anne.bastin",
    "administrator": "david.kaiser",
}
OTHERS = ("anonymous", "citizen (own request)", "citizen (other request)")


@dataclass
class World:
    plays: dict[str, stage.Play] = field(default_factory=dict)
    things: dict[str, Any] = field(default_factory=dict)
    #: What a program of each role sends.
    secrets: dict[str, str] = field(default_factory=dict)

    def account(self, role: str) -> Account:
        return Account.objects.get(username=username(ROLES[role]))


def _case(key: str, **changes: Any) -> cast.Case:
    return replace(next(case for case in cast.CASES if case.key == key), **changes)


def _walk(play: stage.Play, *steps: Any) -> stage.Play:
    for step in steps:
        step(play)
        stage.run_jobs()
    return play


def _import(world: World) -> Import:
    """A dry run done: one new person, one like somebody known, one error."""
    from parvis.identity.api import actor_for
    from parvis.takeover import services as takeover

    data = b"Id;Nom;Pr\xc3\xa9nom;Date de naissance\n1;Nouveau;Paul;01/02/1990\n2;;Vide;\n"
    admin = actor_for(world.account("administrator"))
    imported = takeover.upload(actor=admin, source="Ancien", name="ancien.csv", data=data)
    takeover.confirm_columns(actor=admin, imported=imported, mapping=imported.mapping, options={})
    stage.run_jobs()
    return Import.unscoped.get(pk=imported.pk)


def _rehearsals(world: World) -> dict[str, Any]:
    """A month with one difference that nobody has explained, and one of another system that is live."""
    from parvis.identity.api import actor_for
    from parvis.takeover import services as takeover
    from parvis.takeover.enums import FileKind
    from parvis.takeover.models import Difference, Rehearsal

    data = b"Id;Nom;Aide;Pay\xc3\xa9;IBAN;Mois\n9;Inconnu Jean;RIS;876,13;BE68 5390 0754 7034;10/2026\n"
    admin, payer, releaser = (actor_for(world.account(role)) for role in ("administrator", "payer", "releaser"))
    for source in ("Ancien", "Plus ancien"):
        imported = takeover.upload(actor=admin, source=source, name="paiements.csv", data=data, kind=FileKind.PAYMENTS)
        takeover.confirm_columns(actor=admin, imported=imported, mapping=imported.mapping, options={})
        stage.run_jobs()
        takeover.start_apply(actor=admin, imported=Import.unscoped.get(pk=imported.pk))
        stage.run_jobs()
        takeover.start_rehearsal(actor=payer, source=source, month=dt.date(2026, 10, 1))
    row = Rehearsal.unscoped.get(source="Plus ancien")
    ids = list(Difference.unscoped.filter(rehearsal=row).values_list("pk", flat=True))
    takeover.explain(actor=payer, rehearsal=row, ids=ids, words="Parti en septembre, payé par erreur.")
    takeover.go_live(actor=releaser, rehearsal=row)
    return {"rehearsal": Rehearsal.unscoped.get(source="Ancien"), "live_rehearsal": Rehearsal.unscoped.get(pk=row.pk)}


def build() -> World:
    """In a transaction of the caller's, which it rolls back."""
    replay.begins()
    return _build()


@replay.replayed
def _build() -> World:
    """Play it. Everything lies in the transaction of the test."""
    world = World()
    play_turns(dt.datetime(2013, 1, 7, 9, tzinfo=dt.UTC), archives.turns())
    reference.load()
    stage.forget()
    path = (stage.send, stage.identify, stage.inquire, stage.draft, stage.submit, stage.review)
    done = _walk(stage.Play(_case("claessens", unit="SSG-NORD", language="nl")), *path)
    session = stage.plan_session(clock.now() + timedelta(minutes=5))
    stage.fill_session_with(session, [done.proposal])
    stage.hold_session(session, {done.proposal.pk: done})
    stage.run_jobs()
    stage.notify(done)
    stage.run_jobs()
    rejected = _walk(stage.Play(_case("traore", unit="SSG-NORD", state="rejected")), *path)
    second = stage.plan_session(clock.now() + timedelta(minutes=6))
    stage.fill_session_with(second, [rejected.proposal])
    stage.hold_session(second, {rejected.proposal.pk: rejected})
    for play in (done, rejected):
        money.pay_first(play)
        stage.run_jobs()
        money.bank_answers(play)
    waiting = _walk(stage.Play(_case("bodart", state="legal")), *path)
    other = _walk(stage.Play(_case("petrov", unit="SSG-SUD", hidden=True)), *path)
    draft = _walk(stage.Play(_case("simon")), *path[:4])
    fresh = _walk(stage.Play(_case("sent1", channel="portal")), stage.send)
    urgent = _walk(stage.Play(_case("urgent1")), stage.send, stage.identify)
    agenda = stage.plan_session(clock.now() + timedelta(days=1))
    stage.fill_session_with(agenda, [waiting.proposal, other.proposal])
    stage.run_jobs()
    item = AgendaItem.unscoped.get(session=agenda, proposal=waiting.proposal)
    recused = world.account("committee_member (recused)")
    sessions.declare_recusal(
        actor=stage.agent(stage.SECRETARY), item=item, account_id=recused.pk, label=recused.display_name, reason="parenté"
    )
    call = Call.unscoped.order_by("pk").first()
    world.plays = {"done": done, "waiting": waiting, "other": other, "draft": draft, "fresh": fresh, "urgent": urgent}
    dossier = Dossier.unscoped.get(pk=waiting.request.dossier_id)
    finished = Dossier.unscoped.get(pk=done.request.dossier_id)
    world.things = {
        "dossier": dossier,
        "finished": finished,
        "person": waiting.notes["person"],
        "organisation": contacts.create_organisation(actor=stage.agent("luc.hardy"), name="Immo du Parc", kinds=["landlord"]),
        "request": waiting.request,
        "fresh": fresh.request,
        "line": waiting.line,
        "urgent_line": urgent.line,
        "draft_line": draft.line,
        "proposal": Proposal.unscoped.get(pk=waiting.proposal.pk),
        "draft": Proposal.unscoped.get(pk=draft.proposal.pk),
        "opinion": LegalOpinion.unscoped.filter(proposal=waiting.proposal).first(),
        "agenda": Session.unscoped.get(pk=agenda.pk),
        "session": Session.unscoped.get(pk=session.pk),
        "item": item,
        "minutes": Minutes.unscoped.filter(session=session).first(),
        "decision": Decision.unscoped.get(pk=done.decision.pk),
        "document": Document.unscoped.filter(dossier_id=dossier.pk).order_by("pk").first(),
        "task": WorkItem.unscoped.filter(subject_type="request_line", subject_id=draft.line.pk, closed_at__isnull=True).first(),
        "order": PaymentOrder.unscoped.order_by("pk").first(),
        "centre_account": CentreAccount.objects.order_by("pk").first(),
        "committee": Committee.objects.get(key="csss"),
        "mandate": Membership.objects.order_by("pk").first(),
        "limit": DelegationLimit.objects.order_by("pk").first(),
        "bank_file": BankFile.unscoped.order_by("pk").first(),
        "voucher": Voucher.unscoped.order_by("pk").first(),
        "entitlement": Entitlement.unscoped.order_by("pk").first(),
        "due": DueLine.unscoped.filter(state="rejected").first(),
        "claim": Claim.unscoped.order_by("pk").first(),
        "call": call,
        "call_answer": Answer.unscoped.filter(call=call).first(),
        "done_line": done.line,
        "unit": Unit.objects.get(code="SSG-NORD"),
        "account": world.account("clerk"),
        "import": _import(world),
        **_rehearsals(world),
        **_rights(dossier),
        **_attested(),
        "view": save_view(
            actor=actor_for(world.account("chief (of the unit)")),
            key="dossiers",
            name="Retards du Nord",
            address="status=open",
            shared="unit",
            unit=Unit.objects.get(code="SSG-NORD"),
        ),
        **_journal(dossier),
        **_own_fields(dossier),
        **_mailings(world, dossier),
        **_appointments(world, dossier),
        **_registers(world, dossier),
    }
    world.things["transfer"] = offer_transfer(
        actor=actor_for(world.account("social_worker (referent)")),
        dossier=Dossier.unscoped.select_related("unit").get(pk=dossier.pk),
        unit=Unit.objects.get(code="SSG-SUD"),
        reason="Déménagement",
    )
    world.things["known"] = add_known(
        actor=actor_for(world.account("auditor")), family_name="Dumortier", given_names="Célestin", reason="Chanteur connu ici"
    )
    world.things["orphan"] = attach(
        actor=actor_for(world.account("social_worker (referent)")),
        subject=SubjectRef("person", world.things["person"].pk),
        file=world.things["document"].file,
        title="Facture d’eau",
    )
    world.things |= _leaving(world, Dossier.unscoped.select_related("unit").get(pk=dossier.pk))
    world.things |= _programs(world)
    archives.settle()
    world.things["destruction"] = DestructionList.objects.get()
    return world


def _attested() -> dict[str, Any]:
    """An attestation that was handed over, and a recovery of the same file of which all came in."""
    right = Entitlement.unscoped.select_related("dossier").order_by("pk").first()
    blocks = draft_letter("attestation.ris", "fr", {"person": right.beneficiary_name})
    paper = Attestation.unscoped.create(
        number="A2026-9001",
        template_key="attestation.ris",
        template_number=1,
        title={"fr": "Attestation de revenu d’intégration"},
        dossier=right.dossier,
        person_id=right.beneficiary_id,
        person_name=right.beneficiary_name,
        valid_from=right.valid_from,
        valid_to=next_month(right.valid_from),
        language="fr",
        blocks=blocks_to_json(blocks),
        envelope=Envelope(language="fr", subject="Attestation", on=clock.today()).to_json(),
        issued_at=clock.now(),
        issued_on=clock.today(),
        issued_by_label="Sabine Collin",
    )
    settled = Claim.unscoped.create(
        decision_id=right.decision_id,
        provision_key="settled",
        dossier=right.dossier,
        line_id=right.line_id,
        beneficiary_id=right.beneficiary_id,
        beneficiary_name=right.beneficiary_name,
        debtor_kind="institution",
        debtor_name="Office national de l’emploi",
        ground="Avance",
        valid_from=right.valid_from,
        valid_to=next_month(right.valid_from),
        announced=right.amount,
        amount=right.amount,
        collected=right.amount,
        number="R2026-9001",
        state="settled",
        voucher=Voucher.unscoped.order_by("pk").first(),
        registered_at=clock.now(),
        registered_by_label="Thierry Maes",
        settled_at=clock.now(),
        created_at=clock.now(),
    )
    still_open = copy.copy(settled)
    still_open.pk, still_open.uuid, still_open.number, still_open.provision_key = None, uuid4(), "R2026-9002", "open"
    still_open.state, still_open.collected, still_open.settled_at = "registered", 0 * settled.amount, None
    still_open._state.adding = True
    still_open.save(force_insert=True)
    with gesture_scope():
        jobs.enqueue("aid.settled_letter", settled.ref)
    stage.run_jobs()
    return {"attestation": paper, "settled_claim": Claim.unscoped.get(pk=settled.pk), "open_claim": still_open}


def _leaving(world: World, dossier: Dossier) -> dict[str, Any]:
    """An agent who plays no role stands in for the referent, and leaves in three days: the dossier's part is handed over, not signed yet."""
    katrin = Account.objects.get(username=username("katrin.schmitz"))
    chief, heir = world.account("chief (of the unit)"), world.account("social_worker (referent)")
    assign_referent(actor=actor_for(chief), dossier=dossier, account=katrin, role="substitute")
    departure, _plan = leaving.plan_departure(
        actor=actor_for(chief), account=katrin, on=clock.today() + timedelta(days=3), chosen={dossier.pk: heir.pk}
    )
    leaving.carry_out(actor=actor_for(chief), departure=departure)
    fact = agents.note_agent_fact(actor=actor_for(chief), account=heir, kind="speciality", code="ris", share=80)
    tomorrow = clock.today() + timedelta(days=4)
    agents.note_agent_fact(actor=actor_for(chief), account=katrin, kind="leave", valid_to=tomorrow)
    away = Away.objects.get(account=katrin)  # the head is told of the hand-over to sign, which falls into it
    return {"away": away, "agent": heir, "agent_fact": fact, "departure": departure, "handover": Handover.unscoped.get(departure=departure)}


def _programs(world: World) -> dict[str, Any]:
    """A token for each role, with every part and class; an application of the centre."""
    given: Any = {"name": "tableur", "purpose": "suivi", "valid_to": clock.today() + timedelta(days=30)}
    given |= {"scopes": [one.value for one in Scope], "classes": [one.value for one in CLASSES]}
    made = {role: create_token(actor=actor_for(world.account(role)), **given) for role in ROLES}
    world.secrets = {role: secret for role, (_token, secret) in made.items()}
    application = create_application(
        actor=actor_for(world.account("administrator")), username="lien-compta", display_name="Lien comptable", about="écritures du mois"
    )
    return {"token": made["social_worker (referent)"][0], "application": application}


def _journal(dossier: Dossier) -> dict[str, Any]:
    """An objective with a next step that the service's social workers take."""
    entry = write_down(
        actor=actor_for(Account.objects.get(username=username("amelie.lambrecht"))),
        dossier=dossier,
        kind="objective",
        text="Trouver un logement",
        follow=NextStep("Appeler le propriétaire", clock.today(), queue="social_worker"),
    )
    action = Action.unscoped.get(entry=entry)
    text = save_text(actor=system_actor("world"), kind="visit", titles={"fr": "Visite"}, texts={"fr": "Logement :"})
    return {"objective": entry, "action": action, "turn": Turn.unscoped.get(action=action), "text": text}


def _appointments(world: World, dossier: Dossier) -> dict[str, Any]:
    """One that comes, of the referent, and the address of a calendar."""
    worker = world.account("social_worker (referent)")
    day = clock.today() + timedelta(days=1)
    while is_closed(day):
        day += timedelta(days=1)
    new = agenda.NewAppointment(day=day, at=dt.time(10), minutes=30, place="office", text="Bilan", agents=[worker.pk])
    row = agenda.book(actor=actor_for(worker), subject=SubjectRef("dossier", dossier.pk), new=new)
    feed, _secret = agenda.make_feed(actor=actor_for(worker), name="Téléphone")
    return {"appointment": row, "feed": feed}


def _mailings(world: World, dossier: Dossier) -> dict[str, Any]:
    """One that is made and filed, and one being written, of the referent."""
    actor = actor_for(world.account("social_worker (referent)"))
    texts = {"fr": {"subject": "Fermeture", "text": "Bonjour {name}, nous sommes fermés lundi."}}
    rows = []
    for title in ("Fermeture de lundi", "Fermeture de mardi"):
        row = mailings.start(actor=actor, dossiers=[dossier.pk])
        rows.append(mailings.write(actor=actor, mailing=row, title=title, texts=texts))
    mailings.confirm(actor=actor, mailing=rows[0], expected=rows[0].version, going=1)
    stage.run_jobs()
    return {"mailing": rows[0], "mailing_draft": rows[1]}


def _registers(world: World, dossier: Dossier) -> dict[str, Any]:
    """A question to the cell that waits, and a file of the register with one alert."""
    worker = actor_for(world.account("social_worker (referent)"))
    number = contacts.Identifier.unscoped.filter(person=dossier.lead_id, kind__in=["niss", "bis"], live=1).first()
    assert number is not None
    asked = {"flows": ["address"], "purpose": "Enquête sociale, art. 60", "wanted_on": clock.today()}
    extract = ask_extracts(actor=worker, dossier=dossier, person_ids=[dossier.lead_id], **asked)[0]
    home = {"street": "Rue du Moulin", "number": "2", "postal_code": "4100", "municipality": "Seraing"}
    content = register_file([Happening("RN-W1", number.value, "address", clock.today(), home)], made_on=clock.today())
    run = receive_file(actor=actor_for(world.account("register_cell")), name="rn.json", content=content)
    stage.run_jobs()
    return {"extract": extract, "alert": RegisterAlert.unscoped.get(mutation__run=run), "mutations": run}


def _own_fields(dossier: Dossier) -> dict[str, Any]:
    """A section of the organisation with a list, filled in."""
    system = system_actor("world")
    tutors = custom.create_code_list(actor=system, label={"fr": "Tuteurs énergie"}, key="tutors")
    code = custom.add_code(actor=system, code_list=tutors, value="TE", label={"fr": "Tuteur communal"})
    kind = custom.general_kind(actor=system)
    custom.add_section(actor=system, kind=kind, title={"fr": "Énergie", "en": "Energy"}, group="other")
    label = {"fr": "Tuteur énergie", "en": "Energy tutor"}
    custom.add_field(
        actor=system, kind=kind, section="energy", label=label, type="choice", data_class="social", code_list="tutors", listed=True
    )
    custom.write_custom(actor=system, dossier=dossier, section="energy", answers={"energy_tutor": "TE"})
    persons = custom.persons_kind(actor=system)
    custom.add_section(actor=system, kind=persons, title={"fr": "Accompagnement", "en": "Coaching"}, group="other")
    label = {"fr": "Coach", "en": "Coach"}
    custom.add_field(
        actor=system, kind=persons, section="coaching", label=label, type="choice", data_class="social", code_list="tutors", listed=True
    )
    custom.write_person_custom(actor=system, person=dossier.lead, section="coaching", answers={"coach": "TE"})
    heating = add_aid_type(actor=system, label={"fr": "Aide au chauffage"}, rests_on="free_once", valid_from=dt.date(2026, 1, 1))
    return {"code_list": tutors, "code": code, "aid_type": heating}


def _rights(dossier: Dossier) -> dict[str, Any]:
    """A sector, a proxy, an exceptional opening and a reason given: of agents who play no role in the matrix."""
    joris, katrin = (Account.objects.get(username=username(name)) for name in ("joris.peeters", "katrin.schmitz"))
    system = system_actor("world")
    sector = create_sector(actor=system, code="ASYL", name="Asile")
    given = add_agent_to_sector(actor=system, account=joris, sector=sector)
    today = clock.today()
    proxy = offer_proxy(
        actor=actor_for(katrin), holder=joris, valid_from=today, valid_to=today + timedelta(days=7), reason="congé", functions=()
    )
    actor = actor_for(joris)
    grants.break_glass(actor=actor, number=dossier.number, reason="Appel de l'hôpital, la référente est absente")
    look_up = grants.explain_look_up(
        actor=actor,
        subject=SubjectRef("dossier", dossier.pk),
        label=dossier.number,
        kinds=["colleague"],
        reason="Suivi demandé par le chef",
    )
    return {
        "sector": sector,
        "agent_sector": given,
        "proxy": proxy,
        "opening": Opening.objects.get(account=joris),
        "look_up": look_up,
    }
