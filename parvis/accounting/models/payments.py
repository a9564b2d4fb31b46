from __future__ import annotations

import uuid
from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from parvis.kernel.identifiers import format_iban, mask_iban
from parvis.kernel.scope import ScopedModel
from parvis.kernel.subject import SubjectRef
from parvis.ui import formats

from ..enums import Book, Channel, LineState, OrderKind, OrderState
from .ledger import GlAccount


class CentreAccount(models.Model):
    """A bank account of the centre. One book per account: clients' money has accounts of its own."""

    personal_data = "none"

    book = models.CharField(max_length=6, choices=Book.choices, default=Book.PUBLIC)
    label = models.CharField(max_length=120)
    holder = models.CharField(max_length=70)
    iban = models.CharField(max_length=34, unique=True)
    bic = models.CharField(max_length=11, blank=True)
    enterprise_number = models.CharField(max_length=10)
    town = models.CharField(max_length=35, blank=True)
    country = models.CharField(max_length=2, default="BE")
    gl_account = models.ForeignKey(GlAccount, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=20, choices=Channel.choices, default=Channel.DOWNLOAD)
    active = models.BooleanField(default=True)
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)  # first day on which it no longer pays; empty: until further notice

    class Meta:
        ordering = ["book", "label", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="accounting_centre_period",
            ),
        ]
        verbose_name = _("account of the centre")

    def __str__(self) -> str:
        return self.label

    @property
    def formatted(self) -> str:
        return format_iban(self.iban)

    def holds_on(self, day: date) -> bool:
        """Whether orders may be prepared on this account on a day. Without dates it always held."""
        return self.active and (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day < self.valid_to)


