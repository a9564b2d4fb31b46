from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TakeoverConfig(AppConfig):
    name = "parvis.takeover"
    label = "takeover"
    verbose_name = _("Takeover")
