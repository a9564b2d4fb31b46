"""Which dossiers an actor sees, and what of them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from django.db.models import Exists, OuterRef, Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from parvis.contacts.api import can_edit_person, can_read_persons
from parvis.identity.enums import Function
from parvis.kernel import registries
from parvis.kernel.actor import Actor
from parvis.kernel.scope import EVERYTHING, NOTHING, Rule, Rules, data_classes, may_see, scope, scope_rules, through
from parvis.kernel.statements import Statement

from .agents.selectors import led_accounts
from .enums import CUSTOM_CLASSES, DATA_CLASS_OF, SituationKind
from .leaving.selectors import departures_with
from .models import (
    AgentProfile,
    CustomFact,
    Departure,
    Dossier,
    DossierMember,
    Handover,
    Intervention,
    PersonFact,
    SituationFact,
    Transfer,
)
from .selectors import dossiers_of, followed_by, in_sectors

# Committee members and the president see packs, administrators see accounts: none of them sees a dossier.
BY_UNIT = (
    Function.CLERK,
    Function.SOCIAL_WORKER,
    Function.CHIEF,
    Function.NURSE,
    Function.LAWYER,
    Function.COMMITTEE_SECRETARY,
    Function.PAYER,
    Function.RELEASER,
    Function.ACCOUNTANT,
    Function.AUDITOR,
)
WRITERS = (Function.SOCIAL_WORKER, Function.CHIEF)
OPENERS = (Function.CLERK, Function.SOCIAL_WORKER, Function.CHIEF)


# Who may ask for a file outside the scope, with a reason (break-glass): whoever works on files or decides on them.
MAY_ASK = (*BY_UNIT, Function.COMMITTEE_MEMBER, Function.PRESIDENT)


@scope_rules(Dossier)
def dossier_rules(actor: Actor) -> Rules:
    """Dossiers of the units where the actor has a function, within the actor's sectors; those that the actor follows, whatever unit
    and sector; those opened exceptionally, save where another context forbids it. A proxy for some files covers only these.
    """
    if actor.is_system:
        return Rules(ways=(Rule(_("the system"), EVERYTHING),))
    if not actor.is_agent:
        return Rules()
    ways, beyond = [], []
    for function in BY_UNIT:
        units = actor.units_for(function)
        if not units:
            continue
        why = format_lazy(_("function “{function}” in the service of the file"), function=function.label)
        q = EVERYTHING if None in units else Q(unit__in=sorted(unit for unit in units if unit is not None))
        (beyond if function == Function.AUDITOR else ways).append(Rule(why, q))
    former = sorted(former_classes(actor))
    if former:
        ways.append(
            Rule(_("the agent's service had this file before, and may read it until a set day"), Q(pk__in=former) & never_opened(actor))
        )
    if actor.stands_for is not None and actor.has(*WRITERS):
        beyond.append(Rule(_("referent of this file today"), Q(pk__among=followed_by(actor.stands_for, actor.day))))
    opened = actor.opened_ids("dossier")
    if opened and actor.has(*MAY_ASK):
        beyond.append(Rule(_("opened exceptionally, with a reason"), Q(pk__in=sorted(opened)) & never_opened(actor)))
    only = actor.only_ids("dossier")
    always = () if only is None else (Rule(_("the proxy covers some files only, and this is not one of them"), Q(pk__in=sorted(only))),)
    return Rules(ways=_merged(ways), limits=_sectors(actor), beyond=tuple(beyond), always=always)


def _merged(ways: list[Rule]) -> tuple[Rule, ...]:
    """A function for the whole centre first: nothing else need be looked at."""
    return tuple(sorted(ways, key=lambda rule: rule.q != EVERYTHING))


def _sectors(actor: Actor, path: str = "pk") -> tuple[Rule, ...]:
    """An agent with sectors sees files without sector and those of the sectors; a reserved sector is for its agents only."""

    def inside(sectors: Collection[int] | None) -> Q:
        return Q(**{f"{path}__in": in_sectors(sectors, actor.day)})

    limits = []
    mine = inside(actor.sectors) if actor.sectors else NOTHING
    if actor.sectors:
        limits.append(Rule(_("the file belongs to a sector in which this agent does not work"), ~inside(None) | mine))
    if actor.barred_sectors:
        outside = ~inside(actor.barred_sectors)
        limits.append(Rule(_("the file belongs to a sector reserved to its agents"), outside | mine if actor.sectors else outside))
    return tuple(limits)


@dataclass(frozen=True)
class ServicesRead:
    """Where the dossiers lie that an actor may see: in these services, and ``others`` outside of them, by number."""

    units: tuple[int, ...]
    others: tuple[int, ...]


_ELSEWHERE = Statement("dossiers.read_elsewhere")


def services_read(actor: Actor) -> ServicesRead | None:
    """At least where the scope's dossiers lie, so that a search need not look everywhere; None: everywhere. No right: who may see
    what is asked of the scope. Its own rules say it, so that no way in is forgotten."""
    rules = dossier_rules(actor)
    units: set[int] = set()
    other = NOTHING
    for rule in (*rules.ways, *rules.beyond):
        if rule.q == EVERYTHING:
            return None
        named = _units_of(rule.q)
        units |= named
        other |= NOTHING if named else rule.q
    here = tuple(sorted(units))
    if other == NOTHING:
        return ServicesRead(here, ())
    rows = _ELSEWHERE.rows(
        actor, lambda at: Dossier.objects.visible_to(actor).filter(other).exclude(unit__in=here).order_by().values_list("pk", flat=True)
    )
    return ServicesRead(here, tuple(sorted(rows)))


def _units_of(q: Q) -> set[int]:
    """The services of a rule that names services and nothing else."""
    look = q.children[0] if len(q.children) == 1 and not q.negated else None
    return set(look[1]) if isinstance(look, tuple) and look[0] == "unit__in" else set()


def within_sectors(actor: Actor) -> Q:
    """Rows that may have a ``dossier`` and are opened by something else than it: those whose file the agent's sectors leave open, those of a
    file that the agent sees all the same (its referent), and those without a file."""
    limits = _sectors(actor, "dossier")
    if actor.is_system or not limits:
        return EVERYTHING
    rows = EVERYTHING
    for limit in limits:
        rows &= limit.q
    return rows | through(Dossier, actor, "dossier")


def never_opened(actor: Actor) -> Q:
    """Files that no reason opens to this actor: a declared conflict of interest, whatever other contexts forbid."""
    rows = EVERYTHING
    for forbids in registries.never_opened.all():
        rows &= ~Q(pk__in=forbids(actor))
    return rows


# The service of before ---------------------------------------------------------------------------------------------------
#: Classes of data that a service which gave a file away may go on reading, by rule: who is in it always; health, court papers and what is
#: kept for safety never.
MAY_STAY_OPEN = ("social", "money")
ALWAYS_OPEN = "identity"


def former_classes(actor: Actor) -> dict[int, frozenset[str]]:
    """Dossiers that a service of this actor gave away and may still read today, with the classes of data that stay open."""
    units = actor.units_for(*WRITERS) if actor.kept else frozenset()
    found: dict[int, frozenset[str]] = {}
    for row in actor.kept if units else ():
        if row.kind == "dossier" and row.unit_id in units:
            found[row.id] = found.get(row.id, frozenset()) | (row.classes & {*MAY_STAY_OPEN}) | {ALWAYS_OPEN}
    return found


def former_groups(actor: Actor) -> list[tuple[list[int], frozenset[str]]]:
    """The same by classes of data that this actor's functions open too."""
    groups: dict[frozenset[str], list[int]] = {}
    for pk, classes in sorted(former_classes(actor).items()):
        groups.setdefault(frozenset(name for name in classes if may_see(actor, name)), []).append(pk)
    return [(ids, classes) for classes, ids in groups.items()]


