from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from parvis.kernel.bitemporal import Fact

from ..enums import AddressKind, PointKind
from .persons import Person


class PostalLines:
    """How an address stands on an envelope: c/o, street, town, country when abroad."""

    care_of: str
    street: str
    number: str
    box: str
    postal_code: str
    municipality: str
    country: str

    @property
    def lines(self) -> list[str]:
        """Street line and town line, as on an envelope."""
        first = f"{self.street} {self.number}".strip() + (f"/{self.box}" if self.box else "")
        town = f"{self.postal_code} {self.municipality}".strip()
        care = f"c/o {self.care_of}" if self.care_of else ""
        return [line for line in (care, first, town) if line] + ([self.country] if self.country != "BE" else [])

    @property
    def one_line(self) -> str:
        return ", ".join(self.lines)


class Address(PostalLines, Fact):
    """Where a person lives or gets mail. ``hidden`` wins everywhere: one hidden address hides them all (selectors.hidden_person_ids)."""

    personal_data = "identity"
    scoped_by = "person"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="addresses")
    kind = models.CharField(max_length=10, choices=AddressKind.choices, default=AddressKind.DOMICILE)
    care_of = models.CharField(max_length=120, blank=True, default="")
    street = models.CharField(max_length=120, blank=True)
    number = models.CharField(max_length=20, blank=True)
    box = models.CharField(max_length=20, blank=True)
    postal_code = models.CharField(max_length=12, blank=True)
    municipality = models.CharField(max_length=80, blank=True)
    country = models.CharField(max_length=2, default="BE")
    hidden = models.BooleanField(default=False)
    # On the official list when it was entered; None: no list covered it.
    listed = models.BooleanField(null=True)

    class Meta(Fact.Meta):
        ordering = ["person", "kind", "valid_from", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["person", "kind", "valid_from", "live"], name="contacts_address_version_unique"),
            models.CheckConstraint(condition=Q(valid_to__gt=F("valid_from")), name="contacts_address_period"),
        ]
        indexes = [models.Index(fields=["hidden", "live", "person"], name="contacts_address_hidden")]
        verbose_name = _("address")


class ContactPoint(Fact):
    personal_data = "identity"
    scoped_by = "person"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="points")
    kind = models.CharField(max_length=5, choices=PointKind.choices)
    value = models.CharField(max_length=120)
    label = models.CharField(max_length=40, blank=True, default="")

    class Meta(Fact.Meta):
        ordering = ["person", "kind", "valid_from", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["person", "kind", "value", "valid_from", "live"], name="contacts_point_version_unique"),
            models.CheckConstraint(condition=Q(valid_to__gt=F("valid_from")), name="contacts_point_period"),
        ]
        indexes = [models.Index(fields=["value"], name="contacts_point_value")]
        verbose_name = _("phone or e-mail")
