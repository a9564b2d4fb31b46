"""What a paper that came in says: its text layer, the kind that its words propose, and whom of the file it names. No picture is read."""

from __future__ import annotations

import io
import tomllib
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from parvis.contacts.api import Identifier, PersonName
from parvis.documents.access import file_of, may_attach, why_nothing_is_added
from parvis.documents.enums import DATA_CLASS, DocumentKind, Origin
from parvis.documents.errors import DocumentError
from parvis.documents.models import Document, DocumentProposal, DocumentWord, FileText, StoredFile
from parvis.kernel import clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.errors import NotAllowed
from parvis.kernel.gestures import gesture
from parvis.kernel.registries import file_persons
from parvis.kernel.subject import SubjectRef
from parvis.kernel.textmatch import fold, tokens
from parvis.kernel.wordindex import file_words, words_of

LONGEST = 100_000
"""Characters kept of one file: some forty pages."""
MOST_PAGES = 60
SURE, HINT, ENOUGH = 3, 1, 3
RULES = Path(__file__).resolve().parents[1] / "reference" / "kinds.toml"


@dataclass(frozen=True)
class Guess:
    """A kind with the words that speak for it."""

    kind: str
    points: int
    words: tuple[str, ...]


@lru_cache(maxsize=1)
def rules() -> dict[str, dict[str, list[str]]]:
    """Kind to its words, as the page of the rules prints them."""
    return tomllib.loads(RULES.read_text(encoding="utf-8"))


def guess_kind(text: str) -> Guess | None:
    """The kind that the words of a text propose; None when they say too little, or two kinds as much."""
    plain = f" {' '.join(tokens_in_order(text))} "
    scored = []
    for kind, words in rules().items():
        sure = [word for word in words.get("sure", ()) if f" {word} " in plain]
        hints = [word for word in words.get("words", ()) if f" {word} " in plain]
        points = SURE * len(sure) + HINT * len(hints)
        if points >= ENOUGH:
            scored.append(Guess(kind, points, (*sure, *hints)))
    scored.sort(key=lambda one: (-one.points, one.kind))
    if not scored or (len(scored) > 1 and scored[0].points == scored[1].points):
        return None
    return scored[0]


def tokens_in_order(text: str) -> list[str]:
    """Every word, folded, repeated as it stands."""
    return [word for line in fold(text).splitlines() for word in _split(line)]


def _split(line: str) -> list[str]:
    return "".join(char if char.isascii() and char.isalnum() else " " for char in line).split()


def guess_person(text: str, person_ids: list[int]) -> tuple[int | None, bool]:
    """Whom of these persons a text names: by number first (then True), else the only one whose family and given name both stand in it."""
    if not person_ids:
        return None, False
    words = set(words_of(text)) | set(tokens(text))
    numbers = Identifier.unscoped.filter(person__in=person_ids, live=1).order_by("person_id")
    by_number = {pk for pk, value in numbers.values_list("person_id", "value") if fold(value) in words}
    if len(by_number) == 1:
        return by_number.pop(), True
    named = set()
    for pk, family, given in PersonName.unscoped.filter(person__in=person_ids, live=1).values_list(
        "person_id", "family_name", "given_names"
    ):
        first = tokens(given)
        if set(tokens(family)) <= words and (not first or words & set(first)):
            named.add(pk)
    if by_number:
        named &= by_number
    return (named.pop(), False) if len(named) == 1 else (None, False)


def text_of_pdf(data: bytes) -> tuple[str, bool]:
    """The text layer, and whether it was cut. Empty for a scan.

    Raises:
        ValueError: the file cannot be read.
    """
    from pypdf import PdfReader

    parts: list[str] = []
    size = 0
    try:
        pages = PdfReader(io.BytesIO(data)).pages
        for page in pages[:MOST_PAGES]:
            part = page.extract_text() or ""
            parts.append(part)
            size += len(part)
            if size > LONGEST:
                break
        cut = size > LONGEST or len(pages) > MOST_PAGES
    except Exception as fault:  # a broken page breaks pypdf in many ways; none of them may stop the queue
        raise ValueError(str(fault)) from fault
    # Half a surrogate pair, which some programs leave in a text, is nothing that a database keeps.
    text = "\n".join(parts).replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
    return text[:LONGEST].strip(), cut


def read_file(file: StoredFile) -> FileText:
    """The text of a file, kept once; what was read before is not read again. The slow part: outside any transaction.

    Raises:
        DocumentError: the file is not in its place now: it is tried again, once it was restored.
    """
    from parvis.documents.services.storing import read_bytes

    known = FileText.objects.filter(file=file).first()
    if known is not None:
        return known
    state, text, cut = FileText.State.NONE, "", False
    data = read_bytes(file)
    try:
        text, cut = text_of_pdf(data)
        state = FileText.State.READ if text else FileText.State.NONE
    except ValueError:
        state = FileText.State.FAILED
    found, _made = FileText.objects.get_or_create(file=file, defaults={"state": state, "text": text, "cut": cut, "read_at": clock.now()})
    return found


