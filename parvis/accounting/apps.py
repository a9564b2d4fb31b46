from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountingConfig(AppConfig):
    name = "parvis.accounting"
    label = "accounting"
    verbose_name = _("Ledger and payments")
    default_auto_field = "django.db.models.BigAutoField"
