from __future__ import annotations

import uuid
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from parvis.kernel.periods import Period
from parvis.kernel.scope import ScopedModel
from parvis.kernel.subject import SubjectRef

from ..enums import ClaimState, DebtorKind
from .entitlements import Entitlement


class Claim(ScopedModel):
    """Money claimed back: from whom, for which period, on which ground. Decided with its proposal, then registered by a person."""

    personal_data = "money"
    scoped_by = "dossier"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(max_length=20, unique=True, null=True)
    decision = models.ForeignKey("decisions.Decision", on_delete=models.PROTECT, related_name="+")
    provision_key = models.CharField(max_length=40)
    dossier = models.ForeignKey("dossiers.Dossier", on_delete=models.PROTECT, related_name="+")
    line = models.ForeignKey("requests.RequestLine", on_delete=models.PROTECT, related_name="+")
    entitlement = models.ForeignKey(Entitlement, on_delete=models.PROTECT, null=True, blank=True, related_name="claims")
    beneficiary = models.ForeignKey("contacts.Person", on_delete=models.PROTECT, related_name="+")
    beneficiary_name = models.CharField(max_length=191)
    debtor_kind = models.CharField(max_length=11, choices=DebtorKind.choices)
    debtor_name = models.CharField(max_length=191)
    debtor_person = models.ForeignKey("contacts.Person", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    debtor_reference = models.CharField(max_length=120, blank=True)
    debtor_address = models.CharField(max_length=300, blank=True)
    ground = models.CharField(max_length=300)
    article = models.CharField(max_length=191, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField()
    announced = models.DecimalField(max_digits=12, decimal_places=2)
    amount = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, default="EUR")
    collected = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    # Given up by decisions, with a ``ClaimWaiver`` for each.
    waived = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    state = models.CharField(max_length=11, choices=ClaimState.choices, default=ClaimState.TO_REGISTER)
    voucher = models.ForeignKey("accounting.Voucher", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    letter = models.ForeignKey("documents.Document", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    letter_sha256 = models.CharField(max_length=64, blank=True)
    registered_at = models.DateTimeField(null=True, blank=True)
    registered_by_label = models.CharField(max_length=191, blank=True)
    pay_by = models.DateField(null=True, blank=True)
    # Fully recovered: the letter for the client is ready, and the worker says that it went out.
    settled_at = models.DateTimeField(null=True, blank=True)
    closing_letter = models.ForeignKey("documents.Document", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    told_at = models.DateTimeField(null=True, blank=True)
    told_by_label = models.CharField(max_length=191, blank=True)
    created_at = models.DateTimeField()

    class Meta(ScopedModel.Meta):
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["decision", "provision_key"], name="aid_claim_once"),
            models.CheckConstraint(condition=Q(valid_to__gt=F("valid_from")), name="aid_claim_period"),
            models.CheckConstraint(condition=Q(collected__gte=0), name="aid_claim_collected_not_negative"),
            models.CheckConstraint(condition=Q(waived__gte=0), name="aid_claim_waived_not_negative"),
            models.CheckConstraint(condition=Q(state__in=ClaimState.values), name="aid_claim_state_known"),
            models.CheckConstraint(
                condition=Q(state="to_register") | Q(amount__isnull=False, number__isnull=False, voucher__isnull=False),
                name="aid_claim_registered_is_booked",
            ),
        ]
        indexes = [models.Index(fields=["state", "created_at"], name="aid_claim_state")]
        verbose_name = _("claim")

    def __str__(self) -> str:
        return self.number or "…"

    @property
    def ref(self) -> SubjectRef:
        return SubjectRef("claim", self.pk)

    @property
    def period(self) -> Period:
        return Period(self.valid_from, self.valid_to)

    @property
    def open_amount(self) -> Decimal:
        return (self.amount or Decimal("0.00")) - self.collected - self.waived


class ClaimReceipt(ScopedModel):
    """Money that came in for a claim, with its voucher. A mistake, or money that the bank took back, is a second row the other way: it names
    the row that it ``reverses`` and why. ``live``: not reversed; a reference stands once among these."""

    personal_data = "money"
    scoped_by = "claim__dossier"

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="receipts")
    on = models.DateField()
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    reference = models.CharField(max_length=120)
    voucher = models.OneToOneField("accounting.Voucher", on_delete=models.PROTECT, related_name="+")
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="reversal")
    live = models.PositiveSmallIntegerField(null=True, default=1)
    reason = models.CharField(max_length=191, blank=True)
    recorded_at = models.DateTimeField()
    author_label = models.CharField(max_length=191)

    class Meta(ScopedModel.Meta):
        ordering = ["claim", "on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["claim", "reference", "live"], name="aid_receipt_living_reference_once"),
            models.CheckConstraint(condition=~Q(reference=""), name="aid_receipt_has_reference"),
            models.CheckConstraint(
                condition=Q(reverses__isnull=True, amount__gt=0)
                | (Q(reverses__isnull=False, amount__lt=0, live__isnull=True) & ~Q(reason="")),
                name="aid_receipt_reversal_is_whole",
            ),
        ]
        verbose_name = _("money received")


class ClaimWaiver(ScopedModel):
    """What a decision gave up of a claim, with its voucher: never anything but a decision."""

    personal_data = "money"
    scoped_by = "claim__dossier"

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="waivers")
    decision = models.ForeignKey("decisions.Decision", on_delete=models.PROTECT, related_name="+")
    provision_key = models.CharField(max_length=40)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    voucher = models.OneToOneField("accounting.Voucher", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    author_label = models.CharField(max_length=191)

    class Meta(ScopedModel.Meta):
        ordering = ["claim", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["decision", "provision_key"], name="aid_waiver_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="aid_waiver_amount_positive"),
        ]
        verbose_name = _("money given up")
