"""The registries through which a lower context shows or calls what higher ones offer."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parvis.kernel.registry import FedRegistry, Registry

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from parvis.kernel.actor import Actor
    from parvis.kernel.asof import PastView
    from parvis.kernel.subject import SubjectRef

Access = Callable[["Actor"], bool]


@dataclass(frozen=True)
class Panel:
    """A part of the dossier page. ``render(request, dossier, day)`` returns safe HTML, or None when there is nothing to show.

    ``data_class``: whoever may not see it gets a note that the panel is hidden. ``nav``: its anchor in the section list.
    ``column``: "main" or "side"; ``count(actor, dossier)`` the figure beside its name. ``shortcut``: the key that opens a side panel.
    ``kept``: shown too to a service that had the dossier before and may still read it. ``beside``: shown in the summary beside a list.
    A panel shows the day that it is given, and nothing (None) where it only knows today; ``request.known_day`` is the last day known of.
    """

    key: str
    title: Any
    order: int
    render: Callable[[HttpRequest, Any, Any], str | None]
    access: Access
    data_class: str = "social"
    icon: str = "folder"
    column: str = "main"
    nav: bool = True
    count: Callable[[Actor, Any], int | None] | None = None
    shortcut: str = ""
    kept: bool = False
    beside: bool = False


@dataclass(frozen=True)
class HomeCell:
    """A cell of the agents' home. ``then`` draws it as it stood on a past day; without, the home of that day says that it is left out."""

    key: str
    title: Any
    order: int
    render: Callable[[HttpRequest], str | None]
    access: Access
    then: Callable[[HttpRequest, PastView], str | None] | None = None


@dataclass(frozen=True)
class MenuEntry:
    """An entry of the rail. ``prefix``: URL path that marks it as current."""

    key: str
    label: Any
    icon: str
    url_name: str
    access: Access
    order: int
    prefix: str = ""


@dataclass(frozen=True)
class Screen:
    """The page on which a step of a process is done."""

    key: str
    title: Any
    url: Callable[[SubjectRef], str]


@dataclass(frozen=True)
class Hit:
    title: str
    url: str
    subtitle: str = ""
    why: str = ""
    icon: str = "search"
    score: float = 0.0
    #: A part of the text around what was found, in pieces: (text, marked).
    pieces: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True)
class SearchSource:
    key: str
    title: Any
    order: int
    search: Callable[[Actor, str, int], list[Hit]]
    access: Access = field(default=lambda actor: actor.is_agent)
    #: Does it find what stood on a past day (``kernel.asof``)? Else it is left out there, and the page says so.
    past: bool = False


@dataclass(frozen=True)
class PaletteAction:
    key: str
    label: Any
    url_name: str
    access: Access
    order: int = 100
    icon: str = "arrow-right"


@dataclass(frozen=True)
class Backlog:
    """A count of the backlog, in the open: the same figure for everybody. ``mine``: how many the list at ``url`` holds for this reader.
    ``then``: the figure at the end of a past day, with ``help_then``; without, or where it is None, the home of that day says so."""

    key: str
    title: Any
    order: int
    count: Callable[[Actor], int]
    url: Callable[[], str]
    help: Any = ""
    mine: Callable[[Actor], int] | None = None
    then: Callable[[PastView], int | None] | None = None
    help_then: Any = ""


@dataclass(frozen=True)
class TermThen:
    """Until when something was to be done, and since when that term ran; None: no term."""

    due_on: dt.date | None
    started_on: dt.date | None


@dataclass(frozen=True)
class SubjectCard:
    """What a thing is about, in a line, as this reader may see it (a hidden name is left out)."""

    title: Any
    detail: Any = ""
    url: str = ""


@dataclass(frozen=True)
class PersonHolder:
    """A foreign key to a person, or a number that stands for one. ``evidence``: never re-pointed (packs, payments, vouchers); it keeps the
    number of its day, which leads on. ``where``: only rows like this move, the others are evidence. ``among``: the rows that mean a person at
    all. ``holds``: False for what goes with the person and keeps nobody from being destroyed."""

    model: str
    field: str
    title: Any
    evidence: bool = False
    where: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    among: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    holds: bool = True


