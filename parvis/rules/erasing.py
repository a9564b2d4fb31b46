"""Lawful destruction: computations about what goes."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from parvis.kernel import registries
from parvis.kernel.erasure import Target
from parvis.kernel.registries import Eraser

from .models import Calculation


def _erase(target: Target) -> None:
    for about in target.about():
        target.delete_guarded(gettext_noop("Computations"), Calculation.unscoped.filter(about))


registries.erasers.register("rules", Eraser(title=_("Computations"), order=65, erase=_erase, holds={"rules.Calculation": "gone"}))
