"""Shared reads. All take the day on which the dossier is read; ``known_on`` reads as it was known at an instant."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from parvis.contacts.api import (
    Address,
    HouseholdMember,
    Person,
    PersonCard,
    PersonIndex,
    Relation,
    display_names,
    hidden_person_ids,
    person_cards,
)
from parvis.documents.api import documents_in_dossier
from parvis.identity.api import KeptReading, LookUp, Opening, OwnPerson
from parvis.kernel import asof, clock, memo
from parvis.kernel.actor import Actor, system_actor
from parvis.kernel.models import ReadLine
from parvis.kernel.statements import Statement, one_of
from parvis.kernel.subject import SubjectRef

from .enums import MemberRole, Periodicity, ReferentRole, SituationKind, TransferState
from .models import Dossier, DossierMember, DossierSector, Intervention, LogDelay, Referent, SituationFact, Transfer, WellKnownPerson

#: How the expense for a home begins, in the languages in which agents write it.
RENT_WORDS = ("Loyer", "loyer", "Huur", "huur", "Miete", "Rent", "rent")

_ROLE_ORDER = [role.value for role in MemberRole]


@dataclass(frozen=True)
class MemberView:
    """A member with the card that the reader may see. ``left_on``: last day, for members gone in the year before."""

    member: DossierMember
    card: PersonCard | None
    left_on: dt.date | None = None

    @property
    def is_lead(self) -> bool:
        return self.member.role == MemberRole.APPLICANT


def visible_dossier(actor: Actor, dossier_id: int) -> Dossier:
    """Raises Dossier.DoesNotExist when there is none, or it is outside the scope."""
    return Dossier.objects.visible_to(actor).select_related("unit").get(pk=dossier_id, destroyed_on__isnull=True)


_MEMBERS_AT = Statement("dossiers.members_at")


def members_at(dossier_id: int, day: dt.date | None = None, known_on: dt.datetime | None = None) -> list[DossierMember]:
    """Members on a day: the applicant first, then by role."""
    on = day or clock.today()
    rows = _MEMBERS_AT.rows(
        (),
        lambda at: DossierMember.unscoped.filter(dossier=at["dossier"]).at(at["day"], at.get("known_on")),
        dossier=dossier_id,
        day=on,
        known_on=known_on,
    )
    return sorted(rows, key=lambda row: (not row.in_household, _ROLE_ORDER.index(row.role), row.valid_from, row.pk))


_MEMBERS = Statement("dossiers.members")


def member_views(
    actor: Actor, dossier_id: int, day: dt.date, known_on: dt.datetime | None = None, *, homes: bool = True
) -> list[MemberView]:
    """Members on a day with their cards, and those who left in the year before. ``homes``: with the address of the applicant."""
    rows = _MEMBERS.rows(
        (),
        lambda at: DossierMember.unscoped.filter(dossier=at["dossier"]).known(at.get("known_on")).order_by("valid_from", "pk"),
        dossier=dossier_id,
        known_on=known_on,
    )
    there = [row for row in rows if row.valid_from <= day < row.valid_to]
    there.sort(key=lambda row: (not row.in_household, _ROLE_ORDER.index(row.role), row.valid_from, row.pk))
    here = {row.person_id for row in there}
    since = day - dt.timedelta(days=365)
    left = {row.person_id: row for row in rows if since < row.valid_to <= day and row.person_id not in here}
    leads = [row.person_id for row in there if row.role == MemberRole.APPLICANT]
    cards = person_cards(
        actor, [row.person_id for row in [*there, *left.values()]], day, known_on, brief=True, homes_of=leads if homes else ()
    )
    found = [MemberView(row, cards.get(row.person_id)) for row in there]
    return found + [MemberView(row, cards.get(row.person_id), row.valid_to - dt.timedelta(days=1)) for row in left.values()]


def members_until(dossier_id: int, day: dt.date, most: int) -> list[DossierMember]:
    """Memberships known now that began by a day, the latest first."""
    rows = DossierMember.unscoped.filter(dossier=dossier_id, valid_from__lte=day).known(asof.known_on())
    return list(rows.order_by("-valid_from", "-pk")[:most])


def referents_until(dossier_id: int, day: dt.date, most: int) -> list[Referent]:
    """Referents known now who began by a day, the latest first."""
    rows = Referent.unscoped.filter(dossier=dossier_id, valid_from__lte=day).known(asof.known_on()).select_related("account")
    return list(rows.order_by("-valid_from", "-pk")[:most])


def household_size(dossier_id: int, day: dt.date | None = None) -> int:
    return sum(1 for row in members_at(dossier_id, day) if row.in_household)


_REFERENTS, _MAIN = Statement("dossiers.referents"), Statement("dossiers.main_referent")


def referents_at(dossier_id: int, day: dt.date | None = None, known_on: dt.datetime | None = None) -> list[Referent]:
    order = [role.value for role in ReferentRole]
    rows = _REFERENTS.rows(
        (),
        lambda at: Referent.unscoped.filter(dossier=at["dossier"]).select_related("account").at(at["day"], at.get("known_on")).order_by(),
        dossier=dossier_id,
        day=day or clock.today(),
        known_on=known_on,
    )
    return sorted(rows, key=lambda row: (order.index(row.role), row.pk))


def referent_of(dossier_id: int, day: dt.date | None = None, role: str = ReferentRole.MAIN) -> int | None:
    """Account id of the referent on a day."""
    row = main_referent_of(dossier_id, day, role)
    return row.account_id if row else None


def main_referent_of(dossier_id: int, day: dt.date | None = None, role: str = ReferentRole.MAIN) -> Referent | None:
    """The referent of a day with the account: one query."""
    found: Referent | None = _MAIN.one(
        (),
        lambda at: (
            Referent.unscoped.filter(dossier=at["dossier"], role=at["role"]).select_related("account").at(at["day"]).order_by("pk")[:1]
        ),
        dossier=dossier_id,
        role=str(role),
        day=day or clock.today(),
    )
    return found


_SITUATION = Statement("dossiers.situation")


def situation_at(
    dossier_id: int,
    day: dt.date | None = None,
    *,
    actor: Actor | None = None,
    known_on: dt.datetime | None = None,
    kinds: Collection[str] = (),
) -> list[SituationFact]:
    """Lines that hold on a day. With ``actor``, only those that the actor may see; without, all (services and rules)."""

    def read(at: dict[str, Any]) -> QuerySet[SituationFact]:
        rows: Any = SituationFact.objects.visible_to(actor) if actor is not None else SituationFact.unscoped.all()
        rows = rows.filter(dossier=at["dossier"]).at(at["day"], at.get("known_on"))
        return (rows.filter(kind__in=kinds) if kinds else rows).order_by("kind", "valid_from", "pk")

    return _SITUATION.rows((actor, tuple(kinds)), read, dossier=dossier_id, day=day or clock.today(), known_on=known_on)


def dossiers_of(actor: Actor, person_id: int) -> list[Dossier]:
    """Visible dossiers in which a person is, or was, a member, on a past day by then; open ones first."""
    rows = DossierMember.unscoped.filter(person=person_id).known(asof.known_on())
    if (view := asof.view()) is not None:
        rows = rows.filter(valid_from__lte=view.day, dossier__opened_on__lte=view.day)
    ids = rows.order_by().values("dossier_id")
    return list(Dossier.objects.visible_to(actor).filter(pk__in=ids).order_by("-status", "-number", "-pk"))


def open_files_of(actor: Actor, person_uuid: UUID, most: int) -> list[Dossier]:
    """Visible open dossiers in which a person is a member today, at most so many. One query."""
    ids = DossierMember.unscoped.filter(person__uuid=person_uuid).at(clock.today()).order_by().values("dossier_id")
    rows = Dossier.objects.visible_to(actor).filter(pk__in=ids, status="open", destroyed_on__isnull=True)
    return list(rows.order_by("pk")[:most])


def is_member(dossier_id: int, person_id: int) -> bool:
    """Is, or was, the person in the dossier?"""
    return DossierMember.unscoped.filter(dossier=dossier_id, person=person_id, live=1).exists()


def _rents(day: dt.date) -> QuerySet[SituationFact]:
    named = Q(kind=SituationKind.HOUSING)
    for word in RENT_WORDS:
        named |= Q(kind=SituationKind.EXPENSE, label__startswith=word)
    return SituationFact.unscoped.filter(named, amount__isnull=False, periodicity=Periodicity.MONTH).at(day)


def rents_at(dossier_ids: Collection[int], day: dt.date) -> dict[int, Decimal]:
    """What each of these files pays for its home a month, of dossiers that are scoped already. One query."""
    rows = _rents(day).filter(dossier__in=dossier_ids).order_by("-pk").values_list("dossier_id", "amount")
    return {pk: amount for pk, amount in rows if amount is not None}


def with_rent_over(rows: QuerySet[Dossier], amount: Decimal, day: dt.date | None = None) -> QuerySet[Dossier]:
    """Those of these dossiers whose home costs more than an amount a month."""
    return rows.filter(Exists(_rents(day or clock.today()).filter(dossier=OuterRef("pk"), amount__gt=amount)))


def main_referents(day: dt.date | None = None) -> QuerySet[Referent]:
    """Main referents on a day, for joining to dossiers that are scoped already."""
    return Referent.unscoped.filter(role=ReferentRole.MAIN).at(day or clock.today()).select_related("account")


def memberships_of(person_ids: Collection[int]) -> QuerySet[DossierMember]:
    """Memberships known now of some persons, for joining to dossiers that are scoped already."""
    return DossierMember.unscoped.filter(person__in=person_ids, live=1)


def followed_by(account_id: int, day: dt.date | None = None) -> QuerySet[Any, Any]:
    """Subquery: dossiers of which the account is a referent on a day (today), in whatever role."""
    return Referent.unscoped.filter(account=account_id).at(day or clock.today()).order_by().values("dossier_id")


def moved_since(at: dt.datetime) -> QuerySet[Any, Any]:
    """Subquery: dossiers that went to another service after a moment."""
    return Transfer.unscoped.filter(state=TransferState.ACCEPTED, answered_at__gte=at).order_by().values("dossier_id")


def in_sectors(sectors: Collection[int] | None, day: dt.date | None = None) -> QuerySet[Any, Any]:
    """Subquery: dossiers that belong on a day (today) to one of these sectors; None: to any that is in use."""
    rows = DossierSector.unscoped.at(day or clock.today())
    rows = rows.filter(sector__is_active=True) if sectors is None else rows.filter(sector__in=sorted(sectors))
    return rows.order_by().values("dossier_id")


def sectors_at(dossier_id: int, day: dt.date | None = None) -> list[DossierSector]:
    return list(
        DossierSector.unscoped.filter(dossier=dossier_id).select_related("sector").at(day or clock.today()).order_by("sector", "pk")
    )


def interventions_of(actor: Actor, dossier_id: int, known_on: dt.datetime | None = None) -> list[Intervention]:
    """Known now or at an instant, those that run first, latest first."""
    rows = Intervention.objects.visible_to(actor).filter(dossier=dossier_id).known(known_on).select_related("account")
    return list(rows.order_by("-valid_to", "-valid_from", "-pk")[:200])


def transfer_by_id(pk: int) -> Transfer:
    """What a link to a transfer needs; whether the reader may follow it is decided where it leads."""
    found: Transfer = Transfer.unscoped.select_related("dossier").get(pk=pk)
    return found


#: Pages that show the whole of a dossier or what changed in it.
VISITED = ("dossiers.detail", "dossiers.changes")
#: A page opened again within this time is the same visit.
VISIT = dt.timedelta(minutes=30)


def beside(actor: Actor, visited_before: Any) -> dict[str, Any]:
    """What the pages of a dossier read with it, at no further query: the reader's last visit, whether anybody else acts in it, and
    until when a service of before may read it."""
    acts = Intervention.unscoped.filter(dossier=OuterRef("pk"), live=1)
    kept = KeptReading.objects.filter(subject_type="dossier", subject_id=OuterRef("pk"), valid_to__gt=clock.today())
    return {
        "visited_at": last_visits(actor, visited_before),
        "has_interventions": Exists(acts),
        "kept_until": Subquery(kept.order_by("-valid_to").values("valid_to")[:1]),
    }


def last_visits(actor: Actor, visited_before: Any = None) -> Any:
    """Subquery: when the reader last had the dossier open before the present visit, a page read half an hour ago or more."""
    rows = ReadLine.objects.filter(subject_type="dossier", subject_id=OuterRef("pk"), actor_id=actor.account_id)
    return Subquery(
        rows.filter(read_at__lt=visited_before or clock.now() - VISIT, screen__in=VISITED).order_by("-read_at").values("read_at")[:1]
    )


def names_of_members(dossier_id: int) -> dict[int, str]:
    """Names of everybody who is or was in the dossier."""
    people = DossierMember.unscoped.filter(dossier=dossier_id).order_by().values("person_id")
    if asof.view() is not None:
        return display_names(people.values_list("person_id", flat=True))
    return dict(PersonIndex.unscoped.filter(person__in=people).values_list("person_id", "display_name"))


# Before a file is read -------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Reading:
    """What the rules of unusual look-ups need to know of a file and its reader. ``others_today``: files that the reader opened today, none
    when this one is among them.
    """

    subject: SubjectRef
    uuid: UUID
    label: str
    people: frozenset[int]
    own: bool = False
    colleague: bool = False
    known: bool = False
    old: bool = False
    follows: bool = False
    opening: str = ""
    unit_id: int | None = None
    others_today: int = 0


def reading_beside(actor: Actor, now: Any) -> dict[str, Any]:
    """What ``reading_of`` wants to know of a file and of what the reader opened today, for the query that reads the file anyway."""
    day = clock.today()
    start = dt.datetime.combine(day, dt.time(), clock.zone())
    today = ReadLine.objects.filter(actor_id=actor.account_id, read_at__gte=start, subject_type="dossier").order_by().values("actor_id")
    members = DossierMember.unscoped.filter(dossier=OuterRef("pk"), live=1)
    colleagues = OwnPerson.objects.exclude(account__in=actor.persons).values("person_id")
    referents = Referent.unscoped.filter(dossier=OuterRef("pk"), live=1, account__in=actor.persons)
    opening = Opening.objects.filter(account=actor.account_id, subject_type="dossier", subject_id=OuterRef("pk"), expires_at__gt=now)
    return {
        "colleague": Exists(members.filter(person__in=colleagues)),
        "known": Exists(members.filter(person__in=well_known(day))),
        "was_referent": Exists(referents),
        "is_referent": Exists(referents.filter(valid_from__lte=day, valid_to__gt=day)),
        "opening": Subquery(opening.order_by("-opened_at").values("reason")[:1]),
        "opened_today": Exists(today.filter(subject_id=OuterRef("pk"))),
        "read_today": Subquery(today.annotate(n=Count("subject_id", distinct=True)).values("n")[:1]),
    }


_READING = Statement("dossiers.reading")


def reading_of(actor: Actor, dossier_id: int) -> Reading | None:
    """One query for the file unless its page has just read it, one for its people when the reader is a person on file too."""
    day = clock.today()
    row: Any = memo.kept(("dossiers.reading", actor, dossier_id))
    if row is None:
        row = _READING.one(
            actor,
            lambda at: Dossier.unscoped.filter(pk=at["dossier"]).annotate(**reading_beside(actor, at["now"])).order_by(),
            dossier=dossier_id,
            now=clock.now(),
        )
    if row is None:
        return None
    people: frozenset[int] = frozenset()
    if actor.person_id is not None:
        people = frozenset(DossierMember.unscoped.filter(dossier=dossier_id, live=1).values_list("person_id", flat=True))
    return Reading(
        subject=SubjectRef("dossier", dossier_id),
        uuid=row.uuid,
        label=row.number,
        people=people,
        own=actor.person_id in people,
        colleague=row.colleague,
        known=row.known,
        old=row.closed_on is not None and row.closed_on < day - dt.timedelta(days=365) and not row.was_referent,
        follows=row.is_referent,
        opening=(row.opening or "")[:170],
        unit_id=row.unit_id,
        others_today=0 if row.opened_today else row.read_today or 0,
    )


def person_reading(actor: Actor, person_id: int) -> Reading | None:
    """The same for the page of a person: own, relative, neighbour, colleague."""
    colleagues = OwnPerson.objects.exclude(account__in=actor.persons).filter(person_id=OuterRef("pk"))
    known = well_known(clock.today()).filter(person_id=OuterRef("pk"))
    person = Person.unscoped.filter(pk=person_id).annotate(colleague=Exists(colleagues), known=Exists(known)).order_by().first()
    if person is None:
        return None
    return Reading(
        subject=SubjectRef("person", person_id),
        uuid=person.uuid,
        label="",
        people=frozenset({person_id}),
        own=actor.person_id == person_id,
        colleague=person.colleague,
        known=person.known,
    )


def well_known(day: dt.date) -> QuerySet[Any, Any]:
    """Subquery: persons on file who bear a name that is on the list of well-known names on this day."""
    return WellKnownPerson.objects.filter(known__valid_from__lte=day, known__valid_to__gt=day).order_by().values("person_id")


def related_to(person_id: int, people: Collection[int]) -> bool:
    """A noted relation, or the same household today."""
    day = clock.today()
    found = Relation.unscoped.filter(Q(person=person_id, other__in=people) | Q(other=person_id, person__in=people)).at(day)
    if found.exists():
        return True
    homes = HouseholdMember.unscoped.filter(person=person_id).at(day).order_by().values("household_id")
    return HouseholdMember.unscoped.filter(household__in=homes, person__in=people).exclude(person=person_id).at(day).exists()


def lives_near(person_id: int, people: Collection[int]) -> bool:
    """In the same street of the same town today. Protected addresses are left out: asking why would betray them."""
    if hidden_person_ids([person_id, *people]):
        return False
    homes = list(Address.unscoped.filter(person=person_id).exclude(street="").at(clock.today()))
    return any(
        Address.unscoped.filter(person__in=people, street__iexact=home.street, postal_code=home.postal_code).at(clock.today()).exists()
        for home in homes
    )


def reason_given(account_id: int, subject: SubjectRef) -> str | None:
    """The reason that still holds for this file, if one was given."""
    rows = LookUp.objects.filter(account=account_id, subject_type=subject.type, subject_id=subject.id, until__gt=clock.now())
    text = rows.values_list("reason", flat=True).first()
    return None if text is None else text[:170]


def reads_of(dossier_id: int, *, limit: int, before: int | None = None, until: dt.datetime | None = None) -> list[ReadLine]:
    """Who opened a dossier, latest first; ``before`` is the last line of the page before."""
    rows = ReadLine.objects.filter(subject_type="dossier", subject_id=dossier_id)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    if until is not None:
        rows = rows.filter(read_at__lte=until)
    return list(rows.order_by("-pk")[:limit])


def dossier_by_number(number: str) -> Dossier | None:
    """For those who check rights without reading the file."""
    return Dossier.unscoped.filter(number=number.strip()).select_related("unit").first()


def dossier_by_uuid(uuid: UUID) -> Dossier | None:
    """For those who read something of a file without the file."""
    return Dossier.unscoped.filter(uuid=uuid, destroyed_on__isnull=True).first()


def unknown_clients(actor: Actor, person_ids: set[int]) -> set[int]:
    """Those of the persons who have dossiers, none of which this reader may open: elsewhere they are a number, not a name."""
    held = set(DossierMember.unscoped.filter(person__in=person_ids, live=1).values_list("person_id", flat=True))
    return held - set(DossierMember.objects.visible_to(actor).filter(person__in=held, live=1).values_list("person_id", flat=True))


# What the person sees of it --------------------------------------------------------------------------------------------
def log_delays(dossier_id: int) -> list[LogDelay]:
    """Delays of the person's list, running or not, latest first."""
    return list(LogDelay.unscoped.filter(dossier=dossier_id))


