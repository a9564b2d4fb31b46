"""A centre with one service, the seeded procedure and what it needs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from parvis.identity.api import Function, create_account, create_unit, grant_function
from parvis.identity.models import Unit
from parvis.kernel.actor import Actor, Grant, system_actor
from parvis.procedures import api as procedures
from parvis.procedures import demo as procedures_demo
from parvis.requests import api as requests
from parvis.rules import demo as rules_demo
from parvis.workflows import api as workflows
from tests.support.replay import replayed

ROOT = system_actor("test")

ANSWERS: dict[str, Any] = {
    "for_whom": "self",
    "last_name": "Benali",
    "first_name": "Aya",
    "birth_date": "1987-03-27",
    "phone": "+32470123456",
    "letter_language": "fr",
    "has_address": True,
    "address": {
        "street": "Rue des Tanneurs",
        "number": "27",
        "box": "2",
        "postal_code": "4999",
        "municipality": "Valmont",
        "country": "BE",
    },
    "lives_alone": False,
    "members": [{"first_name": "Noé", "last_name": "Benali", "birth_date": "2015-05-04", "relation": "child", "has_income": False}],
    "has_income": True,
    "incomes": [{"kind": "family", "amount": "180.00", "payer": "Famiwal"}],
    "housing": "tenant",
    "rent": "620.50",
    "wants": ["income"],
    "need": "J’ai perdu mon travail en janvier.",
    "urgent": False,
    "right_pending": False,
    "has_account": True,
    "iban": "BE68539007547034",
    "wants_hearing": True,
    "declares": ["true"],
}


@replayed
def world() -> Unit:
    """Reference data and one unit, SSG."""
    unit = Unit.objects.filter(code="SSG").first() or create_unit(
        actor=ROOT, code="SSG", name={"fr": "Service social", "nl": "Sociale dienst", "de": "Sozialdienst", "en": "Social service"}
    )
    rules_demo.load(actor=ROOT)
    workflows.publish_process(actor=ROOT, xml=(Path(__file__).parent / "aid-request.bpmn").read_bytes())
    procedures_demo.load(actor=ROOT)
    return unit


def agent(name: str, *functions: str, unit: Unit | None = None) -> Actor:
    """An agent with an account, for what needs one."""
    account = create_account(
        actor=ROOT, username=name.lower().replace(" ", "."), display_name=name, email=f"{name.lower().replace(' ', '.')}@example.be"
    )
    for function in functions:
        grant_function(actor=ROOT, account=account, function=Function(function), unit=unit)
    return Actor(
        kind="agent",
        account_id=account.pk,
        label=name,
        grants=frozenset(Grant(function, unit.pk if unit else None) for function in functions),
    )


def send(*, channel: str = "portal", actor: Actor = ROOT, answers: dict[str, Any] | None = None, **more: Any) -> requests.Sent:
    return requests.send_request(
        actor=actor,
        procedure=procedures.latest("aid-request"),
        answers={**ANSWERS, **(answers or {})},
        language=more.pop("language", "fr"),
        channel=channel,
        **more,
    )
