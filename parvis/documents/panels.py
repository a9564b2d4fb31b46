"""What documents contribute: a panel of the dossier page, and lists as PDF."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from parvis.contacts.api import display_names
from parvis.documents.access import had_before, may_attach, may_bring_home, may_open_documents, may_publish_templates, why_nothing_is_added
from parvis.documents.enums import DocumentKind
from parvis.documents.lists import list_pdf
from parvis.documents.models import Document
from parvis.documents.services.storing import documents_in_dossier
from parvis.kernel import clock, memo, registries
from parvis.kernel.actor import Actor
from parvis.kernel.registries import PaletteAction, Panel, PersonHolder
from parvis.kernel.statements import Statement
from parvis.ui import sheets, slots

SHOWN = 12
_SHOWN = Statement("documents.of_dossier")


def _documents(request: HttpRequest, dossier: Any, day: dt.date) -> str:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    known = getattr(request, "known_day", day)
    past = known < clock.today()
    known_on, former = getattr(request, "known_on", None), had_before(actor, dossier.pk)

    def read(at: dict[str, Any]) -> Any:
        rows = documents_in_dossier(actor, at["dossier"], withdrawn=True, former=former)
        rows = rows.select_related("file", "proposal").filter(on__lte=at["known"])
        if "known_on" in at:  # as known then: nothing that was added later, whatever its day
            rows = rows.filter(recorded_at__lt=at["known_on"])
        return rows[: SHOWN + 1]

    rows = _SHOWN.rows((actor, former), read, dossier=dossier.pk, known=known, known_on=known_on)
    _tell(rows)
    if len(rows) <= SHOWN and not past:
        memo.keep(("documents.count", dossier.pk), len(rows))
    adds = may_attach(actor) and not past and not why_nothing_is_added(actor, dossier.pk)
    return render_to_string(
        "documents/_panel.html", {"dossier": dossier, "rows": rows[:SHOWN], "more": len(rows) > SHOWN, "may_attach": adds}, request
    )


def _tell(rows: list[Document]) -> None:
    """Whom each concerns, and what its words propose. One query for the names, none when there is nothing to name."""
    open_ones = {row.pk: row.proposal for row in rows if row.withdrawn_at is None and hasattr(row, "proposal") and row.proposal.open}
    ids = {row.person_id for row in rows if row.person_id} | {one.person_id for one in open_ones.values() if one.person_id}
    names = display_names(ids) if ids else {}
    for row in rows:
        row.concerns = names.get(row.person_id, "")
        row.offered = open_ones.get(row.pk)
        if row.offered:
            kind = str(DocumentKind(row.offered.kind).label) if row.offered.kind else row.kind_label
            row.offered_words = ", ".join(part for part in (kind, names.get(row.offered.person_id, "")) if part)


def _count(actor: Actor, dossier: Any) -> int:
    known = memo.kept(("documents.count", dossier.pk))
    return int(documents_in_dossier(actor, dossier.pk, withdrawn=True).count()) if known is None else int(known)


registries.panels.register(
    "documents.list",
    Panel(
        key="documents",
        title=_("Documents"),
        order=70,
        render=_documents,
        access=may_open_documents,
        data_class="social",
        icon="file",
        count=_count,
        kept=True,
    ),
)

registries.palette.register(
    "documents.kinds",
    PaletteAction(
        key="documents.kinds",
        label=_("Which words propose what"),
        url_name="documents:kinds",
        access=may_attach,
        icon="file",
        order=90,
    ),
)
registries.palette.register(
    "documents.orphans",
    PaletteAction(
        key="documents.orphans",
        label=_("Papers without a home"),
        url_name="documents:orphans",
        access=may_bring_home,
        icon="inbox",
        order=60,
    ),
)


def _admin_tab(request: HttpRequest) -> str | None:
    if not may_publish_templates(request.actor):  # type: ignore[attr-defined]
        return None
    return render_to_string("documents/_admin_tab.html", {"here": request.path.startswith(reverse("documents:templates"))}, request)


slots.register("admin", "documents.templates", _admin_tab, order=32)
registries.palette.register(
    "documents.templates",
    PaletteAction("documents.templates", _("Letter templates"), "documents:templates", may_publish_templates, 332, "mail"),
)
for _field, _title in (("Document", _("Documents")), ("DocumentProposal", _("Proposed persons of documents"))):
    registries.person_holders.register(f"documents.{_field}.person", PersonHolder(f"documents.{_field}", "person", _title))

registries.dossier_parts.register(
    "documents", lambda actor, dossier_id: Document.objects.visible_to(actor).filter(dossier_id=dossier_id).exists()
)
sheets.writer("pdf", "application/pdf", list_pdf)
