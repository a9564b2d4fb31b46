"""The person: an anchor, and what we know of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from parvis.kernel.bitemporal import Anchor, Fact

from ..enums import Channel, ContactLanguage, IdentifierKind, NameKind, ResidenceTitle, Sex


class Person(Anchor):
    """A natural person. Nothing dated here: names, birth, addresses are facts. ``merged_into``: the same person under a kept number."""

    personal_data = "identity"

    created_at = models.DateTimeField()
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta(Anchor.Meta):
        ordering = ["pk"]
        verbose_name = _("person")

    def __str__(self) -> str:
        return f"person:{self.pk}"


class Mailed(models.Model):
    """By which way our mail goes: what is preferred, and what is not wanted."""

    channel = models.CharField(max_length=5, choices=Channel.choices, blank=True, default="")
    no_email = models.BooleanField(default=False)
    no_post = models.BooleanField(default=False)

    class Meta:
        abstract = True

    @property
    def way(self) -> str:
        """In words, for lists of facts."""
        parts = [_("mail %(way)s") % {"way": self.get_channel_display()}] if self.channel else []
        parts += [_("wants no e-mail")] if self.no_email else []
        parts += [_("wants no post")] if self.no_post else []
        return ", ".join(str(part) for part in parts)


class PersonName(Fact):
    personal_data = "identity"
    scoped_by = "person"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="names")
    kind = models.CharField(max_length=10, choices=NameKind.choices, default=NameKind.OFFICIAL)
    family_name = models.CharField(max_length=120)
    given_names = models.CharField(max_length=120, blank=True)

    class Meta(Fact.Meta):
        ordering = ["person", "valid_from", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["person", "kind", "valid_from", "live"], name="contacts_name_version_unique"),
            models.CheckConstraint(condition=Q(valid_to__gt=models.F("valid_from")), name="contacts_name_period"),
            models.CheckConstraint(condition=~Q(family_name=""), name="contacts_name_not_empty"),
        ]
        verbose_name = _("name")

    @property
    def full(self) -> str:
        return f"{self.given_names} {self.family_name}".strip()


class PersonBirth(Fact):
    """Birth, sex and nationality, as one source gives them together."""

    personal_data = "identity"
    scoped_by = "person"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="births")
    birth_date = models.DateField(null=True, blank=True)
    birth_place = models.CharField(max_length=120, blank=True)
    sex = models.CharField(max_length=1, choices=Sex.choices, blank=True)
    nationality = models.CharField(max_length=60, blank=True)

    class Meta(Fact.Meta):
        ordering = ["person", "valid_from", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["person", "valid_from", "live"], name="contacts_birth_version_unique"),
            models.CheckConstraint(condition=Q(valid_to__gt=models.F("valid_from")), name="contacts_birth_period"),
        ]
        verbose_name = _("birth and nationality")


class PersonResidence(Fact):
    """The residence title, from a day on. ``expires_on``: the day printed on the paper, which is another thing than the end of the fact."""

    personal_data = "legal"
    scoped_by = "person"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="residences")
    title = models.CharField(max_length=12, choices=ResidenceTitle.choices)
    expires_on = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=120, blank=True)

    class Meta(Fact.Meta):
        ordering = ["person", "valid_from", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["person", "valid_from", "live"], name="contacts_residence_version_unique"),
            models.CheckConstraint(condition=Q(valid_to__gt=models.F("valid_from")), name="contacts_residence_period"),
        ]
        verbose_name = _("residence title")


class PersonLanguage(Mailed, Fact):
    """Language in which we write to the person, and by which way."""

    personal_data = "identity"
    scoped_by = "person"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="languages")
    language = models.CharField(max_length=2, choices=ContactLanguage.choices)
    spoken = models.CharField(max_length=60, blank=True)

    class Meta(Fact.Meta):
        ordering = ["person", "valid_from", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["person", "valid_from", "live"], name="contacts_language_version_unique"),
            models.CheckConstraint(condition=Q(valid_to__gt=models.F("valid_from")), name="contacts_language_period"),
        ]
        verbose_name = _("language")


class Identifier(Fact):
    """A number given by an authority. A live national number belongs to one person only."""

    personal_data = "identity"
    scoped_by = "person"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="identifiers")
    kind = models.CharField(max_length=10, choices=IdentifierKind.choices)
    value = models.CharField(max_length=40)

    class Meta(Fact.Meta):
        ordering = ["person", "kind", "valid_from", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "value", "live"], name="contacts_identifier_once"),
            models.UniqueConstraint(fields=["person", "kind", "valid_from", "live"], name="contacts_identifier_version_unique"),
            models.CheckConstraint(condition=Q(valid_to__gt=models.F("valid_from")), name="contacts_identifier_period"),
            models.CheckConstraint(condition=~Q(value=""), name="contacts_identifier_not_empty"),
        ]
        verbose_name = _("identifier")
