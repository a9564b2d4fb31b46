from __future__ import annotations

from datetime import date
from decimal import Decimal

from parvis.kernel.actor import Actor, Grant, system_actor
from parvis.rules import calculations
from parvis.rules.services.parameters import reference
from parvis.rules.values import ParameterValue, Resource

ADMINISTRATOR = Actor(kind="agent", account_id=7, label="Inès Administrator", grants=frozenset({Grant("administrator")}))
WORKER = Actor(kind="agent", account_id=8, label="A. Lambrecht", grants=frozenset({Grant("social_worker", 1)}))
SYSTEM = system_actor("tests")

DAY = date(2025, 3, 1)


def rates(day: date = DAY) -> dict[str, ParameterValue]:
    """The seeded parameters as they answer on a day, without a database."""
    found = {}
    for seed in reference():
        if seed.key not in calculations.PARAMETERS:
            continue
        rows = [row for row in seed.rows if row["from"] <= day]
        if not rows:
            continue
        row = max(rows, key=lambda r: r["from"])
        status = row.get("status", "confirmed")
        if status == "confirmed" and row.get("known_until") and day > row["known_until"]:
            status = "last_known"
        found[seed.key] = ParameterValue(
            seed.key,
            row["value"],
            seed.unit,
            row["from"],
            None,
            status,
            row["source"],
            seed.article,
            row.get("url", ""),
            row.get("known_until"),
        )
    return found


def wage(amount: str = "600.00", **more: object) -> Resource:
    values = {"source": "Contract and pay slip", "entered_by": "A. Lambrecht", "entered_on": date(2025, 3, 6), "ref": "situation_fact:12"}
    return Resource("net_work", Decimal(amount), "month", **(values | more))  # type: ignore[arg-type]


def parents(amount: str = "300.00") -> Resource:
    return Resource("maintenance", Decimal(amount), "month", label="parents", source="Statement of the parents", entered_by="A. Lambrecht")
