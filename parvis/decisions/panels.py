"""What decisions add to the dossier, the menu, the palette and the open backlog."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from parvis.kernel import clock, memo, registries
from parvis.kernel.actor import Actor, system_actor
from parvis.kernel.links import row_links
from parvis.kernel.registries import Backlog, MenuEntry, PaletteAction, Panel, PaperKeeper, PersonHolder
from parvis.ui import slots

from . import access, neighbours, selectors
from .models import AgendaItem, Decision, Minutes, Proposal
from .past import to_notify_then
from .views.committees import may_open as opens_committees
from .views.decisions import may_open as opens_decisions
from .views.proposal_page import may_open as opens_proposals


def decisions_panel(request: HttpRequest, dossier: Any, day: Any) -> str | None:
    """Every decision since the dossier was opened, each with its pack as it was that day (C17); proposals under way above."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    known = getattr(request, "known_day", day)
    past = day is not None and min(day, known) < clock.today()
    rows = [row for row in selectors.decisions_of_dossier(actor, dossier.pk) if day is None or row.decided_on <= known]
    living = selectors.proposals_of_dossier(actor, dossier.pk) if opens_proposals(actor) and not past else []
    if not past:
        memo.keep(("decisions.count", dossier.pk), len(rows))
    if not rows and not living:
        return None
    terms = neighbours.clocks(row.line_id for row in living)

    def told(row: Any) -> bool:
        """There is a letter; one that left later had not left that day."""
        return bool(row.letter_key) and (not past or (row.sent_on is not None and row.sent_on <= known))

    return render_to_string(
        "decisions/_panel.html",
        {
            "rows": [{"decision": row, "notification": row if told(row) else None, "provisions": row.granted} for row in rows],
            "living": [
                {"proposal": row, "clock": next((one for one in terms.get(row.line_id, []) if one.kind == "decide"), None)}
                for row in living
            ],
        },
        request=request,
    )


def panel_count(actor: Actor, dossier: Any) -> int | None:
    known = memo.kept(("decisions.count", dossier.pk))
    return selectors.count_decisions(actor, dossier.pk) if known is None else int(known)


registries.panels.register(
    "decisions",
    Panel(
        key="decisions",
        title=_("Proposals and decisions"),
        order=50,
        render=decisions_panel,
        access=access.may_see_decisions,
        data_class="social",
        icon="scale",
        count=panel_count,
    ),
)

registries.menu.register(
    "decisions",
    MenuEntry(
        key="decisions",
        label=_("Decisions"),
        icon="scale",
        url_name="decisions:decisions",
        access=opens_decisions,
        order=40,
        prefix="/decisions/",
    ),
)
registries.menu.register(
    "proposals",
    MenuEntry(
        key="proposals",
        label=_("Proposals"),
        icon="edit",
        url_name="decisions:proposals",
        access=opens_proposals,
        order=38,
        prefix="/proposals/",
    ),
)
registries.menu.register(
    "committee",
    MenuEntry(
        key="committee",
        label=_("Committee"),
        icon="gavel",
        url_name="decisions:sessions",
        access=access.may_see_sessions,
        order=42,
        prefix="/committee/",
    ),
)
registries.palette.register(
    "decisions.new_session",
    PaletteAction(
        key="decisions.new_session",
        label=_("Plan a committee session"),
        url_name="decisions:new_session",
        access=access.may_run_sessions,
        icon="gavel",
    ),
)

registries.backlog.register(
    "undelivered",
    Backlog(
        key="undelivered",
        title=_("Decisions not notified"),
        order=50,
        count=lambda actor: selectors.undelivered().count(),
        url=lambda: reverse("decisions:decisions") + "?show=to-notify",
        help=_("Decided, but the letter has not left."),
        mine=selectors.count_to_notify,
        then=to_notify_then,
    ),
)


def _minutes() -> Any:
    return Minutes.objects.visible_to(_TELLER).order_by().values("pk")


def _has_part(actor: Actor, dossier_id: int) -> bool:
    rows = (Proposal.objects.visible_to(actor), Decision.objects.visible_to(actor))
    items = AgendaItem.objects.visible_to(actor).filter(proposal__dossier=dossier_id)
    return any(found.filter(dossier=dossier_id).exists() for found in rows) or items.exists()


registries.dossier_parts.register("decisions", _has_part)
_TELLER = system_actor("decisions.readings")
registries.read_parts.register(
    "proposal", lambda dossier_id: Proposal.objects.visible_to(_TELLER).filter(dossier=dossier_id).order_by().values("pk")
)
registries.read_parts.register(
    "decision", lambda dossier_id: Decision.objects.visible_to(_TELLER).filter(dossier=dossier_id).order_by().values("pk")
)
# Minutes lie with their session, and in no file.
registries.paper_keepers.register("minutes", PaperKeeper(_minutes, _minutes))
registries.subject_links.register(
    "decision",
    row_links(
        Decision.objects.visible_to,
        name=lambda row: row.number,
        url=lambda row: reverse("decisions:decision", args=[row.uuid]),
        opens=opens_decisions,
        number=lambda row: row.number,
    ),
)


def _admin_tab(request: HttpRequest) -> str | None:
    if not opens_committees(request.actor):  # type: ignore[attr-defined]
        return None
    current = request.path.startswith(reverse("decisions:committees"))
    return render_to_string("decisions/_admin_tab.html", {"current": current}, request)


slots.register("admin", "decisions.committees", _admin_tab, order=30)
registries.palette.register(
    "decisions.committees",
    PaletteAction("decisions.committees", _("Committees and their members"), "decisions:committees", opens_committees, 905, "gavel"),
)
registries.never_opened.register("decisions.recused", selectors.recused_dossiers)

# What becomes of these when two files of one person are merged.
registries.person_holders.register(
    "decisions.Proposal.person", PersonHolder("decisions.Proposal", "person", _("Proposals"), where={"live": 1})
)
registries.person_holders.register(
    "decisions.Notification.person", PersonHolder("decisions.Notification", "person", _("Notifications"), evidence=True)
)