def running_delay(dossier_id: int) -> LogDelay | None:
    """The delay that holds today."""
    return next((row for row in log_delays(dossier_id) if row.live and clock.today() < row.until), None)


def protected_since(dossier_id: int) -> dt.datetime | None:
    """Since when somebody who is or was in the file has a protected address; None when nobody has."""
    people = DossierMember.unscoped.filter(dossier=dossier_id, live=1).order_by().values_list("person_id", flat=True)
    hidden = hidden_person_ids(set(people))
    if not hidden:
        return None
    today = clock.today()
    homes = HouseholdMember.unscoped.filter(person__in=hidden, live=1, valid_to__gt=today).order_by().values("household_id")
    mates = HouseholdMember.unscoped.filter(household__in=homes, live=1, valid_to__gt=today).order_by().values("person_id")
    rows = Address.unscoped.filter(Q(person__in=hidden) | Q(person__in=mates), hidden=True).order_by("recorded_at")
    return rows.values_list("recorded_at", flat=True).first()


def papers_of(dossier_id: int) -> Any:
    """Subquery: the documents of a dossier, whatever their class; none of them is read."""
    return (
        documents_in_dossier(system_actor("dossiers.transparency"), dossier_id, withdrawn=True).select_related(None).order_by().values("pk")
    )