def former_q(actor: Actor, of_classes: Callable[[frozenset[str]], Q]) -> Q:
    """Rows of the dossiers that a service of before may still read; ``of_classes`` says which rows some classes of data open."""
    rows = NOTHING
    for ids, classes in former_groups(actor):
        rows |= Q(dossier__in=ids) & through(Dossier, actor, "dossier", kept=True) & of_classes(classes)
    return rows


def open_in(actor: Actor, data_class: str) -> Q:
    """Files of which a class of data is open to this actor, who sees them: not those that were left without it to a service of before."""
    shut = sorted(pk for pk, classes in former_classes(actor).items() if data_class not in classes)
    if not shut:
        return EVERYTHING
    own = Dossier.objects.visible_to(actor.without_kept).filter(pk__in=shut).order_by().values("pk")
    return ~Q(pk__in=shut) | Q(pk__in=own)


def reader_of(actor: Actor, dossier: Dossier) -> Actor:
    """The actor as this file is read: of a service that gave it away, with the classes of data that were left open to it. No query for
    the others."""
    classes = former_classes(actor).get(dossier.pk)
    if classes is None or Dossier.objects.visible_to(actor.without_kept).filter(pk=dossier.pk).exists():
        return actor
    rights = actor.class_rights
    if rights is None:
        rights = frozenset((name, function) for name, functions in data_classes().items() for function in functions)
    return replace(actor, class_rights=frozenset((name, function) for name, function in rights if name in classes))


