from __future__ import annotations

import re
import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from parvis.identity.enums import DataClass
from parvis.kernel.bitemporal import Fact
from parvis.kernel.periods import OPEN_END
from parvis.kernel.scope import ScopedModel

from .dossiers import Dossier

ONCE = uuid.UUID(int=0)
"""``item`` of a section that is filled in once per dossier."""


def external_key(text: str) -> str:
    """Letters and figures of a number, as search compares them."""
    return re.sub(r"[^0-9a-z]", "", text.lower())[:40]


class CodeList(models.Model):
    """A list of codes of the organisation ("energy tutors"), used by its own fields."""

    personal_data = "none"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.CharField(max_length=40, unique=True)
    label = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["key", "pk"]
        verbose_name = _("code list")

    def __str__(self) -> str:
        return self.key


class Code(models.Model):
    """One entry of a list, valid from a day until the day before ``valid_to``. Never deleted: a code in use is ended."""

    personal_data = "none"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code_list = models.ForeignKey(CodeList, on_delete=models.PROTECT, related_name="codes")
    value = models.CharField(max_length=40)
    label = models.JSONField(default=dict)
    position = models.PositiveIntegerField(default=0)
    valid_from = models.DateField()
    valid_to = models.DateField(default=OPEN_END)

    class Meta:
        ordering = ["code_list", "position", "value", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["code_list", "value"], name="dossiers_code_unique"),
            models.CheckConstraint(condition=Q(valid_to__gt=F("valid_from")), name="dossiers_code_period"),
        ]
        verbose_name = _("code")

    def __str__(self) -> str:
        return self.value


class DossierKind(models.Model):
    """A kind of file of the organisation. Its own fields come on top of those of the general kind, which every file has."""

    personal_data = "none"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.CharField(max_length=20, unique=True)
    label = models.JSONField(default=dict)
    is_general = models.BooleanField(default=False)
    #: Its sections are filled in for a person, whatever the file; there is one such kind.
    for_persons = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-is_general", "key", "pk"]
        verbose_name = _("kind of file")

    def __str__(self) -> str:
        return self.key


class CustomVersion(models.Model):
    """The organisation's own sections and fields of a kind of file, frozen under a number. Never changed: a change is the next number."""

    personal_data = "none"

    kind = models.ForeignKey(DossierKind, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    definition = models.JSONField()
    digest = models.CharField(max_length=64)
    note = models.CharField(max_length=191, blank=True)
    published_at = models.DateTimeField()
    author_id = models.BigIntegerField(null=True)
    author_label = models.CharField(max_length=191)

    class Meta:
        ordering = ["kind", "-number", "-pk"]
        constraints = [models.UniqueConstraint(fields=["kind", "number"], name="dossiers_custom_version_unique")]
        verbose_name = _("version of own fields")

    def __str__(self) -> str:
        return f"{self.kind_id} {self.number}"


class DossierProfile(ScopedModel):
    """What kind of file a dossier is, the number that another system or the paper gives it, and a line that describes it."""

    personal_data = "identity"
    scoped_by = "dossier"
    kept_too = True

    dossier = models.OneToOneField(Dossier, on_delete=models.PROTECT, related_name="profile")
    kind = models.ForeignKey(DossierKind, on_delete=models.PROTECT, related_name="+")
    external_number = models.CharField(max_length=40, blank=True)
    external_key = models.CharField(max_length=40, blank=True)
    description = models.CharField(max_length=191, blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["dossier", "pk"]
        indexes = [models.Index(fields=["external_key"], name="dossiers_profile_external")]
        verbose_name = _("profile of a dossier")


class CustomFact(Fact):
    """The answer to one own field, for a period. ``version`` is the definition it was given under; ``item`` one line of a section that
    repeats. ``value`` is the form engine's stored value; ``text`` its folded form, for filters.
    """

    personal_data = "health"
    scoped_by = "dossier"

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="custom_facts")
    version = models.ForeignKey(CustomVersion, on_delete=models.PROTECT, related_name="+")
    section = models.CharField(max_length=40)
    field = models.CharField(max_length=40)
    item = models.UUIDField(default=ONCE)
    data_class = models.CharField(max_length=12, choices=DataClass.choices)
    value = models.JSONField(null=True)
    text = models.CharField(max_length=191, blank=True)

    class Meta(Fact.Meta):
        ordering = ["dossier", "section", "item", "field", "valid_from", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["dossier", "field", "item", "valid_from", "live"], name="dossiers_custom_fact_unique"),
            models.CheckConstraint(condition=Q(valid_to__gt=F("valid_from")), name="dossiers_custom_fact_period"),
        ]
        indexes = [
            models.Index(fields=["dossier", "live", "section"], name="dossiers_custom_live"),
            models.Index(fields=["field", "live", "text"], name="dossiers_custom_text"),
        ]
        verbose_name = _("own data")


class PersonFact(Fact):
    """The answer to an own field that belongs to a person. Like ``CustomFact``, with the person as its anchor."""

    personal_data = "health"

    person = models.ForeignKey("contacts.Person", on_delete=models.PROTECT, related_name="own_facts")
    version = models.ForeignKey(CustomVersion, on_delete=models.PROTECT, related_name="+")
    section = models.CharField(max_length=40)
    field = models.CharField(max_length=40)
    item = models.UUIDField(default=ONCE)
    data_class = models.CharField(max_length=12, choices=DataClass.choices)
    value = models.JSONField(null=True)
    text = models.CharField(max_length=191, blank=True)

    class Meta(Fact.Meta):
        ordering = ["person", "section", "item", "field", "valid_from", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["person", "field", "item", "valid_from", "live"], name="dossiers_person_fact_unique"),
            models.CheckConstraint(condition=Q(valid_to__gt=F("valid_from")), name="dossiers_person_fact_period"),
        ]
        indexes = [
            models.Index(fields=["person", "live", "section"], name="dossiers_personfact_live"),
            models.Index(fields=["field", "live", "text"], name="dossiers_personfact_text"),
        ]
        verbose_name = _("own data of a person")
