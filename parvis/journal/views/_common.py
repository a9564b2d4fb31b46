"""What the pages of the journal share."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest

from parvis.contacts.api import display_names
from parvis.dossiers.api import Dossier, members_at

from .. import access
from ..forms import EntryForm
from ..selectors import colleagues_of, templates_of


def visible(request: HttpRequest, uuid: UUID | str) -> Dossier:
    actor = request.actor  # type: ignore[attr-defined]
    dossier = Dossier.objects.visible_to(actor).select_related("unit", "lead__index").filter(uuid=uuid).first()
    if dossier is None:
        raise Http404("dossier")
    return dossier


def name_of(dossier: Dossier) -> str:
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
        initial=initial,
        auto_id="entry_%s",
    )
