"""Two files of the same person, or two entries of the same organisation, become one; and apart again.

The merged anchor stays, with its history, and leads to the kept one. Facts are never updated in place: what the kept one lacks is written
there as a new version, what would stand twice is superseded. Links of other contexts are re-pointed row by row (``person_holders``); evidence
(packs, payments, vouchers) keeps the number that it was made with. Every row touched is a ``MergeStep``, so that the undo knows it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from parvis.kernel import clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.bitemporal import _copy, bump, forget, withdraw_fact, write_fact
from parvis.kernel.errors import NotAllowed
from parvis.kernel.events import publish
from parvis.kernel.gestures import gesture
from parvis.kernel.registries import person_aspects, person_holders
from parvis.kernel.subject import SubjectRef

from .. import access
from ..enums import IdentifierKind, NameKind
from ..errors import MergeRefused
from ..events import MergeUndone, OrganisationChanged, PersonChanged, PersonsMerged
from ..models import (
    Address,
    BankAccount,
    ContactPoint,
    Household,
    HouseholdMember,
    Identifier,
    Merge,
    MergeStep,
    NumberPiece,
    Organisation,
    OrganisationAddress,
    OrganisationKind,
    OrganisationName,
    OrganisationNumber,
    OrganisationPoint,
    OrganisationProfile,
    Person,
    PersonBirth,
    PersonCapacity,
    PersonLanguage,
    PersonName,
    PersonResidence,
    PersonRole,
    PersonToken,
    Relation,
)
from ._common import STREAM, values_of
from .book import rebook_organisation, rebook_person
from .indexing import reindex
from .reaching import hide_address


@dataclass(frozen=True)
class _Aspect:
    """One table of facts: the fields that tell its lines apart, and whether a line may not stand on both anchors."""

    name: str
    model: type[Any]
    key: tuple[str, ...] = ()
    once: bool = False


PERSON_ASPECTS = (
    _Aspect("name", PersonName, ("kind",)),
    _Aspect("birth", PersonBirth),
    _Aspect("residence", PersonResidence),
    _Aspect("language", PersonLanguage),
    _Aspect("identifier", Identifier, ("kind",), once=True),
    _Aspect("address", Address, ("kind",)),
    _Aspect("point", ContactPoint, ("kind", "value")),
    _Aspect("account", BankAccount, ("iban",)),
    _Aspect("capacity", PersonCapacity, ("kind",), once=True),
    _Aspect("role", PersonRole, ("organisation", "role"), once=True),
)
ORGANISATION_ASPECTS = (
    _Aspect("name", OrganisationName),
    _Aspect("profile", OrganisationProfile),
    _Aspect("kind", OrganisationKind, ("kind",)),
    _Aspect("number", OrganisationNumber, ("kind",), once=True),
    _Aspect("address", OrganisationAddress, ("kind",)),
    _Aspect("point", OrganisationPoint, ("kind", "value")),
)
#: What two versions share that may not hold on the same day.
_TELLING: dict[type[Any], tuple[str, ...]] = {
    **{aspect.model: ("person", *aspect.key) for aspect in PERSON_ASPECTS},
    **{aspect.model: ("organisation", *aspect.key) for aspect in ORGANISATION_ASPECTS},
    HouseholdMember: ("person",),
    Relation: ("person", "other", "kind"),
}


def _aspects_above() -> list[_Aspect]:
    """Facts about persons that contexts above keep: never withdrawn, so that what both say differently stays readable under either number."""
    return [_Aspect(one.model, apps.get_model(one.model), one.key) for one in person_aspects.all()]


CHOOSABLE = frozenset({"name", "birth", "residence", "language", "address", "profile"})


@gesture
def merge_persons(*, actor: Actor, kept: Person, merged: Person, reason: str, prefer: Collection[str] = ()) -> Merge:
    """``merged`` is the same person as ``kept``: everything that leads to it leads to ``kept`` from now on.

    ``prefer``: aspects (name, birth, language, address) for which the facts of ``merged`` win where both have one.

    Raises:
        NotAllowed: only the head merges.
        MergeRefused: the same file twice, one already merged, two national numbers, a specimen with a real person.
    """
    _require(actor)
    _check_pair(kept, merged, reason)
    _check_numbers(kept, merged)
    today = clock.today()
    protected = Address.unscoped.filter(person__in=[kept, merged], live=1, hidden=True, valid_to__gt=today).exists()
    merge = _begin(actor, "person", kept, merged, reason)
    for aspect in (*PERSON_ASPECTS, *_aspects_above()):
        with _noted(merge, aspect.model, Q(person__in=[kept.pk, merged.pk])):
            _take_over(actor, aspect, "person", kept, merged, aspect.name in prefer)
    with _noted(merge, HouseholdMember, Q(person__in=[kept.pk, merged.pk])):
        _move_memberships(actor, kept, merged)
    with _noted(merge, Relation, Q(person__in=[kept.pk, merged.pk]) | Q(other__in=[kept.pk, merged.pk])):
        _move_relations(actor, kept, merged)
    if protected:
        _protect(actor, merge, kept, merged)
    moved, stayed = _repoint(merge, kept.pk, merged.pk)
    Person.unscoped.filter(pk=merged.pk).update(merged_into=kept)
    merged.merged_into_id = kept.pk
    PersonToken.unscoped.filter(person=merged).delete()
    NumberPiece.unscoped.filter(person=merged).delete()
    reindex(kept)
    rebook_person(merged)
    rebook_person(kept)
    _record(
        actor,
        "person.merge",
        "person",
        kept.pk,
        merged.pk,
        {"reason": reason.strip(), "links": moved, "links_left": stayed, "prefer": sorted(prefer)},
    )
    publish(PersonsMerged(actor=actor, kept_id=kept.pk, merged_id=merged.pk))
    publish(PersonChanged(actor=actor, person_id=kept.pk, aspect="merge"))
    return merge


@gesture
def merge_organisations(*, actor: Actor, kept: Organisation, merged: Organisation, reason: str, prefer: Collection[str] = ()) -> Merge:
    """``merged`` is the same organisation as ``kept``. Its names and numbers still find it.

    Raises:
        NotAllowed: only the head merges.
        MergeRefused: the same entry twice, one already merged.
    """
    _require(actor)
    _check_pair(kept, merged, reason)
    merge = _begin(actor, "organisation", kept, merged, reason)
    for aspect in ORGANISATION_ASPECTS:
        with _noted(merge, aspect.model, Q(organisation__in=[kept.pk, merged.pk])):
            _take_over(actor, aspect, "organisation", kept, merged, aspect.name in prefer)
    with _noted(merge, PersonRole, Q(organisation__in=[kept.pk, merged.pk])):
        for row in PersonRole.unscoped.filter(organisation=merged, live=1).select_related("person"):
            key = {"organisation": kept, "role": row.role}
            withdraw_fact(row, anchor=row.person)
            _write_free(actor, PersonRole, "person", row.person, row, key, {"title": row.title})
    Organisation.unscoped.filter(pk=merged.pk).update(merged_into=kept)
    merged.merged_into_id = kept.pk
    rebook_organisation(merged)
    rebook_organisation(kept)
    _record(actor, "organisation.merge", "organisation", kept.pk, merged.pk, {"reason": reason.strip(), "prefer": sorted(prefer)})
    publish(OrganisationChanged(actor=actor, organisation_id=kept.pk, aspect="merge"))
    return merge


@gesture
def undo_merge(*, actor: Actor, merge: Merge) -> Merge:
    """Both stand apart again: links go back row by row, versions that the merge wrote are superseded, those that it ended hold again. What
    was entered on the kept one since then stays there.

    Raises:
        MergeRefused: undone already, or the kept one was itself merged since.
    """
    _require(actor)
    anchors: Any = Person if merge.party == "person" else Organisation
    kept, merged = anchors.unscoped.get(pk=merge.kept_id), anchors.unscoped.get(pk=merge.merged_id)
    if kept.merged_into_id is not None:
        raise MergeRefused(_("This file was merged into another one since then. Undo that first."), code="merged_since")
    at = clock.now()
    changed = Merge.unscoped.filter(pk=merge.pk, live=1).update(
        live=None, undone_at=at, undone_by_id=actor.account_id, undone_by_label=actor.label[:191]
    )
    if not changed:
        raise MergeRefused(_("This merge was undone already."), code="undone")
    merge.refresh_from_db()
    for one in (kept, merged):
        bump(one)
        forget(one)
    anchors.unscoped.filter(pk=merged.pk).update(merged_into=None)
    merged.merged_into_id = None
    steps = list(MergeStep.unscoped.filter(merge=merge).order_by("pk"))
    for did, undo in (("repointed", _point_back), ("written", _supersede), ("ended", _hold_again)):
        for step in steps:  # those that were left where they stood have nothing to undo
            if step.did == did:
                step.undone = undo(step, merge)
    MergeStep.unscoped.bulk_update(steps, ["undone"])
    if merge.party == "person":
        for person in (kept, merged):
            reindex(person)
            rebook_person(person)
            publish(PersonChanged(actor=actor, person_id=person.pk, aspect="merge"))
        publish(MergeUndone(actor=actor, kept_id=kept.pk, merged_id=merged.pk))
    else:
        for organisation in (kept, merged):
            rebook_organisation(organisation)
            publish(OrganisationChanged(actor=actor, organisation_id=organisation.pk, aspect="merge"))
    left = sum(1 for step in steps if step.undone is False)
    _record(actor, f"{merge.party}.merge.undo", merge.party, kept.pk, merged.pk, {"steps": len(steps), "left": left})
    return merge


# The steps --------------------------------------------------------------------------------------------------------------
def _begin(actor: Actor, party: str, kept: Any, merged: Any, reason: str) -> Merge:
    for one in (kept, merged):
        bump(one)
        forget(one)
    return Merge.unscoped.create(
        party=party,
        kept_id=kept.pk,
        merged_id=merged.pk,
        reason=reason.strip()[:191],
        merged_at=clock.now(),
        author_id=actor.account_id,
        author_label=actor.label[:191],
    )


class _noted:
    """Writes down which living rows of a table came and went inside the block."""

    def __init__(self, merge: Merge, model: type[Any], mine: Q) -> None:
        self.merge, self.model, self.mine = merge, model, mine

    def _live(self) -> set[int]:
        return set(self.model.unscoped.filter(self.mine, live=1).values_list("pk", flat=True))

    def __enter__(self) -> None:
        self.before = self._live()

    def __exit__(self, kind: object, *rest: object) -> None:
        if kind is not None:
            return
        after = self._live()
        label = self.model._meta.label
        steps = [MergeStep(merge=self.merge, did="ended", model=label, row_id=pk) for pk in sorted(self.before - after)]
        steps += [MergeStep(merge=self.merge, did="written", model=label, row_id=pk) for pk in sorted(after - self.before)]
        MergeStep.unscoped.bulk_create(steps)


def _take_over(actor: Actor, aspect: _Aspect, anchor_field: str, kept: Any, merged: Any, wins: bool) -> None:
    """The living facts of ``merged`` that ``kept`` lacks, or all of them where they win."""
    for row in aspect.model.unscoped.filter(**{anchor_field: merged}, live=1).order_by("valid_from", "pk"):
        key = {name: getattr(row, name) for name in aspect.key}
        values = {name: value for name, value in values_of(row).items() if name not in (*aspect.key, anchor_field)}
        own = list(aspect.model.unscoped.filter(**{anchor_field: kept}, **key, live=1))
        alike = [one for one in own if _values(one, values) == values]
        if aspect.once and (not own or alike or wins or aspect.model in (PersonCapacity, PersonRole)):
            withdraw_fact(row, anchor=merged)
        if any(one.valid_from <= row.valid_from and one.valid_to >= row.valid_to for one in alike):
            continue
        if wins:
            _write(actor, aspect.model, anchor_field, kept, row, key, values, row.valid_from, row.valid_to)
            continue
        _write_free(actor, aspect.model, anchor_field, kept, row, key, values)
        if aspect.model is PersonName and own and not alike and row.kind != NameKind.ALIAS:
            # The other spelling still finds the person.
            known = PersonName.unscoped.filter(person=kept, live=1, family_name=row.family_name, given_names=row.given_names).exists()
            if not known:
                _write_free(actor, PersonName, "person", kept, row, {"kind": NameKind.ALIAS}, values)


def _write_free(
    actor: Actor, model: type[Any], anchor_field: str, anchor: Any, row: Any, key: dict[str, Any], values: dict[str, Any]
) -> None:
    """The row's values for the days on which the anchor has no line of that key."""
    own = model.unscoped.filter(**{anchor_field: anchor}, **key, live=1).values_list("valid_from", "valid_to")
    for start, end in _free(row.valid_from, row.valid_to, list(own)):
        _write(actor, model, anchor_field, anchor, row, key, values, start, end)


