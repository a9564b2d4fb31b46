"""What processes, rules, letters and forms may ask of dossiers."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext_lazy as _

from parvis.kernel import registries
from parvis.kernel.subject import SubjectRef

from .custom import LANGUAGES, label_of_code
from .models import Code, CodeList
from .selectors import household_size, referent_of


def _referent(subject: SubjectRef) -> int | None:
    return referent_of(subject.id) if subject.type == "dossier" else None


def _household_size(subject: SubjectRef) -> int:
    return household_size(subject.id) if subject.type == "dossier" else 0


registries.facts.register("dossiers.household_size", _household_size)


def codes_asked(name: str, day: dt.date, held: frozenset[str]) -> list[dict[str, Any]]:
    """The codes of a list on a day, in its order, and the ended ones that are held already."""
    found = []
    for code in Code.objects.filter(code_list__key=name).order_by("position", "value", "pk"):
        running = code.valid_from <= day < code.valid_to
        if running or code.value in held:
            label = {one: label_of_code(code.label, code.value, one) for one in LANGUAGES}
            last = (code.valid_to if code.valid_to <= day else day) - dt.timedelta(days=1)
            found.append({"value": code.value, "label": label} | ({} if running else {"until": last.isoformat()}))
    return found


registries.choice_lists.register(
    "codes", registries.ChoiceList(_("Code lists"), codes_asked, lambda name: CodeList.objects.filter(key=name).exists())
)
