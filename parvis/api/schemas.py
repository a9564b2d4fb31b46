"""What the interface answers. Amounts are decimals written as text; days are ISO days, last day included; instants carry their zone."""

import datetime as dt
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field

Amount = Annotated[str, Field(pattern=r"^-?\d+\.\d{2}$", examples=["1314.20"])]


class Strict(Schema):
    model_config = ConfigDict(extra="forbid", from_attributes=True)


class ErrorOut(Strict):
    name: str
    problem: str


class ProblemOut(Strict):
    """RFC 9457: what (`title`, `detail`), where (`instance`, `errors`), what to do (`todo`)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    todo: str
    page: str | None = Field(None, description="The page on which to write the reason.")
    errors: list[ErrorOut] | None = None


class Paged(Strict):
    next: str | None = Field(description="Give it as `after` for the next page; null on the last.")
    as_of: dt.datetime = Field(description="Give that of the first page as `since` the next time.")


class Ref(Strict):
    id: UUID
    name: str | None = Field(description="Null where the token does not open identity.")


class FunctionOut(Strict):
    function: str
    unit: str | None = Field(description="Code of the service; null for the whole centre.")


class MeOut(Strict):
    name: str
    token: str
    purpose: str
    last_day: dt.date
    scopes: list[str]
    classes: list[str] = Field(description="Classes of data: those of the token that the functions of today open.")
    functions: list[FunctionOut]
    calls_a_minute: int


class HitOut(Strict):
    kind: str
    title: str
    detail: str
    why: str
    page: str


class Hits(Strict):
    items: list[HitOut]


class PersonLine(Strict):
    id: UUID
    name: str
    birth_date: dt.date | None


class Persons(Paged):
    items: list[PersonLine]


class AccountOut(Strict):
    iban: str = Field(description="Masked for who sees it masked on the page.")
    holder: str


class PersonOut(Strict):
    id: UUID
    name: str
    family_name: str
    given_names: str
    birth_date: dt.date | None
    birth_place: str
    sex: str
    nationality: str
    number: str = Field(description="National number, masked for who sees it masked on the page.")
    language: str
    address_hidden: bool = Field(description="Address, phone and e-mail are protected: nobody is told.")
    address: list[str]
    phone: str
    email: str
    accounts: list[AccountOut] | None = Field(description="Null where the class of data “money” is not open.")


class ReferentOut(Strict):
    role: str
    name: str


class DossierLine(Strict):
    id: UUID
    number: str
    lead: Ref
    unit: str
    status: str
    opened_on: dt.date
    closed_on: dt.date | None
    archived_on: dt.date | None
    referent: str | None


class Dossiers(Paged):
    items: list[DossierLine]


class SituationOut(Strict):
    kind: str
    label: str
    person: UUID | None
    amount: Amount | None
    currency: str
    periodicity: str
    first_day: dt.date
    last_day: dt.date | None


class CountsOut(Strict):
    journal: int | None = Field(description="Null where the token does not open the journal.")
    documents: int | None = Field(description="Null where the token does not open documents.")


class DossierOut(DossierLine):
    on: dt.date = Field(description="The day on which it is read.")
    referents: list[ReferentOut]
    situation: list[SituationOut] = Field(description="Lines of the classes of data that are open.")
    counts: CountsOut


class MemberOut(Strict):
    person: Ref
    role: str
    in_household: bool
    first_day: dt.date
    last_day: dt.date | None


class Members(Strict):
    on: dt.date
    items: list[MemberOut]


class EntryOut(Strict):
    id: UUID
    kind: str
    title: str
    text: str
    happened_at: dt.datetime
    recorded_at: dt.datetime
    author: str
    corrects: UUID | None


class Entries(Paged):
    items: list[EntryOut]


class DocumentOut(Strict):
    id: UUID
    title: str
    kind: str
    on: dt.date
    origin: str
    data_class: str
    file_name: str
    media_type: str
    size: int
    recorded_at: dt.datetime
    file: str = Field(description="Address of the file in this interface.")


class Documents(Paged):
    items: list[DocumentOut]


class RequestLineOut(Strict):
    id: UUID
    kind: str
    label: str
    stage: str
    stage_at: dt.datetime
    decide_by: dt.date | None


class RequestOut(Strict):
    id: UUID
    number: str
    applicant: str | None = Field(description="Null where the token does not open identity.")
    dossier: str | None
    unit: str
    channel: str
    urgent: bool
    requested_on: dt.date
    received_at: dt.datetime
    lines: list[RequestLineOut]


class Requests(Paged):
    items: list[RequestOut]


class GrantOut(Strict):
    kind: str
    amount: Amount
    currency: str
    periodicity: str
    first_day: dt.date
    last_day: dt.date | None


class DecisionOut(Strict):
    id: UUID
    number: str
    dossier: str
    request_line: UUID
    outcome: str
    decider: str
    decided_on: dt.date
    decided_at: dt.datetime
    replaces: str | None
    notified_on: dt.date | None
    appeal_until: dt.date | None
    pack_sha256: str
    grants: list[GrantOut] | None = Field(description="Null where the class of data “money” is not open.")


class Decisions(Paged):
    items: list[DecisionOut]


class EntitlementOut(Strict):
    id: UUID
    dossier: str
    decision: str | None = Field(description="Null where the right was taken over: no decision here opened it.")
    origin: str | None = Field(description="Name of the system from which the right was taken over; null where a decision opened it.")
    kind: str
    beneficiary: str | None
    amount: Amount
    currency: str
    periodicity: str
    first_day: dt.date
    last_day: dt.date | None
    state: str
    first_paid_on: dt.date | None


class Entitlements(Paged):
    items: list[EntitlementOut]


class PaymentOut(Strict):
    id: UUID
    order: str
    end_to_end: str
    beneficiary: str | None
    payee: str | None
    iban: str = Field(description="Masked: the bank's file has it whole.")
    purpose: str
    month: dt.date | None
    amount: Amount
    currency: str
    state: str
    execution_on: dt.date
    booked_on: dt.date | None
    reason_code: str


class Payments(Paged):
    items: list[PaymentOut]
