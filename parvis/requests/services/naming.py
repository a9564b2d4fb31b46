"""Answers that name a landlord, a doctor, an administrator: matched with the address book by an agent, never by the person who asks (B8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.contacts import api as contacts
from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.bitemporal import Source
from parvis.kernel.errors import NotAllowed
from parvis.kernel.gestures import gesture
from parvis.ui import formats

from .. import access
from ..errors import RequestError
from ..models import AnswerParty, Request
from ._common import record

PREFIX = "book:"


@dataclass(frozen=True)
class Named:
    """A question whose answer names somebody of the address book. ``entry`` is None until an agent said who it is, and for whoever may
    not see that entry."""

    field: str
    kind: str
    label: str
    text: str
    entry: contacts.BookChoice | None = None
    linked: bool = False

    @property
    def key(self) -> str:
        return f"{PREFIX}{self.field}"

    @property
    def url(self) -> str:
        kind, _sep, uuid = self.entry.ref.partition(":") if self.entry else ("", "", "")
        return reverse(f"contacts:{kind}", args=[uuid]) if uuid else ""


def named_field(form: Mapping[str, Any], path: str) -> Mapping[str, Any] | None:
    """The question at a path (``key``, in repeated rows ``rows-1-key``) that names somebody of the address book."""
    key, _sep, rest = path.partition("-")
    field = next((one for page in form["pages"] for one in page["fields"] if one["key"] == key), None)
    if field is not None and rest:
        number, _sep, child = rest.partition("-")
        rows = field.get("fields", ()) if field["type"] == "rows" and number.isdecimal() else ()
        field = next((one for one in rows if one["key"] == child), None)
    return field if field is not None and field.get("book") else None


def answered(answers: Mapping[str, Any], path: str) -> str | None:
    """What was typed at a path."""
    key, _sep, rest = path.partition("-")
    value = answers.get(key)
    if rest:
        number, _sep, child = rest.partition("-")
        row = value[int(number)] if isinstance(value, list) and number.isdecimal() and int(number) < len(value) else None
        value = row.get(child) if isinstance(row, dict) else None
    return value if isinstance(value, str) else None


def _said(form: Mapping[str, Any], answers: Mapping[str, Any]) -> dict[str, tuple[Mapping[str, Any], str]]:
    """Path of each answer that names somebody, with its question and the words of its label; one for each of repeated rows."""
    found: dict[str, tuple[Mapping[str, Any], str]] = {}
    for field in (field for page in form["pages"] for field in page["fields"]):
        if field.get("book") and answered(answers, field["key"]) is not None:
            found[field["key"]] = field, formats.label(field["label"])
        elif field["type"] == "rows" and isinstance(answers.get(field["key"]), list):
            named = [one for one in field["fields"] if one.get("book")]
            for number in range(len(answers[field["key"]]) if named else 0):
                for one in named:
                    if answered(answers, path := f"{field['key']}-{number}-{one['key']}") is not None:
                        found[path] = one, f"{formats.label(field['row_label'])} {number + 1} · {formats.label(one['label'])}"
    return found


def after_removal(names: Mapping[str, Any], removed: str) -> dict[str, Any]:
    """What was chosen, by path, once a row ("rows:1") is gone: nothing of it stays, the rows after it move up."""
    key, _sep, number = removed.partition(":")
    if not number.isdecimal():
        return dict(names)
    moved: dict[str, Any] = {}
    for path, chosen in names.items():
        parts = path.split("-")
        if len(parts) == 3 and parts[0] == key and int(parts[1]) >= int(number):
            if int(parts[1]) == int(number):
                continue
            path = f"{key}-{int(parts[1]) - 1}-{parts[2]}"
        moved[path] = chosen
    return moved


def named_in(actor: Actor, request: Request) -> list[Named]:
    """What was answered to them, with the entry that an agent linked. Two queries, none when the form has no such question."""
    said = _said(request.procedure.form.definition, request.answers)
    if not said:
        return []
    rows = AnswerParty.objects.visible_to(actor).filter(request=request).select_related("organisation__merged_into", "person")
    refs = {row.field: ref_of(row) for row in rows}
    entries = contacts.chosen_entries(actor, refs.values())
    return [
        Named(path, str(field["book"]), label, answered(request.answers, path) or "", entries.get(refs.get(path, "")), path in refs)
        for path, (field, label) in said.items()
    ]


def ref_of(row: AnswerParty) -> str:
    """The entry as a choice; of an organisation merged into another, that other one."""
    if row.person is not None:
        return f"person:{row.person.uuid}"
    assert row.organisation is not None
    return f"organisation:{(row.organisation.merged_into or row.organisation).uuid}"


@gesture
def name_party(*, actor: Actor, request: Request, field: str, ref: str) -> AnswerParty:
    """The answer to ``field`` means this entry of the address book. Nothing is written to the file of the person yet.

    Raises:
        NotAllowed: not an agent who registers in this unit.
        RequestError: no such question was answered, or no such entry may be chosen.
    """
    if not (actor.is_system or (access.can_identify(actor) and access.registers_in(actor, request.unit_id))):
        raise NotAllowed(_("You may not join this request to a dossier."))
    if named_field(request.procedure.form.definition, field) is None or answered(request.answers, field) is None:
        raise RequestError(gettext_lazy("This request names nobody there."), code="not_named")
    if ref not in contacts.chosen_entries(actor, [ref]):
        raise RequestError(gettext_lazy("Choose an entry of the address book."), code="no_entry")
    organisation, person = contacts.parties_of(ref)
    before = AnswerParty.unscoped.filter(request=request, field=field).select_related("organisation", "person").first()
    row, _made = AnswerParty.unscoped.update_or_create(
        request=request,
        field=field,
        defaults={
            "organisation": organisation,
            "person": person,
            "linked_at": clock.now(),
            "linked_by_id": actor.account_id,
            "linked_by_label": actor.label[:191],
        },
    )
    record(actor, "answer_names", request, {field: [ref_of(before) if before else None, ref]})
    return row


def tie_answer(actor: Actor, request: Request, field: str) -> None:
    """Write what the person is to that entry, from the day of the request on, with the request as source.

    Raises:
        NotAllowed: the actor may not see that kind of role.
    """
    row = AnswerParty.unscoped.select_related("organisation", "person").get(request=request, field=field)
    applicant, question = request.applicant, named_field(request.procedure.form.definition, field)
    assert applicant is not None and question is not None
    applicant.refresh_from_db()
    contacts.tie_to_entry(
        actor=actor,
        person=applicant,
        kind=str(question["book"]),
        organisation=row.organisation,
        owner=row.person,
        valid_from=request.requested_on,
        source=Source.SUBMISSION,
        source_ref=f"request:{request.pk}#{field}",
    )
