from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from parvis.kernel.scope import ScopedModel

from ..enums import AccountKind, Book, Journal


class GlAccount(models.Model):
    """An account of one book. ``role`` is how services find it ("bank", "clearing", "expense:aid.ris"); codes are the centre's."""

    personal_data = "none"

    book = models.CharField(max_length=6, choices=Book.choices)
    code = models.CharField(max_length=20)
    name = models.JSONField(default=dict)
    kind = models.CharField(max_length=9, choices=AccountKind.choices)
    role = models.CharField(max_length=60, null=True, blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["book", "code", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["book", "code"], name="accounting_account_code_unique"),
            models.UniqueConstraint(fields=["book", "role"], name="accounting_account_role_unique"),
            models.CheckConstraint(condition=Q(book__in=Book.values), name="accounting_account_book_known"),
        ]
        verbose_name = _("ledger account")

    def __str__(self) -> str:
        return self.code


class Voucher(ScopedModel):
    """A balanced set of entries. Posted once; a mistake is reversed by another voucher, never edited (database triggers)."""

    personal_data = "money"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    book = models.CharField(max_length=6, choices=Book.choices)
    journal = models.CharField(max_length=4, choices=Journal.choices)
    number = models.CharField(max_length=30, unique=True)
    booked_on = models.DateField()
    text = models.CharField(max_length=191)  # in the centre's language, as it was when posted
    text_key = models.CharField(max_length=191, null=True, blank=True)  # the same as a message, with its values
    text_values = models.JSONField(null=True, blank=True)
    total = models.DecimalField(max_digits=14, decimal_places=2)
    currency = models.CharField(max_length=3, default="EUR")
    subject_type = models.CharField(max_length=64, blank=True)
    subject_id = models.BigIntegerField(null=True)
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="reversed_by")
    reason = models.CharField(max_length=191, blank=True)
    posted = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    author_id = models.BigIntegerField(null=True)
    author_label = models.CharField(max_length=191)

    class Meta(ScopedModel.Meta):
        ordering = ["-booked_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(total__gt=0), name="accounting_voucher_total_positive"),
            models.CheckConstraint(condition=Q(book__in=Book.values), name="accounting_voucher_book_known"),
        ]
        indexes = [
            models.Index(fields=["book", "booked_on", "id"], name="accounting_voucher_list"),
            models.Index(fields=["subject_type", "subject_id"], name="accounting_voucher_subject"),
        ]
        verbose_name = _("voucher")

    def __str__(self) -> str:
        return self.number

    @property
    def said(self) -> str:
        """The text in the reader's language; as it was posted where no message is kept, or its words are no longer known."""
        if not self.text_key:
            return self.text
        words = gettext(self.text_key)
        if words == self.text_key and not (get_language() or "en").startswith("en"):
            return self.text
        try:
            return words % (self.text_values or {})
        except (KeyError, ValueError, TypeError):
            return self.text


class Entry(ScopedModel):
    """One side of a voucher: a debit or a credit, with its file and person as analytic axes."""

    personal_data = "money"
    scoped_by = "voucher"

    voucher = models.ForeignKey(Voucher, on_delete=models.PROTECT, related_name="entries")
    position = models.PositiveIntegerField()
    account = models.ForeignKey(GlAccount, on_delete=models.PROTECT, related_name="entries")
    debit = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    credit = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    dossier_ref = models.BigIntegerField(null=True)
    person = models.ForeignKey("contacts.Person", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    label = models.CharField(max_length=191, blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["voucher", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["voucher", "position"], name="accounting_entry_position_unique"),
            models.CheckConstraint(condition=Q(debit__gt=0, credit=0) | Q(credit__gt=0, debit=0), name="accounting_entry_one_side"),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="accounting_entry_not_void"),
        ]
        indexes = [
            models.Index(fields=["account", "voucher"], name="accounting_entry_account"),
            models.Index(fields=["dossier_ref"], name="accounting_entry_dossier"),
        ]
        verbose_name = _("entry")
