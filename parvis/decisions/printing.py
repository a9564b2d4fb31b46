"""The minutes on paper, in the language of the centre, from their frozen content alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from parvis.documents import api as documents
from parvis.kernel import clock
from parvis.ui import formats

from .enums import ItemKind, MemberRole, Outcome, PresenceState


def minutes_pdf(content: Mapping[str, Any], *, on: date, signed: Sequence[tuple[str, str]] | None, language: str = "") -> bytes:
    """The same content, date and signatures give the same bytes. `signed` None = draft, said on every page."""
    language = language or settings.LANGUAGE_CODE
    with override(language):
        return documents.render_pdf("minutes", minutes_data(content, signed, language), date=on)


def minutes_data(content: Mapping[str, Any], signed: Sequence[tuple[str, str]] | None, language: str) -> dict[str, Any]:
    started = datetime.fromisoformat(content["starts_at"]).astimezone(clock.zone())
    envelope = documents.Envelope(
        language=language,
        subject=_("Minutes %(number)s") % {"number": content["number"]},
        on=started.date(),
        reference=content["number"],
        service=formats.label(content["committee"], language),
        signatures=tuple((name, str(MemberRole(role).label)) for name, role in signed or ()),
        draft=signed is None,
    )
    present = [row for row in content["roll"] if row["state"] == PresenceState.PRESENT]
    missing = [row for row in content["roll"] if row["state"] != PresenceState.PRESENT]
    head = documents.Section(
        pairs=[
            (_("Session"), f"{formats.day(started, 'full')}, {started:%H:%M}"),
            (_("Place"), content["place"]),
            (_("Present"), ", ".join(_member(row) for row in present) or _("nobody")),
            (_("Not present"), ", ".join(f"{_member(row)} ({PresenceState(row['state']).label})" for row in missing) or _("nobody")),
            (_("Quorum"), _("%(n)s members, counted case by case") % {"n": content["quorum"]}),
        ]
    )
    foot = documents.Section(notes=[_("Those who were present are bound to secrecy (organic law of 8 July 1976, article 36).")])
    sections = [head, *(_section(entry) for entry in content["items"]), foot]
    return {
        **envelope.to_json(),
        "sections": [section.to_json(language) for section in sections],
        "words": {
            "reference": _("Reference"),
            "contact": "",
            "phone": "",
            "page": _("page"),
            "of": _("of"),
            "draft": _("Draft, not signed"),
        },
        "landscape": False,
    }


def _member(row: Mapping[str, Any]) -> str:
    if row["role"] == MemberRole.MEMBER:
        return str(row["label"])
    return f"{row['label']} ({MemberRole(row['role']).label})"


def amount_line(row: Mapping[str, Any]) -> str:
    name = formats.label(row.get("label"))
    text = f"{name}{formats.NBSP}: " if name else ""
    text += formats.amount(row["amount"], row["currency"])
    text += " " + (_("per month") if row["periodicity"] == "month" else _("once"))
    text += ", " + _("from %(day)s") % {"day": formats.day(row["from"])}
    if row.get("to") and row["to"] != row["from"]:
        text += " " + _("to %(day)s") % {"day": formats.day(row["to"])}
    return text


def votes_line(entry: Mapping[str, Any]) -> str:
    votes = entry["votes"]
    if votes["for"] is None:
        return _("By consensus of %(n)s members") % {"n": entry["counted"]}
    return _("%(yes)s for, %(no)s against, %(abstain)s abstentions") % {
        "yes": votes["for"],
        "no": votes["against"],
        "abstain": votes["abstain"],
    }


def _section(entry: Mapping[str, Any]) -> Any:
    lines: list[tuple[str, str]] = []
    proposed = [amount_line(row) for row in entry.get("proposed", [])]
    decided = [amount_line(row) for row in entry.get("decided", [])]
    if entry["number"] is None:
        outcome = _("Not decided")
        if entry.get("carried_to"):
            outcome = _("Not decided, carried over to the session of %(day)s") % {"day": formats.day(entry["carried_to"])}
        if entry.get("carry_reason"):
            lines.append((_("Reason"), entry["carry_reason"]))
    else:
        outcome = str(Outcome(entry["outcome"]).label)
        if entry["kind"] == ItemKind.RATIFICATION:
            outcome = {
                Outcome.GRANTED: _("Ratified"),
                Outcome.REFUSED: _("Not ratified"),
            }.get(Outcome(entry["outcome"]), outcome)
            lines.append((_("Urgent decision"), str(entry["ratifies"])))
        if proposed:
            lines.append((_("Proposed"), "; ".join(proposed)))
        if decided and (entry["deviates"] or not proposed):
            lines.append((_("Decided"), "; ".join(decided)))
        if entry["reason"]:
            lines.append((_("Reasons"), entry["reason"]))
        lines.append((_("Votes"), votes_line(entry)))
    if entry["recused"]:
        lines.append((_("Conflict of interest, left the room"), ", ".join(row["label"] for row in entry["recused"])))
    late = f" ({_('late item')})" if entry["late"] else ""
    first = (
        [(_("Case"), formats.label(entry["title"]) + late), (_("Proposed by"), entry["author"])]
        if entry["author"]
        else [(_("Case"), formats.label(entry["title"]) + late)]
    )
    return documents.Section(
        heading=f"{entry['position']}. {entry['person']}",
        pairs=[*first, (_("Decision"), f"{outcome}, {entry['number']}" if entry["number"] else outcome), *lines],
    )
