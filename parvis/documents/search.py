"""Documents in the search box: by their title, note and name, and by the words of papers that came in as PDF with a text layer."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.kernel import memo, wordfinding, wordindex
from parvis.kernel.actor import Actor
from parvis.kernel.registries import Hit, SearchSource, file_names, search_sources, unguarded
from parvis.kernel.statements import Statement, one_of
from parvis.ui import formats

from .access import may_open_documents
from .models import Document, DocumentWord
from .services.storing import documents_found

_SEEN = Statement("documents.searched")
#: So many documents are asked of the scope at once, as a page of results needs.
AT_ONCE = 30


def search_documents(actor: Actor, query: str, limit: int) -> list[Hit]:
    """The words typed stand in the title, the note, the file's name or its text. No text is shown here: opening a document is written down.
    A file that asks for a reason first is not searched: that a word stands in it is its content."""
    terms = wordindex.terms_of(query)
    found = wordfinding.find(lambda ids: _seen(actor, ids), DocumentWord, "document", terms, limit)
    memo.keep(("search.note", "documents"), wordindex.note_of(query, partial=found.partial))
    if not found.ids:
        return []
    documents = documents_found(found.ids)
    pattern = wordindex.patterns_of(terms)
    of = {row.dossier_id for row in documents.values() if row.dossier_id}
    files = {pk: words for find in file_names.all() for pk, words in find(actor, of).items()} if of else {}
    hits = []
    for row in (documents[pk] for pk in found.ids if pk in documents):
        in_title = wordindex.found_words(wordindex.marked(f"{row.title} {row.note} {row.file_name}", pattern))
        why = _("words of the title: %(words)s") if in_title else _("words of the document: %(words)s")
        hits.append(
            Hit(
                title=row.title,
                subtitle=", ".join(part for part in (files.get(row.dossier_id, ""), row.kind_label, formats.day(row.on)) if part),
                url=reverse("documents:about", args=[row.uuid]) + "?" + urlencode({"q": query}),
                why=why % {"words": ", ".join((in_title or [term.typed for term in terms])[:4])},
                icon="file",
            )
        )
    return hits


def _seen(actor: Actor, ids: list[int]) -> set[int]:
    """What of these the reader may find. A short list is filled up to one length: one statement for all of them."""

    def read(at: dict[str, Any]) -> Any:
        rows = Document.objects.visible_to(actor).filter(one_of("pk", at["ids"]))
        for asking_nothing in unguarded.all():
            rows = rows.filter(asking_nothing(actor, "dossier_id"))
        return rows.order_by().values_list("pk", flat=True)

    return set(_SEEN.rows(actor, read, ids=sorted(ids) + [ids[0]] * (AT_ONCE - len(ids))))


search_sources.register(
    "documents",
    SearchSource(key="documents", title=gettext_lazy("Documents"), order=60, search=search_documents, access=may_open_documents),
)
