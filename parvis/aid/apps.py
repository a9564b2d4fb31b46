from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AidConfig(AppConfig):
    name = "parvis.aid"
    label = "aid"
    verbose_name = _("Aid and recovery")
    default_auto_field = "django.db.models.BigAutoField"