def _write(
    actor: Actor,
    model: type[Any],
    anchor_field: str,
    anchor: Any,
    row: Any,
    key: dict[str, Any],
    values: dict[str, Any],
    start: dt.date,
    end: dt.date,
) -> None:
    write_fact(
        model,
        anchor_field=anchor_field,
        anchor=anchor,
        key=key,
        values={model._meta.get_field(name).attname: value for name, value in values.items()},
        valid_from=start,
        valid_to=end,
        actor=actor,
        source=row.source,
        source_ref=row.source_ref,
    )


def _free(start: dt.date, end: dt.date, taken: list[tuple[dt.date, dt.date]]) -> Iterator[tuple[dt.date, dt.date]]:
    """Parts of a period that none of the others covers."""
    for first, last in sorted(taken):
        if last <= start or first >= end:
            continue
        if first > start:
            yield start, first
        start = max(start, last)
    if start < end:
        yield start, end


def _values(row: Any, like: dict[str, Any]) -> dict[str, Any]:
    found = values_of(row)
    return {name: found[name] for name in like}


def _move_memberships(actor: Actor, kept: Person, merged: Person) -> None:
    for row in HouseholdMember.unscoped.filter(person=merged, live=1).select_related("household").order_by("valid_from", "pk"):
        withdraw_fact(row, anchor=row.household)
        # Nobody lives in two households at once: the kept file says where.
        own = list(HouseholdMember.unscoped.filter(person=kept, live=1).values_list("valid_from", "valid_to"))
        for start, end in _free(row.valid_from, row.valid_to, own):
            _write(actor, HouseholdMember, "household", row.household, row, {"person": kept}, {"role": row.role}, start, end)


