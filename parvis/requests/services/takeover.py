"""Answers never write facts by themselves: an agent takes them over, field by field, and each fact keeps its source."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from parvis.contacts import api as contacts
from parvis.contacts.enums import PointKind
from parvis.dossiers import api as dossiers
from parvis.form_engine import api as forms
from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.bitemporal import Source
from parvis.kernel.gestures import gesture
from parvis.procedures import api as procedures
from parvis.ui import formats

from ..errors import RequestError
from ..models import Request
from ..shown import keeps_back
from ._common import record
from .naming import Named, named_in, tie_answer

PERSON_LABELS: dict[str, Callable[[], str]] = {
    "birth_date": lambda: _("Date of birth"),
    "niss": lambda: _("National number"),
    "address": lambda: _("Address"),
    "iban": lambda: _("Bank account"),
    "phone": lambda: _("Telephone"),
    "email": lambda: _("E-mail"),
    "language": lambda: _("Language of letters"),
}
_ROLE = {"partner": dossiers.MemberRole.PARTNER, "child": dossiers.MemberRole.CHILD, "parent": dossiers.MemberRole.PARENT}


@dataclass(frozen=True)
class Taking:
    """One answer that can become a fact. ``known`` is what the file says today; ``done`` when it was taken over; ``allowed`` when this
    agent may write it."""

    key: str
    label: str
    text: str
    known: str
    done: bool
    same: bool
    allowed: bool
    named: Named | None = None


def takings(actor: Actor, request: Request) -> list[Taking]:
    """What the answers offer, beside what the file says."""
    out: list[Taking] = []
    definition = request.procedure.definition
    person = procedures.person_answers(definition, request.answers)
    fields = {field["key"]: field for page in request.form_as_shown["pages"] for field in page["fields"]}
    card = contacts.person_card(actor, request.applicant_id) if request.applicant_id else None
    known, instead = _known(actor, card), keeps_back(actor, request.applicant_id)
    for role, label in PERSON_LABELS.items():
        if role in person:
            field = fields[definition["person"][role]]
            text = instead(field["type"], person[role]) or forms.show(field, person[role])
            now = forms.show(field, card.language) if role == "language" and card is not None else known.get(role, "")
            allowed = role != "iban" or contacts.can_edit_bank_account(actor)
            out.append(Taking(role, label(), text, now, role in request.taken_over, _alike(text, now), allowed))
    for named in named_in(actor, request):
        known_as = named.entry.name if named.entry else ""
        allowed = contacts.may_tie(actor, named.kind)
        out.append(Taking(named.key, named.label, named.text, known_as, named.key in request.taken_over, False, allowed, named))
    situation = dossiers.can_write_situation(actor)
    for take in definition.get("takes", []):
        value = request.answers.get(take["field"])
        if value in (None, "", []):
            continue
        field = fields[take["field"]]
        if isinstance(value, list) and field["type"] == "rows":
            inner = {child["key"]: child for child in field["fields"]}
            for index, row in enumerate(value):
                texts = (instead(inner[key]["type"], row[key]) or forms.show(inner[key], row[key]) for key in inner if key in row)
                text = " · ".join(text for text in texts if text)
                key = f"{take['key']}:{index}"
                out.append(Taking(key, f"{_label(field['row_label'])} {index + 1}", text, "", key in request.taken_over, False, situation))
        else:
            out.append(
                Taking(
                    take["key"],
                    _label(field["label"]),
                    instead(field["type"], value) or forms.show(field, value),
                    "",
                    take["key"] in request.taken_over,
                    False,
                    situation,
                )
            )
    return out


def _label(label: Mapping[str, str]) -> str:
    return formats.label(dict(label))


def _known(actor: Actor, card: contacts.PersonCard | None) -> dict[str, str]:
    if card is None:
        return {}
    from parvis.kernel.identifiers import format_iban

    accounts = contacts.bank_accounts(card.id) if contacts.sees_bank_accounts(actor) else []
    return {
        "birth_date": formats.day(card.birth_date) if card.birth_date else "",
        "niss": card.number or card.niss_masked,
        "address": card.address,
        "iban": format_iban(accounts[0].iban) if accounts else "",
        "phone": card.phone,
        "email": card.email,
    }


def _bare(text: str) -> str:
    return "".join(ch for ch in text.casefold() if ch.isalnum())


def _alike(left: str, right: str) -> bool:
    return bool(right) and _bare(left) == _bare(right)


@gesture
def take_over(*, actor: Actor, request: Request, keys: Collection[str]) -> list[str]:
    """Write the chosen answers as facts of the person and the dossier, from the day of the request. Returns those written.

    Raises:
        RequestError: the request belongs to nobody yet.
        IdentifierTaken, InvalidPerson, InvalidDossier: a fact is refused; nothing is written.
    """
    if request.applicant_id is None or request.dossier_id is None:
        raise RequestError(_("Join the request to a dossier first."), code="not_joined")
    request = Request.unscoped.select_related("applicant", "dossier", "procedure", "procedure__form").get(pk=request.pk)
    definition = request.procedure.definition
    person = procedures.person_answers(definition, request.answers)
    written: list[str] = []
    for role in PERSON_LABELS:
        if role in keys and role in person and role not in request.taken_over:
            _write_person(actor, request, role, person)
            written.append(role)
    for take in definition.get("takes", []):
        value = request.answers.get(take["field"])
        if take["kind"] in {"members", "situation_rows"}:
            for index, row in enumerate(value or []):
                key = f"{take['key']}:{index}"
                if key in keys and key not in request.taken_over:
                    (_write_member if take["kind"] == "members" else _write_row)(actor, request, take, row)
                    written.append(key)
        elif take["key"] in keys and take["key"] not in request.taken_over and value not in (None, ""):
            _write_situation(actor, request, take, value)
            written.append(take["key"])
    for named in named_in(actor, request):
        if named.key in keys and named.key not in request.taken_over and named.entry is not None:
            tie_answer(actor, request, named.field)
            written.append(named.key)
    if written:
        stamp = {"by": actor.label, "at": clock.now().isoformat()}
        request.taken_over = {**request.taken_over, **dict.fromkeys(written, stamp)}
        request.save(update_fields=["taken_over"])
        record(actor, "answers_taken_over", request, {"fields": written})
    return written


def _source(request: Request, key: str) -> dict[str, Any]:
    return {"source": Source.SUBMISSION, "source_ref": f"request:{request.pk}#{key}"}


def _write_person(actor: Actor, request: Request, role: str, answers: Mapping[str, Any]) -> None:
    who, value = request.applicant, answers[role]
    assert who is not None
    who.refresh_from_db()
    since = request.requested_on
    if role == "birth_date":
        contacts.record_birth(
            actor=actor, person=who, birth_date=date.fromisoformat(value), valid_from=date.fromisoformat(value), **_source(request, role)
        )
    elif role == "niss":
        contacts.add_identifier(actor=actor, person=who, value=value, **_source(request, role))
    elif role == "address":
        parts: dict[str, Any] = {
            name: str(value.get(name, "")) for name in ("street", "number", "box", "postal_code", "municipality", "country")
        }
        contacts.set_address(actor=actor, person=who, valid_from=since, **parts, **_source(request, role))
    elif role == "iban":
        holder = str(answers.get("account_holder", ""))
        contacts.add_bank_account(actor=actor, person=who, iban=value, holder=holder, valid_from=since, **_source(request, role))
    elif role in {"phone", "email"}:
        kind = PointKind.PHONE if role == "phone" else PointKind.EMAIL
        contacts.add_point(actor=actor, person=who, kind=kind, value=value, valid_from=since, **_source(request, role))
    elif role == "language":
        contacts.set_language(actor=actor, person=who, language=value, valid_from=since, **_source(request, role))


def _write_member(actor: Actor, request: Request, take: Mapping[str, Any], row: Mapping[str, Any]) -> None:
    """Somebody of the household: the known person of this name and birth date, else a new one."""
    born = date.fromisoformat(row["birth_date"]) if row.get("birth_date") else None
    family, given = str(row.get("last_name", "")), str(row.get("first_name", ""))
    sure = [
        match
        for match in contacts.match_persons(actor=actor, family_name=family, given_names=given, birth_date=born)
        if born and match.score >= 95
    ]
    person = sure[0].person if len(sure) == 1 else None
    if person is None:
        person = contacts.create_person(
            actor=actor, family_name=family, given_names=given, birth_date=born, language=request.language, **_source(request, take["key"])
        )
    if all(member.person_id != person.pk for member in dossiers.members_at(_dossier(request).pk)):
        dossiers.add_member(
            actor=actor,
            dossier=_dossier(request),
            person=person,
            role=_ROLE.get(str(row.get("relation")), dossiers.MemberRole.COHABITANT),
            valid_from=request.requested_on,
            **_source(request, take["key"]),
        )
    if row.get("income"):
        dossiers.record_situation(
            actor=actor,
            dossier=_dossier(request),
            kind=dossiers.SituationKind.RESOURCE,
            label=_("Income of %(name)s") % {"name": f"{given} {family}".strip()},
            person=person,
            amount=Decimal(row["income"]),
            periodicity=dossiers.Periodicity.MONTH,
            valid_from=request.requested_on,
            **_source(request, take["key"]),
        )


def _write_row(actor: Actor, request: Request, take: Mapping[str, Any], row: Mapping[str, Any]) -> None:
    field = _field(request, take["field"])
    inner = {child["key"]: child for child in field["fields"]}
    label = forms.show(inner[take["label"]], row.get(take["label"]), settings.LANGUAGE_CODE)
    note = str(row.get(take.get("note", ""), ""))
    dossiers.record_situation(
        actor=actor,
        dossier=_dossier(request),
        kind=take["as"],
        label=f"{label} ({note})" if note else label,
        person=request.applicant,
        amount=Decimal(row[take["amount"]]) if row.get(take["amount"]) else None,
        periodicity=dossiers.Periodicity.MONTH if row.get(take["amount"]) else "",
        details={"code": row.get(take["label"])},
        valid_from=request.requested_on,
        **_source(request, take["key"]),
    )


def _write_situation(actor: Actor, request: Request, take: Mapping[str, Any], value: Any) -> None:
    field = _field(request, take["field"])
    money = field["type"] == "money"
    label = _label_of(field) if money else forms.show(field, value, settings.LANGUAGE_CODE)
    dossiers.record_situation(
        actor=actor,
        dossier=_dossier(request),
        kind=take["as"],
        label=label[:190],
        person=request.applicant,
        amount=Decimal(value) if money else None,
        periodicity=dossiers.Periodicity.MONTH if money else "",
        details={"text": value} if field["type"] == "longtext" else {"code": value} if not money else {},
        valid_from=request.requested_on,
        **_source(request, take["key"]),
    )


def _label_of(field: Mapping[str, Any]) -> str:
    """Colleagues read facts in the language of the centre, whatever the person or the clerk speaks."""
    return formats.label(field["label"], settings.LANGUAGE_CODE)


def _dossier(request: Request) -> dossiers.Dossier:
    """Fresh each time: every fact moves the dossier's version."""
    if request.dossier_id is None:
        raise RuntimeError(f"request {request.pk} is in no dossier")
    return dossiers.Dossier.unscoped.get(pk=request.dossier_id)


def _field(request: Request, key: str) -> dict[str, Any]:
    return next(field for page in request.form_as_shown["pages"] for field in page["fields"] if field["key"] == key)
