from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from parvis.documents.enums import DocumentKind, Origin
from parvis.documents.models import Document
from parvis.identity.enums import Function
from parvis.kernel.actor import Actor
from parvis.kernel.registries import kept_scopes, subject_scopes, takes_nothing
from parvis.kernel.scope import DATA_CLASSES, NOTHING, Reaches, may_see, scope
from parvis.kernel.subject import SubjectRef


def may_open_documents(actor: Actor) -> bool:
    """Agents with a function, and a person who follows a request; which documents is the scope's answer."""
    return bool(actor.functions) or bool(actor.refs) or actor.is_system


def may_attach(actor: Actor) -> bool:
    return actor.has("clerk", "social_worker", "chief", "lawyer", "committee_secretary")


def may_bring_home(actor: Actor) -> bool:
    """Papers that nobody looks after are brought home at the desk, by the workers, their chief and the secretary: each those of the classes
    of data that the function sees."""
    return actor.is_system or actor.has("clerk", "social_worker", "chief", "committee_secretary")


def may_publish_templates(actor: Actor) -> bool:
    """Letters are of the whole centre: its administration, in one's own name."""
    return actor.is_system or (actor.is_agent and not actor.by_proxy and None in actor.units_for(Function.ADMINISTRATOR))


def may_set_aside(actor: Actor) -> bool:
    """That no file needs a paper is decided by a chief or the secretary."""
    return actor.is_system or actor.has("chief", "committee_secretary")


def file_of(actor: Actor, document: Document) -> SubjectRef | None:
    """The file in which it lies, for whoever sees that file: the page that asks why is the file's."""
    if not actor.is_agent or document.dossier_id is None or "dossier" not in subject_scopes:
        return None
    visible = subject_scopes.get("dossier")(actor)
    seen = visible.filter(pk=document.dossier_id).exists() if hasattr(visible, "filter") else document.dossier_id in visible
    seen = seen or any(document.dossier_id in ids for ids, _classes_left in _kept(actor, "dossier"))
    return SubjectRef("dossier", document.dossier_id) if seen else None


def asked_of(actor: Actor, document: Document) -> SubjectRef | None:
    """Whose rules of unusual look-ups are asked: the file's; of whoever reads a decision or a request without its file, the part's; of a
    paper in no file, those of the person whose it is."""
    file = file_of(actor, document)
    if file is None and actor.is_agent:
        if document.dossier_id is not None:
            return SubjectRef("dossier_part", document.dossier_id)
        if document.subject_type == "person":
            return SubjectRef("person", document.subject_id)
    return file


def why_nothing_is_added(actor: Actor, dossier_id: int | None) -> Any:
    """Why this file takes nothing from this actor now (open to be read only, archived), or nothing. Of a file that the actor sees."""
    if dossier_id is None or actor.is_system or "dossier" not in takes_nothing:
        return ""
    return takes_nothing.get("dossier")(actor, dossier_id)


def may_describe(actor: Actor, document: Document) -> bool:
    """Says what a document is: whoever adds documents, in a file that takes them."""
    return may_attach(actor) and not (file_of(actor, document) and why_nothing_is_added(actor, document.dossier_id))


#: What a person who follows a request may open of it: what came from the portal itself, and the receipt. Papers that agents add to a
#: request (a report, a neighbour's letter, an expert's opinion) are not the person's to open by a tracking code. A letter that was sent
#: has its own address on the timeline.
PERSONS_OWN = Q(origin=Origin.INCOMING, author_id__isnull=True) & ~Q(author_label__startswith="system:") | Q(
    origin=Origin.PRODUCED, kind=DocumentKind.RECEIPT
)


def is_persons_own(document: Document) -> bool:
    """The same for a document at hand."""
    if document.origin == Origin.PRODUCED:
        return document.kind == DocumentKind.RECEIPT
    return document.author_id is None and not document.author_label.startswith("system:")


def is_to_send(document: Document) -> bool:
    """Made to leave the house: shown as it will be posted. Saved on a computer, it is a copy like the others."""
    return document.origin == Origin.PRODUCED and document.kind in (
        DocumentKind.RECEIPT,
        DocumentKind.NOTIFICATION,
        DocumentKind.CLAIM,
        DocumentKind.LETTER,
        DocumentKind.ATTESTATION,
    )


#: What was withdrawn lay in the wrong file: it is told there, and opened by nobody.
STANDS = Q(withdrawn_at__isnull=True)


@scope(Document)
def _documents(actor: Actor) -> Q:
    """A document is seen with its subject or its dossier; health and court papers only by functions that see their class.

    Each context registers in ``subject_scopes`` the ids of its subjects that an actor may see. A withdrawn one is nobody's.
    """
    if not actor.is_agent:
        mine = sorted(actor.refers_to("request"))
        return PERSONS_OWN & Q(subject_type="request", subject_id__in=mine) if mine else NOTHING
    seen = Q()
    for kind, visible in subject_scopes.items():
        rows = visible(actor)
        seen |= Q(subject_type=kind) & _leads_to(rows, "subject_id")
        if kind == "dossier":
            seen |= _leads_to(rows, "dossier_id")
    if not seen:
        return NOTHING
    rows = seen & _classes(actor)
    return (rows | _kept_q(actor) if actor.kept else rows) & STANDS


def _kept(actor: Actor, kind: str) -> list[tuple[Any, frozenset[str]]]:
    return kept_scopes.get(kind)(actor) if actor.kept and kind in kept_scopes else []


def _kept_q(actor: Actor) -> Q:
    """Documents of files that a service of before may still read, of the classes of data that were left open to it."""
    rows = NOTHING
    for ids, classes in _kept(actor, "dossier"):
        rows |= _leads_to(ids, "dossier_id") & Q(data_class__in=[name for name in DATA_CLASSES if name in classes and may_see(actor, name)])
    return rows


def _leads_to(rows: Any, path: str) -> Q:
    return Q(Reaches(rows, path)) if isinstance(rows, QuerySet) else Q(**{f"{path}__in": rows})


def had_before(actor: Actor, dossier_id: int) -> bool:
    """A file that a service of the actor had before and may still read."""
    return any(one.kind == "dossier" and one.id == dossier_id for one in actor.kept)


def in_dossier_q(actor: Actor, dossier_id: Any, *, former: bool) -> Q:
    """What the scope leaves of the documents of one dossier: whoever sees it sees them, as far as their class allows. The other ways to
    a document are not looked at: a condition on every kind of subject made the page of a dossier slow. ``former``: ``had_before``; it costs a query, and
    is asked of such files only."""
    if actor.is_system:
        return Q(dossier_id=dossier_id)
    if not actor.is_agent or "dossier" not in subject_scopes:
        return NOTHING
    rows = Q(dossier_id__in=subject_scopes.get("dossier")(actor)) & _classes(actor)
    return Q(dossier_id=dossier_id) & (rows | _kept_q(actor) if former else rows)


def _classes(actor: Actor) -> Q:
    return Q(data_class__in=[name for name in DATA_CLASSES if may_see(actor, name)])
