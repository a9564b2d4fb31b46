"""The journal on screen and from the screen: what was changed, in words; which list was taken out of the product."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from parvis.kernel import mutations
from parvis.kernel.actor import Actor
from parvis.kernel.gestures import gesture_scope
from parvis.kernel.models import MutationLine
from parvis.kernel.subject import SubjectRef


def told(subject: SubjectRef, verbs: Mapping[str, Any], tell: Callable[[MutationLine], dict[str, Any]]) -> list[dict[str, Any]]:
    """The latest thirty changes of a thing, newest first: when, what (``verbs``: verb to words), who, and what ``tell`` says of each."""
    return [
        {"at": line.recorded_at, "what": verbs.get(line.verb, line.verb), "who": line.actor_label or _("not signed in"), **tell(line)}
        for line in mutations.history(subject, limit=30)
    ]


def export_log(context: str, verb: str, of: str) -> Callable[[Actor, str, int], None]:
    """What a list calls when it leaves the product: who took which list, in what format and how long, is written down."""

    def record(actor: Actor, kind: str, rows: int) -> None:
        with gesture_scope():
            mutations.record(f"context:{context}", actor=actor, verb=verb, subject=SubjectRef(of, 0), values={"format": kind, "rows": rows})

    return record
