"""Entries of the chronicle in the search box: by the words written in them, in any spelling. Nothing but what the reader may read."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.contacts.api import display_names
from parvis.dossiers.api import asking_nothing
from parvis.kernel import asof, clock, memo, wordindex
from parvis.kernel.actor import Actor
from parvis.kernel.registries import Hit, SearchSource, search_sources
from parvis.kernel.statements import Statement, one_of
from parvis.ui import formats

from .access import can_read_journal
from .models import Entry, EntryWord
from .selectors import icon_of, line_of

_FOUND = Statement("journal.found")


def search_entries(actor: Actor, query: str, limit: int) -> list[Hit]:
    """The words typed stand in the title, text or sign of the entry.

    Not searched are restricted notes that somebody else wrote, and files that ask for a reason before they are opened: that a word stands
    there is their content, and opening them is written down, or asked, on their own page.
    """
    terms = wordindex.terms_of(query)
    searched = Entry.objects.visible_to(actor).filter(asking_nothing(actor), Q(restricted=False) | Q(author_id=actor.account_id or 0))
    if (view := asof.view()) is not None:
        searched = searched.filter(happened_at__lt=asof.end_of(view.day), recorded_at__lt=view.known_on or clock.now())
    found = wordindex.find(searched, EntryWord, "entry", terms, limit)
    memo.keep(("search.note", "notes"), wordindex.note_of(query, found))
    if not found.ids:
        return []
    seen = _FOUND.rows(
        actor,
        lambda at: Entry.objects.visible_to(actor).select_related("dossier__lead__index").filter(one_of("pk", at["ids"])).order_by(),
        ids=sorted(found.ids),
    )
    rows = {row.pk: row for row in seen}
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


def _quoted(pieces: tuple[wordindex.Piece, ...], terms: list[wordindex.Term]) -> str:
    """The words found, as they stand in the text; else as they were typed."""
    words = wordindex.found_words(pieces) or [term.typed for term in terms]
    return _("words of the note: %(words)s") % {"words": ", ".join(words[:4])}


search_sources.register(
    "notes", SearchSource(key="notes", title=gettext_lazy("Journal"), order=50, search=search_entries, access=can_read_journal, past=True)
)
