"""Decisions that grant aid, and the people who pay, through the real services."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from parvis.accounting.api import release_order
from parvis.accounting.models import PaymentOrder
from parvis.aid.models import DueLine, Entitlement
from parvis.decisions.api import MONTH, Decision, Payee, Provision
from parvis.dossiers.api import referent_of
from parvis.kernel import jobs, registries
from parvis.kernel.subject import SubjectRef
from parvis.requests import api as requests
from parvis.workflows import api as workflows
from tests.accounting.factories import Team, a_team, answered
from tests.decisions import factories as decisions
from tests.decisions.factories import Centre
from tests.support.replay import replayed

D = Decimal
TO = date(2026, 12, 31)
IBAN = "BE71096123456769"


def the_centre() -> tuple[Centre, Team]:
    """Unit, committee, agents, with the seeded route and the people who pay."""
    centre = decisions.make_centre()
    if "dossiers.referent" not in registries.assignees:
        registries.assignees._items["dossiers.referent"] = _referent
    _whole_route()
    return centre, a_team()


@replayed
def _whole_route() -> None:
    workflows.publish_process(actor=decisions.ROOT, xml=workflows.seed_xml("aid-request"))


def _referent(subject: SubjectRef) -> int | None:
    dossier_id = requests.line_card(subject.id).dossier_id
    return referent_of(dossier_id) if dossier_id else None


def ris(line_id: int, category: str = "2", **more: Any) -> Provision:
    values = {
        "kind": "aid.ris",
        "periodicity": MONTH,
        "details": {"category": category, "isp": "no"},
        "from_on": date(2026, 3, 1),
        "to_on": TO,
    }
    return decisions.once(line_id, "0", **(values | more))


def one_off(line_id: int, amount: str = "300.00", **more: Any) -> Provision:
    return decisions.once(line_id, amount, kind="aid.one_off", **more)


@replayed
def granted(centre: Centre, *, provision: Any = ris, line_id: int | None = None, **more: Any) -> Decision:
    """A decision that grants; ``provision`` makes it from the line."""
    line_id = line_id or decisions.make_line(centre)
    made = provision(line_id, **more)
    return decisions.decided(centre, line_id=line_id, provision=made)


def to_another(provision: Provision, name: str, iban: str = IBAN) -> Provision:
    return replace(provision, payee=Payee(name=name, iban=iban))


def entitlement(decision: Decision) -> Entitlement:
    return Entitlement.unscoped.select_related("decision", "dossier").get(decision=decision)


def due(of: Entitlement) -> list[DueLine]:
    return list(DueLine.unscoped.filter(entitlement=of).select_related("entitlement__decision", "entitlement__dossier").order_by("month"))


def months(of: Entitlement) -> list[tuple[str, Decimal, str]]:
    return [(f"{line.month:%Y-%m}", line.amount, line.state) for line in due(of)]


def bank(team: Team, order: PaymentOrder, verdicts: dict[str, str] | None = None) -> PaymentOrder:
    """Released by the second person, sent, and answered."""
    release_order(actor=team.releaser, order=order)
    jobs.run_pending(raise_errors=True)
    answered(team, order, verdicts)
    order.refresh_from_db()
    return order
