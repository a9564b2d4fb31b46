"""Lawful destruction: a person whom nothing else needs goes; one who is also known otherwise stays as they are."""

from __future__ import annotations

from django.apps import apps
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from parvis.kernel import registries
from parvis.kernel.erasure import Target, chunks
from parvis.kernel.registries import Eraser

from .models import (
    Address,
    BankAccount,
    BookEntry,
    ContactPoint,
    Household,
    HouseholdMember,
    Identifier,
    Merge,
    MergeStep,
    NumberPiece,
    Person,
    PersonBirth,
    PersonCapacity,
    PersonIndex,
    PersonLanguage,
    PersonName,
    PersonResidence,
    PersonRole,
    PersonToken,
    Relation,
)

OWN = (
    PersonToken,
    NumberPiece,
    PersonIndex,
    PersonName,
    PersonBirth,
    PersonLanguage,
    PersonResidence,
    Identifier,
    Address,
    ContactPoint,
    BankAccount,
)


def needed(persons: set[int]) -> set[int]:
    """Of these persons, who is still held by something outside the destroyed dossier: another dossier, a request, a role in an
    organisation, an account of an agent. What belonged to the dossier no longer points at them."""
    found: set[int] = set()
    for part in chunks(persons):
        for holder in registries.person_holders.all():
            if not holder.holds:
                continue
            model = apps.get_model(holder.model)
            manager = getattr(model, "unscoped", model._default_manager)
            column = holder.field if holder.field.endswith("_id") else f"{holder.field}_id"
            found |= set(manager.filter(**{f"{column}__in": part}).order_by().values_list(column, flat=True))
        found |= set(PersonRole.unscoped.filter(person__in=part).order_by().values_list("person_id", flat=True))
        found |= set(PersonCapacity.unscoped.filter(person__in=part).order_by().values_list("person_id", flat=True))
    return found


def linked(persons: set[int]) -> set[int]:
    """These persons and all who are bound to them, however far: by a relation, a common household, or a number merged into theirs. What
    such a link says belongs to both ends: a father told of in an open dossier is part of it."""
    known, new = set(persons), set(persons)
    while new:
        found: set[int] = set()
        for part in chunks(new):
            homes = set(HouseholdMember.unscoped.filter(person__in=part).order_by().values_list("household_id", flat=True))
            found |= set(Relation.unscoped.filter(person__in=part).order_by().values_list("other_id", flat=True))
            found |= set(Relation.unscoped.filter(other__in=part).order_by().values_list("person_id", flat=True))
            for some in chunks(homes):
                found |= set(HouseholdMember.unscoped.filter(household__in=some).order_by().values_list("person_id", flat=True))
            found |= set(Person.unscoped.filter(merged_into__in=part).values_list("pk", flat=True))
            found |= set(Person.unscoped.filter(pk__in=part, merged_into__isnull=False).values_list("merged_into_id", flat=True))
        new = found - known
        known |= new
    return known


def _erase(target: Target) -> None:
    """Who is known only through those who go is looked at too; whoever is bound to a person that stays, stays."""
    own = target.persons
    target.persons = linked(own)
    kept = linked(needed(target.persons)) & target.persons
    gone = target.persons - kept
    target.gone = gone
    target.name("person", gone)
    for part in chunks(gone):
        _forget(target, part)
    for part in chunks(gone):
        Person.unscoped.filter(pk__in=part).update(merged_into=None)
    for part in chunks(gone):
        target.delete(gettext_noop("Persons"), Person.unscoped.filter(pk__in=part))
    target.counts[gettext_noop("Persons kept, known otherwise")] += len(kept & own)


def _forget(target: Target, gone: list[int]) -> None:
    what = gettext_noop("Facts about persons")
    homes = set(HouseholdMember.unscoped.filter(person__in=gone).values_list("household_id", flat=True))
    for model in (*OWN, HouseholdMember):
        target.delete(what, model.unscoped.filter(person__in=gone))
    for aspect in registries.person_aspects.all():
        target.delete(what, apps.get_model(aspect.model)._base_manager.filter(person__in=gone))
    target.delete(what, Relation.unscoped.filter(person__in=gone))
    target.delete(what, Relation.unscoped.filter(other__in=gone))
    BookEntry.unscoped.filter(person__in=gone).delete()
    merges = list(Merge.unscoped.filter(party="person", merged_id__in=gone).values_list("pk", flat=True))
    MergeStep.unscoped.filter(merge__in=merges).delete()
    Merge.unscoped.filter(pk__in=merges).delete()
    empty = homes - set(HouseholdMember.unscoped.filter(household__in=homes).values_list("household_id", flat=True))
    target.name("household", empty)
    Household.unscoped.filter(pk__in=empty).delete()


registries.erasers.register(
    "contacts",
    Eraser(
        title=_("Persons"),
        order=90,
        erase=_erase,
        holds={
            **{f"contacts.{model.__name__}": "gone" for model in (*OWN, HouseholdMember, Relation, Person)},
            "contacts.BookEntry": "gone",
            "contacts.PersonRole": "a person with a role in an organisation stays",
            "contacts.PersonCapacity": "a person with a capacity of their own stays",
        },
    ),
)
