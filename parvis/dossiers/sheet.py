"""The 360° sheet: what dossiers put on it, and how its parts are gathered by rights (B58)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.contacts.api import office_addresses, roles_of_people
from parvis.kernel import asof, memo, registries
from parvis.kernel.actor import Actor
from parvis.kernel.registries import SheetLine, SheetPart
from parvis.kernel.scope import may_see
from parvis.ui import formats
from parvis.workflows.api import where_many

from . import access
from .calculations import budget_of
from .models import Dossier
from .selectors import MemberView, interventions_of, member_views, referents_at, situation_at


@dataclass(frozen=True)
class Part:
    part: SheetPart
    lines: list[SheetLine]


def parts_for(actor: Actor, dossier: Dossier, day: dt.date) -> tuple[list[Part], list[str]]:
    """The parts that this reader may see, in order, and the titles of the others."""
    shown, hidden = [], []
    before = access.reads_as_before(actor, dossier)
    for part in sorted(registries.sheet.all(), key=lambda one: one.order):
        if not part.access(actor) or not may_see(actor, part.data_class) or (before and not part.kept):
            hidden.append(str(part.title))
            continue
        shown.append(Part(part, part.lines(actor, dossier, day)))
    return shown, hidden


def members_on(actor: Actor, dossier: Dossier, day: dt.date) -> list[MemberView]:
    return memo.once(("dossiers.sheet.members", actor, dossier.pk, day), lambda: member_views(actor, dossier.pk, day, asof.known_on()))


def _members(actor: Actor, dossier: Dossier, day: dt.date) -> list[SheetLine]:
    found = []
    for view in members_on(actor, dossier, day):
        role = str(view.member.get_role_display())
        if view.left_on is not None:
            continue
        if view.card is None:
            found.append(SheetLine(role, _("Hidden person")))
            continue
        card = view.card
        address = _("protected address") if card.hidden else card.address
        detail = " · ".join(part for part in (formats.day(card.birth_date), card.number, address) if part)
        found.append(SheetLine(role, card.display_name, detail, reverse("contacts:person", args=[card.uuid])))
    return found


def _staff(actor: Actor, dossier: Dossier, day: dt.date) -> list[SheetLine]:
    found = [
        SheetLine(row.get_role_display(), row.account.display_name, formats.period(row.valid_from, row.valid_to))
        for row in referents_at(dossier.pk, day, asof.known_on())
    ]
    if may_see(actor, "social") and getattr(dossier, "has_interventions", True):
        found += [
            SheetLine(row.get_role_display(), row.who, formats.period(row.valid_from, row.valid_to))
            for row in interventions_of(actor, dossier.pk, asof.known_on())
            if row.valid_from <= day < row.valid_to
        ]
    return found


def _partners(actor: Actor, dossier: Dossier, day: dt.date) -> list[SheetLine]:
    """Doctors, landlords, suppliers, schools … of each member; of a protected person none, because they tell where somebody is."""
    views = [view for view in members_on(actor, dossier, day) if view.left_on is None and view.card is not None and not view.card.hidden]
    names = {view.member.person_id: view.card.display_name for view in views if view.card is not None}
    found = [
        (names[person], role.label, role.organisation)
        for person, roles in roles_of_people(actor, list(names), day).items()
        for role in roles
        if role.organisation is not None and role.row.valid_from <= day < role.row.valid_to
    ]
    where = office_addresses(actor, {organisation.id for _name, _label, organisation in found}, day, asof.known_on())
    return [
        SheetLine(
            label,
            organisation.name,
            " · ".join(part for part in (where.get(organisation.id, ""), organisation.phone, name) if part),
            reverse("contacts:organisation", args=[organisation.uuid]),
        )
        for name, label, organisation in found
    ]


def _budget(actor: Actor, dossier: Dossier, day: dt.date) -> list[SheetLine]:
    rows = situation_at(dossier.pk, day, actor=actor, known_on=asof.known_on(), kinds=("resource", "expense"))
    budget = budget_of((row.kind, row.amount, row.periodicity, row.currency) for row in rows)
    if budget is None:
        return []
    return [
        SheetLine(_("Income of a month"), formats.amount(budget.income, budget.currency)),
        SheetLine(_("Expenses of a month"), formats.amount(budget.expenses, budget.currency)),
        SheetLine(_("What is left"), formats.amount(budget.rest, budget.currency), tint="late" if budget.rest < 0 else ""),
    ]


def _deadlines(actor: Actor, dossier: Dossier, day: dt.date) -> list[SheetLine]:
    if asof.view() is not None:
        return []  # tasks of then stand on "where is it": here they would name queues and services as they are called today, under a digest
    found = [place for _dossier, place in where_many(dossier_ids=[dossier.pk]) if place.due_on is not None]
    lines = []
    for place in sorted(found, key=lambda one: (one.due_on, one.step)):
        late = place.due_on < day
        words = _("%(day)s, late") % {"day": formats.day(place.due_on)} if late else formats.day(place.due_on)
        lines.append(SheetLine(words, formats.label(place.title), place.holder, tint="late" if late else ""))
    return lines


for _key, _title, _order, _lines, _class, _icon in (
    ("members", gettext_lazy("Household"), 10, _members, "identity", "users"),
    ("staff", gettext_lazy("Who follows it"), 20, _staff, "identity", "user"),
    ("partners", gettext_lazy("Doctors, landlords, suppliers, schools"), 30, _partners, "social", "building"),
    ("budget", gettext_lazy("Budget of a month"), 40, _budget, "money", "wallet"),
    ("deadlines", gettext_lazy("Deadlines"), 60, _deadlines, "social", "hourglass"),
):
    registries.sheet.register(
        f"dossiers.{_key}", SheetPart(_key, _title, _order, _lines, access.can_read_dossiers, data_class=_class, icon=_icon, kept=True)
    )
