"""Lawful destruction: tasks, and cases with their steps, go."""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from parvis.kernel import registries
from parvis.kernel.erasure import Target
from parvis.kernel.registries import Eraser

from .models import Case, WorkItem, WorkItemEvent


def _of(target: Target) -> Q:
    return reduce(or_, target.about(), Q(dossier_key=target.id))


def _collect(target: Target) -> None:
    """After those above: tasks about what they named."""
    target.name("work_item", WorkItem.unscoped.filter(_of(target)).values_list("pk", flat=True))
    target.name("case", Case.objects.filter(_of(target)).values_list("pk", flat=True))


def _erase(target: Target) -> None:
    items, cases = target.ids("work_item"), target.ids("case")
    target.delete_guarded(gettext_noop("Steps of tasks"), WorkItemEvent.unscoped.filter(Q(item__in=items) | Q(item__case__in=cases)))
    target.delete(gettext_noop("Tasks"), WorkItem.unscoped.filter(Q(pk__in=items) | Q(case__in=cases)))
    target.delete(gettext_noop("Cases of processes"), Case.objects.filter(pk__in=cases))


registries.erasers.register(
    "workflows",
    Eraser(
        title=_("Tasks"),
        order=60,
        collect=_collect,
        erase=_erase,
        holds={"workflows.WorkItemEvent": "gone", "workflows.WorkItem": "gone", "workflows.Case": "gone"},
    ),
)
