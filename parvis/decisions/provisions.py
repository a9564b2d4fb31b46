"""What a decision grants, as data, and the protocol by which `aid` and others carry it out.

A provision is typed once, in the proposal; letter, pack, entitlement and payment read the same values. A kind is
registered under its key: `registries.provisions.register("aid.ris", AidRis())` (any object with the attributes and
methods of `ProvisionKind`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from parvis.kernel.actor import Actor

MONTH = "month"
ONCE = "once"


@dataclass(frozen=True)
class Payee:
    """Who receives the money, which may differ from the beneficiary. `bank_account_id` is contacts' row, if any."""

    name: str = ""
    iban: str = ""
    person_id: int | None = None
    bank_account_id: int | None = None


@dataclass(frozen=True)
class Recover:
    """The recovery ticked in the proposal: who owes, on which ground, for which period (last day included), how much."""

    debtor: str
    ground: str
    from_on: date
    to_on: date | None
    amount: Decimal
    debtor_person_id: int | None = None

    def from_person(self, beneficiary_name: str) -> bool:
        """Whether the person who was helped owes it, rather than an institution or somebody else."""
        return bool(self.debtor_person_id) or _same_name(self.debtor, beneficiary_name)


def _same_name(one: str, other: str) -> bool:
    return sorted(one.casefold().split()) == sorted(other.casefold().split()) != []


@dataclass(frozen=True)
class Provision:
    """One grant. `from_on`..`to_on` are days of law, last day included; `to_on` None = until revised.

    `amount` is per `periodicity` ("month" or "once"). `details` holds the kind's own inputs (for example the category)
    and `resources` the chosen situation facts.
    """

    key: str
    kind: str
    beneficiary_person_id: int
    beneficiary_name: str
    amount: Decimal
    from_on: date
    to_on: date | None = None
    periodicity: str = MONTH
    currency: str = "EUR"
    payee: Payee = field(default_factory=Payee)
    calculation_id: int | None = None
    recover: Recover | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    label: str = ""


@dataclass(frozen=True)
class ProvisionInput:
    """A field that a kind asks for in the proposal beside amount, period and account. Labels are {"fr","nl","de","en"}."""

    key: str
    label: Mapping[str, str]
    kind: str = "choice"  # "choice" | "text" | "amount"
    choices: tuple[tuple[str, Mapping[str, str]], ...] = ()
    required: bool = True


@runtime_checkable
class ProvisionKind(Protocol):
    """A kind of grant. It may have `preset(dossier_id, person_id, day)`: details a new proposal begins with; `<key>_why`, a text per
    language, says where the value of `<key>` comes from. Texts are returned in the language asked for; nothing here opens a file or the network."""

    title: Mapping[str, str]
    periodicity: str
    inputs: Sequence[ProvisionInput]
    computed: bool  # True: amount comes from compute() and is not typed

    def describe(self, provision: Provision, language: str) -> Mapping[str, Any]:
        """{"title": str, "lines": [str, …]}: what the person gets, in plain words of `language`."""

    def compute(self, line: Any, facts: Mapping[str, Any], day: date) -> Any | None:
        """An explanation or saved calculation (rules) for `facts` = {"actor", "dossier_id", "person_id", "details", "resources", "provision"}; None if typed."""

    def validate(self, provision: Provision) -> list[str]:
        """What is wrong or missing, translated; empty = fit to be proposed."""

    def apply(self, actor: Actor, decision: Any, provision: Provision) -> None:
        """Carry the grant out, in the deciding transaction. Only called for granted and adjusted decisions."""


def _day(value: str | date | None) -> date | None:
    if value in (None, ""):
        return None
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _decimal(value: Any) -> Decimal:
    try:
        return Decimal(str(value))
    except (InvalidOperation, ValueError):
        return Decimal("0")


def provision_from_json(data: Mapping[str, Any]) -> Provision:
    payee = data.get("payee") or {}
    recover = data.get("recover")
    from_on = _day(data.get("from"))
    if from_on is None:
        raise ValueError("a provision needs its first day")
    return Provision(
        key=str(data.get("key") or ""),
        kind=data["kind"],
        beneficiary_person_id=int(data["beneficiary"]["person_id"]),
        beneficiary_name=data["beneficiary"].get("name", ""),
        amount=_decimal(data.get("amount") or "0"),
        currency=data.get("currency") or "EUR",
        periodicity=data.get("periodicity") or MONTH,
        from_on=from_on,
        to_on=_day(data.get("to")),
        payee=Payee(
            name=payee.get("name", ""),
            iban=payee.get("iban", ""),
            person_id=payee.get("person_id"),
            bank_account_id=payee.get("bank_account_id"),
        ),
        calculation_id=data.get("calculation_id"),
        recover=Recover(
            debtor=recover.get("debtor", ""),
            debtor_person_id=recover.get("debtor_person_id"),
            ground=recover.get("ground", ""),
            from_on=_day(recover.get("from")) or from_on,
            to_on=_day(recover.get("to")),
            amount=_decimal(recover.get("amount") or "0"),
        )
        if recover
        else None,
        details=data.get("details") or {},
        label=data.get("label", ""),
    )


def provision_to_json(provision: Provision) -> dict[str, Any]:
    recover = provision.recover
    return {
        "key": provision.key,
        "kind": provision.kind,
        "beneficiary": {"person_id": provision.beneficiary_person_id, "name": provision.beneficiary_name},
        "payee": {
            "name": provision.payee.name,
            "iban": provision.payee.iban,
            "person_id": provision.payee.person_id,
            "bank_account_id": provision.payee.bank_account_id,
        },
        "amount": str(provision.amount),
        "currency": provision.currency,
        "periodicity": provision.periodicity,
        "from": provision.from_on.isoformat(),
        "to": provision.to_on.isoformat() if provision.to_on else None,
        "calculation_id": provision.calculation_id,
        "recover": {
            "debtor": recover.debtor,
            "debtor_person_id": recover.debtor_person_id,
            "ground": recover.ground,
            "from": recover.from_on.isoformat(),
            "to": recover.to_on.isoformat() if recover.to_on else None,
            "amount": str(recover.amount),
        }
        if recover
        else None,
        "details": dict(provision.details),
        "label": provision.label,
    }
