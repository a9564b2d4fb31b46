"""Orders and bank answers for tests, made through the services."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from parvis.accounting import demo
from parvis.accounting.api import LineSpec, PaymentOrder, prepare_order, release_order
from parvis.accounting.models import PaymentLine
from parvis.connectors.api import answer_as_bank, call_about
from parvis.identity.api import actor_for
from parvis.kernel import jobs
from parvis.kernel.actor import Actor, system_actor
from parvis.kernel.subject import SubjectRef
from tests.contacts.factories import make_person
from tests.identity.factories import an_account
from tests.support.replay import replayed

SYSTEM = system_actor("tests")
IBANS = ("BE68539007547034", "BE71096123456769", "BE43068999999501", "BE30001216371411")


@dataclass(frozen=True)
class Team:
    payer: Actor
    releaser: Actor
    both: Actor
    accountant: Actor
    auditor: Actor
    worker: Actor


@replayed
def a_team() -> Team:
    """Reference data and the people who pay."""
    demo.load(actor=SYSTEM)
    names = {
        "payer": ("Valérie Dumont", ("payer",)),
        "releaser": ("Luc Hardy", ("releaser",)),
        "both": ("Anne Piette", ("payer", "releaser")),
        "accountant": ("Marc Servais", ("accountant",)),
        "auditor": ("Paul Henin", ("auditor",)),
        "worker": ("Amélie Lambrecht", ("social_worker",)),
    }
    return Team(**{key: actor_for(an_account(*functions, name=name)) for key, (name, functions) in names.items()})


def a_spec(number: int = 1, person_id: int | None = None, **changes: Any) -> LineSpec:
    name = changes.pop("name", f"Dupont Claire{number}")
    values: dict[str, Any] = {
        "beneficiary_person_id": person_id or make_person("Dupont", f"Claire{number}").pk,
        "beneficiary_name": name,
        "payee_name": name,
        "payee_iban": IBANS[number % len(IBANS)],
        "amount": Decimal("1314.20"),
        "purpose": "aid.ris",
        "subject": SubjectRef("test_due", 1000 + number),
        "dossier_id": 40 + number,
        "month": date(2026, 3, 1),
        "communication": "Revenu d'intégration mars 2026",
    }
    return LineSpec(**(values | changes))


def prepared(team: Team, *specs: LineSpec, **more: Any) -> PaymentOrder:
    return prepare_order(actor=team.payer, lines=specs or (a_spec(),), title="Revenu d'intégration, mars 2026", **more)


def sent(team: Team, *specs: LineSpec) -> PaymentOrder:
    """Released, written and handed to the simulated bank."""
    order = release_order(actor=team.releaser, order=prepared(team, *specs))
    jobs.run_pending(raise_errors=True)
    order.refresh_from_db()
    return order


def answered(team: Team, order: PaymentOrder, verdicts: dict[str, str] | None = None, *, notice: bool = True) -> None:
    call = call_about(team.releaser, order.ref)
    assert call is not None
    answer_as_bank(actor=team.releaser, call=call, verdicts=verdicts, notice=notice)
    jobs.run_pending(raise_errors=True)


def lines(order: PaymentOrder) -> list[PaymentLine]:
    return list(PaymentLine.unscoped.filter(order=order).order_by("position"))