def own_agents(dossier_ids: Collection[int]) -> dict[int, set[int]]:
    """Agents who are or were persons of these dossiers: never to follow them. One query."""
    found: dict[int, set[int]] = {}
    people = OwnPerson.objects.filter(person_id=OuterRef("person_id")).order_by().values("account_id")[:1]
    rows = DossierMember.unscoped.filter(dossier__in=list(dossier_ids), live=1).order_by().annotate(agent=Subquery(people))
    for dossier, account in rows.filter(agent__isnull=False).values_list("dossier_id", "agent"):
        found.setdefault(dossier, set()).add(account)
    return found


def in_file_today(dossier_id: int, person_id: int) -> bool:
    """A member of the dossier today, not one who left."""
    return any(row.person_id == person_id for row in members_at(dossier_id))


def asking_nothing(actor: Actor, field: str = "dossier_id") -> Q:
    """Condition: rows of files of which something may be shown beside others, by the column with the dossier's id. Left out are those of a
    colleague and of well-known names; and, for an agent who is on file as well, all that the agent does not follow, since the rules of the unusual (own, relative,
    neighbour) are asked for one file at a time. Rows without dossier stay."""
    if actor.is_system:
        return Q()
    people = DossierMember.unscoped.filter(dossier=OuterRef(field), live=1).order_by()
    held = Q(person__pk__among=OwnPerson.objects.order_by().values("person_id")) | Q(person__pk__among=well_known(clock.today()))
    condition = ~Q(Exists(people.filter(held)))
    if actor.person_id is not None and actor.account_id is not None:
        follows = Referent.unscoped.filter(dossier=OuterRef(field), account=actor.account_id).at(clock.today()).order_by()
        condition &= Q(Exists(follows)) | Q(**{f"{field}__isnull": True})
    return condition