@dataclass(frozen=True)
class PersonAspect:
    """A table of dated facts about a person, kept by a context above (``model`` with the foreign key ``person``). A merge takes over what
    the kept person lacks, for each ``key``; nothing is lost, and the undo parts them again. A person who goes takes them along."""

    model: str
    title: Any
    key: tuple[str, ...] = ()


CHANGE_KINDS = {
    "added": (_("added"), "ok", "plus"),
    "changed": (pgettext_lazy("of a fact", "changed"), "warn", "edit"),
    "corrected": (_("corrected"), "warn", "edit"),
    "ended": (pgettext_lazy("of a fact", "ended"), "", "stop"),
    "withdrawn": (_("withdrawn"), "late", "x"),
}
"""Kind of change: word, colour of the chip, icon."""


@dataclass(frozen=True)
class Span:
    """Which changes: of a dossier since an instant. ``people``: members whose addresses may be told. ``but``: leave out what this
    account did. ``uuid`` of the dossier and ``names`` of its persons: for links and words, read once for all sources."""

    dossier_id: int
    since: dt.datetime
    people: tuple[int, ...] = ()
    but: int | None = None
    uuid: UUID | None = None
    names: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Change:
    """One change in words. ``from_on``: the day from which it holds, where that is another thing than when it was written."""

    at: dt.datetime
    kind: str
    title: Any
    before: str = ""
    after: str = ""
    author: str = ""
    url: str = ""
    from_on: dt.date | None = None

    @property
    def word(self) -> Any:
        return CHANGE_KINDS[self.kind][0]

    @property
    def tint(self) -> str:
        return CHANGE_KINDS[self.kind][1]

    @property
    def icon(self) -> str:
        return CHANGE_KINDS[self.kind][2]


@dataclass(frozen=True)
class ChangeSource:
    """What a context tells. ``marks`` returns querysets made with ``mark`` or ``fact_marks``."""

    key: str
    title: Any
    order: int
    marks: Callable[[Actor, Span], list[QuerySet[Any]]]
    tell: Callable[[Actor, Span], list[Change]]
    access: Callable[[Actor], bool]
    data_class: str = "social"
    icon: str = "folder"


@dataclass(frozen=True)
class PaperKeeper:
    """A kind of thing on which papers hang. ``ids()``: all that there are; ``keeps()``: those whose papers somebody looks after although no
    file holds them. Both are subqueries."""

    ids: Callable[[], Any]
    keeps: Callable[[], Any] | None = None


@dataclass(frozen=True)
class PaperHome:
    """Where a paper is brought: a thing that the reader sees, and the file that it belongs to (itself, or the one it joined)."""

    subject: SubjectRef
    name: str
    dossier_id: int | None = None


MOST_OBSTACLES = 50


@dataclass(frozen=True)
class Turning:
    """A turning point in the life of a dossier: a day, what happened, where it leads. ``kind`` is the key of its source; ``more`` a second
    address with its words (the pack of a decision)."""

    on: dt.date
    kind: str
    title: Any
    detail: str = ""
    icon: str = "circle"
    url: str = ""
    more: tuple[str, Any] | None = None


@dataclass(frozen=True)
class Stretch:
    """Something that lasted, half-open; a lane of the band of years."""

    start: dt.date
    end: dt.date
    title: Any
    detail: str = ""
    url: str = ""


@dataclass(frozen=True)
class TimeSource:
    """What a context tells of the years of a dossier, up to a day. ``read(actor, dossier, until)`` gives turning points and stretches in a
    fixed number of queries, the latest ``limit`` of each at most."""

    key: str
    title: Any
    order: int
    read: Callable[[Actor, Any, dt.date], tuple[list[Turning], list[Stretch]]]
    access: Access
    data_class: str = "social"


@dataclass(frozen=True)
class SheetLine:
    """A line of the 360° sheet. ``tint``: "late", "warn" or nothing; never alone, ``text`` says it too."""

    label: Any
    text: Any
    detail: Any = ""
    url: str = ""
    tint: str = ""