def reads_as_before(actor: Actor, dossier: Dossier) -> bool:
    """Read by a service that gave it away, and by no other way."""
    return dossier.pk in former_classes(actor) and not Dossier.objects.visible_to(actor.without_kept).filter(pk=dossier.pk).exists()


def may_ask_opening(actor: Actor) -> bool:
    """In one's own name only: a proxy opens no more than the colleague sees."""
    return actor.is_agent and not actor.by_proxy and actor.has(*MAY_ASK)


def may_see_access_log(actor: Actor) -> bool:
    """Who opened the file: its chief and the auditor; the person gets the printed list from them."""
    return actor.is_agent and not actor.by_proxy and actor.has(Function.CHIEF, Function.AUDITOR)


def may_keep_known(actor: Actor) -> bool:
    """Well-known names: the auditor, or the administration of the whole centre, in one's own name."""
    whole = None in actor.units_for(Function.ADMINISTRATOR)
    return actor.is_agent and not actor.by_proxy and (whole or actor.has(Function.AUDITOR))


def answers_for(actor: Actor, dossier: Dossier) -> bool:
    """Responsible for who sees this file: chief of its unit, or auditor."""
    return may_see_access_log(actor) and actor.holds(dossier.unit_id, Function.CHIEF, Function.AUDITOR)


def rules_on_delay(actor: Actor, dossier: Dossier) -> bool:
    """Says that the person sees later who opened the file: its chief, not the auditor who checks it."""
    return may_see_access_log(actor) and actor.holds(dossier.unit_id, Function.CHIEF)


def may_rule_on_delays(actor: Actor) -> bool:
    return actor.is_agent and not actor.by_proxy and actor.has(Function.CHIEF)


def may_set_sector(actor: Actor) -> bool:
    return actor.is_agent and actor.has(Function.CHIEF)


def dossier_scope(actor: Actor) -> Q:
    return dossier_rules(actor).q


def may_change(actor: Actor, dossier: Dossier) -> bool:
    """The file is in the actor's own scope. An exceptional opening, and what a service of before may read,
    show a file and let nobody write in it."""
    return Dossier.objects.visible_to(replace(actor.without_kept, opened=frozenset())).filter(pk=dossier.pk).exists()


def only_reads(actor: Actor, dossier: Dossier) -> bool:
    """The file is before the actor to be read only, by an exceptional opening or because the service had it before: its page offers
    nothing to write. No query for the others."""
    return (dossier.pk in actor.opened_ids("dossier") or dossier.pk in former_classes(actor)) and not may_change(actor, dossier)


@scope(SituationFact)
def situation_scope(actor: Actor) -> Q:
    """Lines of visible dossiers, of the classes of data that the actor's functions open."""
    if actor.is_system:
        return EVERYTHING
    kinds = [str(kind) for kind in SituationKind if may_see(actor, DATA_CLASS_OF[kind])]
    if not kinds:
        return NOTHING
    rows = Q(kind__in=kinds) & through(Dossier, actor, "dossier")
    if not actor.kept:
        return rows
    return rows | former_q(actor, lambda classes: Q(kind__in=[str(kind) for kind in SituationKind if DATA_CLASS_OF[kind] in classes]))


@scope(Intervention)
def intervention_scope(actor: Actor) -> Q:
    if actor.is_system:
        return EVERYTHING
    rows = through(Dossier, actor, "dossier")
    return rows | former_q(actor, lambda classes: EVERYTHING if "social" in classes else NOTHING) if actor.kept else rows


def can_read_dossiers(actor: Actor) -> bool:
    return actor.is_system or (actor.is_agent and (actor.has(*BY_UNIT) or bool(actor.opened_ids("dossier") and actor.has(*MAY_ASK))))


def can_list_persons(actor: Actor) -> bool:
    """The list of persons is read through the files: whoever reads both."""
    return can_read_dossiers(actor) and can_read_persons(actor)


def can_open_dossier(actor: Actor) -> bool:
    return actor.is_system or (actor.is_agent and actor.has(*OPENERS))


def can_write_situation(actor: Actor) -> bool:
    return actor.is_system or (actor.is_agent and actor.has(*WRITERS))


