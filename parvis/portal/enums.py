from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Way(TextChoices):
    """How the code that opens an account reaches the person."""

    PAPER = "paper", _("On paper: handed over, or posted by you")
    EMAIL = "email", _("By e-mail")


class Purpose(TextChoices):
    """What a code sent by e-mail is for."""

    SIGN_IN = "sign_in", "sign_in"
    OPEN = "open", "open"
    KEEP = "keep", "keep"
