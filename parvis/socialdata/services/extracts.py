"""Asking the cell for an extract, and the cell's answer. Both leave a line in the journal of changes and in the dossier's chronicle."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from parvis.contacts.api import display_names
from parvis.documents.api import Document, DocumentKind, StoredFile, attach, withdraw_document
from parvis.dossiers.api import Dossier, DossierIsClosed, may_change, members_at
from parvis.identity.api import Account
from parvis.identity.enums import Function
from parvis.journal.api import add_step
from parvis.kernel import clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.errors import NotAllowed
from parvis.kernel.gestures import gesture
from parvis.ui import formats
from parvis.workflows.api import close_item, open_item, where_dossier

from .. import access
from ..enums import CLASSES, ExtractState, Flow
from ..errors import AlreadySettled, AskedAlready, InvalidExtract
from ..models import ExtractRequest

#: An extract of these last days answers the same question again.
FRESH = dt.timedelta(days=90)
TO_ANSWER = {
    "fr": "Extrait de registre à fournir",
    "nl": "Registeruittreksel te leveren",
    "de": "Registerauszug zu liefern",
    "en": "Register extract to supply",
}
WRONG = {
    "fr": "Extrait retiré par la cellule: à lire",
    "nl": "Uittreksel ingetrokken door de cel: te lezen",
    "de": "Auszug von der Stelle zurückgezogen: zu lesen",
    "en": "Extract withdrawn by the cell: to read",
}
TO_READ = {
    "fr": "Réponse de la cellule à lire",
    "nl": "Antwoord van de cel te lezen",
    "de": "Antwort der Stelle zu lesen",
    "en": "Answer of the cell to read",
}


def recent(actor: Actor, person_ids: Sequence[int]) -> list[ExtractRequest]:
    """What was asked of late about these persons, in dossiers that the actor sees: open, or answered with data that are still fresh."""
    rows: Any = ExtractRequest.objects.visible_to(actor).filter(person__in=person_ids).order_by("-asked_at", "-pk")
    since = clock.today() - FRESH
    open_ones = list(rows.filter(state=ExtractState.ASKED)[:40])
    answered = rows.filter(state__in=[ExtractState.ANSWERED, ExtractState.NOTHING], data_on__gte=since)
    return [*open_ones, *answered[:40]]


def in_words(row: ExtractRequest, name: str) -> str:
    """ "Asked 3 days ago by …, not answered yet"; "the extract of 12/11 is still fresh"."""
    if row.is_open:
        days = (clock.today() - clock.date_of(row.asked_at)).days
        values = {"name": name, "who": row.asked_by_label, "n": days, "what": row.flow_words}
        if not days:
            return _("%(name)s: asked today by %(who)s, not answered yet (%(what)s)") % values
        return (
            ngettext(
                "%(name)s: asked %(n)s day ago by %(who)s, not answered yet (%(what)s)",
                "%(name)s: asked %(n)s days ago by %(who)s, not answered yet (%(what)s)",
                days,
            )
            % values
        )
    values = {"name": name, "day": formats.day(row.data_on), "what": row.flow_words}
    return _("%(name)s: the answer of %(day)s is still fresh (%(what)s)") % values


@gesture
def ask_extracts(
    *,
    actor: Actor,
    dossier: Dossier,
    person_ids: Sequence[int],
    flows: Sequence[str],
    purpose: str,
    wanted_on: dt.date,
    line_id: int | None = None,
    again: bool = False,
) -> list[ExtractRequest]:
    """Ask the cell about members of a dossier: one question for each person, with its own answer.

    Raises:
        NotAllowed: neither social worker nor head, or a dossier outside the own scope.
        DossierIsClosed: nothing is asked for a closed dossier.
        InvalidExtract: nobody or nothing chosen, no purpose, a day in the past, a line of another dossier.
        AskedAlready: the same was asked of late, and ``again`` does not say that this is known.
    """
    if not access.may_ask(actor) or not may_change(actor, dossier):
        raise NotAllowed(_("You may not ask for extracts in this dossier."))
    if dossier.status != "open":
        raise DossierIsClosed(_("This dossier is closed. Open it again before you add to it."), code="closed")
    members = {row.person_id for row in members_at(dossier.pk)}
    people = list(dict.fromkeys(person_ids))
    asked = [str(flow) for flow in Flow if flow in set(flows)]
    if not people or not members.issuperset(people):
        raise InvalidExtract(_("Choose members of this dossier."), field="persons", code="persons")
    if not asked or len(asked) != len(set(flows)):
        raise InvalidExtract(_("Say what you ask for."), field="flows", code="flows")
    words = " ".join(purpose.split())
    if len(words) < 10:
        raise InvalidExtract(
            _("Say why, and on which legal ground: the person may ask who looked at their data, and what for."),
            field="purpose",
            code="purpose",
        )
    if wanted_on < clock.today():
        raise InvalidExtract(_("This day is past."), field="wanted_on", code="past")
    if line_id is not None and line_id not in lines_of(dossier.pk):
        raise InvalidExtract(_("Choose a request of this dossier."), field="line", code="line")
    double = [row for row in recent(actor, people) if set(row.flows) & set(asked)]
    if double and not again:
        names = display_names({row.person_id for row in double})
        raise AskedAlready(
            _("This was asked a short while ago. Look at it first, or confirm that you ask again."),
            [in_words(row, names.get(row.person_id, "?")) for row in double],
        )
    return [_ask(actor, dossier, person, asked, words[:500], wanted_on, line_id) for person in people]


def lines_of(dossier_id: int) -> list[int]:
    """Lines of request that run in a dossier."""
    found = [place.subject for place in where_dossier(dossier_id) if place.subject is not None]
    return list(dict.fromkeys(one.id for one in found if one.type == "request_line"))


def _ask(
    actor: Actor, dossier: Dossier, person_id: int, flows: list[str], purpose: str, wanted_on: dt.date, line_id: int | None
) -> ExtractRequest:
    row = ExtractRequest.unscoped.create(
        dossier=dossier,
        person_id=person_id,
        line_id=line_id,
        flows=flows,
        purpose=purpose,
        wanted_on=wanted_on,
        asked_at=clock.now(),
        asked_by_id=actor.account_id,
        asked_by_label=actor.label[:191],
    )
    values = {"person": person_id, "flows": flows, "wanted_on": wanted_on, "line": line_id}
    _record(actor, "extract.ask", row, values, note=purpose)
    add_step(actor=actor, dossier_id=dossier.pk, message=gettext_noop("Extract asked of the cell"), subject=row.ref, data_class="social")
    open_item(
        actor=actor,
        subject=row.ref,
        title=TO_ANSWER,
        screen="socialdata.extract",
        queue=Function.REGISTER_CELL.value,
        dossier_id=dossier.pk,
        due_on=wanted_on,
        due_from=clock.today(),
        why=f"{dossier.number} · {actor.label}",
        key="answer",
    )
    return row


@gesture
def answer_extract(
    *,
    actor: Actor,
    extract: ExtractRequest,
    state: str,
    data_on: dt.date | None = None,
    words: str = "",
    file: StoredFile | None = None,
    file_name: str = "",
) -> ExtractRequest:
    """The cell's answer: the extract, "nothing known", or a refusal with its reason. It is written once; the asker gets a task.

    Raises:
        NotAllowed: not an agent of the cell.
        InvalidExtract: no file, no day of the data, a day to come, a refusal without reason.
        AlreadySettled: somebody answered or withdrew it first.
    """
    if not access.may_answer(actor):
        raise NotAllowed(_("Only the cell answers."))
    reason = words.strip()
    if state not in (ExtractState.ANSWERED, ExtractState.NOTHING, ExtractState.REFUSED):
        raise InvalidExtract(_("Choose the answer."), field="state", code="state")
    if state == ExtractState.ANSWERED and file is None:
        raise InvalidExtract(_("Add the extract."), field="file", code="file")
    if state == ExtractState.REFUSED:
        file = data_on = None
        if not reason:
            raise InvalidExtract(_("Say why the cell does not ask for it."), field="words", code="reason")
    elif data_on is None or data_on > clock.today():
        raise InvalidExtract(_("Give the day on which the data were looked up, today at the latest."), field="data_on", code="data_on")
    now = clock.now()
    document = None
    if state == ExtractState.ANSWERED and file is not None and data_on is not None:
        document = _file(actor, extract, file, data_on, file_name)
    _settle(actor, extract, state=state, data_on=data_on, words=reason[:500], document=document, at=now)
    _record(actor, "extract.answer", extract, {"state": ["asked", state], "data_on": data_on}, note=reason)
    messages = {
        ExtractState.ANSWERED: gettext_noop("Extract received from the cell, data of %(day)s"),
        ExtractState.NOTHING: gettext_noop("The cell found nothing, data of %(day)s"),
        ExtractState.REFUSED: gettext_noop("The cell refused the extract"),
    }
    add_step(
        actor=actor,
        dossier_id=extract.dossier_id,
        message=messages[ExtractState(state)],
        values={"day": data_on.strftime("%d/%m/%Y")} if data_on else {},
        subject=extract.ref,
        data_class="social",
        text=reason,
    )
    close_item(actor=actor, subject=extract.ref, key="answer", outcome=state)
    close_item(actor=actor, subject=extract.ref, key="wrong", outcome=state)
    open_item(
        actor=actor,
        subject=extract.ref,
        title=TO_READ,
        screen="socialdata.extract",
        owner=_asker(extract),
        queue=Function.SOCIAL_WORKER.value,
        unit_id=extract.dossier.unit_id,
        dossier_id=extract.dossier_id,
        due_on=max(extract.wanted_on, clock.today()),
        due_from=clock.today(),
        why=extract.dossier.number,
        key="read",
    )
    return extract


def _file(actor: Actor, extract: ExtractRequest, file: StoredFile, data_on: dt.date, file_name: str) -> Document:
    """A paper of the dossier, of the class of what was asked; the committee finds it among the pieces."""
    data_class = next((name for name, flows in CLASSES if flows.intersection(extract.flows)), "identity")
    name = display_names([extract.person_id]).get(extract.person_id, "")
    found: Document = attach(
        actor=actor,
        subject=extract.ref,
        dossier_id=extract.dossier_id,
        file=file,
        title=f"{_('Register extract')} · {name}"[:200],
        kind=DocumentKind.REGISTER,
        on=data_on,
        file_name=file_name,
        data_class=data_class,
        person_id=extract.person_id,
    )
    return found


@gesture
def withdraw_extract(*, actor: Actor, extract: ExtractRequest, words: str) -> ExtractRequest:
    """It is no longer needed: the cell's task goes.

    Raises:
        NotAllowed: outside the own functions or dossiers.
        InvalidExtract: no reason.
        AlreadySettled: it was answered or withdrawn already.
    """
    if not access.may_ask(actor) or not may_change(actor, extract.dossier):
        raise NotAllowed(_("You may not ask for extracts in this dossier."))
    if not words.strip():
        raise InvalidExtract(_("Say why it is no longer needed."), field="words", code="reason")
    _settle(actor, extract, state=ExtractState.WITHDRAWN, words=words.strip()[:500], at=clock.now())
    _record(actor, "extract.withdraw", extract, {"state": ["asked", "withdrawn"]}, note=words.strip())
    add_step(
        actor=actor,
        dossier_id=extract.dossier_id,
        message=gettext_noop("Request for an extract withdrawn"),
        subject=extract.ref,
        text=words,
    )
    close_item(actor=actor, subject=extract.ref, key="answer", outcome="withdrawn", dropped=True)
    return extract


@gesture
def withdraw_answer(*, actor: Actor, extract: ExtractRequest, words: str) -> ExtractRequest:
    """The answer was wrong, another person's extract for one: it is withdrawn with its reason and the question waits again.

    Nothing is deleted: the paper stays kept, closed to the readers of the file, and a pack that froze it says so.

    Raises:
        NotAllowed: not an agent of the cell.
        InvalidExtract: no reason.
        AlreadySettled: no extract was supplied, or it was withdrawn already.
    """
    if not access.may_answer(actor):
        raise NotAllowed(_("Only the cell answers."))
    reason = " ".join(words.split())[:500]
    if not reason:
        raise InvalidExtract(_("Say why it is withdrawn."), field="words", code="reason")
    # What the answer was stands beside what it is no more: a past day is read backwards from here (``past``).
    before: dict[str, Any] = {
        "settled_at": [extract.settled_at, None],
        "settled_by_label": [extract.settled_by_label, ""],
        "data_on": [extract.data_on, None],
        "document": [extract.document_id, None],
    }
    values = {"state": ExtractState.ASKED, "settled_at": None, "settled_by_label": "", "data_on": None, "words": "", "seen_at": None}
    rows = ExtractRequest.unscoped.filter(pk=extract.pk, state=ExtractState.ANSWERED, document__isnull=False)
    document = Document.unscoped.select_related("file").filter(pk=extract.document_id or 0).first()
    if document is None or not rows.update(**values, document=None):
        raise AlreadySettled(_("There is no extract to withdraw here."), code="settled")
    withdraw_document(actor=actor, document=document, reason=reason)
    extract.refresh_from_db()
    _record(actor, "extract.answer_withdrawn", extract, {"state": ["answered", "asked"], **before}, note=reason)
    add_step(
        actor=actor,
        dossier_id=extract.dossier_id,
        message=gettext_noop("The cell withdrew the extract with data of %(day)s: it lay in the wrong file"),
        values={"day": document.on.strftime("%d/%m/%Y")},
        subject=extract.ref,
        data_class="social",
        text=reason,
    )
    close_item(actor=actor, subject=extract.ref, key="read", outcome="withdrawn", dropped=True)
    for title, key, more in (
        (WRONG, "wrong", {"owner": _asker(extract), "queue": Function.SOCIAL_WORKER.value, "unit_id": extract.dossier.unit_id}),
        (TO_ANSWER, "answer", {"queue": Function.REGISTER_CELL.value}),
    ):
        open_item(
            actor=actor,
            subject=extract.ref,
            title=title,
            screen="socialdata.extract",
            dossier_id=extract.dossier_id,
            due_on=clock.today(),
            due_from=clock.today(),
            why=extract.dossier.number,
            key=key,
            **more,
        )
    return extract


def _asker(extract: ExtractRequest) -> Account | None:
    return Account.objects.filter(pk=extract.asked_by_id, is_active=True).first() if extract.asked_by_id else None


@gesture
def note_seen(*, actor: Actor, extract: ExtractRequest) -> None:
    """Whoever asked has read the answer: the task is done. Nothing happens the second time.

    Raises:
        NotAllowed: outside the own functions or dossiers.
    """
    if not access.may_ask(actor) or not may_change(actor, extract.dossier):
        raise NotAllowed(_("You may not ask for extracts in this dossier."))
    if ExtractRequest.unscoped.filter(pk=extract.pk, seen_at__isnull=True, settled_at__isnull=False).update(seen_at=clock.now()):
        _record(actor, "extract.seen", extract, {})
        close_item(actor=actor, subject=extract.ref, key="read", outcome="read")


def _settle(actor: Actor, extract: ExtractRequest, *, state: str, at: dt.datetime, **values: Any) -> None:
    values |= {"state": state, "settled_at": at, "settled_by_label": actor.label[:191]}
    if not ExtractRequest.unscoped.filter(pk=extract.pk, state=ExtractState.ASKED).update(**values):
        fresh = ExtractRequest.unscoped.get(pk=extract.pk)
        raise AlreadySettled(
            _("It is settled already: %(state)s.") % {"state": fresh.get_state_display()},
            who=fresh.settled_by_label,
            when=fresh.settled_at,
            code="settled",
        )
    for name, value in values.items():
        setattr(extract, name, value)


def _record(actor: Actor, verb: str, extract: ExtractRequest, values: dict[str, Any], note: str = "") -> None:
    mutations.record(f"dossier:{extract.dossier_id}", actor=actor, verb=verb, subject=extract.ref, values=values, note=note)