def can_assign(actor: Actor) -> bool:
    return actor.is_system or (actor.is_agent and actor.has(Function.CHIEF, Function.CLERK, Function.SOCIAL_WORKER))


def can_give_many(actor: Actor) -> bool:
    """Several dossiers to one colleague at once: who leads a service."""
    return actor.is_agent and actor.has(Function.CHIEF)


def can_close(actor: Actor) -> bool:
    return actor.is_system or (actor.is_agent and actor.has(*WRITERS))


def hidden_kinds(actor: Actor) -> list[SituationKind]:
    """Kinds of situation that this actor may not see."""
    return [kind for kind in SituationKind if not may_see(actor, DATA_CLASS_OF[kind])]


def can_transfer(actor: Actor) -> bool:
    return can_write_situation(actor)


def may_answer_transfers(actor: Actor) -> bool:
    """Heads of service; whose service it is decides ``answers_transfer``."""
    return actor.is_agent and actor.has(Function.CHIEF)


def answers_transfer(actor: Actor, transfer: Transfer) -> bool:
    """The head of the service to which the dossier is offered; who acts for that head for some files, for these."""
    only = actor.only_ids("dossier")
    mine = only is None or transfer.dossier_id in only
    return mine and may_answer_transfers(actor) and actor.holds(transfer.to_unit_id, Function.CHIEF)


@scope(Transfer)
def transfer_scope(actor: Actor) -> Q:
    """Whoever sees the dossier, and the head of the service to which it is offered: the sheet, not the dossier."""
    if actor.is_system:
        return EVERYTHING
    if not actor.is_agent:
        return NOTHING
    rows = Q(dossier__in=Dossier.objects.visible_to(actor).order_by().values("pk")) if can_read_dossiers(actor) else NOTHING
    units = actor.units_for(Function.CHIEF)
    if None in units:
        rows = EVERYTHING
    elif units:
        rows |= Q(to_unit__in=sorted(unit for unit in units if unit is not None))
    only = actor.only_ids("dossier")
    return rows if only is None else rows & Q(dossier__in=sorted(only))


# The organisation's own fields ------------------------------------------------------------------------------------------
def may_define_fields(actor: Actor) -> bool:
    """Fields, sections and code lists belong to the administration of the whole centre, in one's own name."""
    whole = None in actor.units_for(Function.ADMINISTRATOR)
    return actor.is_system or (actor.is_agent and not actor.by_proxy and whole)


def may_read_reading_rules(actor: Actor) -> bool:
    """How long the service of before may read: whoever accepts dossiers, answers for access, or sets it."""
    return may_define_fields(actor) or (actor.is_agent and actor.has(Function.CHIEF, Function.AUDITOR))


@scope(CustomFact)
def custom_scope(actor: Actor) -> Q:
    """Answers in visible dossiers, of the classes of data that the actor's functions open."""
    if actor.is_system:
        return EVERYTHING
    classes = [name for name in CUSTOM_CLASSES if may_see(actor, name)]
    if not classes:
        return NOTHING
    rows = Q(data_class__in=classes) & through(Dossier, actor, "dossier")
    return rows | former_q(actor, lambda open_to: Q(data_class__in=[name for name in classes if name in open_to])) if actor.kept else rows


@scope(PersonFact)
def person_fact_scope(actor: Actor) -> Q:
    """What the organisation notes of persons: of the class identity for whoever reads persons; of any other class only where the person is,
    or was, in a file that the actor sees. What stands under a number that was merged follows the kept one.
    """
    if actor.is_system:
        return EVERYTHING
    if not can_read_persons(actor):
        return NOTHING
    mine = Q(data_class="identity") if may_see(actor, "identity") else NOTHING
    rest = [name for name in CUSTOM_CLASSES if name != "identity" and may_see(actor, name)]
    if not rest:
        return mine
    files = DossierMember.objects.visible_to(actor.without_kept).filter(live=1).order_by()
    there = Q(Exists(files.filter(person=OuterRef("person"))))
    merged = Q(person__merged_into__isnull=False) & Q(Exists(files.filter(person=OuterRef("person__merged_into"))))
    return mine | (Q(data_class__in=rest) & (there | merged))


