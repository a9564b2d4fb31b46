"""Rows of money: months due, monthly orders with their lines, the two vouchers of each order in balance."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from random import Random
from typing import Any

from .files import Numbers, instant
from .plan import Plan, Setting
from .rows import LABEL, Rows, uuid


def write(
    rng: Random, rows: Rows, first: dict[str, int], numbers: Numbers, setting: Setting, plan: Plan, granted: list[dict[str, Any]]
) -> None:
    """What was granted is due month by month and was paid by the order of its month; a first month not paid yet stays due."""
    by_month: dict[date, list[dict[str, Any]]] = {month: [] for month in plan.months}
    due = first["due"]
    for right in granted:
        for month in right["months"]:
            by_month[month].append(right)
        if not right["months"]:
            rows["due"].append(
                (
                    due,
                    uuid(rng),
                    right["entitlement"],
                    right["first"],
                    right["amount"],
                    "EUR",
                    "due",
                    1,
                    0,
                    "",
                    "",
                    None,
                    "",
                    "",
                    None,
                    setting.at,
                )
            )
            due += 1
    payment = first["payment"]
    for index, month in enumerate(plan.months):
        lines = by_month[month]
        number = f"P{month.year}-{numbers.take('order', month.year):04d}"
        if setting.bank is None or not lines:
            continue
        order, paid = first["order"] + index, month + timedelta(days=25)
        total = Decimal(0)
        seen: set[tuple[int, str]] = set()
        for position, right in enumerate(lines, 1):
            person, key = right["person"], f"{right['person']['id']}|{right['kind']}|{month:%Y-%m}|{right['person']['iban']}"
            pair = (person["id"], right["kind"])
            reason, total = "", total + Decimal(right["amount"])
            if pair in seen:
                reason, key = "Deux décisions pour le même mois", f"{key}|due_line:{due}"
            seen.add(pair)
            rows["payment"].append(
                (
                    payment, uuid(rng), order, position, f"{number}-{position:05d}", person["id"], person["name"], person["name"][:70], person["iban"], "",
                    "4999", "Valmont", "BE", right["dossier"], "due_line", due, right["kind"], month, right["amount"], "EUR",
                    f"{right['title']} {month:%m/%Y}", "", reason, key, f"due_line:{due}", "booked", "", "", instant(paid, 8), paid, paid,
                )
            )  # fmt: skip
            rows["due"].append(
                (
                    due, uuid(rng), right["entitlement"], month, right["amount"], "EUR", "paid", int(month == right["months"][0]), 0, reason, "", payment, "",
                    "", paid, instant(month, 6),
                )
            )  # fmt: skip
            payment, due = payment + 1, due + 1
        _order(rng, rows, first, setting, (order, index, number, month, paid, len(lines), total))


def _order(rng: Random, rows: Rows, first: dict[str, int], setting: Setting, order: tuple[int, int, str, date, date, int, Decimal]) -> None:
    pk, index, number, month, paid, count, total = order
    assert setting.bank is not None
    account, book, expense, clearing, bank, _ = setting.bank
    (payer, payer_name), (releaser, releaser_name) = setting.payers
    at = instant(month + timedelta(days=22), 10)
    rows["order"].append(
        (
            pk, uuid(rng), number, "run", book, account, f"Paiements de {month:%m/%Y}", month, "", paid, "EUR", count, f"{total:.2f}", "answered", 1,
            sha256(number.encode()).hexdigest(), payer, payer_name, at, releaser, releaser_name, at, at, LABEL, "", "",
        )
    )  # fmt: skip
    for side, (journal, debit, credit) in enumerate((("PAY", expense, clearing), ("BNK", clearing, bank))):
        voucher = first["voucher"] + 2 * index + side
        text = f"Ordre {number}"
        rows["voucher"].append(
            (
                voucher, uuid(rng), book, journal, f"{journal}-{number}", paid, text, f"{total:.2f}", "EUR", "payment_order", pk, "", 0, instant(paid, 8),
                LABEL,
            )
        )  # fmt: skip
        rows["ledger"].append((voucher, 1, debit, f"{total:.2f}", "0", ""))
        rows["ledger"].append((voucher, 2, credit, "0", f"{total:.2f}", ""))
