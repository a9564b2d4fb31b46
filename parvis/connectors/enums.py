from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class CallState(TextChoices):
    QUEUED = "queued", _("Waiting to leave")
    SENT = "sent", _("Sent, no answer yet")
    ANSWERED = "answered", _("Answered")
    FAILED = "failed", _("Failed")
