"""The chronicle grows, and is never rewritten."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from parvis.contacts.api import Organisation, Person, can_read_persons, hidden_person_ids
from parvis.dossiers.api import ARCHIVED, Dossier, DossierIsClosed, may_change, members_at
from parvis.identity.enums import Function
from parvis.kernel import clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.erasure import chunks
from parvis.kernel.errors import NotAllowed
from parvis.kernel.events import publish
from parvis.kernel.gestures import gesture
from parvis.kernel.subject import SubjectRef
from parvis.kernel.wordindex import file_words
from parvis.workflows.api import open_item

from .. import access
from ..enums import WRITTEN_KINDS, EntryKind, KeyEvent, ObjectiveStatus
from ..errors import InvalidEntry
from ..events import EntryAdded
from ..models import Entry, EntryWord, ObjectiveState
from .actions import in_each_language

LONGEST = 20_000
LONGEST_MINUTES = 24 * 60
INTERVENTION = gettext_noop("Intervention from outside, noted by %(who)s: read it")


@gesture
def add_entry(
    *,
    actor: Actor,
    dossier: Dossier,
    kind: str,
    text: str,
    title: str = "",
    happened_at: dt.datetime | None = None,
    person_id: int | None = None,
    restricted: bool = False,
    data_class: str = "social",
    subject: SubjectRef | None = None,
    corrects: Entry | None = None,
    minutes: int | None = None,
    key_event: str = "",
    indicator: str = "",
    review_on: dt.date | None = None,
    partner: SubjectRef | None = None,
) -> Entry:
    """A note, call, visit, interview or mail, as somebody tells it. ``partner``: with whom, an organisation or a person of the address book.

    Raises:
        NotAllowed: outside the actor's dossiers or functions.
        InvalidEntry: empty, too long, in the future, about a person who is not in the dossier, with a partner whom nobody knows, or an
            intervention from outside that would be kept from the team, the chief or the auditor.
    """
    if not access.can_write_entry(actor) or not may_change(actor, dossier):
        raise NotAllowed(_("You may not write in this journal."))
    if dossier.archived_on is not None and actor.is_agent:
        raise DossierIsClosed(ARCHIVED, code="archived")
    if kind not in WRITTEN_KINDS and not actor.is_system:
        raise InvalidEntry(_("This value is not in the list."), field="kind", code="kind")
    text, title = text.strip(), " ".join(title.split())
    if not text and not title:
        raise InvalidEntry(_("Write at least a few words."), field="text", code="empty")
    if len(text) > LONGEST:
        raise InvalidEntry(_("This note is longer than 20,000 characters. Attach a document instead."), field="text", code="long")
    now = clock.now()
    if happened_at is not None and happened_at > now + dt.timedelta(minutes=5):
        raise InvalidEntry(_("The journal tells what happened. For what is to come, make a task."), field="happened_on", code="future")
    if person_id is not None and all(member.person_id != person_id for member in members_at(dossier.pk)):
        raise InvalidEntry(_("This person is not in the dossier."), field="person", code="not_member")
    if minutes is not None and not 0 < minutes <= LONGEST_MINUTES:
        raise InvalidEntry(_("Give the time in minutes, 1,440 at most."), field="minutes", code="minutes")
    pressure = kind == EntryKind.PRESSURE
    if pressure and restricted:
        message = _("An intervention from outside is never restricted: the team, the head of service and the auditor read it.")
        raise InvalidEntry(message, field="restricted", code="pressure")
    if key_event and key_event not in KeyEvent.values:
        raise InvalidEntry(_("This value is not in the list."), field="key_event", code="key_event")
    entry = _write(
        actor,
        dossier.pk,
        minutes=minutes,
        key_event=key_event,
        indicator=" ".join(indicator.split())[:191],
        kind=kind,
        title=title[:191],
        text=text,
        happened_at=happened_at or now,
        person_id=person_id,
        restricted=restricted and access.can_restrict(actor),
        data_class="social" if pressure else access.class_written(actor, data_class),
        subject=subject,
        corrects=corrects,
        **_partner(actor, partner),
    )
    if pressure:
        _tell_chief(actor, dossier, entry)
    if kind == EntryKind.OBJECTIVE:
        state_of(entry, actor, ObjectiveStatus.OPEN, review_on=review_on)
    return entry


def _tell_chief(actor: Actor, dossier: Dossier, entry: Entry) -> None:
    """Whoever was pressed is not alone with it: the head of the service reads it, unless it is the head who wrote (F9)."""
    if actor.holds(dossier.unit_id, Function.CHIEF):
        return
    open_item(
        actor=actor,
        subject=SubjectRef("journal_entry", entry.pk),
        title=in_each_language(INTERVENTION, who=actor.label),
        queue=str(Function.CHIEF),
        unit_id=dossier.unit_id,
        dossier_id=dossier.pk,
        key="intervention",
    )


def _partner(actor: Actor, partner: SubjectRef | None) -> dict[str, int]:
    """With whom the contact was. A person whose address is protected is no entry of the address book."""
    if partner is None:
        return {}
    wrong = InvalidEntry(_("This contact is not in the address book."), field="partner", code="partner")
    if not can_read_persons(actor):
        raise wrong
    model = {"organisation": Organisation, "person": Person}.get(partner.type)
    if model is None or not model.objects.visible_to(actor).filter(pk=partner.id, merged_into=None).exists():
        raise wrong
    if partner.type == "person" and hidden_person_ids([partner.id]):
        raise wrong
    return {"organisation_id" if partner.type == "organisation" else "partner_id": partner.id}


def state_of(entry: Entry, actor: Actor, state: str, *, note: str = "", review_on: dt.date | None = None) -> ObjectiveState:
    return ObjectiveState.unscoped.create(
        entry=entry,
        state=state,
        note=note[:500],
        review_on=review_on,
        at=clock.now(),
        author_id=actor.account_id,
        author_label=actor.label[:191],
    )


@gesture
def add_step(
    *,
    actor: Actor,
    dossier_id: int,
    message: str,
    values: dict[str, Any] | None = None,
    subject: SubjectRef | None = None,
    data_class: str = "social",
    text: str = "",
) -> Entry:
    """A step that the product itself did. ``message`` is a translatable sentence with named places (``gettext_noop``), ``values`` fill them, so
    that each reader gets it in the own language."""
    return _write(
        actor,
        dossier_id,
        kind=EntryKind.STEP,
        title="",
        text=text,
        happened_at=clock.now(),
        person_id=None,
        restricted=False,
        data_class=data_class,
        subject=subject,
        corrects=None,
        message={
            "text": message,
            "values": {key: value if isinstance(value, dict) else str(value) for key, value in (values or {}).items()},
        },
    )


def words_follow(dossier_ids: Collection[int]) -> int:
    """The words of these dossiers' entries stand under the service that has the dossier now. Returns how many moved."""
    moved = 0
    for pk, unit in Dossier.unscoped.filter(pk__in=dossier_ids).order_by("pk").values_list("pk", "unit_id"):
        entries = Entry.unscoped.filter(dossier=pk).order_by().values_list("pk", flat=True)
        for part in chunks(list(entries)):
            moved += EntryWord.unscoped.filter(entry__in=part).exclude(unit_key=unit).update(unit_key=unit)
    return moved


def _write(actor: Actor, dossier_id: int, *, subject: SubjectRef | None, **values: Any) -> Entry:
    entry = Entry.unscoped.create(
        dossier_id=dossier_id,
        recorded_at=clock.now(),
        author_id=actor.account_id,
        author_label=actor.label[:191],
        subject_type=subject.type if subject else "",
        subject_id=subject.id if subject else None,
        **values,
    )
    texts = (entry.title, entry.text, str(values.get("indicator", "")))
    if any(texts):
        unit = Dossier.unscoped.values_list("unit_id", flat=True).get(pk=dossier_id)
        file_words(EntryWord, "entry", entry.pk, texts, unit_key=unit)
    mutations.record(
        f"dossier:{dossier_id}",
        actor=actor,
        verb="journal.add",
        subject=SubjectRef("journal_entry", entry.pk),
        values={"kind": entry.kind, "text": entry.text or entry.title, "restricted": entry.restricted},
    )
    publish(EntryAdded(actor=actor, dossier_id=dossier_id, entry_id=entry.pk, kind=entry.kind))
    return entry