@dataclass(frozen=True)
class SheetPart:
    """A part of the 360° sheet: ``lines(actor, dossier, day)`` in a fixed number of queries. Whoever may not see ``data_class`` is told
    that the part is hidden."""

    key: str
    title: Any
    order: int
    lines: Callable[[Actor, Any, dt.date], list[SheetLine]]
    access: Access
    data_class: str = "social"
    icon: str = "folder"
    kept: bool = False


@dataclass(frozen=True)
class DossierNote:
    """``value()`` is an expression over a dossier, read for the rows of a page; ``holders()`` the ids of the dossiers that have it."""

    value: Callable[[], Any]
    holders: Callable[[], Any]


@dataclass(frozen=True)
class PersonNote:
    """A column and a filter of the list of persons that a context above adds. ``value(actor)`` is an expression over a person, read for the
    rows of a page by whoever may see ``data_class``; ``choices`` are its values with their words.
    """

    label: Any
    data_class: str
    value: Callable[[Actor], Any]
    choices: Callable[[], list[tuple[str, str]]]


@dataclass(frozen=True)
class ChoiceList:
    """Answers that a published question offers by the day instead of freezing them with the form.

    ``read(name, day, held)`` gives the choices of a day: ``value``, ``label`` in each language (a borrowed name says from which); those of
    ``held`` that are no longer offered come too, with ``until``, their last day. ``knows(name)``: is there such a list. ``name`` is what
    follows the colon in "codes:energy_tutors", empty where the source is one list.
    """

    title: Any
    read: Callable[[str, dt.date, frozenset[str]], list[dict[str, Any]]]
    knows: Callable[[str], bool]


@dataclass(frozen=True)
class BriefLine:
    """A line of the hand-over page, in the reader's words. ``late``: its day is past."""

    title: str
    detail: str = ""
    on: dt.date | None = None
    late: bool = False


@dataclass(frozen=True)
class BriefPart:
    """What a context tells the successor about a dossier, as this reader may see it; never what is restricted to its author."""

    key: str
    title: Any
    order: int
    lines: Callable[[Actor, Any], list[BriefLine]]
    access: Access
    data_class: str = "social"


@dataclass(frozen=True)
class Obstacle:
    """Why a dossier cannot be closed yet, and where it is settled. ``hidden``: the reader may not know what it is, only that it is there."""

    title: Any
    detail: Any = ""
    url: str = ""
    due_on: dt.date | None = None
    hidden: bool = False


def obstacles_of(
    known: Any, visible: Any, say: Callable[[Any], Obstacle], *, with_whom: Callable[[Any], Any] = lambda row: ""
) -> list[Obstacle]:
    """One obstacle for each of ``known`` (of one model): in words where the reader's own scope has it, else counted, and at most with whom it is."""
    shown = set(visible.order_by().values_list("pk", flat=True))
    return [say(row) if row.pk in shown else Obstacle("", with_whom(row), hidden=True) for row in known[:MOST_OBSTACLES]]


@dataclass(frozen=True)
class Eraser:
    """What a context does when a dossier is destroyed lawfully (``kernel.erasure``). ``collect`` names what hangs on it, for those below
    and for the journal of changes; ``erase`` takes it away or empties it, upper contexts first (``order``). ``obstacles(dossier_id,
    money_years)``: what forbids it for now, beside what keeps a dossier open. ``holds``: models that this eraser answers for, with what
    becomes of them in a word: "gone", "emptied" or why they stay."""

    title: Any
    order: int
    erase: Callable[[Any], None]
    collect: Callable[[Any], None] | None = None
    obstacles: Callable[[int, int], list[Obstacle]] | None = None
    holds: Mapping[str, str] = dataclasses.field(default_factory=dict)


