from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from parvis.kernel import clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.errors import Conflict
from parvis.kernel.gestures import gesture
from parvis.kernel.subject import SubjectRef

from .. import codes
from ..errors import AlreadySent, DraftGone
from ..models import Draft, FormVersion

KEEP = timedelta(days=60)
CODE_PURPOSE = "draft"


@gesture
def open_draft(
    *,
    actor: Actor,
    form: FormVersion,
    purpose: str,
    language: str,
    answers: dict[str, Any] | None = None,
) -> tuple[Draft, str]:
    """Start answering. An agent holds the draft by the account; anybody else gets a code, returned once and kept nowhere."""
    code = "" if actor.is_agent else codes.new_code()
    draft = Draft.unscoped.create(
        form=form,
        purpose=purpose[:100],
        token_hash=codes.digest(code, CODE_PURPOSE) if code else None,
        holder_id=actor.account_id if actor.is_agent else None,
        holder_label=actor.label[:191] if actor.is_agent else "",
        language=language[:2],
        answers=answers or {},
        created_at=clock.now(),
        saved_at=clock.now(),
        expires_on=clock.today() + KEEP,
    )
    return draft, code


@gesture
def save_draft(
    *,
    actor: Actor,
    draft: Draft,
    answers: dict[str, Any],
    page: str = "",
    done: bool = False,
    language: str = "",
    expected: int | None = None,
) -> Draft:
    """Keep the answers as they are, good or not. ``done`` marks the page as gone through.

    Raises:
        AlreadySent: it was sent meanwhile (another tab).
        Conflict: ``expected`` is given and another tab saved in between.
    """
    rows = Draft.unscoped.filter(pk=draft.pk, sent_at__isnull=True)
    if expected is not None:
        rows = rows.filter(version=expected)
    done_pages = list(dict.fromkeys([*draft.done_pages, page])) if done and page else draft.done_pages
    changed = rows.update(
        answers=answers,
        page=page or draft.page,
        done_pages=done_pages,
        language=language[:2] or draft.language,
        version=F("version") + 1,
        saved_at=clock.now(),
        expires_on=clock.today() + KEEP,
    )
    if not changed:
        if Draft.unscoped.filter(pk=draft.pk, sent_at__isnull=False).exists():
            raise AlreadySent(_("These answers have been sent already. Follow your request with its code."))
        raise Conflict(_("These answers were changed in another window. Look at them before going on."))
    draft.refresh_from_db()
    return draft


@gesture
def close_draft(*, actor: Actor, draft: Draft) -> Draft:
    """Mark as sent, once. The answers leave the draft: what was sent lives with what it became.

    Raises:
        AlreadySent: somebody was faster, or clicked twice.
    """
    if not Draft.unscoped.filter(pk=draft.pk, sent_at__isnull=True).update(sent_at=clock.now(), answers={}, version=F("version") + 1):
        raise AlreadySent(_("These answers have been sent already. Follow your request with its code."))
    draft.refresh_from_db()
    return draft


@gesture
def drop_expired_drafts(*, actor: Actor) -> int:
    """Destroy drafts that nobody came back to: they were never a request."""
    gone = Draft.unscoped.filter(sent_at__isnull=True, expires_on__lt=clock.today())
    count: int = gone.delete()[0]
    if count:
        mutations.record(
            "context:form_engine",
            actor=actor,
            verb="drafts_expired",
            subject=SubjectRef("instance", 0),
            values={"count": count},
        )
    return count


def draft_by_code(code: str) -> Draft:
    """The unsent draft that a code opens.

    Raises:
        DraftGone: no such code, sent, or expired; never says which.
    """
    found = None
    if codes.bare(code):
        found = Draft.unscoped.select_related("form").filter(token_hash=codes.digest(code, CODE_PURPOSE)).first()
    if found is None or found.sent_at is not None or found.expires_on < clock.today():
        raise DraftGone(_("No request in preparation has this code. Check each letter. A code is kept for 60 days."))
    return found
