from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from parvis.kernel.bitemporal import Anchor, Fact

from ..enums import CloseReason, DossierStatus, MemberRole, ReferentRole, Speciality


class Dossier(Anchor):
    """The file of a unit. ``lead`` is the person under whose name it is filed; members and referents are dated facts."""

    personal_data = "identity"

    number = models.CharField(max_length=20, unique=True)
    unit = models.ForeignKey("identity.Unit", on_delete=models.PROTECT, related_name="+")
    lead = models.ForeignKey("contacts.Person", on_delete=models.PROTECT, related_name="+")
    # The lead's sort key, kept here by the handlers of this context: lists by name read one index instead of sorting every dossier.
    lead_sort = models.CharField(max_length=191, blank=True, default="", editable=False)
    status = models.CharField(max_length=8, choices=DossierStatus.choices, default=DossierStatus.OPEN)
    opened_on = models.DateField()
    closed_on = models.DateField(null=True, blank=True)
    close_code = models.CharField(max_length=12, choices=CloseReason.choices, blank=True)
    close_reason = models.CharField(max_length=191, blank=True)
    archived_on = models.DateField(null=True, blank=True)
    destroyed_on = models.DateField(null=True, blank=True)

    class Meta(Anchor.Meta):
        ordering = ["-number", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="open", closed_on__isnull=True) | Q(status="closed", closed_on__isnull=False),
                name="dossiers_closed_has_day",
            ),
            models.CheckConstraint(condition=Q(archived_on__isnull=True) | Q(status="closed"), name="dossiers_archived_is_closed"),
            models.CheckConstraint(condition=Q(destroyed_on__isnull=True) | Q(status="closed"), name="dossiers_destroyed_is_closed"),
        ]
        indexes = [
            models.Index(fields=["unit", "status", "number"], name="dossiers_unit_status"),
            models.Index(fields=["lead"], name="dossiers_lead"),
            models.Index(fields=["status", "opened_on", "id"], name="dossiers_status_opened"),
            models.Index(fields=["status", "number", "id"], name="dossiers_status_number"),
            models.Index(fields=["status", "lead_sort", "id"], name="dossiers_status_name"),
            models.Index(fields=["lead_sort", "id"], name="dossiers_name"),
            models.Index(fields=["destroyed_on", "closed_on", "id"], name="dossiers_closed_day"),
        ]
        verbose_name = _("dossier")

    def __str__(self) -> str:
        return self.number


class DossierMember(Fact):
    """A person of the dossier, with a role, in or out of the household, for a period."""

    personal_data = "identity"
    scoped_by = "dossier"
    kept_too = True

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="members")
    person = models.ForeignKey("contacts.Person", on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=12, choices=MemberRole.choices)
    in_household = models.BooleanField(default=True)

    class Meta(Fact.Meta):
        ordering = ["dossier", "valid_from", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["dossier", "person", "valid_from", "live"], name="dossiers_member_version_unique"),
            models.CheckConstraint(condition=Q(valid_to__gt=F("valid_from")), name="dossiers_member_period"),
        ]
        indexes = [models.Index(fields=["person", "live"], name="dossiers_member_person")]
        verbose_name = _("member of a dossier")


class Referent(Fact):
    """The agent who follows the dossier, in one role, for a period. One at a time per role."""

    personal_data = "identity"
    scoped_by = "dossier"
    kept_too = True

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="referents")
    account = models.ForeignKey("identity.Account", on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=12, choices=ReferentRole.choices, default=ReferentRole.MAIN)
    # What the file is about for this agent: counted against the quota of the speciality.
    speciality = models.CharField(max_length=12, choices=Speciality.choices, blank=True, default="")

    class Meta(Fact.Meta):
        ordering = ["dossier", "role", "valid_from", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["dossier", "role", "valid_from", "live"], name="dossiers_referent_version_unique"),
            models.CheckConstraint(condition=Q(valid_to__gt=F("valid_from")), name="dossiers_referent_period"),
        ]
        # All that the scope asks of whom an agent follows today stands in the index.
        indexes = [models.Index(fields=["account", "live", "valid_to", "valid_from", "dossier"], name="dossiers_referent_now")]
        verbose_name = _("referent")
