"""One gesture for what an agent writes at once: the entry, its file, the colleagues told, the next step, the step that it answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from parvis.agenda.api import Appointment, hold
from parvis.documents import api as documents
from parvis.dossiers.api import Dossier
from parvis.identity.api import Account
from parvis.kernel.actor import Actor
from parvis.kernel.gestures import gesture
from parvis.kernel.subject import SubjectRef
from parvis.workflows.api import open_item

from ..errors import InvalidEntry
from ..models import Entry, Mention, Turn
from .actions import answer, in_each_language, may_be_told, plan
from .entries import add_entry

MOST_MENTIONS = 10
READ_NOTE = gettext_noop("Read the note of %(who)s")


@dataclass(frozen=True)
class NextStep:
    """``owner`` an account, or ``queue`` a function of the dossier's service."""

    text: str
    due_on: dt.date
    owner: int | None = None
    queue: str = ""
    every: str = ""


@gesture
def write_down(
    *,
    actor: Actor,
    dossier: Dossier,
    follow: NextStep | None = None,
    mentions: Sequence[int] = (),
    file: documents.StoredFile | None = None,
    file_name: str = "",
    answers: Turn | None = None,
    meeting: Appointment | None = None,
    **entry: Any,
) -> Entry:
    """All of it or nothing. ``entry``: as ``add_entry`` takes it. ``meeting``: the appointment at which it was said, which was held.

    Raises:
        InvalidEntry: as ``add_entry`` and ``plan``; a colleague who may not open the dossier; a file on a restricted note.
    """
    written = add_entry(actor=actor, dossier=dossier, **entry)
    if file is not None:
        if written.restricted:
            message = _("A restricted note takes no file: the file would be open to the team of the dossier.")
            raise InvalidEntry(message, field="file", code="file")
        documents.attach(
            actor=actor,
            subject=SubjectRef("journal_entry", written.pk),
            file=file,
            title=file_name or _("File"),
            dossier_id=dossier.pk,
            file_name=file_name,
        )
    for account in list(dict.fromkeys(mentions))[:MOST_MENTIONS]:
        _mention(actor, written, account)
    if follow is not None:
        plan(
            actor=actor,
            entry=written,
            text=follow.text,
            due_on=follow.due_on,
            owner=follow.owner,
            queue=follow.queue,
            every=follow.every,
        )
    if answers is not None:
        answer(actor=actor, turn=answers, entry=written)
    if meeting is not None:
        hold(actor=actor, appointment=meeting, entry=SubjectRef("journal_entry", written.pk))
    return written


def _mention(actor: Actor, entry: Entry, account_id: int) -> None:
    """The colleague gets a task to read it; one who may not open the dossier is not told of it, and the writer hears so at once."""
    account = Account.objects.filter(pk=account_id, is_active=True).first()
    if account is None:
        raise InvalidEntry(_("This colleague does not work here any more."), field="mentions", code="mentions")
    if account.pk == actor.account_id:
        return
    if not may_be_told(account, entry):
        message = _("%(who)s may not open this dossier or this note: choose somebody else.") % {"who": account.display_name}
        raise InvalidEntry(message, field="mentions", code="not_told")
    Mention.unscoped.create(entry=entry, account=account)
    open_item(
        actor=actor,
        subject=SubjectRef("journal_entry", entry.pk),
        title=in_each_language(READ_NOTE, who=actor.label),
        owner=account,
        unit_id=entry.dossier.unit_id,
        dossier_id=None if entry.restricted else entry.dossier_id,
        key=f"mention:{account.pk}",
    )
