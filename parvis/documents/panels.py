"""What documents contribute: a panel of the dossier page, and lists as PDF."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from parvis.documents.access import may_attach, may_open_documents
from parvis.documents.lists import list_pdf
from parvis.documents.services.storing import documents_in_dossier
from parvis.kernel import clock, memo, registries
from parvis.kernel.actor import Actor
from parvis.kernel.registries import Panel
from parvis.ui import sheets

SHOWN = 12


def _documents(request: HttpRequest, dossier: Any, day: dt.date) -> str:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    known = getattr(request, "known_day", day)
    past = known < clock.today()
    rows = list(documents_in_dossier(actor, dossier.pk).filter(on__lte=known)[: SHOWN + 1])
    if len(rows) <= SHOWN and not past:
        memo.keep(("documents.count", dossier.pk), len(rows))
    return render_to_string(
        "documents/_panel.html",
        {"dossier": dossier, "rows": rows[:SHOWN], "more": len(rows) > SHOWN, "may_attach": may_attach(actor) and not past},
        request,
    )


def _count(actor: Actor, dossier: Any) -> int:
    known = memo.kept(("documents.count", dossier.pk))
    return int(documents_in_dossier(actor, dossier.pk).count()) if known is None else int(known)


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
    ),
)

sheets.writer("pdf", "application/pdf", list_pdf)
