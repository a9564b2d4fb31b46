"""What the dossier itself tells of its years: household, moves, who followed it, opening and closing."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from parvis.contacts.api import Address, hidden_person_ids
from parvis.kernel import asof, registries
from parvis.kernel.actor import Actor
from parvis.kernel.registries import Stretch, TimeSource, Turning

from . import access
from .enums import MemberRole
from .models import Dossier, DossierMember
from .selectors import members_until, names_of_members, referents_until

MOST = 200


def _file(actor: Actor, dossier: Dossier, until: dt.date) -> tuple[list[Turning], list[Stretch]]:
    """Closings and openings again are steps of the chronicle; the journal tells them."""
    found = [Turning(dossier.opened_on, "file", _("Dossier opened"), icon="folder")]
    end = dossier.closed_on or until + dt.timedelta(days=1)
    return found, [Stretch(dossier.opened_on, max(end, dossier.opened_on + dt.timedelta(days=1)), pgettext("status of a dossier", "open"))]


def _household(actor: Actor, dossier: Dossier, until: dt.date) -> tuple[list[Turning], list[Stretch]]:
    """Who came and who left, the applicant's own coming left out; protected names stay with the chronicle."""
    rows = members_until(dossier.pk, until, MOST)
    names = names_of_members(dossier.pk)
    url = reverse("dossiers:detail", args=[dossier.uuid])
    found = []
    first: dict[int, dt.date] = {}
    last: dict[int, DossierMember] = {}
    for row in sorted(rows, key=lambda one: one.valid_from):
        first.setdefault(row.person_id, row.valid_from)
        last[row.person_id] = row
    for person, on in first.items():
        if last[person].role != MemberRole.APPLICANT:
            title = _("%(name)s joins the household") % {"name": names.get(person, "?")}
            found.append(Turning(on, "household", title, str(last[person].get_role_display()), "userplus", f"{url}?on={on.isoformat()}"))
        gone = last[person].valid_to
        if gone <= until:
            title = _("%(name)s leaves the household") % {"name": names.get(person, "?")}
            found.append(Turning(gone, "household", title, "", "userminus", f"{url}?on={gone.isoformat()}"))
    return found, []


def _moves(actor: Actor, dossier: Dossier, until: dt.date) -> tuple[list[Turning], list[Stretch]]:
    """Homes of the applicant. Of a protected address nothing is told, not even that it changed."""
    if hidden_person_ids([dossier.lead_id]):
        return [], []
    rows: Any = (
        Address.objects.visible_to(actor).filter(person=dossier.lead_id, valid_from__lte=until, kind="domicile").known(asof.known_on())
    )
    if rows.filter(hidden=True).exists():
        return [], []
    homes = list(rows.order_by("-valid_from", "-pk")[:MOST])
    last = until + dt.timedelta(days=1)
    found = [
        Turning(row.valid_from, "move", _("Moves to another home"), row.one_line, "house")
        for row in homes[:-1]
        if row.valid_from >= dossier.opened_on
    ]
    stretches = [
        Stretch(max(row.valid_from, dossier.opened_on), min(row.valid_to, last), row.one_line)
        for row in reversed(homes)
        if row.valid_to > dossier.opened_on
    ]
    return found, stretches


def _referents(actor: Actor, dossier: Dossier, until: dt.date) -> tuple[list[Turning], list[Stretch]]:
    last = until + dt.timedelta(days=1)
    return [], [
        Stretch(row.valid_from, min(row.valid_to, last), row.account.display_name, str(row.get_role_display()))
        for row in reversed(referents_until(dossier.pk, until, MOST))
    ]


for _key, _title, _order, _read in (
    ("file", gettext_lazy("Dossier"), 10, _file),
    ("household", gettext_lazy("Household"), 20, _household),
    ("move", pgettext_lazy("where a household lives", "Home"), 30, _moves),
    ("referent", gettext_lazy("Referents"), 40, _referents),
):
    registries.timeline.register(
        f"dossiers.{_key}", TimeSource(_key, _title, _order, _read, access.can_read_dossiers, data_class="identity")
    )
