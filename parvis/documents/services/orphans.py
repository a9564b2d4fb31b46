"""Papers that nobody looks after: which they are, and the gestures that bring them home (C9)."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from parvis.documents.access import may_bring_home, may_set_aside, why_nothing_is_added
from parvis.documents.errors import DocumentError
from parvis.documents.events import PaperBroughtHome
from parvis.documents.models import Document
from parvis.kernel import clock, mutations, registries
from parvis.kernel.actor import Actor
from parvis.kernel.errors import Conflict, NotAllowed
from parvis.kernel.events import publish
from parvis.kernel.gestures import gesture
from parvis.kernel.registries import PaperHome
from parvis.kernel.scope import DATA_CLASSES, may_see
from parvis.kernel.subject import SubjectRef

#: Words enough to say why no file needs a paper.
WHY_AT_LEAST = 10


def orphans() -> QuerySet[Document]:
    """All of them, the oldest first. Only papers that no file holds are looked at: an index leads to these few."""
    kept = Q(pk__in=[])
    for kind, keeper in registries.paper_keepers.items():
        if keeper.keeps is not None:
            kept |= Q(subject_type=kind, subject_id__in=keeper.keeps())
    rows: QuerySet[Document] = Document.unscoped.filter(dossier_id=None, aside_at=None).exclude(kept).order_by("pk")
    return rows


def _nowhere() -> Q:
    """Hangs on something that is not there, or on a kind of thing that nobody answers for."""
    there = Q(pk__in=[])
    for kind, keeper in registries.paper_keepers.items():
        there |= Q(subject_type=kind, subject_id__in=keeper.ids())
    return ~there


def _within(actor: Actor, rows: Any) -> Any:
    """Those that the actor sees; what hangs on nothing has no scope: the functions that may set it aside see it, by class of data."""
    seen = Q(pk__in=Document.objects.visible_to(actor).filter(dossier_id=None).order_by().values("pk"))
    if may_set_aside(actor):
        seen |= _nowhere() & Q(data_class__in=[name for name in DATA_CLASSES if may_see(actor, name)])
    return rows.filter(seen).select_related("file")


def orphans_for(actor: Actor) -> QuerySet[Document]:
    """Those that this reader may know of."""
    rows: QuerySet[Document] = _within(actor, orphans()) if may_bring_home(actor) else Document.unscoped.none()
    return rows


def aside_for(actor: Actor) -> QuerySet[Document]:
    """What was set aside, the latest first."""
    rows = Document.unscoped.filter(dossier_id=None, aside_at__isnull=False)
    found: QuerySet[Document] = _within(actor, rows).order_by("-aside_at", "-pk") if may_bring_home(actor) else rows.none()
    return found


def find_home(actor: Actor, number: str) -> PaperHome:
    """The file or request with this number.

    Raises:
        DocumentError: no number, or nothing that this reader sees has it.
    """
    wanted = " ".join(number.split())
    if not wanted:
        raise DocumentError(_("Type the number of a file or of a request."), field="number", code="number")
    for find in registries.paper_homes.all():
        if (home := find(actor, wanted)) is not None:
            return home
    raise DocumentError(
        _("No file and no request that you see has the number “%(number)s”.") % {"number": wanted[:60]}, field="number", code="unknown"
    )


def _still(actor: Actor, document: Document) -> Document:
    """The orphan as it is now, in the actor's scope.

    Raises:
        Conflict: it has a home by now, or was set aside.
    """
    row = orphans_for(actor).filter(pk=document.pk).first()
    if row is None:
        raise _settled(document)
    return row


def _settled(document: Document) -> Conflict:
    document.refresh_from_db()
    return Conflict(
        _("A colleague has seen to this paper meanwhile. Nothing was changed."),
        who=document.aside_by_label,
        when=document.aside_at,
        code="settled",
    )


def _write(row: Document, **changed: Any) -> None:
    """What was read a moment ago must still be so: of two who bring a paper to two places at once, the second is told.

    Raises:
        Conflict: it is not.
    """
    as_read = {"dossier_id": None, "aside_at": None, "subject_type": row.subject_type, "subject_id": row.subject_id}
    if not Document.unscoped.filter(pk=row.pk, **as_read).update(**changed):
        raise _settled(row)


@gesture
def bring_home(*, actor: Actor, document: Document, home: PaperHome) -> Document:
    """Into a file, or to a request that somebody looks after.

    Raises:
        NotAllowed: no function that does so.
        DocumentError: the file takes nothing, nobody looks after that request, or it has the same paper already.
        Conflict: a colleague did it first.
    """
    if not may_bring_home(actor):
        raise NotAllowed(_("You may not change this document."))
    row = _still(actor, document)
    if why := why_nothing_is_added(actor, home.dossier_id):
        raise DocumentError(why, field="number", code="takes_nothing")
    before = {"subject": f"{row.subject_type}:{row.subject_id}", "dossier_id": None}
    changed: dict[str, Any] = {"dossier_id": home.dossier_id}
    if home.dossier_id is None:
        changed |= {"subject_type": home.subject.type, "subject_id": home.subject.id}
        same = Document.unscoped.filter(subject_type=home.subject.type, subject_id=home.subject.id, kind=row.kind, file=row.file)
        if same.exclude(pk=row.pk).exists():
            raise DocumentError(_("The same paper is there already: this one can be set aside."), field="number", code="twice")
    elif row.subject_type == "person" and row.person_id is None:
        here = {pk for find in registries.file_persons.all() for pk in find(home.dossier_id)}
        changed |= {"person_id": row.subject_id} if row.subject_id in here else {}
    _write(row, **changed)
    if orphans().filter(pk=row.pk).exists():
        raise DocumentError(
            _("Nobody has this request on their list: choose the file that the paper belongs to."), field="number", code="nobody"
        )
    row.refresh_from_db()
    mutations.record(
        f"dossier:{row.dossier_id}" if row.dossier_id else "context:documents",
        actor=actor,
        verb="document.brought_home",
        subject=SubjectRef("document", row.pk),
        values={
            "subject": [before["subject"], f"{row.subject_type}:{row.subject_id}"],
            "dossier_id": [None, row.dossier_id],
            "title": row.title,
        },
    )
    if row.dossier_id is not None:
        publish(
            PaperBroughtHome(
                actor=actor, document_id=row.pk, dossier_id=row.dossier_id, title=row.title, data_class=row.data_class, on=clock.today()
            )
        )
    return row


@gesture
def set_aside(*, actor: Actor, document: Document, why: str) -> Document:
    """No file needs it: a decision of a chief or the secretary, with words. The paper stays as it is and can be taken back.

    Raises:
        NotAllowed: not a chief or the secretary.
        DocumentError: no words.
        Conflict: a colleague did something first.
    """
    if not may_set_aside(actor):
        raise NotAllowed(_("A chief or the secretary decides that no file needs a paper."))
    words = " ".join(why.split())
    if len(words) < WHY_AT_LEAST:
        raise DocumentError(_("Say in a few words why no file needs it."), field="why", code="why")
    row = _still(actor, document)
    _write(row, aside_at=clock.now(), aside_by_label=actor.label[:191], aside_why=words[:400])
    _noted(actor, row, "document.set_aside", {"why": words[:400], "title": row.title})
    return row


@gesture
def take_back(*, actor: Actor, document: Document) -> Document:
    """It is an orphan again, for somebody to bring home.

    Raises:
        NotAllowed: not a chief or the secretary.
        Conflict: it is not set aside any more.
    """
    if not may_set_aside(actor):
        raise NotAllowed(_("A chief or the secretary decides that no file needs a paper."))
    changed = aside_for(actor).filter(pk=document.pk).order_by().update(aside_at=None, aside_by_label="", aside_why="")
    if not changed:
        raise Conflict(_("A colleague has seen to this paper meanwhile. Nothing was changed."), who="", when=None, code="settled")
    _noted(actor, document, "document.taken_back", {"title": document.title})
    return document


def _noted(actor: Actor, row: Document, verb: str, values: dict[str, Any]) -> None:
    row.refresh_from_db()
    mutations.record("context:documents", actor=actor, verb=verb, subject=SubjectRef("document", row.pk), values=values)
