"""Lawful destruction: reasons for which it was opened outside one's own files, whole, or only the words where the rule keeps the log of reading."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from parvis.kernel import registries
from parvis.kernel.erasure import Target
from parvis.kernel.registries import Eraser

from .models import KeptReading, LookUp, Opening


def _erase(target: Target) -> None:
    for about in target.about() if target.keep_reads else ():  # who and when stays, the words go
        for model in (Opening, LookUp):
            target.counts[gettext_noop("Reasons for reading")] += model.objects.filter(about).exclude(reason="—").update(reason="—")
        LookUp.objects.filter(about).update(finding="")
    for about in target.about():
        target.delete(gettext_noop("Reasons for reading"), KeptReading.objects.filter(about))
    if target.keep_reads:
        return
    for about in target.about():
        target.delete(gettext_noop("Reasons for reading"), Opening.objects.filter(about))
        target.delete(gettext_noop("Reasons for reading"), LookUp.objects.filter(about))


registries.erasers.register(
    "identity",
    Eraser(
        title=_("Reasons for reading"),
        order=94,
        erase=_erase,
        holds={
            "identity.Opening": "as the log of reading",
            "identity.LookUp": "as the log of reading",
            "identity.KeptReading": "gone",
            "identity.OwnPerson": "an agent on file here stays",
        },
    ),
)
