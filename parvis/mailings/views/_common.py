"""What the screens of mailings share."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from ..models import Mailing


def found(request: HttpRequest, uuid: UUID) -> Mailing:
    """The mailing, or 404 when there is none of this reader's own."""
    rows = Mailing.objects.visible_to(request.actor).select_related("template")  # type: ignore[attr-defined]
    row: Mailing | None = rows.filter(uuid=uuid).first()
    if row is None:
        raise Http404("mailing")
    return row


def steps(now: int) -> list[dict[str, object]]:
    """Where one is: write, check, send."""
    names = [_("Write"), _("Check"), _("Send")]
    return [{"title": name, "state": "done" if n < now else "current" if n == now else "todo"} for n, name in enumerate(names)]