def _move_relations(actor: Actor, kept: Person, merged: Person) -> None:
    for row in Relation.unscoped.filter(Q(person=merged) | Q(other=merged), live=1).select_related("person", "other").order_by("pk"):
        forward = row.person_id == merged.pk
        anchor, other = (kept, row.other) if forward else (row.person, kept)
        withdraw_fact(row, anchor=merged if forward else row.person)
        if anchor.pk != other.pk:
            _write_free(actor, Relation, "person", anchor, row, {"other": other, "kind": row.kind}, {})


def _protect(actor: Actor, merge: Merge, kept: Person, merged: Person) -> None:
    """Every address of both, those that begin later too: the merged file keeps its own, and what it shows gives the kept one away."""
    today = clock.today()
    for person in (kept, merged):
        with _noted(merge, Address, Q(person=person.pk)):
            if Address.unscoped.filter(person=person, hidden=False).at(today).exists():
                hide_address(actor=actor, person=person)
            for row in Address.unscoped.filter(person=person, live=1, hidden=False, valid_to__gt=today).order_by("valid_from", "pk"):
                values = {name: value for name, value in values_of(row).items() if name not in ("kind", "person")} | {"hidden": True}
                start = max(row.valid_from, today)
                _write(actor, Address, "person", person, row, {"kind": row.kind}, values, start, row.valid_to)


