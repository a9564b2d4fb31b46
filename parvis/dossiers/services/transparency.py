"""The chief rules when the person sees who opened the file: later, or not, for a dated time and a written reason (E11)."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from parvis.identity.enums import Function
from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.errors import Conflict, NotAllowed
from parvis.kernel.gestures import gesture
from parvis.kernel.subject import SubjectRef
from parvis.workflows.api import close_item, open_item

from .. import access
from ..enums import DelayGround, DelayKind
from ..errors import InvalidDossier
from ..models import Dossier, LogDelay
from ..selectors import running_delay
from ._common import record

LONGEST = dt.timedelta(days=366)
SHORTEST_REASON = 15
REVIEW = {
    "fr": "Revoir ce que la personne voit des consultations de son dossier",
    "nl": "Herbekijken wat de persoon ziet van de raadplegingen van het dossier",
    "de": "Prüfen, was die Person von den Abfragen ihrer Akte sieht",
    "en": "Review what the person sees of the readings of the file",
}


@gesture
def set_log_delay(
    *, actor: Actor, dossier: Dossier, kind: str, ground: str, from_day: dt.date, until: dt.date, reason: str, seen: int | None = None
) -> LogDelay:
    """From a day on, the person's list is silent until another; what ran before ends. The chief has a task to review it in time.

    Args:
        until: the first day on which the list speaks again.
        seen: the delay that the page showed, to notice that a colleague ruled meanwhile.

    Raises:
        NotAllowed: not the chief of this file.
        InvalidDossier: no real reason, or days that cannot be.
        Conflict: somebody else ruled meanwhile.
    """
    if not access.rules_on_delay(actor, dossier):
        raise NotAllowed(_("The head of the service rules on this."))
    words, today = " ".join(reason.split()), clock.today()
    if kind not in DelayKind.values or ground not in DelayGround.values:
        raise InvalidDossier(_("This value is not in the list."), code="unknown")
    if len(words) < SHORTEST_REASON:
        raise InvalidDossier(_("Say in a sentence what the danger is: the auditor reads it."), field="reason", code="reason")
    if until <= today or until <= from_day:
        raise InvalidDossier(_("The list must speak again on a day to come."), field="until", code="until")
    if until - today > LONGEST:
        raise InvalidDossier(_("One year at most: then it is looked at again."), field="until", code="too_long")
    before = running_delay(dossier.pk)
    if (before.pk if before else None) != seen:
        raise _changed(before, {"until": until, "reason": words})
    for row in LogDelay.unscoped.filter(dossier=dossier, live=1):
        _end(actor, row)
    try:
        with transaction.atomic():
            row = LogDelay.unscoped.create(
                dossier=dossier, kind=kind, ground=ground, from_day=from_day, until=until, reason=words[:500], recorded_at=clock.now(),
                author_id=actor.account_id, author_label=actor.label[:191],
            )  # fmt: skip
    except IntegrityError:  # at the same moment
        raise _changed(running_delay(dossier.pk), {"until": until, "reason": words}) from None
    record(actor, "dossier.log_delay", dossier, {"kind": kind, "ground": ground, "from": from_day, "until": until}, note=words[:191])
    open_item(
        actor=actor,
        subject=SubjectRef("dossier", dossier.pk),
        title=REVIEW,
        queue=Function.CHIEF.value,
        unit_id=dossier.unit_id,
        due_on=max(today, until - dt.timedelta(days=7)),
        why=f"{dossier.number} · {actor.label}",
        key=_key(row),
    )
    return row


@gesture
def end_log_delay(*, actor: Actor, dossier: Dossier, delay: LogDelay) -> LogDelay:
    """The danger is over: what was only late shows from now on.

    Raises:
        NotAllowed: not the chief of this file.
        Conflict: it has ended already.
    """
    if not access.rules_on_delay(actor, dossier) or delay.dossier_id != dossier.pk:
        raise NotAllowed(_("The head of the service rules on this."))
    if not _end(actor, delay):
        raise Conflict(_("Somebody has ended it already."), code="ended")
    record(actor, "dossier.log_delay_ended", dossier, {"until": delay.until})
    delay.refresh_from_db()
    return delay


def _end(actor: Actor, row: LogDelay) -> bool:
    ended = LogDelay.unscoped.filter(pk=row.pk, live=1).update(live=None, ended_at=clock.now(), ended_by_label=actor.label[:191])
    if ended:
        close_item(actor=actor, subject=SubjectRef("dossier", row.dossier_id), key=_key(row), outcome="ended")
    return bool(ended)


def _key(row: LogDelay) -> str:
    return f"delay-{row.pk}"


def _changed(row: LogDelay | None, yours: dict[str, object]) -> Conflict:
    return Conflict(
        _("Somebody else ruled on this meanwhile. Look at it before you rule anew."),
        who=row.author_label if row else "",
        when=row.recorded_at if row else clock.now(),
        yours=yours,
        theirs={"until": row.until, "reason": row.reason} if row else {"until": None, "reason": ""},
        code="stale",
    )
