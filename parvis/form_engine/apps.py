from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FormEngineConfig(AppConfig):
    name = "parvis.form_engine"
    label = "form_engine"
    verbose_name = _("Forms")
