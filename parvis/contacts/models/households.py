from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from parvis.kernel.bitemporal import Anchor, Fact

from ..enums import HouseholdRole, RelationKind
from .persons import Person


class Household(Anchor):
    """Persons who live under one roof. Who does is a dated fact; the household itself has only an identity."""

    personal_data = "identity"

    created_at = models.DateTimeField()

    class Meta(Anchor.Meta):
        ordering = ["pk"]
        verbose_name = _("household")


class HouseholdMember(Fact):
    personal_data = "identity"
    scoped_by = "person"

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="members")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=10, choices=HouseholdRole.choices, default=HouseholdRole.OTHER)

    class Meta(Fact.Meta):
        ordering = ["household", "valid_from", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["household", "person", "valid_from", "live"], name="contacts_member_version_unique"),
            models.CheckConstraint(condition=Q(valid_to__gt=F("valid_from")), name="contacts_member_period"),
        ]
        verbose_name = _("member of a household")


class Relation(Fact):
    """``person`` is ``kind`` ``other``: "Inès is child of Marie-Ange". Stored once, read from both sides."""

    personal_data = "social"
    scoped_by = "person"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="relations")
    other = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="relations_to")
    kind = models.CharField(max_length=12, choices=RelationKind.choices)

    class Meta(Fact.Meta):
        ordering = ["person", "valid_from", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["person", "other", "kind", "valid_from", "live"], name="contacts_relation_version_unique"),
            models.CheckConstraint(condition=Q(valid_to__gt=F("valid_from")), name="contacts_relation_period"),
            models.CheckConstraint(condition=~Q(person=F("other")), name="contacts_relation_not_self"),
        ]
        verbose_name = _("relation")
