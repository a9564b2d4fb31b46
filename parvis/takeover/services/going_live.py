"""Go-live: an act of a named person, refused while one difference is not explained."""

from __future__ import annotations

import datetime as dt
from hashlib import sha256

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.aid import api as aid
from parvis.kernel import canonical, clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.errors import NotAllowed
from parvis.kernel.gestures import gesture
from parvis.kernel.periods import month_start, next_month
from parvis.ui import formats

from .. import access
from ..enums import RehearsalState
from ..errors import NotReady
from ..models import Difference, GoLive, PastPayment, Rehearsal
from ._common import STREAM
from .comparing import imports_under_way, recompare, ref, unexplained


@gesture
def go_live(*, actor: Actor, rehearsal: Rehearsal, first_month: dt.date | None = None) -> GoLive:
    """Compare once more; when nothing is left unexplained, the rights that wait are paid here from ``first_month`` (the month after the
    one compared, unless another is given), and the certificate is written. One transaction: all of it, or nothing.

    Raises:
        NotAllowed: not for this person.
        NotReady: differences are not explained (says how many), a file is being written, nothing was compared, or the old system paid
            that month or one after it.
    """
    if not access.may_go_live(actor):
        raise NotAllowed(_("Going live needs the function “payment releaser”."))
    first_month = month_start(first_month) if first_month else next_month(rehearsal.month)
    if first_month <= rehearsal.month:
        raise NotReady(_("The old system paid this month: choose one after it."), field="first_month", code="month")
    later = PastPayment.unscoped.filter(source=rehearsal.source, month__gte=first_month, live=1).order_by("-month").first()
    if later is not None:
        raise NotReady(
            _("The old system paid %(month)s, too: compare that month, or choose one after it.")
            % {"month": formats.day(later.month, "month")},
            field="first_month",
            code="month",
        )
    if imports_under_way(rehearsal.source):
        raise NotReady(_("A file of this system is being taken over just now: wait for its end."), code="busy")
    rehearsal = recompare(actor=actor, rehearsal=rehearsal)
    left = unexplained(rehearsal)
    if left:
        raise NotReady(
            ngettext(
                "%(count)s difference is not explained: nothing goes live.",
                "%(count)s differences are not explained: nothing goes live.",
                left,
            )
            % {"count": formats.number(left)},
            code="unexplained",
        )
    if not rehearsal.counts.get("payments"):
        raise NotReady(_("No payment of this month was taken over from this system."), code="empty")
    rights = aid.go_live(actor=actor, source=rehearsal.source, first_month=first_month)
    if not Rehearsal.unscoped.filter(pk=rehearsal.pk, state=RehearsalState.OPEN).update(state=RehearsalState.LIVE):
        raise NotReady(_("This month is live: its comparison is closed."), code="live")
    rows = Difference.unscoped.filter(rehearsal=rehearsal).order_by("mark")
    told = [[row.mark, row.sign, row.state, row.words, row.by_label] for row in rows]
    row = GoLive.unscoped.create(
        rehearsal=rehearsal,
        first_month=first_month,
        rights=rights,
        counts=rehearsal.counts,
        sha256=sha256(canonical.dumps(told).encode()).hexdigest(),
        at=clock.now(),
        author_id=actor.account_id,
        author_label=actor.label[:191],
    )
    mutations.record(
        STREAM,
        actor=actor,
        verb="takeover.live",
        subject=ref(rehearsal),
        values={
            "source": rehearsal.source,
            "month": rehearsal.month,
            "first_month": first_month,
            "rights": rights,
            "sha256": row.sha256,
            "counts": rehearsal.counts,
        },
    )
    rehearsal.refresh_from_db()
    return row