def person_classes(actor: Actor, person_id: int) -> tuple[frozenset[str], frozenset[str]]:
    """Classes of own data that the actor reads of a person, and those that the actor may write: beyond identity a file of the person is
    needed, which for writing is open and not only there to be read."""
    seen = frozenset(name for name in CUSTOM_CLASSES if may_see(actor, name))
    if actor.is_system:
        return seen, seen
    reads = seen & {"identity"} if can_read_persons(actor) else frozenset()
    writes = reads if can_edit_person(actor) else frozenset()
    if not can_read_persons(actor) or seen <= {"identity"}:
        return reads, writes
    files = dossiers_of(actor.without_kept, person_id)  # a service of before reads of its file what was left to it, and no more
    taking = can_write_situation(actor) and any(row.status == "open" and may_change(actor, row) for row in files)
    return (seen if files else reads), (seen if taking else writes)


# Agents, and those who leave -------------------------------------------------------------------------------------------
def may_lead_agents(actor: Actor) -> bool:
    """What agents are good at and may take on: who heads a service, for its agents; administrators, for all."""
    return actor.is_agent and not actor.by_proxy and actor.has(Function.CHIEF, Function.ADMINISTRATOR)


def agent_units(actor: Actor) -> frozenset[int | None]:
    """Services whose agents this reader looks after; None in it: everywhere."""
    units = actor.units_for(Function.CHIEF)
    return units | actor.units_for(Function.ADMINISTRATOR)


def may_read_agent(actor: Actor) -> bool:
    """Whoever works here sees the own profile."""
    return actor.is_system or (actor.is_agent and bool(actor.grants))


@scope(AgentProfile)
def profile_scope(actor: Actor) -> Q:
    """One's own; those of the agents of the services that one heads; administrators see all."""
    if actor.is_system:
        return EVERYTHING
    if not actor.is_agent:
        return NOTHING
    units = agent_units(actor) if may_lead_agents(actor) else frozenset()
    if None in units:
        return EVERYTHING
    rows = Q(account=actor.stands_for) if actor.stands_for is not None else NOTHING
    return rows | Q(account__in=led_accounts(units).order_by().values("pk")) if units else rows


def may_plan_departure(actor: Actor) -> bool:
    """The files go where the head of their service says; in one's own name."""
    return actor.is_agent and not actor.by_proxy and actor.has(Function.CHIEF)


def may_sign(actor: Actor) -> bool:
    """Who follows files, and the head: each in one's own name."""
    return actor.is_agent and not actor.by_proxy and actor.has(*WRITERS)


def _chief_of(actor: Actor, field: str) -> Q:
    units = actor.units_for(Function.CHIEF)
    if None in units:
        return EVERYTHING
    return Q(**{f"{field}__in": sorted(unit for unit in units if unit is not None)}) if units else NOTHING


@scope(Handover)
def handover_scope(actor: Actor) -> Q:
    """Who leaves, who takes over and the head of the service, while they see the dossier."""
    if actor.is_system:
        return EVERYTHING
    if not actor.is_agent or actor.account_id is None:
        return NOTHING
    led, seen = _chief_of(actor, "dossier__unit"), through(Dossier, actor, "dossier")
    if led == EVERYTHING:  # an empty Q in an "or" would vanish
        return seen
    return (Q(heir=actor.account_id) | Q(departure__account=actor.account_id) | led) & seen


@scope(Departure)
def departure_scope(actor: Actor) -> Q:
    """Who leaves, those who take over, and the heads of the services of the files."""
    if actor.is_system:
        return EVERYTHING
    if not actor.is_agent or actor.account_id is None:
        return NOTHING
    if None in actor.units_for(Function.CHIEF):
        return EVERYTHING
    files = departures_with(Q(heir=actor.account_id) | _chief_of(actor, "dossier__unit"))
    return Q(account=actor.account_id) | Q(planned_by=actor.account_id) | Q(pk__in=files)


# Keeping and destroying --------------------------------------------------------------------------------------------------
KEEPERS = (Function.AUDITOR, Function.ADMINISTRATOR)


def may_keep(actor: Actor) -> bool:
    """Proposes and approves destruction lists: in one's own name, because two persons must be two persons. An administrator sees numbers."""
    return actor.is_agent and not actor.by_proxy and actor.has(*KEEPERS)


def may_read_retention(actor: Actor) -> bool:
    return actor.is_agent and actor.has(*KEEPERS, Function.CHIEF, Function.LAWYER)


def may_change_retention(actor: Actor) -> bool:
    return actor.is_system or (actor.is_agent and not actor.by_proxy and actor.has(Function.ADMINISTRATOR))


def may_hold(actor: Actor) -> bool:
    """Holds a dossier back from destruction, and lets it go again: whoever answers for it or for its lawsuit."""
    return actor.is_system or (actor.is_agent and actor.has(Function.CHIEF, Function.LAWYER, Function.AUDITOR))