MOST_GUARDED = 5_000


@dataclass(frozen=True)
class LeftOut:
    """Files that lists of many leave out; ``files`` None: all but those that the reader follows."""

    files: int | None


def guarded_files(actor: Actor) -> LeftOut | None:
    """What ``asking_nothing`` leaves out of the files that this reader may open; None when that is nothing. Two queries, which begin with the
    few persons concerned, whatever the number of files."""
    if actor.is_system:
        return None
    if actor.person_id is not None and actor.account_id is not None:
        return LeftOut(None)
    people = DossierMember.unscoped.filter(live=1).order_by()
    held = Q(person__pk__among=OwnPerson.objects.order_by().values("person_id")) | Q(person__pk__among=well_known(clock.today()))
    ids = set(people.filter(held).values_list("dossier_id", flat=True)[:MOST_GUARDED])
    count = Dossier.objects.visible_to(actor).filter(pk__in=ids).count() if ids else 0
    return LeftOut(count) if count else None


_NAMES = Statement("dossiers.names_of_files")


def names_of_files(actor: Actor, dossier_ids: Collection[int]) -> dict[int, str]:
    """Number and name of these dossiers, of those that the actor may open; on a past day, the name of then."""
    rows = _NAMES.rows(
        actor,
        lambda at: (
            Dossier.objects.visible_to(actor)
            .filter(one_of("pk", at["ids"]))
            .order_by()
            .values_list("pk", "number", "lead__index__display_name", "lead", "opened_on")
        ),
        ids=sorted(dossier_ids),
    )
    if (view := asof.view()) is not None:  # what was opened later was no file yet
        then = display_names({lead for _pk, _number, _name, lead, _opened in rows})
        return {pk: f"{number} · {then.get(lead, '?')}" for pk, number, _name, lead, opened in rows if opened <= view.day}
    return {pk: f"{number} · {'?' if name is None else name}" for pk, number, name, _lead, _opened in rows}
