from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SocialDataConfig(AppConfig):
    name = "parvis.socialdata"
    label = "socialdata"
    verbose_name = _("Registers")
