"""The tester plays the bank: says line by line what becomes of our order."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django.utils.translation import gettext as _

from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.errors import NotAllowed

from .. import bank_simulator as bank
from ..access import may_play_bank
from ..enums import CallState
from ..errors import ConnectorError
from ..models import Call
from .calls import receive

RETURN = "return:"


def answer_as_bank(*, actor: Actor, call: Call, verdicts: Mapping[str, str] | None = None, notice: bool = True) -> int:
    """Answer an order: a status report for lines decided now, a debit notice for those accepted, a credit for those sent back.

    Args:
        verdicts: reference of a line to "accept" (also when not named), "pending", a reason code, or "return:" and a code for a
            line that was paid before. In a later round only named lines are answered.
        notice: False keeps the debit notice for a later round.

    Raises:
        NotAllowed: no simulated bank in this instance, or not for this person.
        ConnectorError: the call is not at the simulated bank, a reference is unknown, or there is nothing to answer.
    """
    if not may_play_bank(actor):
        raise NotAllowed(_("The simulated bank exists in demonstration and test instances only."))
    if call.connector != "bank-simulator" or call.state not in (CallState.SENT, CallState.ANSWERED):
        raise ConnectorError(_("This order is not at the simulated bank."), code="not_sent")
    order = bank.read_order(bytes(call.request))
    known = {one.end_to_end for one in order.transfers}
    chosen = dict(verdicts or {})
    unknown = sorted(set(chosen) - known)
    if unknown:
        raise ConnectorError(_("The order has no line %(reference)s.") % {"reference": ", ".join(unknown[:3])}, code="unknown_line")
    returns = {reference: verdict.removeprefix(RETURN) for reference, verdict in chosen.items() if verdict.startswith(RETURN)}
    statuses = {reference: verdict for reference, verdict in chosen.items() if not verdict.startswith(RETURN)}
    if not call.rounds:
        statuses = {reference: bank.ACCEPT for reference in known if reference not in returns} | statuses
    at, number = clock.now().astimezone(clock.zone()), call.rounds + 1
    files: list[tuple[str, bytes]] = []
    if statuses:
        part = _only(order, set(statuses))
        content = bank.status_report(part, statuses, message_id=f"SIM-{call.pk}-{number}-S", at=at)
        files.append((f"{order.message_id}-{number}-pain002.xml", content))
        accepted = [reference for reference, verdict in statuses.items() if verdict == bank.ACCEPT]
        if accepted and notice:
            content = bank.debit_notice(part, accepted, message_id=f"SIM-{call.pk}-{number}-D", at=at, on=at.date())
            files.append((f"{order.message_id}-{number}-camt054.xml", content))
    if returns:
        content = bank.return_notice(order, returns, message_id=f"SIM-{call.pk}-{number}-R", at=at, on=at.date())
        files.append((f"{order.message_id}-{number}-camt054-return.xml", content))
    if not files:
        raise ConnectorError(_("Choose at least one line to answer."), code="empty")
    return receive(actor=actor, call=call, files=files)


def _only(order: bank.ReadOrder, references: set[str]) -> bank.ReadOrder:
    transfers = tuple(one for one in order.transfers if one.end_to_end in references)
    return bank.ReadOrder(
        order.message_id,
        order.block_id,
        order.schema,
        order.debtor_iban,
        order.execution_on,
        sum((one.amount for one in transfers), Decimal(0)),
        transfers,
    )
