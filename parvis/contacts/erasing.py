"""Lawful destruction: a person whom nothing else needs goes; one who is also known otherwise stays as they are."""

from __future__ import annotations

from django.apps import apps
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from parvis.kernel import registries
from parvis.kernel.erasure import Target
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
    Person,
    PersonBirth,
    PersonCapacity,
    PersonIndex,
    PersonLanguage,
    PersonName,
    PersonRole,
    PersonToken,
    Relation,
)

OWN = (PersonToken, PersonIndex, PersonName, PersonBirth, PersonLanguage, Identifier, Address, ContactPoint, BankAccount)


def needed(persons: set[int]) -> set[int]:
    """Of these persons, who is still held by something outside the destroyed dossier: another dossier, a request, a role in an
    organisation, an account of an agent. What belonged to the dossier no longer points at them."""
    found: set[int] = set()
    for holder in registries.person_holders.all():
        model = apps.get_model(holder.model)
        manager = getattr(model, "unscoped", model._default_manager)
        column = holder.field if holder.field.endswith("_id") else f"{holder.field}_id"
        found |= set(manager.filter(**{f"{column}__in": persons}).order_by().values_list(column, flat=True))
    found |= set(PersonRole.unscoped.filter(person__in=persons).order_by().values_list("person_id", flat=True))
    found |= set(PersonCapacity.unscoped.filter(person__in=persons).order_by().values_list("person_id", flat=True))
    return found


def _collect(target: Target) -> None:
    """With a person go the numbers that were merged into theirs."""
    while True:
        more = set(Person.unscoped.filter(merged_into__in=target.persons).values_list("pk", flat=True))
        more |= set(Person.unscoped.filter(pk__in=target.persons, merged_into__isnull=False).values_list("merged_into_id", flat=True))
        if more <= target.persons:
            return
        target.persons |= more


def _erase(target: Target) -> None:
    kept = needed(target.persons)
    while kept:  # one person under several numbers stays or goes as a whole
        linked = set(Person.unscoped.filter(merged_into__in=kept).values_list("pk", flat=True)) | set(
            Person.unscoped.filter(pk__in=kept, merged_into__isnull=False).values_list("merged_into_id", flat=True)
        )
        if linked <= kept:
            break
        kept |= linked
    gone = target.persons - kept
    target.gone = gone
    target.name("person", gone)
    homes = set(HouseholdMember.unscoped.filter(person__in=gone).values_list("household_id", flat=True))
    for model in OWN:
        target.delete(gettext_noop("Facts about persons"), model.unscoped.filter(person__in=gone))
    target.delete(gettext_noop("Facts about persons"), HouseholdMember.unscoped.filter(person__in=gone))
    target.delete(gettext_noop("Facts about persons"), Relation.unscoped.filter(person__in=gone))
    target.delete(gettext_noop("Facts about persons"), Relation.unscoped.filter(other__in=gone))
    BookEntry.unscoped.filter(person__in=gone).delete()
    merges = list(Merge.unscoped.filter(party="person", merged_id__in=gone).values_list("pk", flat=True))
    MergeStep.unscoped.filter(merge__in=merges).delete()
    Merge.unscoped.filter(pk__in=merges).delete()
    empty = homes - set(HouseholdMember.unscoped.filter(household__in=homes).values_list("household_id", flat=True))
    target.name("household", empty)
    Household.unscoped.filter(pk__in=empty).delete()
    Person.unscoped.filter(pk__in=gone).update(merged_into=None)
    target.delete(gettext_noop("Persons"), Person.unscoped.filter(pk__in=gone))
    target.counts[gettext_noop("Persons kept, known otherwise")] += len(kept)


registries.erasers.register(
    "contacts",
    Eraser(
        title=_("Persons"),
        order=90,
        collect=_collect,
        erase=_erase,
        holds={
            **{f"contacts.{model.__name__}": "gone" for model in (*OWN, HouseholdMember, Relation, Person)},
            "contacts.BookEntry": "gone",
            "contacts.PersonRole": "a person with a role in an organisation stays",
            "contacts.PersonCapacity": "a person with a capacity of their own stays",
        },
    ),
)
