from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from parvis.kernel.identifiers import format_iban, mask_iban
from parvis.kernel.periods import OPEN_END, Period
from parvis.kernel.scope import ScopedModel
from parvis.kernel.subject import SubjectRef

from ..enums import DueState, EntitlementState


class Entitlement(ScopedModel):
    """A right that a decision opened: amount, period (half-open), beneficiary. Who receives the money is ``PaymentAccount``."""

    personal_data = "money"
    scoped_by = "dossier"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    decision = models.ForeignKey("decisions.Decision", on_delete=models.PROTECT, related_name="+")
    provision_key = models.CharField(max_length=40)
    dossier = models.ForeignKey("dossiers.Dossier", on_delete=models.PROTECT, related_name="+")
    line = models.ForeignKey("requests.RequestLine", on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("identity.Unit", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    title = models.JSONField(default=dict)
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


class DueLine(ScopedModel):
    """What is owed for one month (or once). One row per entitlement and month, for ever."""

    personal_data = "money"
    scoped_by = "entitlement__dossier"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    entitlement = models.ForeignKey(Entitlement, on_delete=models.PROTECT, related_name="due_lines")
    month = models.DateField()
    amount = models.DecimalField(max_digits=12, decimal_places=2)
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
