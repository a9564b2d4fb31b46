"""Lawful destruction: the letters of a file go with it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from parvis.kernel import registries
from parvis.kernel.erasure import Target
from parvis.kernel.registries import Eraser

from .models import Recipient


def _erase(target: Target) -> None:
    """The line of the mailing goes before the document that it names; the text for many stays, it names nobody."""
    rows = Recipient.unscoped.filter(dossier=target.id)
    target.delete(gettext_noop("Lines of mailings"), rows)


registries.erasers.register(
    "mailings",
    Eraser(
        title=_("Mailings"),
        order=35,
        erase=_erase,
        holds={"mailings.Recipient": "gone"},
    ),
)
