"""Functions: who may do what, in which unit, from a day to a day."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.gestures import gesture
from parvis.kernel.mutations import record

from ..access import may_administer
from ..enums import Function
from ..errors import GrantRefused, LastAdministrator
from ..models import Account, FunctionGrant, Unit
from ..models.units import OPEN_END
from .accounts import account_ref
from .guards import STREAM, require_administrator, require_another_administrator

# What a page shows above the list rather than beside a field.
REFUSALS = (GrantRefused, LastAdministrator)


@gesture
def grant_function(
    *,
    actor: Actor,
    account: Account,
    function: str,
    unit: Unit | None = None,
    valid_from: dt.date | None = None,
    valid_to: dt.date | None = None,
) -> FunctionGrant:
    """Grant a function for a unit (and those below), or the whole centre. `valid_to` is the first day without it.

    Raises:
        GrantRefused: unknown function, impossible dates, or the same function already held in that period.
    """
    require_administrator(actor)
    if function not in Function.values:
        raise GrantRefused(_("Choose a function of the list."), field="function")
    if function == Function.ADMINISTRATOR and unit is not None:
        raise GrantRefused(_("An administrator is one for the whole centre: leave the unit empty."), field="unit")
    start = valid_from or clock.today()
    end = valid_to or OPEN_END
    if end <= start:
        raise GrantRefused(_("The last day lies before the first one."), field="valid_to", code="dates")
    # The account's row serialises the grants of one person: overlaps cannot slip in side by side.
    account = Account.objects.select_for_update().get(pk=account.pk)
    unit_key = unit.pk if unit else 0
    if FunctionGrant.objects.filter(account=account, function=function, unit_key=unit_key, valid_from__lt=end, valid_to__gt=start).exists():
        raise GrantRefused(_("This person already holds this function there in that period."), field="function", code="overlap")
    grant, made = FunctionGrant.objects.get_or_create(
        account=account,
        function=function,
        unit_key=unit_key,
        valid_from=start,
        defaults={
            "unit": unit,
            "valid_to": end,
            "recorded_at": clock.now(),
            "author_id": actor.account_id,
            "author_label": actor.label[:120],
        },
    )
    if not made:
        # A grant of that very day was taken back before it began: it runs again.
        FunctionGrant.objects.filter(pk=grant.pk).update(valid_to=end)
        grant.valid_to = end
    record(
        STREAM,
        actor=actor,
        verb="function_granted",
        subject=account_ref(account),
        values={"function": function, "unit": unit.code if unit else None, "valid_from": start, "valid_to": end},
    )
    return grant


@gesture
def revoke_function(*, actor: Actor, grant: FunctionGrant, on: dt.date | None = None) -> FunctionGrant:
    """End a function: `on` is the first day without it (today when not given). It works from the next page on.

    Raises:
        LastAdministrator: nobody else administers the centre.
        GrantRefused: it has ended already, or the day lies in the past.
    """
    require_administrator(actor)
    today = clock.today()
    day = on or today
    if grant.function == Function.ADMINISTRATOR:
        # Before the row itself is locked: everybody locks the administrators in the same order, so nobody waits in a circle.
        require_another_administrator(losing_grant_id=grant.pk)
    # No join: PostgreSQL locks no nullable side, and MariaDB cannot name the table to lock.
    grant = FunctionGrant.objects.select_for_update().get(pk=grant.pk)
    if grant.valid_to <= today:
        raise GrantRefused(_("This function has already ended."), code="ended")
    if day < today:
        raise GrantRefused(_("A function can be ended from today on, not in the past."), field="on", code="past")
    end = max(day, grant.valid_from)
    changed = FunctionGrant.objects.filter(pk=grant.pk, valid_to=grant.valid_to).update(valid_to=end)
    if not changed:
        raise GrantRefused(_("Somebody else has just changed this function. Open the account again."), code="changed")
    record(
        STREAM,
        actor=actor,
        verb="function_revoked",
        subject=account_ref(grant.account),
        values={
            "function": grant.function,
            "unit": grant.unit.code if grant.unit else None,
            "valid_to": [grant.valid_to, end],
        },
    )
    grant.valid_to = end
    return grant


@gesture
def end_functions(*, actor: Actor, account: Account, on: dt.date) -> list[FunctionGrant]:
    """Somebody leaves: `on` is the first day without a function. The head of a service ends those held there; an administrator's function and
    those for the whole centre are left to an administrator. Returns those that go on.

    Raises:
        GrantRefused: the day lies in the past, or the actor heads no service of this agent.
    """
    if on < clock.today():
        raise GrantRefused(_("A function can be ended from today on, not in the past."), field="on", code="past")
    held = list(FunctionGrant.objects.filter(account=account, valid_to__gt=on).select_related("unit").order_by("pk"))
    mine = [
        row
        for row in held
        if row.function != Function.ADMINISTRATOR and (actor.is_system or may_administer(actor) or actor.holds(row.unit_id, Function.CHIEF))
    ]
    if held and not mine:
        raise GrantRefused(_("This agent works in no service that you head."), field="on", code="not_yours")
    for row in mine:
        end = max(on, row.valid_from)
        if not FunctionGrant.objects.filter(pk=row.pk, valid_to=row.valid_to).update(valid_to=end):
            raise GrantRefused(_("Somebody else has just changed this function. Open the account again."), code="changed")
        record(
            STREAM,
            actor=actor,
            verb="function_revoked",
            subject=account_ref(account),
            values={"function": row.function, "unit": row.unit.code if row.unit else None, "valid_to": [row.valid_to, end]},
        )
    return [row for row in held if row not in mine]
