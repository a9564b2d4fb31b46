"""What every step of an import shares."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from django.db.models import Count
from django.utils.translation import gettext as _

from parvis.kernel import mutations
from parvis.kernel.actor import Actor, system_actor
from parvis.kernel.errors import NotAllowed
from parvis.kernel.subject import SubjectRef

from .. import access
from ..models import Import, Line

STREAM = "context:takeover"
BATCH = 100
#: Lines written in one transaction: long enough to be quick, short enough that nobody waits for it (about half a second).
TOGETHER = 20


def require_administrator(actor: Actor) -> None:
    if not access.may_take_over(actor):
        raise NotAllowed(_("Only an administrator of the whole centre takes data over."))


def ref(imported: Import) -> SubjectRef:
    return SubjectRef("takeover", imported.pk)


def worker(imported: Import) -> Actor:
    """As whom the lines are written: the system, for the administrator who asked for it."""
    actor = system_actor("takeover", origin=f"takeover:{imported.pk}", language=imported.language)
    return replace(actor, on_behalf_of_id=imported.author_id, on_behalf_of_label=imported.author_label)


def record(actor: Actor, verb: str, imported: Import, values: dict[str, object] | None = None, note: str = "") -> None:
    mutations.record(STREAM, actor=actor, verb=verb, subject=ref(imported), values=values, note=note)


def source_ref(imported: Import) -> str:
    """What each fact says about where it comes from."""
    return f"{imported.source} #{imported.pk}"


def tally(imported: Import) -> dict[str, dict[str, int]]:
    """How many lines of each outcome and result."""
    rows = Line.unscoped.filter(imported=imported).order_by().values_list("outcome", "result").annotate(n=Count("pk"))
    outcomes: Counter[str] = Counter()
    results: Counter[str] = Counter()
    for outcome, result, n in rows:
        outcomes[outcome] += n
        results[result] += n
    return {"outcome": dict(outcomes), "result": dict(results)}
