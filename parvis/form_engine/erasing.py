"""Lawful destruction: drafts of what was sent."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from parvis.kernel import registries
from parvis.kernel.erasure import Target
from parvis.kernel.registries import Eraser

from .models import Draft


def _erase(target: Target) -> None:
    target.delete(gettext_noop("Drafts"), Draft.unscoped.filter(pk__in=target.ids("draft")))


registries.erasers.register("form_engine", Eraser(title=_("Forms"), order=66, erase=_erase, holds={"form_engine.Draft": "gone"}))
