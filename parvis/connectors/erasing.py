"""Lawful destruction: what was asked of other systems about it, and what came back."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from parvis.kernel import registries
from parvis.kernel.erasure import Target
from parvis.kernel.registries import Eraser

from .models import Answer, Call


def empty_calls(kind: str, ids: Collection[int]) -> None:
    """Calls about things that stay without names: that they were made stays, what they carried goes."""
    calls = list(Call.unscoped.filter(subject_type=kind, subject_id__in=ids).values_list("pk", flat=True))
    Answer.unscoped.filter(call__in=calls).update(content=b"")
    Call.unscoped.filter(pk__in=calls).update(request=b"")


def _erase(target: Target) -> None:
    for about in target.about():
        calls = list(Call.unscoped.filter(about).values_list("pk", flat=True))
        target.delete(gettext_noop("Calls to other systems, with their answers"), Answer.unscoped.filter(call__in=calls))
        target.delete(gettext_noop("Calls to other systems, with their answers"), Call.unscoped.filter(pk__in=calls))


registries.erasers.register(
    "connectors",
    Eraser(title=_("Calls"), order=92, erase=_erase, holds={"connectors.Call": "gone", "connectors.Answer": "gone"}),
)