def _repoint(merge: Merge, kept_id: int, merged_id: int) -> tuple[int, list[str]]:
    """Every link of the contexts above, one by one. A row that already stands there for the kept one is left as it is, and told: it is
    evidence of what was known under the other number."""
    moved, stayed = 0, []
    for holder in person_holders.all():
        if holder.evidence:
            continue
        rows = apps.get_model(holder.model)._base_manager.filter(**holder.among)
        for pk in rows.filter(**{holder.field: merged_id}, **holder.where).order_by("pk").values_list("pk", flat=True):
            try:
                with transaction.atomic():
                    rows.filter(pk=pk).update(**{holder.field: kept_id})
            except IntegrityError:
                MergeStep.unscoped.create(merge=merge, did="left", model=holder.model, field=holder.field, row_id=pk)
                stayed.append(f"{holder.model}.{holder.field}:{pk}")
                continue
            MergeStep.unscoped.create(merge=merge, did="repointed", model=holder.model, field=holder.field, row_id=pk)
            moved += 1
    return moved, stayed


def _point_back(step: MergeStep, merge: Merge) -> bool:
    rows = apps.get_model(step.model)._base_manager
    return bool(rows.filter(pk=step.row_id, **{step.field: merge.kept_id}).update(**{step.field: merge.merged_id}))


