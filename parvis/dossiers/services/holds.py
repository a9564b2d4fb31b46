"""The day of review of a hold: somebody is asked, once, and says whether it goes on."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db.models import F, Q
from django.utils.translation import gettext as _

from parvis.identity.api import Account, actor_for
from parvis.identity.enums import Function
from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.gestures import gesture
from parvis.kernel.subject import SubjectRef
from parvis.workflows.api import close_item, open_item

from .. import access
from ..errors import InvalidDossier
from ..models import Dossier, LegalHold
from ._common import record, within_scope

TITLE = {
    "fr": "Retenue de destruction : faut-il la maintenir ?",
    "nl": "Bewaring opgelegd: moet ze blijven?",
    "de": "Vernichtungssperre: Muss sie bleiben?",
    "en": "Hold on destruction: does it go on?",
}
MOST = 500


def _key(hold: LegalHold) -> str:
    return f"hold-{hold.pk}"


def _responsible(hold: LegalHold) -> Account | None:
    """Who placed it, while that agent may still decide about it."""
    found = Account.objects.filter(pk=hold.author_id, is_active=True).first() if hold.author_id else None
    if found is None:
        return None
    actor = actor_for(found)
    return found if access.may_hold(actor) and Dossier.objects.visible_to(actor).filter(pk=hold.dossier_id).exists() else None


@gesture
def ask_reviews(*, actor: Actor) -> int:
    """A task for each hold whose day has come, for who placed it, else for the heads of the service. Safe to repeat: a day asks once, also
    where the task was done and the hold left as it is. Returns how many were asked.
    """
    waits = Q(asked_for__isnull=True) | ~Q(asked_for=F("review_on"))
    waiting = LegalHold.unscoped.filter(waits, live=1, review_on__lte=clock.today())
    asked = 0
    for hold in waiting.select_related("dossier").order_by("review_on", "pk")[:MOST]:
        fresh = LegalHold.unscoped.filter(waits, pk=hold.pk, live=1, review_on=hold.review_on)
        if not fresh.update(asked_for=hold.review_on):
            continue
        owner = _responsible(hold)
        open_item(
            actor=actor,
            subject=SubjectRef("dossier", hold.dossier_id),
            title=TITLE,
            screen="dossiers.hold",
            owner=owner,
            queue="" if owner is not None else Function.CHIEF,
            unit_id=hold.dossier.unit_id,
            dossier_id=hold.dossier_id,
            due_on=hold.review_on,
            why=hold.dossier.number,
            key=_key(hold),
        )
        asked += 1
    return asked


@gesture
def keep_hold(*, actor: Actor, hold: LegalHold, review_on: dt.date, reason: str) -> LegalHold:
    """The hold goes on until somebody looks at it again on another day; its task is done.

    Raises:
        InvalidDossier: it ended, no reason, or a day that is not to come.
    """
    within_scope(actor, hold.dossier, allowed=access.may_hold(actor))
    if not reason.strip():
        raise InvalidDossier(_("Say why the hold goes on."), field="reason", code="reason")
    if review_on <= clock.today():
        raise InvalidDossier(_("Give a day to come, on which somebody looks at this hold again."), field="review_on", code="review")
    if not LegalHold.unscoped.filter(pk=hold.pk, live=1).update(review_on=review_on):
        raise InvalidDossier(_("This hold has ended already."), code="ended")
    record(actor, "dossier.hold.kept", hold.dossier, {"review_on": [hold.review_on, review_on], "reason": reason.strip()[:500]})
    done_with(actor, hold)
    return LegalHold.unscoped.select_related("dossier").get(pk=hold.pk)


def uuid_of(dossier_id: int) -> uuid.UUID:
    """For the address of the page; what it shows is judged there."""
    found: uuid.UUID = Dossier.unscoped.values_list("uuid", flat=True).get(pk=dossier_id)
    return found


def done_with(actor: Actor, hold: LegalHold) -> None:
    """The task of a hold that was looked at."""
    close_item(actor=actor, subject=SubjectRef("dossier", hold.dossier_id), key=_key(hold))