panels: Registry[Panel] = Registry("panels")
home_cells: Registry[HomeCell] = Registry("home_cells")
menu: Registry[MenuEntry] = Registry("menu")
screens: Registry[Screen] = Registry("screens")
process_actions: Registry[Callable[[SubjectRef], None]] = Registry("process_actions")
facts: Registry[Callable[[SubjectRef], Any]] = Registry("facts")
assignees: Registry[Callable[[SubjectRef], int | None]] = Registry("assignees")
#: Kinds of grant: those of the law, and those that a centre adds on a page (``aid.types``), whose keys begin with "own.".
provisions: FedRegistry[Any] = FedRegistry("provisions", "own.")
search_sources: Registry[SearchSource] = Registry("search_sources")
palette: Registry[PaletteAction] = Registry("palette")
backlog: Registry[Backlog] = Registry("backlog")
#: Lanes and turning points of the years of a dossier.
timeline: Registry[TimeSource] = Registry("timeline")
#: Parts of the 360° sheet of a dossier.
sheet: Registry[SheetPart] = Registry("sheet")
#: What contexts above add to each row of a list of dossiers, under the key of the registry.
dossier_notes: Registry[DossierNote] = Registry("dossier_notes")
#: The same for the list of persons.
person_notes: Registry[PersonNote] = Registry("person_notes")
demo_loaders: Registry[Callable[..., None]] = Registry("demo_loaders")
subject_scopes: Registry[Callable[[Actor], Any]] = Registry("subject_scopes")
#: Type of subject to what of it a service of before may still read: ids, and the classes of data that stay open for them.
kept_scopes: Registry[Callable[[Actor], list[tuple[Any, frozenset[str]]]]] = Registry("kept_scopes")
#: Type of subject to why this actor adds nothing to it now (seen by an exceptional opening, archived), or nothing: ``(actor, id)``.
takes_nothing: Registry[Callable[[Actor, int], Any]] = Registry("takes_nothing")
#: Rows of files that ask for no reason before they are opened: ``(actor, name of the column with the dossier's id) -> condition``. Searches
#: and lists over many files show nothing of the others.
unguarded: Registry[Callable[[Actor, str], Any]] = Registry("unguarded")
#: Type of subject to name and address of many at once, as far as the actor may go (read them through ``kernel.links``).
subject_links: Registry[Callable[[Actor, list[SubjectRef]], dict[SubjectRef, tuple[str, str]]]] = Registry("subject_links")
# Where a person appears (title, URL), as far as the actor may go: shown on the person's page.
person_places: Registry[Callable[[Actor, int], list[tuple[str, str]]]] = Registry("person_places")
# Which of these persons the actor may not know as clients: their dossiers belong to services outside the scope.
client_secrecy: Registry[Callable[[Actor, set[int]], set[int]]] = Registry("client_secrecy")
# Links to a person in contexts above, so that a merge can re-point them and part them again.
person_holders: Registry[PersonHolder] = Registry("person_holders")
# Facts about a person in contexts above: a merge takes them over, an erased person takes them along.
person_aspects: Registry[PersonAspect] = Registry("person_aspects")
#: Parts of the page of a person ``(request, person) -> safe HTML or None``, in the order of their keys.
person_parts: Registry[Callable[[HttpRequest, Any], str | None]] = Registry("person_parts")
#: Type of subject to its cards, many at once: lists of tasks stay at a fixed number of queries.
subject_cards: Registry[Callable[[Actor, list[SubjectRef]], dict[SubjectRef, SubjectCard]]] = Registry("subject_cards")
#: Kind of key in ``source_ref`` ("request" of "request:66#rent") to the words and the address that a reader gets, many at once.
origins: Registry[Callable[[Actor, list[str]], dict[str, tuple[str, str]]]] = Registry("origins")
#: Files (ids) that no exceptional opening shows to an actor, whatever the reason.
never_opened: Registry[Callable[[Actor], Any]] = Registry("never_opened")
#: Type of file to the id behind the number that people know, for whoever may name it (a proxy for some files).
subject_numbers: Registry[Callable[[Actor, str], int | None]] = Registry("subject_numbers")
changes: Registry[ChangeSource] = Registry("changes")
#: Instants worth comparing with (the last decision): ``(actor, dossier_id) -> (instant, words) or None``.
landmarks: Registry[Callable[[Actor, int], tuple[dt.datetime, Any] | None]] = Registry("landmarks")


