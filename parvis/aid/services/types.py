"""The kinds of aid that the centre adds, changes and ends."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from django.utils.text import slugify
from django.utils.translation import gettext as _

from parvis.documents.api import LetterTemplate
from parvis.kernel import clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.errors import NotAllowed
from parvis.kernel.gestures import gesture
from parvis.kernel.periods import OPEN_END
from parvis.kernel.subject import SubjectRef

from .. import access
from ..errors import AidError
from ..models import AidType
from ..types import BASES, LANGUAGES

STREAM = "context:aid"


def _defining(actor: Actor) -> None:
    if not access.may_define_types(actor):
        raise NotAllowed(_("Only the administration adds kinds of aid."))


def _label(label: Mapping[str, str]) -> dict[str, str]:
    found = {code: " ".join(str(label.get(code) or "").split())[:80] for code in LANGUAGES}
    found = {code: text for code, text in found.items() if text}
    if not found:
        raise AidError(_("Give a name in at least one language."), field="label_fr", code="label")
    return found


def _letter(letter: str) -> str:
    if letter and not LetterTemplate.objects.filter(key=letter).exists():
        raise AidError(_("No letter is published under this name."), field="letter", code="letter")
    return letter


@gesture
def add_aid_type(
    *,
    actor: Actor,
    label: Mapping[str, str],
    rests_on: str,
    letter: str = "",
    valid_from: date | None = None,
    valid_to: date | None = None,
    in_forms: bool = True,
) -> AidType:
    """A kind of aid, offered from its first day on.

    Args:
        rests_on: a key of ``BASES``: how its amount comes about, and how often it is paid.
        letter: key of the template that grants it; empty: that of the kind on which it rests.
        in_forms: the citizen is offered it too, where a form takes its choices from this list.

    Raises:
        AidError: no name, an unknown base or letter, an end before the start.
    """
    _defining(actor)
    names = _label(label)
    if rests_on not in BASES:
        raise AidError(_("Say how its amount comes about."), field="rests_on", code="base")
    start, end = valid_from or clock.today(), valid_to or OPEN_END
    if end <= start:
        raise AidError(_("The end lies before the start."), field="last_day", code="period")
    base, monthly, _words = BASES[rests_on]
    row = AidType.objects.create(
        key=_key(next(names[code] for code in ("en", "fr", "nl", "de") if code in names)),
        label=names,
        base=base,
        monthly=monthly,
        letter=_letter(letter),
        in_forms=in_forms,
        valid_from=start,
        valid_to=end,
        created_at=clock.now(),
    )
    values = {"key": row.key, "label": names, "base": rests_on, "letter": letter, "in_forms": in_forms, "from": start, "until": end}
    mutations.record(STREAM, actor=actor, verb="aid_type.added", subject=SubjectRef("aid_type", row.pk), values=values)
    return row


def _key(name: str) -> str:
    taken = set(AidType.objects.values_list("key", flat=True))
    base = re.sub(r"[^a-z0-9]+", "_", slugify(name))[:30].strip("_") or "aid"
    key, number = base, 2
    while key in taken:
        key, number = f"{base}_{number}", number + 1
    return key


@gesture
def change_aid_type(
    *, actor: Actor, row: AidType, label: Mapping[str, str], letter: str, valid_to: date | None, in_forms: bool | None = None
) -> AidType:
    """Other names, another letter, whether the citizen is offered it (None: as it is), the day from which it is no longer offered. How its amount comes about stays: that would be another aid.

    What was decided keeps the name and the letter of its day.
    """
    _defining(actor)
    end = valid_to or OPEN_END
    if end <= row.valid_from:
        raise AidError(_("The end lies before the start."), field="last_day", code="period")
    before = (row.label, row.letter, row.valid_to, row.in_forms)
    row.label, row.letter, row.valid_to = _label(label), _letter(letter), end
    row.in_forms = row.in_forms if in_forms is None else in_forms
    row.save(update_fields=["label", "letter", "valid_to", "in_forms"])
    values = {"label": [before[0], row.label], "letter": [before[1], row.letter], "until": [before[2], end]}
    values["in_forms"] = [before[3], row.in_forms]
    mutations.record(STREAM, actor=actor, verb="aid_type.changed", subject=SubjectRef("aid_type", row.pk), values=values)
    return row
