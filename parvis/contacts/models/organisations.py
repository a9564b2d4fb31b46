"""Organisations of the address book: an anchor with dated facts, and who is what in them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from parvis.kernel.bitemporal import Anchor, Fact
from parvis.kernel.scope import ScopedModel

from ..enums import ContactLanguage, OfficeKind, OrgNumberKind, PartyKind, PointKind, RoleKind
from .addresses import PostalLines
from .persons import Mailed, Person


class Organisation(Anchor):
    """A doctor's practice, a landlord's company, a school: entered once, used by every dossier. Nothing dated here."""

    personal_data = "identity"

    created_at = models.DateTimeField()
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta(Anchor.Meta):
        ordering = ["pk"]
        verbose_name = _("organisation")

    def __str__(self) -> str:
        return f"organisation:{self.pk}"


class OrganisationName(Fact):
    personal_data = "identity"
    scoped_by = "organisation"

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="names")
    name = models.CharField(max_length=160)
    short_name = models.CharField(max_length=40, blank=True)
    legal_form = models.CharField(max_length=40, blank=True)

    class Meta(Fact.Meta):
        ordering = ["organisation", "valid_from", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "valid_from", "live"], name="contacts_orgname_version_unique"),
            models.CheckConstraint(condition=Q(valid_to__gt=F("valid_from")), name="contacts_orgname_period"),
            models.CheckConstraint(condition=~Q(name=""), name="contacts_orgname_not_empty"),
        ]
        verbose_name = _("name of an organisation")


class OrganisationProfile(Mailed, Fact):
    """Language and way of our letters, website, and whether it still works: an organisation is closed from a day on, never removed."""

    personal_data = "identity"
    scoped_by = "organisation"

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="profiles")
    language = models.CharField(max_length=2, choices=ContactLanguage.choices, default=ContactLanguage.FRENCH)
    website = models.CharField(max_length=160, blank=True)
    note = models.CharField(max_length=191, blank=True)
    closed = models.BooleanField(default=False)

    class Meta(Fact.Meta):
        ordering = ["organisation", "valid_from", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "valid_from", "live"], name="contacts_profile_version_unique"),
            models.CheckConstraint(condition=Q(valid_to__gt=F("valid_from")), name="contacts_profile_period"),
        ]
        verbose_name = _("profile of an organisation")


class OrganisationKind(Fact):
    """An organisation may be landlord and employer at once: one row for each."""

    personal_data = "identity"
    scoped_by = "organisation"

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="kinds")
    kind = models.CharField(max_length=12, choices=PartyKind.choices)

    class Meta(Fact.Meta):
        ordering = ["organisation", "kind", "valid_from", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "kind", "valid_from", "live"], name="contacts_orgkind_version_unique"),
            models.CheckConstraint(condition=Q(valid_to__gt=F("valid_from")), name="contacts_orgkind_period"),
        ]
        verbose_name = _("kind of contact")


class OrganisationNumber(Fact):
    personal_data = "identity"
    scoped_by = "organisation"

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="numbers")
    kind = models.CharField(max_length=10, choices=OrgNumberKind.choices)
    value = models.CharField(max_length=30)

    class Meta(Fact.Meta):
        ordering = ["organisation", "kind", "valid_from", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "value", "live"], name="contacts_orgnumber_once"),
            models.UniqueConstraint(fields=["organisation", "kind", "valid_from", "live"], name="contacts_orgnumber_version_unique"),
            models.CheckConstraint(condition=Q(valid_to__gt=F("valid_from")), name="contacts_orgnumber_period"),
            models.CheckConstraint(condition=~Q(value=""), name="contacts_orgnumber_not_empty"),
        ]
        verbose_name = _("number of an organisation")


class OrganisationAddress(PostalLines, Fact):
    personal_data = "identity"
    scoped_by = "organisation"

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="addresses")
    kind = models.CharField(max_length=10, choices=OfficeKind.choices, default=OfficeKind.SEAT)
    care_of = models.CharField(max_length=120, blank=True)
    street = models.CharField(max_length=120, blank=True)
    number = models.CharField(max_length=20, blank=True)
    box = models.CharField(max_length=20, blank=True)
    postal_code = models.CharField(max_length=12, blank=True)
    municipality = models.CharField(max_length=80, blank=True)
    country = models.CharField(max_length=2, default="BE")

    class Meta(Fact.Meta):
        ordering = ["organisation", "kind", "valid_from", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "kind", "valid_from", "live"], name="contacts_orgaddress_version_unique"),
            models.CheckConstraint(condition=Q(valid_to__gt=F("valid_from")), name="contacts_orgaddress_period"),
        ]
        verbose_name = _("address of an organisation")


class OrganisationPoint(Fact):
    personal_data = "identity"
    scoped_by = "organisation"

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="points")
    kind = models.CharField(max_length=5, choices=PointKind.choices)
    value = models.CharField(max_length=120)
    label = models.CharField(max_length=40, blank=True)

    class Meta(Fact.Meta):
        ordering = ["organisation", "kind", "valid_from", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "kind", "value", "valid_from", "live"], name="contacts_orgpoint_version_unique"
            ),
            models.CheckConstraint(condition=Q(valid_to__gt=F("valid_from")), name="contacts_orgpoint_period"),
        ]
        indexes = [models.Index(fields=["value"], name="contacts_orgpoint_value")]
        verbose_name = _("phone or e-mail of an organisation")


class PersonRole(Fact):
    """``person`` is ``role`` in, or to, ``organisation``: director there, tenant of it. Several at once are usual."""

    personal_data = "social"
    scoped_by = "person"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="roles")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="roles")
    role = models.CharField(max_length=12, choices=RoleKind.choices)
    title = models.CharField(max_length=80, blank=True)

    class Meta(Fact.Meta):
        ordering = ["organisation", "role", "valid_from", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["person", "organisation", "role", "valid_from", "live"], name="contacts_role_version_unique"),
            models.CheckConstraint(condition=Q(valid_to__gt=F("valid_from")), name="contacts_role_period"),
        ]
        indexes = [models.Index(fields=["organisation", "live", "role"], name="contacts_role_organisation")]
        verbose_name = _("role in an organisation")


class PersonCapacity(Fact):
    """A person who is landlord or doctor on their own account, without an organisation: the same person, once."""

    personal_data = "identity"
    scoped_by = "person"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="capacities")
    kind = models.CharField(max_length=12, choices=PartyKind.choices)

    class Meta(Fact.Meta):
        ordering = ["person", "kind", "valid_from", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["person", "kind", "valid_from", "live"], name="contacts_capacity_version_unique"),
            models.CheckConstraint(condition=Q(valid_to__gt=F("valid_from")), name="contacts_capacity_period"),
        ]
        verbose_name = _("capacity of a person")


class BookEntry(ScopedModel):
    """One line of the address book: an organisation, or a person with a capacity. Rebuilt from the facts in the gesture that changes
    them. What it holds of a person is left out again at reading while the person's address is protected (selectors.book)."""

    personal_data = "identity"

    organisation = models.OneToOneField(Organisation, on_delete=models.CASCADE, null=True, related_name="entry")
    person = models.OneToOneField(Person, on_delete=models.CASCADE, null=True, related_name="book_entry")
    display_name = models.CharField(max_length=191)
    sort_key = models.CharField(max_length=191)
    kinds = models.CharField(max_length=191, blank=True)
    legal_form = models.CharField(max_length=40, blank=True)
    number = models.CharField(max_length=30, blank=True)
    postal_code = models.CharField(max_length=12, blank=True)
    municipality = models.CharField(max_length=80, blank=True)
    town_key = models.CharField(max_length=80, blank=True)
    phone = models.CharField(max_length=120, blank=True)
    email = models.CharField(max_length=120, blank=True)
    language = models.CharField(max_length=2, blank=True)
    closed = models.BooleanField(default=False)

    class Meta(ScopedModel.Meta):
        ordering = ["sort_key", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(organisation__isnull=False, person__isnull=True) | Q(organisation__isnull=True, person__isnull=False),
                name="contacts_entry_of_one_party",
            )
        ]
        indexes = [models.Index(fields=["closed", "sort_key"], name="contacts_entry_sort")]
        verbose_name = _("entry of the address book")


class BookToken(ScopedModel):
    """Words and sounds under which an entry of the address book is found; the same keys as for persons, on each database."""

    personal_data = "identity"
    scoped_by = "entry"

    entry = models.ForeignKey(BookEntry, on_delete=models.CASCADE, related_name="tokens")
    kind = models.CharField(max_length=2)
    value = models.CharField(max_length=60)

    class Meta(ScopedModel.Meta):
        ordering = ["kind", "value", "pk"]
        constraints = [models.UniqueConstraint(fields=["kind", "value", "entry"], name="contacts_booktoken_once")]
        verbose_name = _("search key of the address book")
