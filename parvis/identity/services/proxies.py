"""Proxies between colleagues: one lets another act in their name for a period (A20)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext as _

from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.events import publish
from parvis.kernel.gestures import gesture
from parvis.kernel.models import MutationLine
from parvis.kernel.mutations import record
from parvis.kernel.subject import SubjectRef

from ..access import may_administer
from ..errors import ProxyRefused
from ..events import ProxyChanged
from ..middleware import ACTING
from ..models import Account, FunctionGrant, Proxy
from ..selectors import PROXY_BY_FILE, PROXY_FUNCTIONS, actor_by_proxy
from .guards import STREAM

if TYPE_CHECKING:
    from django.http import HttpRequest

LONGEST = dt.timedelta(days=366)


def proxy_ref(proxy: Proxy) -> SubjectRef:
    return SubjectRef("proxy", proxy.pk)


def functions_to_hand_on(account_id: int, day: dt.date) -> list[str]:
    """Functions that an agent holds on a day and may let a colleague exercise."""
    held = set(FunctionGrant.objects.at(day).filter(account=account_id).values_list("function", flat=True))
    return [str(name) for name in PROXY_FUNCTIONS if str(name) in held]


@gesture
def offer_proxy(
    *,
    actor: Actor,
    holder: Account,
    valid_from: dt.date,
    valid_to: dt.date,
    reason: str,
    functions: Collection[str] = (),
    only: Collection[SubjectRef] = (),
    only_label: str = "",
) -> Proxy:
    """Let a colleague act in one's name from a day until ``valid_to`` (the first day without it). It works once accepted.

    Raises:
        ProxyRefused: to oneself, impossible dates, no reason, functions that one does not hold or may not hand on, or a second one in
            the same period; while acting for somebody else.
    """
    if not actor.is_agent or actor.account_id is None or actor.by_proxy:
        raise ProxyRefused(_("Only you can let a colleague act in your name, and not while you act for somebody else."), code="not_yours")
    if holder.pk == actor.account_id or not holder.is_active:
        raise ProxyRefused(_("Choose a colleague who works here."), field="holder", code="holder")
    if valid_from < clock.today() or valid_to <= valid_from:
        raise ProxyRefused(
            _("The last day lies before the first one, or the first day lies in the past."), field="valid_from", code="dates"
        )
    if valid_to - valid_from > LONGEST:
        raise ProxyRefused(
            _("A proxy runs for one year at most. For longer, ask for the function itself."), field="last_day", code="too_long"
        )
    if not reason.strip():
        raise ProxyRefused(_("Say why."), field="reason", code="reason")
    own = functions_to_hand_on(actor.account_id, valid_from)
    if only:
        own = [name for name in own if name in {str(one) for one in PROXY_BY_FILE}]
    wanted = [str(name) for name in functions] or own
    if not wanted or not set(wanted) <= set(own):
        raise ProxyRefused(
            _("You hold none of these functions then, or they cannot be handed on like this."), field="functions", code="functions"
        )
    Account.objects.select_for_update().get(pk=actor.account_id)
    clash = Proxy.objects.filter(giver=actor.account_id, holder=holder, valid_from__lt=valid_to, valid_to__gt=valid_from)
    if clash.filter(declined_at__isnull=True, ended_at__isnull=True).exists():
        raise ProxyRefused(_("This colleague already has a proxy of yours in that period."), field="holder", code="overlap")
    proxy = Proxy.objects.create(
        giver_id=actor.account_id,
        holder=holder,
        functions=",".join(wanted),
        only=",".join(f"{ref.type}:{ref.id}" for ref in only),
        only_label=only_label[:2000],
        reason=reason.strip()[:191],
        valid_from=valid_from,
        valid_to=valid_to,
        recorded_at=clock.now(),
        author_id=actor.account_id,
        author_label=actor.label[:120],
    )
    record(
        STREAM,
        actor=actor,
        verb="proxy_offered",
        subject=proxy_ref(proxy),
        values={"holder": holder.pk, "functions": wanted, "only": proxy.only_label, "valid_from": valid_from, "valid_to": valid_to},
        note=proxy.reason,
    )
    return proxy


@gesture
def answer_proxy(*, actor: Actor, proxy: Proxy, accept: bool) -> Proxy:
    """The colleague accepts or declines.

    Raises:
        ProxyRefused: not asked of this person, answered already, or over.
    """
    proxy = Proxy.objects.select_for_update().get(pk=proxy.pk)
    if actor.by_proxy or actor.account_id != proxy.holder_id:
        raise ProxyRefused(_("This was not asked of you."), code="not_yours")
    if proxy.accepted_at or proxy.declined_at or proxy.ended_at or proxy.valid_to <= clock.today():
        raise ProxyRefused(_("This proxy was already answered, or it is over."), code="answered")
    name = "accepted_at" if accept else "declined_at"
    setattr(proxy, name, clock.now())
    proxy.save(update_fields=[name])
    record(STREAM, actor=actor, verb="proxy_accepted" if accept else "proxy_declined", subject=proxy_ref(proxy))
    if accept:
        publish(ProxyChanged(actor=actor, giver_id=proxy.giver_id))
    return proxy


@gesture
def end_proxy(*, actor: Actor, proxy: Proxy) -> Proxy:
    """End a proxy now: by either of the two, or an administrator. It no longer works from the next page on.

    Raises:
        ProxyRefused: somebody else's, or over.
    """
    proxy = Proxy.objects.select_for_update().get(pk=proxy.pk)
    if actor.by_proxy or not (actor.account_id in (proxy.giver_id, proxy.holder_id) or actor.is_system or may_administer(actor)):
        raise ProxyRefused(_("This proxy is not yours."), code="not_yours")
    if proxy.ended_at or proxy.declined_at:
        raise ProxyRefused(_("This proxy was already answered, or it is over."), code="ended")
    proxy.ended_at = clock.now()
    proxy.save(update_fields=["ended_at"])
    record(STREAM, actor=actor, verb="proxy_ended", subject=proxy_ref(proxy))
    publish(ProxyChanged(actor=actor, giver_id=proxy.giver_id))
    return proxy


@gesture
def act_for(*, actor: Actor, request: HttpRequest, proxy: Proxy) -> None:
    """From the next page on this session acts in the colleague's name, with the colleague's rights only.

    Raises:
        ProxyRefused: not this person's, or it does not run today.
    """
    if actor.account_id != proxy.holder_id or not proxy.runs_on(clock.today()) or actor_by_proxy(proxy) is None:
        raise ProxyRefused(_("This proxy does not run today."), code="not_running")
    request.session[ACTING] = {"proxy": proxy.pk, "for": proxy.giver_id}
    record(STREAM, actor=actor, verb="proxy_used", subject=proxy_ref(proxy))


@gesture
def stop_acting(*, actor: Actor, request: HttpRequest) -> None:
    """Back to one's own name."""
    acting = request.session.pop(ACTING, None)
    if acting:
        record(STREAM, actor=actor, verb="proxy_left", subject=SubjectRef("proxy", acting["proxy"]))


def acts_unseen(account_id: int) -> int:
    """How much was done in this agent's name since they last said that they read it; 99 is "many"."""
    since = Proxy.objects.filter(giver=account_id, seen_at__isnull=False).order_by("-seen_at").values_list("seen_at", flat=True).first()
    found = MutationLine.objects.filter(behalf_id=account_id)
    return int((found.filter(recorded_at__gt=since) if since else found).order_by()[:99].count())


@gesture
def note_acts_seen(*, actor: Actor) -> None:
    """The giver has read what was done in their name."""
    if not actor.by_proxy and actor.account_id is not None:
        Proxy.objects.filter(Q(giver=actor.account_id)).update(seen_at=clock.now())
