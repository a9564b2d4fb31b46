"""Entries of the chronicle in the search box: by the words written in them, in any spelling. Nothing but what the reader may read."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.contacts.api import display_names
from parvis.dossiers.api import asking_nothing, services_read
from parvis.kernel import asof, clock, memo, wordfinding, wordindex
from parvis.kernel.actor import Actor
from parvis.kernel.registries import Hit, SearchSource, search_sources
from parvis.kernel.statements import Statement, one_of
from parvis.ui import formats

from .access import can_read_journal
from .models import Entry, EntryWord
from .selectors import icon_of, line_of

_FOUND = Statement("journal.found")
#: As many notes are read at once, with their file, as a page of results asks of the scope first.
AT_ONCE = 30


def search_entries(actor: Actor, query: str, limit: int) -> list[Hit]:
    """The words typed stand in the title, text or sign of the entry.

    Not searched are restricted notes that somebody else wrote, and files that ask for a reason before they are opened: that a word stands
    there is their content, and opening them is written down, or asked, on their own page.
    """
    terms = wordindex.terms_of(query)
    rows: dict[int, Entry] = {}

    def pick(ids: list[int]) -> Collection[int]:
        """What of these may be found; read with its file at once when they are few."""
        if len(ids) > AT_ONCE:
            return set(_searched(actor, clock.now()).filter(pk__in=sorted(ids)).order_by().values_list("pk", flat=True))
        seen = _read(actor, ids)
        rows.update(seen)
        return seen

    found = wordfinding.find(pick, EntryWord, "entry", terms, limit, reach_of(actor) if wordindex.findable(terms) else None)
    memo.keep(("search.note", "notes"), wordindex.note_of(query, partial=found.partial))
    if not found.ids:
        return []
    if missing := [pk for pk in found.ids if pk not in rows]:
        rows.update(_read(actor, missing))
    entries = [rows[pk] for pk in found.ids if pk in rows]
    pattern = wordindex.patterns_of(terms)
    then = display_names({entry.dossier.lead_id for entry in entries}) if asof.view() is not None else {}
    hits = []
    for entry in entries:
        pieces = next((cut for text in (entry.text, entry.title, entry.indicator) if (cut := wordindex.snippet(text, pattern))), ())
        index = getattr(entry.dossier.lead, "index", None)
        told = _("restricted note") if entry.restricted else line_of(entry)
        hits.append(
            Hit(
                title=f"{entry.dossier.number} · {then.get(entry.dossier.lead_id) or (index.display_name if index else '?')}",
                subtitle=", ".join(
                    [str(told), formats.day(clock.date_of(entry.happened_at)), *([entry.author_label] if entry.author_id else [])]
                ),
                url=reverse("journal:entry", args=[entry.uuid]) + "?" + urlencode({"q": query}),
                why=_quoted(pieces, terms),
                icon=icon_of(entry),
                pieces=pieces,
            )
        )
    return hits


def _searched(actor: Actor, now: Any) -> Any:
    """What this reader may find; on a past day, what stood there then."""
    rows = Entry.objects.visible_to(actor).filter(asking_nothing(actor), Q(restricted=False) | Q(author_id=actor.account_id or 0))
    view = asof.view()
    return rows if view is None else rows.filter(happened_at__lt=asof.end_of(view.day), recorded_at__lt=view.known_on or now)


def _read(actor: Actor, ids: list[int]) -> dict[int, Entry]:
    """Those of these entries that the reader may find, with their files. The list is filled up to one length: one statement for all of them."""
    asked = sorted(ids) + [ids[0]] * (AT_ONCE - len(ids))
    seen = _FOUND.rows(
        actor,
        lambda at: _searched(actor, at["now"]).select_related("dossier__lead__index").filter(one_of("pk", at["ids"])).order_by(),
        ids=asked,
        now=clock.now(),
    )
    return {row.pk: row for row in seen}


def reach_of(actor: Actor) -> wordfinding.Reach | None:
    """Where the notes of the dossiers lie that this reader may see; None: everywhere."""
    reach = services_read(actor)
    if reach is None:
        return None
    elsewhere = Q(entry__dossier__in=reach.others) if reach.others else None
    return wordfinding.Reach("unit_key", reach.units, elsewhere)


def _quoted(pieces: tuple[wordindex.Piece, ...], terms: list[wordindex.Term]) -> str:
    """The words found, as they stand in the text; else as they were typed."""
    words = wordindex.found_words(pieces) or [term.typed for term in terms]
    return _("words of the note: %(words)s") % {"words": ", ".join(words[:4])}


search_sources.register(
    "notes", SearchSource(key="notes", title=gettext_lazy("Journal"), order=50, search=search_entries, access=can_read_journal, past=True)
)