class PaymentOrder(ScopedModel):
    """Prepared by one person, released by another; the bank's file is written only then."""

    personal_data = "money"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=6, choices=OrderKind.choices, default=OrderKind.SINGLE)
    book = models.CharField(max_length=6, choices=Book.choices, default=Book.PUBLIC)
    account = models.ForeignKey(CentreAccount, on_delete=models.PROTECT, related_name="orders")
    title = models.CharField(max_length=191)
    titles = models.JSONField(null=True, blank=True)
    month = models.DateField(null=True, blank=True)
    origin_type = models.CharField(max_length=64, blank=True)
    origin_id = models.BigIntegerField(null=True)
    execution_on = models.DateField(_("execution date"))
    currency = models.CharField(max_length=3, default="EUR")
    count = models.PositiveIntegerField()
    total = models.DecimalField(max_digits=14, decimal_places=2)
    state = models.CharField(max_length=10, choices=OrderState.choices, default=OrderState.PREPARED)
    attempt = models.PositiveSmallIntegerField(default=1)
    digest = models.CharField(max_length=64)
    prepared_by = models.ForeignKey("identity.Account", on_delete=models.PROTECT, related_name="+")
    prepared_by_label = models.CharField(max_length=191)
    prepared_at = models.DateTimeField()
    released_by = models.ForeignKey("identity.Account", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    released_by_label = models.CharField(max_length=191, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_by_label = models.CharField(max_length=191, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by_label = models.CharField(max_length=191, blank=True)
    withdrawn_reason = models.CharField(max_length=191, blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["-prepared_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(released_by__isnull=True) | ~Q(released_by=F("prepared_by")), name="accounting_two_persons"),
            models.CheckConstraint(
                condition=Q(state__in=("prepared", "cancelled")) | Q(released_by__isnull=False, released_at__isnull=False),
                name="accounting_order_released_by_someone",
            ),
            models.CheckConstraint(condition=Q(state__in=OrderState.values), name="accounting_order_state_known"),
            models.CheckConstraint(condition=Q(total__gt=0, count__gt=0), name="accounting_order_not_void"),
        ]
        indexes = [
            models.Index(fields=["state", "prepared_at"], name="accounting_order_state"),
            models.Index(fields=["kind", "month"], name="accounting_order_month"),
        ]
        verbose_name = _("payment order")

    @property
    def words(self) -> str:
        """What it pays, in the reader's language where Parvis gave the title; as somebody typed it otherwise."""
        return formats.label(self.titles) or self.title

    def __str__(self) -> str:
        return self.number

    @property
    def ref(self) -> SubjectRef:
        return SubjectRef("payment_order", self.pk)

    @property
    def message_id(self) -> str:
        """Unique for ever: order and attempt."""
        return f"{self.number}-{self.attempt}"


class PaymentLine(ScopedModel):
    """One credit transfer. Payee and beneficiary are two fields; ``double_key`` and ``subject_key`` live while it may be paid.

    ``recurring``: one month of an aid that goes on, and can be compared with the month before; what is paid once cannot.
    """

    personal_data = "money"
    scoped_by = "order"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    order = models.ForeignKey(PaymentOrder, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveIntegerField()
    end_to_end = models.CharField(max_length=35, unique=True)
    beneficiary = models.ForeignKey("contacts.Person", on_delete=models.PROTECT, related_name="+")
    beneficiary_name = models.CharField(max_length=191)
    payee_name = models.CharField(max_length=191)
    payee_iban = models.CharField(max_length=34)
    payee_street = models.CharField(max_length=140, blank=True)
    payee_postcode = models.CharField(max_length=16, blank=True)
    payee_town = models.CharField(max_length=80, blank=True)
    payee_country = models.CharField(max_length=2, blank=True)
    dossier_ref = models.BigIntegerField(null=True)
    subject_type = models.CharField(max_length=64)
    subject_id = models.BigIntegerField()
    purpose = models.CharField(max_length=40)
    month = models.DateField(null=True, blank=True)
    recurring = models.BooleanField(default=True)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3, default="EUR")
    communication = models.CharField(max_length=140, blank=True)
    structured = models.CharField(max_length=12, blank=True)
    supplement_reason = models.CharField(max_length=191, blank=True)
    double_key = models.CharField(max_length=191, null=True, unique=True)
    subject_key = models.CharField(max_length=100, null=True, unique=True)
    state = models.CharField(max_length=10, choices=LineState.choices, default=LineState.PREPARED)
    reason_code = models.CharField(max_length=12, blank=True)
    bank_text = models.CharField(max_length=191, blank=True)
    bank_at = models.DateTimeField(null=True, blank=True)
    accepted_on = models.DateField(null=True, blank=True)
    booked_on = models.DateField(null=True, blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["order", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="accounting_line_position_unique"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="accounting_line_amount_positive"),
            models.CheckConstraint(condition=Q(state__in=LineState.values), name="accounting_line_state_known"),
            models.CheckConstraint(condition=~Q(payee_iban="") & ~Q(payee_name=""), name="accounting_line_has_payee"),
            models.CheckConstraint(
                condition=Q(state__in=("rejected", "cancelled"), double_key__isnull=True, subject_key__isnull=True)
                | Q(
                    state__in=("prepared", "released", "sent", "accepted", "booked"),
                    double_key__isnull=False,
                    subject_key__isnull=False,
                ),
                name="accounting_line_keys_while_living",
            ),
        ]
        indexes = [
            models.Index(fields=["subject_type", "subject_id"], name="accounting_line_subject"),
            models.Index(fields=["dossier_ref", "state"], name="accounting_line_dossier"),
            models.Index(fields=["beneficiary", "month"], name="accounting_line_person"),
            models.Index(fields=["state", "bank_at"], name="accounting_line_state"),
        ]
        verbose_name = _("payment line")

    def __str__(self) -> str:
        return self.end_to_end

    @property
    def subject(self) -> SubjectRef:
        return SubjectRef(self.subject_type, self.subject_id)

    @property
    def iban_masked(self) -> str:
        return mask_iban(self.payee_iban)

    @property
    def iban_formatted(self) -> str:
        return format_iban(self.payee_iban)

    @property
    def to_third_party(self) -> bool:
        return self.payee_name.casefold() != self.beneficiary_name.casefold()


class OrderFile(ScopedModel):
    """The bank's file of an order, as written. ``changes``: characters the bank does not take and what replaced them."""

    personal_data = "money"
    scoped_by = "order"

    order = models.ForeignKey(PaymentOrder, on_delete=models.PROTECT, related_name="files")
    attempt = models.PositiveSmallIntegerField()
    message_id = models.CharField(max_length=35, unique=True)
    name = models.CharField(max_length=80)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    changes = models.JSONField(default=list)
    schema = models.CharField(max_length=40)
    schema_checked = models.BooleanField(default=False)
    written_at = models.DateTimeField()

    class Meta(ScopedModel.Meta):
        ordering = ["order", "attempt", "pk"]
        constraints = [models.UniqueConstraint(fields=["order", "attempt"], name="accounting_file_attempt_unique")]
        verbose_name = _("payment file")