#: What keeps a dossier open: ``(actor, dossier_id) -> obstacles``. All of them, whoever asks; those outside the actor's scope are hidden ones.
closing_obstacles: Registry[Callable[[Actor, int], list[Obstacle]]] = Registry("closing_obstacles")
#: Persons of a file ``(dossier_id) -> person ids``, today: a paper that comes in is for one of them.
file_persons: Registry[Callable[[int], list[int]]] = Registry("file_persons")
#: Files in words (number and name) ``(actor, dossier ids) -> words``, of those that the actor may open; many at once.
file_names: Registry[Callable[[Actor, set[int]], dict[int, str]]] = Registry("file_names")
#: Partners that an agent had to do with, and how often: ``(account_id) -> {("organisation" | "person", id): times}``, for that agent alone.
partner_uses: Registry[Callable[[int], dict[tuple[str, int], int]]] = Registry("partner_uses")
#: Type of subject to who looks after its papers; a type that is not here looks after none.
paper_keepers: Registry[PaperKeeper] = Registry("paper_keepers")
#: Number that people know to the place where a paper can be brought: ``(actor, number) -> home``, of what the actor sees.
paper_homes: Registry[Callable[[Actor, str], PaperHome | None]] = Registry("paper_homes")
#: Type of subject to the files in which its papers belong ``(actor, ids) -> {id: homes}``, of those that the actor sees; many at once.
subject_homes: Registry[Callable[[Actor, set[int]], dict[int, list[PaperHome]]]] = Registry("subject_homes")
#: Gestures for many rows that contexts above add to a list: (key of the list, ``ui.bulk.Action``).
list_actions: Registry[tuple[str, Any]] = Registry("list_actions")
#: When agents are absent ``(accounts, first day, day after the last one) -> {account: [(from, until half-open)]}``; many at once.
absences: Registry[Callable[[list[int], dt.date, dt.date], dict[int, list[tuple[dt.date, dt.date]]]]] = Registry("absences")
#: Names that a letter template may use beside those of its own letter ``(key, made for mailings) -> name to words``.
letter_fields: Registry[Callable[[str, bool], dict[str, str]]] = Registry("letter_fields")
#: Lists of answers that live on beside a published form, by the first part of their name.
choice_lists: Registry[ChoiceList] = Registry("choice_lists")
#: The parts of the hand-over page.
briefs: Registry[BriefPart] = Registry("briefs")

#: Type of subject to the ids of those that belong to a dossier (a subquery): who read them is told to the person with the dossier.
read_parts: Registry[Callable[[int], Any]] = Registry("read_parts")
#: Whether an actor may read something of a dossier (id) without the dossier itself: a request, a proposal, a payment.
dossier_parts: Registry[Callable[[Actor, int], bool]] = Registry("dossier_parts")

#: How each context destroys what belongs to a dossier, and what it keeps.
erasers: Registry[Eraser] = Registry("erasers")
#: Type of what is destroyed to ``(warrant) -> problems``: whether a list that two persons signed and chained stands behind the warrant.
warrant_verifiers: Registry[Callable[[Any], list[str]]] = Registry("warrant_verifiers")
#: Type of subject whose context sets the terms of its tasks: ``(ids, past day) -> {id: {kind of clock: term}}``, many at once.
terms_then: Registry[Callable[[list[int], PastView], dict[int, dict[str, TermThen]]]] = Registry("terms_then")
#: Name of an address to "day" (it can be read as of a past day) or to why it shows today, and says so; declared through ``ui.past``.
as_of: Registry[str] = Registry("as_of")

ALL: tuple[Registry[Any], ...] = (
    panels,
    home_cells,
    menu,
    screens,
    process_actions,
    facts,
    assignees,
    provisions,
    search_sources,
    palette,
    backlog,
    timeline,
    sheet,
    dossier_notes,
    person_notes,
    demo_loaders,
    subject_scopes,
    read_parts,
    dossier_parts,
    kept_scopes,
    takes_nothing,
    unguarded,
    subject_links,
    person_places,
    client_secrecy,
    person_holders,
    person_aspects,
    person_parts,
    subject_cards,
    origins,
    never_opened,
    subject_numbers,
    changes,
    landmarks,
    closing_obstacles,
    file_persons,
    file_names,
    partner_uses,
    list_actions,
    paper_keepers,
    paper_homes,
    subject_homes,
    absences,
    choice_lists,
    letter_fields,
    briefs,
    erasers,
    warrant_verifiers,
    terms_then,
    as_of,
)


def freeze_all() -> None:
    for registry in ALL:
        registry.freeze()