@gesture
def take_text(*, actor: Actor, document: Document, text: FileText) -> DocumentProposal | None:
    """File the words of a document's text, and propose its kind and person where nobody said them. Safe to repeat."""
    file_words(DocumentWord, "document", document.pk, (document.title, document.note, document.file_name, text.text), anew=True)
    Document.unscoped.filter(pk=document.pk).update(text_taken_at=clock.now())
    if not text.text or DocumentProposal.unscoped.filter(document=document).exists():
        return None
    guess = guess_kind(text.text) if document.kind == DocumentKind.OTHER else None
    _close(actor, document, guess)
    people = [pk for find in file_persons.all() for pk in find(document.dossier_id)] if document.dossier_id else []
    person, by_number = guess_person(text.text, people) if document.person_id is None else (None, False)
    if guess is None and person is None:
        return None
    words = ", ".join(guess.words)[:191] if guess else ""
    return DocumentProposal.unscoped.create(
        document=document, kind=guess.kind if guess else "", person_id=person, by_number=by_number, words=words, made_at=clock.now()
    )


def _close(actor: Actor, document: Document, guess: Guess | None) -> None:
    """What seems to be a medical paper is one until somebody says otherwise: it does not stay open to others while it waits."""
    guessed = DATA_CLASS.get(guess.kind, "social") if guess is not None else "social"
    if guessed == "social" or document.data_class != "social":
        return
    Document.unscoped.filter(pk=document.pk).update(data_class=guessed)
    document.data_class = guessed
    mutations.record(
        f"dossier:{document.dossier_id}" if document.dossier_id else "context:documents",
        actor=actor,
        verb="document.class_guessed",
        subject=SubjectRef("document", document.pk),
        values={"data_class": ["social", guessed]},
    )


@gesture
def describe(*, actor: Actor, document: Document, kind: str = "", person_id: int | None = None) -> Document:
    """An agent says what a document is and whom it concerns: one click takes over what was proposed. Who may open it follows from the kind.

    Raises:
        NotAllowed: no function that adds documents.
        DocumentError: an unknown kind, a person who is not in the file, a file that takes nothing.
    """
    if not may_attach(actor):
        raise NotAllowed(_("You may not change this document."))
    if file_of(actor, document) and (why := why_nothing_is_added(actor, document.dossier_id)):
        raise DocumentError(why, code="takes_nothing")
    kind = kind or document.kind
    if kind != document.kind and (kind not in DocumentKind.values or document.origin != Origin.INCOMING):
        raise DocumentError(_("Choose the kind of document."), field="kind", code="kind")
    people = [pk for find in file_persons.all() for pk in find(document.dossier_id)] if document.dossier_id else []
    if person_id is not None and person_id != document.person_id and person_id not in people:
        raise DocumentError(_("This person is not in the dossier."), field="person", code="person")
    before = {"kind": document.kind, "person": document.person_id}
    changed: dict[str, Any] = {"person_id": person_id}
    if kind != document.kind:
        same = Document.unscoped.filter(subject_type=document.subject_type, subject_id=document.subject_id, kind=kind, file=document.file)
        if same.exclude(pk=document.pk).exists():
            raise DocumentError(_("The same file is there already as a document of this kind."), field="kind", code="twice")
        changed |= {"kind": kind, "data_class": DATA_CLASS.get(kind, "social")}
    elif kind == DocumentKind.OTHER and _class_was_guessed(document):
        changed |= {"data_class": "social"}  # it is not what its words proposed: the class that they gave it goes too
    Document.unscoped.filter(pk=document.pk).update(**changed)
    DocumentProposal.unscoped.filter(document=document).update(open=False, settled_at=clock.now(), settled_by_label=actor.label[:191])
    document.refresh_from_db()
    mutations.record(
        f"dossier:{document.dossier_id}" if document.dossier_id else "context:documents",
        actor=actor,
        verb="document.described",
        subject=SubjectRef("document", document.pk),
        values={"kind": [before["kind"], document.kind], "person": [before["person"], document.person_id]},
    )
    return document


def _class_was_guessed(document: Document) -> bool:
    """The class is that of a proposal nobody answered yet."""
    open_ones = DocumentProposal.unscoped.filter(document=document, open=True).values_list("kind", flat=True)
    return any(kind and DATA_CLASS.get(kind, "social") == document.data_class for kind in open_ones)


def unread(limit: int = 500) -> list[Document]:
    """Papers that came in as PDF and whose words were not taken yet: those from before this existed, and what a fault left behind. What was
    tried least comes first, so that some bad files keep nobody waiting."""
    rows = Document.unscoped.filter(
        origin=Origin.INCOMING, file__mime="application/pdf", text_taken_at=None, recorded_at__lt=clock.now() - timedelta(minutes=10)
    )
    return list(rows.select_related("file").order_by("text_tries", "pk")[:limit])
