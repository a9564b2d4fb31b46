"""Shared reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import F

from parvis.contacts.api import Address, PersonBirth, PersonCard, display_names, hidden_person_ids, household_of, person_cards
from parvis.documents.api import Document
from parvis.kernel import asof, clock
from parvis.kernel.actor import Actor, system_actor
from parvis.ui import formats

from .calculations import Times, ages, by_month, times
from .enums import ANSWERS, ExtractState, MutationKind
from .models import ExtractRequest, MutationRun, RegisterAlert

READER = system_actor("socialdata.reader")
SHOWN = 100
MOST_TIMES = 5000


def extract_by(actor: Actor, **key: Any) -> ExtractRequest | None:
    rows: Any = ExtractRequest.objects.visible_to(actor).filter(**key)
    found: ExtractRequest | None = rows.select_related("dossier__unit", "dossier__lead__index", "document").first()
    return found


def open_extracts(actor: Actor) -> list[ExtractRequest]:
    """What waits, the first wanted first."""
    rows: Any = ExtractRequest.objects.visible_to(actor).filter(state=ExtractState.ASKED)
    return list(rows.select_related("dossier").order_by("wanted_on", "pk")[:SHOWN])


def settled_extracts(actor: Actor, most: int = 20) -> list[ExtractRequest]:
    rows: Any = ExtractRequest.objects.visible_to(actor).filter(state__in=ANSWERS)
    return list(rows.select_related("dossier").order_by("-settled_at", "-pk")[:most])


def extracts_in(actor: Actor, dossier_id: int) -> list[ExtractRequest]:
    rows: Any = ExtractRequest.objects.visible_to(actor).filter(dossier=dossier_id)
    return list(rows.select_related("document").order_by("-asked_at", "-pk")[:SHOWN])


def alerts_in(actor: Actor, dossier_id: int) -> list[RegisterAlert]:
    rows: Any = RegisterAlert.objects.visible_to(actor).filter(dossier=dossier_id)
    return list(rows.select_related("mutation").order_by("-made_at", "-pk")[:SHOWN])


def alert_by(actor: Actor, **key: Any) -> RegisterAlert | None:
    rows: Any = RegisterAlert.objects.visible_to(actor).filter(**key)
    found: RegisterAlert | None = rows.select_related("mutation", "dossier__unit", "dossier__lead__index").first()
    return found


def runs(actor: Actor, most: int = 30) -> list[MutationRun]:
    """The latest ones; on a past day, the latest by then."""
    rows: Any = MutationRun.objects.visible_to(actor).defer("content", "report").order_by("-received_at", "-pk")
    until = asof.until()
    return list((rows if until is None else rows.filter(received_at__lt=until))[:most])


def run_by(actor: Actor, uuid: Any) -> MutationRun | None:
    """A file is read once: what its report says never changes. On a day before it came, it is not there."""
    found: MutationRun | None = MutationRun.objects.visible_to(actor).defer("content").filter(uuid=uuid).first()
    until = asof.until()
    return None if found is not None and until is not None and found.received_at >= until else found


def subject_card(person_id: int) -> PersonCard | None:
    """Who it is about, for the cell: name, day of birth and the whole number, with which the network is asked. No address."""
    return person_cards(READER, [person_id], asof.day(), asof.known_on(), brief=True).get(person_id)


def opens_document(actor: Actor, extract: ExtractRequest) -> bool:
    """May this reader open the extract itself? The class of the data and the dossier say it."""
    if extract.document_id is None:
        return False
    return bool(Document.objects.visible_to(actor).filter(pk=extract.document_id).exists())


# What stands here, beside what the register says -------------------------------------------------------------------------
@dataclass(frozen=True)
class Compared:
    """Old and new in words. ``hidden``: the address is protected, neither is told. ``same``: the file holds it already."""

    before: str
    after: str
    hidden: bool = False
    same: bool = False


_POSTAL = ("street", "number", "box", "postal_code", "municipality")


def compare(alert: RegisterAlert) -> Compared:
    """On a past day: what our file held then, as far as it was known."""
    mutation, day, known_on = alert.mutation, max(asof.day(), alert.mutation.on), asof.known_on()
    value = mutation.value
    if mutation.kind == MutationKind.ADDRESS:
        if hidden_person_ids([mutation.person_id]):
            return Compared("", "", hidden=True)
        row = Address.unscoped.filter(person=mutation.person_id, kind="domicile").at(day, known_on).order_by("pk").first()
        now = {name: getattr(row, name) for name in _POSTAL} if row else {}
        new = {name: value.get(name, "") for name in _POSTAL}
        told = Address(**new, country=value.get("country") or "BE")
        return Compared(row.one_line if row else "", told.one_line, same=_folded(now) == _folded(new))
    if mutation.kind == MutationKind.NATIONALITY:
        birth = PersonBirth.unscoped.filter(person=mutation.person_id).at(day, known_on).order_by("pk").first()
        before = birth.nationality if birth else ""
        return Compared(before, value.get("nationality", ""), same=before.casefold() == value.get("nationality", "").casefold())
    if mutation.kind == MutationKind.CIVIL_STATUS:
        return Compared("", value.get("status", ""))
    if mutation.kind == MutationKind.HOUSEHOLD:
        return _households(mutation.person_id, value)
    return Compared("", ", ".join(part for part in (formats.day(mutation.on), value.get("place", "")) if part))


def _folded(values: dict[str, str]) -> tuple[str, ...]:
    return tuple(" ".join(values.get(name, "").split()).casefold() for name in _POSTAL)


def _households(person_id: int, value: dict[str, Any]) -> Compared:
    home = household_of(person_id, asof.day(), asof.known_on())
    here = [row.person_id for row in home.members] if home else []
    joined, left = list(value.get("joined", ())), set(value.get("left", ()))
    names = display_names({*here, *joined})
    after = [pk for pk in here if pk not in left] + [pk for pk in joined if pk not in here]
    told = ", ".join(names.get(pk, "?") for pk in after)
    more = int(value.get("others", 0))
    return Compared(", ".join(names.get(pk, "?") for pk in here), told + (f" (± {more})" if more else ""), same=not more and after == here)


# How long answers take ---------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Overview:
    all: Times | None
    months: list[tuple[dt.date, Times]]
    ages: list[int]
    waiting: int
    late: int


def overview() -> Overview:
    """Answers of the last twelve months (the latest 5,000), and what waits, by age. Figures of the house: nobody's name in them."""
    today, view = asof.day(), asof.view()
    since = dt.datetime.combine((today.replace(day=1) - dt.timedelta(days=330)).replace(day=1), dt.time(), clock.zone())
    if view is not None:
        from .past import spans_then  # it reads this module

        spans, waiting = spans_then(view, since, MOST_TIMES)
    else:
        rows = ExtractRequest.unscoped.filter(state__in=ANSWERS, settled_at__gte=since).order_by("-settled_at", "-pk")
        spans = [(clock.date_of(end), end - start) for start, end in rows.values_list("asked_at", F("settled_at"))[:MOST_TIMES]]
        waiting = list(
            ExtractRequest.unscoped.filter(state=ExtractState.ASKED).order_by("wanted_on").values_list("asked_at", "wanted_on")[:MOST_TIMES]
        )
    return Overview(
        all=times(span for _day, span in spans),
        months=by_month(spans),
        ages=ages((today - clock.date_of(asked)).days for asked, _wanted in waiting),
        waiting=len(waiting),
        late=sum(1 for _asked, wanted in waiting if wanted < today),
    )


def names_of(ids: Collection[int]) -> dict[int, str]:
    return display_names(set(ids)) if ids else {}
