"""The hand-over page: what a successor must know of a dossier, gathered from every context for one reader."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.documents.api import documents_in_dossier
from parvis.kernel import canonical, clock, registries
from parvis.kernel.actor import Actor
from parvis.kernel.registries import BriefLine, BriefPart
from parvis.kernel.scope import may_see
from parvis.ui import formats
from parvis.workflows.api import where_many

from . import access
from .models import Dossier
from .selectors import interventions_of, member_views, referents_at, situation_at

PAPERS = 12


@dataclass(frozen=True)
class Brief:
    """``hidden``: titles of the parts that this reader may not see. ``digest``: of what this reader has before the eyes."""

    parts: list[tuple[str, str, list[BriefLine]]]
    hidden: list[str]
    digest: str

    @property
    def empty(self) -> list[str]:
        return [title for _key, title, lines in self.parts if not lines]


def brief_of(actor: Actor, dossier: Dossier) -> Brief:
    """The page for this reader, in the reader's language."""
    parts: list[tuple[str, str, list[BriefLine]]] = []
    hidden: list[str] = []
    for part in sorted(registries.briefs.all(), key=lambda one: (one.order, one.key)):
        if not part.access(actor) or not may_see(actor, part.data_class):
            hidden.append(str(part.title))
            continue
        parts.append((part.key, str(part.title), part.lines(actor, dossier)))
    said: list[Any] = [[key, [[one.title, one.detail, one.on] for one in lines]] for key, _title, lines in parts]
    return Brief(parts, hidden, canonical.digest({"dossier": dossier.number, "parts": said}))


def _people(actor: Actor, dossier: Dossier) -> list[BriefLine]:
    found = []
    for view in member_views(actor, dossier.pk, clock.today(), homes=False):
        if view.left_on is None:
            name = view.card.display_name if view.card else _("unknown")
            found.append(BriefLine(str(name), str(view.member.get_role_display())))
    for row in referents_at(dossier.pk):
        found.append(BriefLine(row.account.display_name, str(row.get_role_display())))
    return found


def _acting(actor: Actor, dossier: Dossier) -> list[BriefLine]:
    today = clock.today()
    rows = [row for row in interventions_of(actor, dossier.pk) if row.valid_from <= today < row.valid_to]
    return [BriefLine(row.who, " · ".join(part for part in (str(row.get_role_display()), row.note) if part)) for row in rows]


def _situation(actor: Actor, dossier: Dossier) -> list[BriefLine]:
    found = []
    for row in situation_at(dossier.pk, actor=actor):
        money = ""
        if row.amount is not None:
            money = f"{formats.amount(row.amount, row.currency)} {row.get_periodicity_display()}"
        found.append(BriefLine(row.label, " · ".join(part for part in (str(row.get_kind_display()), money) if part)))
    return found


def _tasks(actor: Actor, dossier: Dossier) -> list[BriefLine]:
    """By their term, those without one last."""
    today = clock.today()
    places = [place for _dossier, place in where_many(dossier_ids=[dossier.pk])]
    rows = sorted(places, key=lambda one: (one.due_on is None, one.due_on, one.since))
    return [
        BriefLine(formats.label(one.title), str(one.holder), one.due_on, one.due_on is not None and one.due_on < today)
        for one in rows[:100]
    ]


def _papers(actor: Actor, dossier: Dossier) -> list[BriefLine]:
    rows = documents_in_dossier(actor, dossier.pk).order_by("-on", "-recorded_at", "-pk")[:PAPERS]
    return [BriefLine(row.title, row.kind_label if row.kind_label != row.title else "", row.on) for row in rows]


for _part in (
    BriefPart("people", gettext_lazy("Who"), 10, _people, access.can_read_dossiers, "identity"),
    BriefPart("tasks", gettext_lazy("Open deadlines and tasks"), 20, _tasks, access.can_read_dossiers, "social"),
    BriefPart("situation", gettext_lazy("The situation in brief"), 30, _situation, access.can_read_dossiers, "social"),
    BriefPart("acting", gettext_lazy("Who else acts"), 40, _acting, access.can_read_dossiers, "social"),
    BriefPart("papers", gettext_lazy("Latest documents"), 80, _papers, access.can_read_dossiers, "social"),
):
    registries.briefs.register(f"dossiers.{_part.key}", _part)
