from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkflowsConfig(AppConfig):
    name = "parvis.workflows"
    label = "workflows"
    verbose_name = _("Processes and tasks")
