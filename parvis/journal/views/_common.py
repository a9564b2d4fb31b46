"""What the pages of the journal share."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest

from parvis.contacts.api import display_names
from parvis.dossiers.api import Dossier, members_at, reader_of
from parvis.kernel import asof
from parvis.kernel.subject import SubjectRef
from parvis.ui.http import reading

from .. import access
from ..forms import EntryForm
from ..selectors import colleagues_of, partner_choices, partners_named, templates_of


def visible(request: HttpRequest, uuid: UUID | str) -> Dossier:
    """The dossier, or 404; each page of the journal is a reading of the file, as its other pages are."""
    actor = request.actor  # type: ignore[attr-defined]
    dossier = Dossier.objects.visible_to(actor).select_related("unit", "lead__index").filter(uuid=uuid).first()
    if dossier is None:
        raise Http404("dossier")
    request.actor = reader_of(actor, dossier)  # type: ignore[attr-defined]
    read(request, dossier)
    return dossier


def read(request: HttpRequest, dossier: Dossier) -> None:
    """Log the reading; what is unusual asks for a reason first."""
    reading(request, SubjectRef("dossier", dossier.pk))


def name_of(dossier: Dossier) -> str:
    if asof.view() is not None:
        return display_names([dossier.lead_id]).get(dossier.lead_id, "?")
    index = getattr(dossier.lead, "index", None)
    return index.display_name if index else "?"


def blank_form(request: HttpRequest, dossier: Dossier, *, full: bool = False, initial: dict[str, str] | None = None) -> EntryForm:
    actor = request.actor  # type: ignore[attr-defined]
    known = getattr(request, "dossier_members", None)
    ids = (
        [view.member.person_id for view in known if view.left_on is None]
        if known is not None
        else [row.person_id for row in members_at(dossier.pk)]
    )
    names = {view.member.person_id: view.card.display_name for view in known if view.card} if known is not None else display_names(ids)
    posted = request.method == "POST"
    return EntryForm(
        request.POST if posted else None,
        request.FILES if posted else None,
        members=[(str(pk), names.get(pk, "?")) for pk in ids],
        may_restrict=access.can_restrict(actor),
        colleagues=colleagues_of(dossier, actor) if full else None,
        templates=templates_of() if full else None,
        full=full,
        partners=partner_choices(actor, ids) if full else None,
        find_partner=(lambda text: partners_named(actor, text)) if full else None,
        initial=initial,
        auto_id="entry_%s",
    )