def _supersede(step: MergeStep, merge: Merge) -> bool:
    model: Any = apps.get_model(step.model)
    return bool(model.unscoped.filter(pk=step.row_id, live=1).update(live=None, superseded_at=clock.now()))


def _hold_again(step: MergeStep, merge: Merge) -> bool:
    """A copy of the ended version, known from now on; not where something else was written in its place since."""
    model: Any = apps.get_model(step.model)
    row = model.unscoped.get(pk=step.row_id)
    telling = _TELLING.get(model) or next(("person", *one.key) for one in _aspects_above() if one.model is model)
    same = {name: getattr(row, name) for name in telling}
    if model.unscoped.filter(**same, live=1, valid_from__lt=row.valid_to, valid_to__gt=row.valid_from).exists():
        return False
    try:
        with transaction.atomic():
            _copy(row, live=1, superseded_at=None, recorded_at=clock.now()).save(force_insert=True)
    except IntegrityError:
        return False
    if model is HouseholdMember:
        Household.unscoped.filter(pk=row.household_id).update(version=F("version") + 1)
    return True


# What is refused --------------------------------------------------------------------------------------------------------
def _require(actor: Actor) -> None:
    if not access.can_merge(actor):
        raise NotAllowed(_("Only the head social worker makes two files one."))


def _check_pair(kept: Any, merged: Any, reason: str) -> None:
    if kept.pk == merged.pk:
        raise MergeRefused(_("This is the same file twice."), code="same")
    fresh = type(kept).unscoped.filter(pk__in=[kept.pk, merged.pk], merged_into__isnull=False).exists()
    if fresh:
        raise MergeRefused(_("One of the two was already merged into another file."), code="merged")
    if not reason.strip():
        raise MergeRefused(_("Say why both are the same."), field="reason", code="reason")


def _check_numbers(kept: Person, merged: Person) -> None:
    numbers: dict[str, set[str]] = {}
    of: dict[int, set[str]] = {kept.pk: set(), merged.pk: set()}
    for row in Identifier.unscoped.filter(person__in=[kept, merged], live=1):
        numbers.setdefault(row.kind, set()).add(row.value)
        of[row.person_id].add(row.kind)
    if len(numbers.get(IdentifierKind.NISS, ())) > 1:
        raise MergeRefused(
            _("They have two different national numbers: they are two persons. Correct the wrong number first."), code="two_numbers"
        )
    specimen = [IdentifierKind.SPECIMEN in kinds for kinds in of.values()]
    if specimen[0] != specimen[1]:
        raise MergeRefused(_("A specimen card is not merged with a person."), code="specimen")


def _record(actor: Actor, verb: str, party: str, kept_id: int, merged_id: int, values: dict[str, Any]) -> None:
    for one in (kept_id, merged_id):
        mutations.record(
            STREAM, actor=actor, verb=verb, subject=SubjectRef(party, one), values={"kept": kept_id, "merged": merged_id, **values}
        )
