"""Calendar addresses: made, ended, used."""

from __future__ import annotations

import datetime as dt
import secrets

from django.db.models import Q
from django.utils.translation import gettext as _

from parvis.kernel import clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.errors import NotAllowed
from parvis.kernel.gestures import gesture
from parvis.kernel.subject import SubjectRef

from .. import access
from ..errors import AppointmentRefused
from ..models import CalendarFeed
from ..selectors.feeds import digest_of

STREAM = "context:agenda"
MOST = 5
#: A calendar program asks every few minutes: a line of the journal once a day tells enough.
NOTED_EVERY = dt.timedelta(hours=20)


def _ref(feed: CalendarFeed) -> SubjectRef:
    return SubjectRef("calendar_feed", feed.pk)


@gesture
def make_feed(*, actor: Actor, name: str, with_names: bool = False) -> tuple[CalendarFeed, str]:
    """An address of one's own. Returns it with its secret part, which is kept nowhere.

    Raises:
        NotAllowed: not an agent in one's own name. AppointmentRefused: no name, or as many as one may have.
    """
    if not access.may_have_feeds(actor):
        raise NotAllowed(_("You make such an address for yourself, in your own name."))
    words = " ".join(name.split())[:60]
    if not words:
        raise AppointmentRefused(_("Give it a name by which you recognise the calendar."), field="name", code="name")
    if CalendarFeed.unscoped.filter(account=actor.own_id, ended_at__isnull=True).count() >= MOST:
        raise AppointmentRefused(_("Five addresses at most: end one first."), field="name", code="most")
    secret = secrets.token_urlsafe(32)
    feed = CalendarFeed.unscoped.create(
        account_id=actor.own_id,
        name=words,
        digest=digest_of(secret),
        ending=secret[-4:],
        with_names=with_names,
        created_at=clock.now(),
    )
    mutations.record(STREAM, actor=actor, verb="agenda.feed", subject=_ref(feed), values={"name": words, "with_names": with_names})
    return feed, secret


@gesture
def end_feed(*, actor: Actor, feed: CalendarFeed) -> None:
    """It stops at once.

    Raises:
        NotAllowed: another's.
    """
    if feed.account_id != actor.account_id or actor.by_proxy:
        raise NotAllowed(_("This address is not yours."))
    if CalendarFeed.unscoped.filter(pk=feed.pk, ended_at__isnull=True).update(ended_at=clock.now()):
        mutations.record(STREAM, actor=actor, verb="agenda.feed_ended", subject=_ref(feed))


@gesture
def used(*, actor: Actor, feed: CalendarFeed, rows: int) -> None:
    """A calendar read it: noted once a day, with how much went outside."""
    now = clock.now()
    stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - NOTED_EVERY)
    if CalendarFeed.unscoped.filter(stale, pk=feed.pk).update(last_used_at=now):
        values = {"rows": rows, "with_names": feed.with_names}
        mutations.record(STREAM, actor=actor, verb="agenda.feed_read", subject=_ref(feed), values=values)
