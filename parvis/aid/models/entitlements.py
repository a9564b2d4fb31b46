from __future__ import annotations

import uuid
from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from parvis.kernel.identifiers import format_iban, mask_iban
from parvis.kernel.periods import OPEN_END, Period
from parvis.kernel.scope import ScopedModel
from parvis.kernel.subject import SubjectRef

from ..enums import DueState, EntitlementState


class Entitlement(ScopedModel):
    """A right: amount, period (half-open), beneficiary. Who receives the money is ``PaymentAccount``.

    A decision opened it; or it ran in another system and was taken over: then it names its ``origin`` and what that system said of its
    decision (``origin_text``), has neither decision nor request line here, and is paid here from the month ``pays_from`` on.
    """

    personal_data = "money"
    scoped_by = "dossier"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    decision = models.ForeignKey("decisions.Decision", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    provision_key = models.CharField(max_length=40)
    dossier = models.ForeignKey("dossiers.Dossier", on_delete=models.PROTECT, related_name="+")
    line = models.ForeignKey("requests.RequestLine", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    origin = models.CharField(max_length=60, blank=True)
    origin_text = models.CharField(max_length=191, blank=True)
    pays_from = models.DateField(null=True, blank=True)
    unit = models.ForeignKey("identity.Unit", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    title = models.JSONField(default=dict)
    #: The category of the law that the decision went by (1 with others, 2 alone, 3 family); empty where the aid knows none.
    category = models.CharField(max_length=1, blank=True)
    beneficiary = models.ForeignKey("contacts.Person", on_delete=models.PROTECT, related_name="+")
    beneficiary_name = models.CharField(max_length=191)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3, default="EUR")
    periodicity = models.CharField(max_length=5)
    valid_from = models.DateField()
    valid_to = models.DateField(default=OPEN_END)
    state = models.CharField(max_length=8, choices=EntitlementState.choices, default=EntitlementState.RUNNING)
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by")
    first_paid_on = models.DateField(null=True, blank=True)
    continuation_asked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta(ScopedModel.Meta):
        ordering = ["dossier", "valid_from", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["decision", "provision_key"], name="aid_entitlement_once"),
            models.CheckConstraint(
                condition=Q(origin="", decision__isnull=False, line__isnull=False)
                | (~Q(origin="") & Q(decision__isnull=True, line__isnull=True)),
                name="aid_entitlement_decided_or_taken_over",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="aid_entitlement_amount_positive"),
            models.CheckConstraint(condition=Q(valid_to__gt=F("valid_from")), name="aid_entitlement_period"),
            models.CheckConstraint(condition=Q(periodicity__in=("month", "once")), name="aid_entitlement_periodicity_known"),
            models.CheckConstraint(condition=Q(state__in=EntitlementState.values), name="aid_entitlement_state_known"),
        ]
        indexes = [
            models.Index(fields=["dossier", "state"], name="aid_entitlement_dossier"),
            models.Index(fields=["state", "periodicity", "valid_to"], name="aid_entitlement_running"),
            models.Index(fields=["first_paid_on", "state"], name="aid_entitlement_first"),
            models.Index(fields=["line"], name="aid_entitlement_line"),
            models.Index(fields=["origin", "state"], name="aid_entitlement_origin"),
            models.Index(fields=["beneficiary", "kind"], name="aid_entitlement_person"),
        ]
        verbose_name = _("entitlement")

    def __str__(self) -> str:
        return f"{self.kind} {self.beneficiary_name}"

    @property
    def ref(self) -> SubjectRef:
        return SubjectRef("entitlement", self.pk)

    @property
    def period(self) -> Period:
        return Period(self.valid_from, self.valid_to)

    @property
    def is_open(self) -> bool:
        return self.valid_to == OPEN_END

    @property
    def monthly(self) -> bool:
        return self.periodicity == "month"

    @property
    def due_from(self) -> date:
        """The first day for which this system owes it: what another one paid before is not due again."""
        return max(self.valid_from, self.pays_from) if self.pays_from else self.valid_from


class PaymentAccount(ScopedModel):
    """The account on which an entitlement is paid. A change is a new row with its words; the old one stays readable."""

    personal_data = "money"
    scoped_by = "entitlement__dossier"

    entitlement = models.ForeignKey(Entitlement, on_delete=models.PROTECT, related_name="accounts")
    live = models.PositiveSmallIntegerField(null=True, default=1)
    payee_name = models.CharField(max_length=191)
    payee_person = models.ForeignKey("contacts.Person", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    iban = models.CharField(max_length=34)
    bank_account_id = models.BigIntegerField(null=True)
    justification = models.CharField(max_length=500, blank=True)
    changed_at = models.DateTimeField()
    author_id = models.BigIntegerField(null=True)
    author_label = models.CharField(max_length=191)

    class Meta(ScopedModel.Meta):
        ordering = ["entitlement", "changed_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["entitlement", "live"], name="aid_account_one_living"),
            models.CheckConstraint(condition=~Q(iban=""), name="aid_account_not_empty"),
        ]
        verbose_name = _("account of payment")

    @property
    def formatted(self) -> str:
        return format_iban(self.iban)

    @property
    def masked(self) -> str:
        return mask_iban(self.iban)


class Withholding(ScopedModel):
    """What is kept back each month from a right that was taken over, for a debt that the other system was recovering.

    ``left``: what the debt still was when it was taken over; nothing is kept back beyond it. None when the other system did not say.
    """

    personal_data = "money"
    scoped_by = "entitlement__dossier"

    entitlement = models.OneToOneField(Entitlement, on_delete=models.PROTECT, related_name="withholding")
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    left = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    reason = models.CharField(max_length=191)
    ended_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField()
    author_label = models.CharField(max_length=191)

    class Meta(ScopedModel.Meta):
        ordering = ["entitlement", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="aid_withholding_amount_positive"),
            models.CheckConstraint(condition=~Q(reason=""), name="aid_withholding_has_reason"),
        ]
        verbose_name = _("sum kept back")


class DueLine(ScopedModel):
    """What is owed for one month (or once). One row per entitlement and month, for ever."""

    personal_data = "money"
    scoped_by = "entitlement__dossier"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    entitlement = models.ForeignKey(Entitlement, on_delete=models.PROTECT, related_name="due_lines")
    month = models.DateField()
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    withheld = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    currency = models.CharField(max_length=3, default="EUR")
    state = models.CharField(max_length=10, choices=DueState.choices, default=DueState.DUE)
    first = models.BooleanField(default=False)
    beyond = models.BooleanField(default=False)
    supplement = models.CharField(max_length=191, blank=True)
    note = models.CharField(max_length=191, blank=True)
    payment_line = models.ForeignKey("accounting.PaymentLine", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reason_code = models.CharField(max_length=12, blank=True)
    bank_text = models.CharField(max_length=191, blank=True)
    paid_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta(ScopedModel.Meta):
        ordering = ["month", "entitlement", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["entitlement", "month"], name="aid_due_once_a_month"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="aid_due_amount_positive"),
            models.CheckConstraint(condition=Q(state__in=DueState.values), name="aid_due_state_known"),
            models.CheckConstraint(condition=~Q(state="paid") | Q(paid_on__isnull=False), name="aid_due_paid_has_day"),
        ]
        indexes = [
            models.Index(fields=["month", "state"], name="aid_due_month_state"),
            models.Index(fields=["state", "month"], name="aid_due_state_month"),
            models.Index(fields=["payment_line"], name="aid_due_payment"),
        ]
        verbose_name = _("due line")

    def __str__(self) -> str:
        return f"{self.entitlement_id} {self.month:%Y-%m}"

    @property
    def ref(self) -> SubjectRef:
        return SubjectRef("due_line", self.pk)
