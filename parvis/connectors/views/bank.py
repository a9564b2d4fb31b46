"""The tester plays the bank: choose the order, then what becomes of each line."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.ui.http import Request, done, errors_on, invalid, page, screen

from .. import bank_simulator as bank
from .. import selectors
from ..access import may_play_bank
from ..forms import AnswerForm
from ..services.simulator import RETURN, answer_as_bank

#: Beside the code, so that a tester knows what is chosen. The reader of the answer has words of its own.
CODES: dict[str, Any] = {
    "AC01": gettext_lazy("wrong account number"),
    "AC04": gettext_lazy("account closed"),
    "AC06": gettext_lazy("account blocked"),
    "AG01": gettext_lazy("transfers forbidden"),
    "AM05": gettext_lazy("received twice"),
    "BE01": gettext_lazy("name and account differ"),
    "MD07": gettext_lazy("holder has died"),
    "MS03": gettext_lazy("no reason given"),
    "RC01": gettext_lazy("wrong bank identifier"),
    "RR04": gettext_lazy("regulatory reason"),
}
LINES_SHOWN = 200


def choices(first: bool) -> list[tuple[str, str]]:
    rejects = [(code, f"{_('Reject')} {code}: {CODES[code]}") for code in bank.REJECT_CODES]
    if first:
        return [(bank.ACCEPT, _("Accept")), (bank.PENDING, _("Keep pending")), *rejects]
    returns = [(f"{RETURN}{code}", f"{_('Send back')} {code}: {CODES[code]}") for code in ("AC01", "AC04", "MD07", "MS03")]
    return [("", _("No news")), (bank.ACCEPT, _("Accept")), *rejects, *returns]


@screen(access=may_play_bank, name="connectors.bank_simulator")
def index(request: Request) -> HttpResponse:
    rows = []
    for call in selectors.bank_calls(request.actor):
        fresh = selectors.call_by_uuid(request.actor, str(call.uuid))
        order = bank.read_order(bytes(fresh.request)) if fresh is not None else None
        rows.append({"call": call, "order": order})
    return page(request, "connectors/bank_simulator.html", {"rows": rows})


@screen(access=may_play_bank, methods=("GET", "POST"), creates=True, name="connectors.bank_answer")
def answer(request: Request, uuid: Any) -> HttpResponse:
    """Say line by line what the bank does with our order."""
    call = selectors.call_by_uuid(request.actor, str(uuid))
    if call is None or call.connector != "bank-simulator":
        raise Http404("call")
    order = bank.read_order(bytes(call.request))
    first = call.rounds == 0
    offered = choices(first)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            answer_as_bank(actor=request.actor, call=call, verdicts=_chosen(request, order, offered), notice=form.cleaned_data["notice"])
            return done(request, "connectors:bank_answer", _("Answered. The files are being read."), uuid)
    context = {
        "call": call,
        "order": order,
        "first": first,
        "lines": [
            {"transfer": one, "chosen": request.POST.get(f"v-{one.end_to_end}", offered[0][0])} for one in order.transfers[:LINES_SHOWN]
        ],
        "hidden": max(len(order.transfers) - LINES_SHOWN, 0),
        "choices": offered,
        "form": form,
        "answers": selectors.answers(request.actor, call),
    }
    return (
        invalid(request, "connectors/bank_answer.html", context)
        if request.method == "POST"
        else page(request, "connectors/bank_answer.html", context)
    )


def _chosen(request: Request, order: bank.ReadOrder, offered: list[tuple[str, str]]) -> dict[str, str]:
    """What was chosen for each line; anything that was not offered counts as nothing chosen."""
    allowed = {value for value, _label in offered if value}
    found = {one.end_to_end: request.POST.get(f"v-{one.end_to_end}", "") for one in order.transfers}
    return {reference: value for reference, value in found.items() if value in allowed}
