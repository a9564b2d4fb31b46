"""Checks shared by the services of this context."""

from __future__ import annotations

from django.utils.translation import gettext as _

from parvis.kernel import clock
from parvis.kernel.actor import Actor

from ..access import may_administer
from ..enums import Function
from ..errors import AdministratorsOnly, LastAdministrator
from ..models import FunctionGrant
from ..models.units import OPEN_END

STREAM = "context:identity"


def require_administrator(actor: Actor) -> None:
    """The system (set-up, stories) and administrators.

    Raises:
        AdministratorsOnly: anybody else.
    """
    if actor.kind != "system" and not may_administer(actor):
        raise AdministratorsOnly(_("Only an administrator may change accounts, functions and units."))


def require_another_administrator(*, losing_account_id: int | None = None, losing_grant_id: int | None = None) -> None:
    """Keep at least one active account that is administrator of the whole centre, today and without end date (D13).

    The rows are locked, so that two administrators cannot remove each other at the same moment.

    Raises:
        LastAdministrator: nobody else would be left.
    """
    rows = (
        FunctionGrant.objects.select_for_update()
        .at(clock.today())
        .filter(function=Function.ADMINISTRATOR, unit__isnull=True, valid_to=OPEN_END, account__is_active=True)
    )
    # Read all, then filter: the row to be lost must be locked too.
    left = [row for row in rows.order_by("pk") if row.account_id != losing_account_id and row.pk != losing_grant_id]
    if not left:
        raise LastAdministrator(
            _("This is the last administrator: name another one, for the whole centre and without end date, first."),
            code="last_administrator",
        )
