"""What the screens of this context share."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.contacts.api import display_names
from parvis.dossiers.api import Dossier
from parvis.kernel import asof
from parvis.kernel.subject import SubjectRef
from parvis.ui.http import Request, reading

from ..calculations import AGES, Times


def visible(request: Request, uuid: UUID) -> Dossier:
    """The dossier, or 404; its page is a reading of it, and asks why first where that is out of the ordinary. Nothing of the registers is
    left to a service of before."""
    rows: Any = Dossier.objects.visible_to(request.actor.without_kept).select_related("unit", "lead__index")
    dossier: Dossier | None = rows.filter(uuid=uuid, destroyed_on__isnull=True).first()
    if dossier is None:
        raise Http404("dossier")
    reading(request, SubjectRef("dossier", dossier.pk), screen=request.screen.name)
    return dossier


def lead_name(dossier: Dossier) -> str:
    if asof.view() is not None:
        return display_names([dossier.lead_id]).get(dossier.lead_id, "?")
    index = getattr(dossier.lead, "index", None)
    return index.display_name if index else "?"


def span_words(span: dt.timedelta) -> str:
    """ "less than an hour", "5 hours", "3 days"."""
    hours = round(span.total_seconds() / 3600)
    if hours < 1:
        return _("less than an hour")
    if hours < 48:
        return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
    days = round(hours / 24)
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}


def told(found: Times | None) -> dict[str, Any] | None:
    return {"count": found.count, "mean": span_words(found.mean), "middle": span_words(found.middle)} if found else None


def age_words() -> list[str]:
    """The names of ``AGES``."""
    names = [_("today"), _("1 to 2 days"), _("3 to 7 days"), _("more than a week")]
    assert len(names) == len(AGES)
    return names
