"""What an agent sees of a file, and why. Every answer is that of the real predicates and scopes, called with the actor of that agent;
the reasons come from the same rules, tried function by function. There is no second implementation to drift."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.identity.api import Account, actor_on, class_functions
from parvis.identity.enums import DataClass, Function
from parvis.kernel.actor import Actor, Grant
from parvis.kernel.registries import panels
from parvis.kernel.scope import DATA_CLASSES, Verdict, explain, may_see

from . import access
from .models import Dossier
from .views.dossiers import opens

Test = Callable[[Actor], bool]

#: What a page asks of the file besides its scope. The view calls the same function.
OF_THE_FILE: dict[str, Callable[[Actor, Dossier], bool]] = {
    "dossiers:access_log": access.answers_for,
    "dossiers:access_print": access.answers_for,
    "dossiers:access_delay": access.rules_on_delay,
}
PAGES = {
    "dossiers:detail": gettext_lazy("The file"),
    "dossiers:where": gettext_lazy("Where is this dossier?"),
    "dossiers:situation": gettext_lazy("Situation"),
    "dossiers:situation_add": gettext_lazy("Add to the situation"),
    "dossiers:members": gettext_lazy("Household"),
    "dossiers:referent": gettext_lazy("Referents"),
    "dossiers:close": gettext_lazy("Close the dossier"),
    "dossiers:reopen": gettext_lazy("Open the dossier again"),
    "dossiers:sector": gettext_lazy("Sectors of the file"),
    "dossiers:access_log": gettext_lazy("Who opened this file"),
    "dossiers:access_print": gettext_lazy("Who opened this file, to print"),
    "dossiers:access_delay": gettext_lazy("What the person sees of the readings"),
    "dossiers:changes": gettext_lazy("What changed"),
    "dossiers:interventions": gettext_lazy("Interventions"),
    "dossiers:transfer": gettext_lazy("Transfer to another service"),
    "journal:index": gettext_lazy("Journal"),
    "journal:add": gettext_lazy("Add to the journal"),
    "journal:objectives": gettext_lazy("Objectives and syntheses"),
    "journal:acts": gettext_lazy("Acts and time"),
    "journal:chronology": gettext_lazy("Chronology"),
    "journal:urgent": gettext_lazy("Mark as urgent"),
}


@dataclass(frozen=True)
class Line:
    key: str
    label: str
    seen: bool
    why: str


@dataclass(frozen=True)
class Simulation:
    actor: Actor
    file: Verdict
    why: str
    classes: list[Line] = field(default_factory=list)
    panels: list[Line] = field(default_factory=list)
    pages: list[Line] = field(default_factory=list)


def simulate(account: Account, dossier: Dossier, day: dt.date) -> Simulation:
    """The file as it is now, read by the agent with the functions, rights, sectors and relations of a day."""
    actor = actor_on(account, day)
    verdict = explain(Dossier, actor, dossier.pk)
    found = Simulation(actor, verdict, _why_file(actor, verdict))
    before = verdict.seen and access.reads_as_before(actor, dossier)
    reader = access.reader_of(actor, dossier)
    rights = class_functions(day)
    for name in DATA_CLASSES:
        seen = verdict.seen and may_see(reader, name)
        why = _why_class(actor, verdict, name, rights) if seen or not before else _left_closed(actor, verdict, name, rights)
        found.classes.append(Line(name, str(DataClass(name).label), seen, why))
    for panel in panels.all():
        if panel.column != "main":
            continue
        opened = opens(panel, reader, before=before)
        if before and not opened and opens(panel, actor):
            why = _("not left open to the service that had the file before")
        elif verdict.seen and panel.access(actor) and not opened:
            why = _why_class(actor, verdict, panel.data_class, rights)
        else:
            why = _why_predicate(actor, verdict, panel.access)
        found.panels.append(Line(panel.key, str(panel.title), verdict.seen and opened, why))
    for name, view in sorted(file_pages().items(), key=lambda one: (list(PAGES).index(one[0]) if one[0] in PAGES else 99, one[0])):
        own = OF_THE_FILE.get(name)
        allowed = view.opens(actor)
        seen = verdict.seen and allowed and (own is None or own(actor, dossier))
        why = _("not responsible for this file") if verdict.seen and allowed and not seen else _why_predicate(actor, verdict, view.opens)
        found.pages.append(Line(name, str(PAGES.get(name, name)), seen, why))
    return found


def file_pages() -> dict[str, Any]:
    """Pages of one file: those of dossiers and journal that take nothing but its address, and can be read."""
    found: dict[str, Any] = {}
    for entry in get_resolver().url_patterns:
        if not isinstance(entry, URLResolver) or entry.namespace not in ("dossiers", "journal"):
            continue
        for pattern in entry.url_patterns:
            if isinstance(pattern, URLPattern) and list(pattern.pattern.converters) == ["uuid"]:
                marks = getattr(pattern.callback, "screen", None)
                if marks is not None and "GET" in marks.methods and str(pattern.pattern).startswith("dossiers/<uuid:uuid>/"):
                    found[f"{entry.namespace}:{pattern.name}"] = marks
    return found


def _why_file(actor: Actor, verdict: Verdict) -> str:
    if verdict.seen:
        return "; ".join(verdict.because)
    if verdict.because:
        return "; ".join(verdict.against)
    if not actor.grants:
        return _("holds no function on that day")
    if not access.can_read_dossiers(actor):
        return _("none of the agent's functions reads files: %(functions)s") % {"functions": _labels(actor.functions)}
    return _("no function in the service of the file, not its referent, not opened exceptionally")


def _why_class(actor: Actor, verdict: Verdict, name: str, rights: dict[str, set[str]]) -> str:
    if not verdict.seen:
        return _("the file itself is not seen")
    by = actor.functions & rights[name]
    if by:
        return _("function: %(functions)s") % {"functions": _labels(by)}
    return _("this kind of data is read by: %(functions)s") % {"functions": _labels(rights[name])}


def _left_closed(actor: Actor, verdict: Verdict, name: str, rights: dict[str, set[str]]) -> str:
    """Why a service of before does not read a class of data: its function never did, or it was not left open."""
    if actor.functions & rights[name]:
        return _("not left open to the service that had the file before")
    return _why_class(actor, verdict, name, rights)


def _why_predicate(actor: Actor, verdict: Verdict, test: Test) -> str:
    """By which functions, found by trying the real predicate with each of them alone."""
    if not verdict.seen:
        return _("the file itself is not seen")
    if test(actor):
        enough = [name for name in actor.functions if test(_with_only(actor, name))]
        return _("function: %(functions)s") % {"functions": _labels(enough)} if enough else _("open to whoever sees the file")
    would = [str(function) for function in Function if test(replace(actor, grants=frozenset({Grant(str(function))})))]
    return _("needs one of these functions: %(functions)s") % {"functions": _labels(would)}


def _with_only(actor: Actor, function: str) -> Actor:
    return replace(actor, grants=frozenset(grant for grant in actor.grants if str(grant.function) == function))


def _labels(functions: Any) -> str:
    names = {str(name) for name in functions}
    return ", ".join(str(function.label) for function in Function if str(function) in names) or _("nobody")
