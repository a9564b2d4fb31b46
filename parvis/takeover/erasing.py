"""Lawful destruction: what a line of the old system said about persons and dossiers that go."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from parvis.kernel import registries
from parvis.kernel.erasure import Target
from parvis.kernel.registries import Eraser

from .enums import FILE, FileKind
from .models import Difference, Import, Line, PastPayment, SourceKey


def _erase(target: Target) -> None:
    keys = SourceKey.unscoped.filter(Q(kind="person", target_id__in=target.gone) | Q(kind="dossier", target_id=target.id))
    entries = Q(imported__kind=FileKind.ENTRIES, **{f"data__{FILE}": str(target.id)})
    lines = Line.unscoped.filter(Q(person_id__in=target.gone) | Q(pk__in=set(keys.values_list("line_id", flat=True))) | entries)
    payments = PastPayment.unscoped.filter(Q(person_id__in=target.gone) | Q(line__in=lines.values("pk")))
    target.counts[gettext_noop("Payments of the old system, kept without names")] += payments.update(
        person_id=None, person_key="", name="", payee_name="", iban="", communication=""
    )
    differences = Difference.unscoped.filter(person_id__in=target.gone)
    target.counts[gettext_noop("Differences of a rehearsal, kept without names")] += differences.update(
        person_id=None, person_key="", name="", old=[], new=[], words=""
    )
    files = set(lines.values_list("imported_id", flat=True))
    target.counts[gettext_noop("Lines of the takeover, emptied")] += lines.update(data={}, rest={}, findings=[], message="", person_id=None)
    for imported in Import.unscoped.filter(pk__in=files):  # the first lines, shown while the columns were named
        Import.unscoped.filter(pk=imported.pk).update(table={**imported.table, "sample": []})
    target.delete(gettext_noop("Numbers of the old system"), keys)


registries.erasers.register(
    "takeover",
    Eraser(
        title=_("Takeover"),
        order=96,
        erase=_erase,
        holds={
            "takeover.Line": "emptied",
            "takeover.SourceKey": "gone",
            "takeover.Import": "emptied",
            "takeover.PastPayment": "emptied",
            "takeover.Difference": "emptied",
        },
    ),
)
