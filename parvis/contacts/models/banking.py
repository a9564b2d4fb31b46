from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from parvis.kernel.bitemporal import Fact
from parvis.kernel.identifiers import format_iban, mask_iban

from .persons import Person


class BankAccount(Fact):
    """An account on which the person is paid. Typed once; payments point at this row's IBAN."""

    personal_data = "money"
    scoped_by = "person"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="bank_accounts")
    iban = models.CharField(max_length=34)
    holder = models.CharField(max_length=120)

    class Meta(Fact.Meta):
        ordering = ["person", "valid_from", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["person", "iban", "valid_from", "live"], name="contacts_account_version_unique"),
            models.CheckConstraint(condition=Q(valid_to__gt=F("valid_from")), name="contacts_account_period"),
            models.CheckConstraint(condition=~Q(iban=""), name="contacts_account_not_empty"),
        ]
        indexes = [models.Index(fields=["iban"], name="contacts_account_iban")]
        verbose_name = _("bank account")

    @property
    def formatted(self) -> str:
        return format_iban(self.iban)

    @property
    def masked(self) -> str:
        return mask_iban(self.iban)
