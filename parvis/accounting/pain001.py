"""Writes a credit transfer order, pain.001.001.09, as Belgian banks take it, and checks what was written.

Pure: data in, bytes out. The schema itself is not ours to ship: when it is at hand the file is validated against it, and in any
case it is read back and compared with what was asked (``faults``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from lxml import etree

from .sepa import NAME_MAX, REFERENCE_MAX, TEXT_MAX, Changes, reference_fault, structured_is_valid, written

SCHEMA = "pain.001.001.09"
NS = f"urn:iso:std:iso:20022:tech:xsd:{SCHEMA}"
MAX_AMOUNT = Decimal("999999999.99")


@dataclass(frozen=True)
class Party:
    name: str
    street: str = ""
    postcode: str = ""
    town: str = ""
    country: str = ""


@dataclass(frozen=True)
class Transfer:
    """``structured``: twelve digits of a Belgian communication, wins over the free text."""

    end_to_end: str
    amount: Decimal
    payee: Party
    iban: str
    communication: str = ""
    structured: str = ""
    purpose: str = ""


@dataclass(frozen=True)
class OrderData:
    message_id: str
    created_at: datetime
    execution_on: date
    debtor: Party
    debtor_iban: str
    debtor_bic: str
    enterprise_number: str
    transfers: Sequence[Transfer]
    currency: str = "EUR"
    batch_booking: bool = True


@dataclass(frozen=True)
class Written:
    content: bytes
    changes: list[dict[str, str]]


def build(order: OrderData) -> Written:
    """The file.

    Raises:
        ValueError: a reference or an amount that no bank takes. Services check before: this is the last barrier.
    """
    for reference in (order.message_id, *(one.end_to_end for one in order.transfers)):
        if fault := reference_fault(reference):
            raise ValueError(f"reference {reference!r}: {fault}")
    for one in order.transfers:
        if not Decimal("0.01") <= one.amount <= MAX_AMOUNT or one.amount != one.amount.quantize(Decimal("0.01")):
            raise ValueError(f"{one.end_to_end}: amount {one.amount}")
    changes = Changes()
    total = sum((one.amount for one in order.transfers), Decimal(0))
    count = str(len(order.transfers))
    root = etree.Element(f"{{{NS}}}Document", nsmap={None: NS})
    body = _add(root, "CstmrCdtTrfInitn")

    header = _add(body, "GrpHdr")
    _add(header, "MsgId", order.message_id)
    _add(header, "CreDtTm", order.created_at.strftime("%Y-%m-%dT%H:%M:%S"))
    _add(header, "NbOfTxs", count)
    _add(header, "CtrlSum", _money(total))
    initiator = _add(header, "InitgPty")
    _add(initiator, "Nm", written(order.debtor.name, NAME_MAX, changes, order.message_id, "InitgPty"))
    other = _path(initiator, "Id", "OrgId", "Othr")
    _add(other, "Id", order.enterprise_number)
    _add(other, "Issr", "KBO-BCE")

    block = _add(body, "PmtInf")
    _add(block, "PmtInfId", order.message_id)
    _add(block, "PmtMtd", "TRF")
    _add(block, "BtchBookg", "true" if order.batch_booking else "false")
    _add(block, "NbOfTxs", count)
    _add(block, "CtrlSum", _money(total))
    kind = _add(block, "PmtTpInf")
    _add(_add(kind, "SvcLvl"), "Cd", "SEPA")
    _add(_add(kind, "CtgyPurp"), "Cd", "SSBE")
    _add(_add(block, "ReqdExctnDt"), "Dt", order.execution_on.isoformat())
    _party(_add(block, "Dbtr"), order.debtor, changes, order.message_id, "Dbtr")
    account = _add(block, "DbtrAcct")
    _add(_add(account, "Id"), "IBAN", order.debtor_iban)
    _add(account, "Ccy", order.currency)
    agent = _path(block, "DbtrAgt", "FinInstnId")
    if order.debtor_bic:
        _add(agent, "BICFI", order.debtor_bic)
    else:
        _add(_add(agent, "Othr"), "Id", "NOTPROVIDED")
    _add(block, "ChrgBr", "SLEV")
    for one in order.transfers:
        _transfer(block, one, order.currency, changes)
    content = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return Written(content, changes.rows)


def _transfer(block: etree._Element, one: Transfer, currency: str, changes: Changes) -> None:
    transfer = _add(block, "CdtTrfTxInf")
    _add(_add(transfer, "PmtId"), "EndToEndId", one.end_to_end)
    amount = _add(_add(transfer, "Amt"), "InstdAmt", _money(one.amount))
    amount.set("Ccy", currency)
    _party(_add(transfer, "Cdtr"), one.payee, changes, one.end_to_end, "Cdtr")
    _add(_path(transfer, "CdtrAcct", "Id"), "IBAN", one.iban)
    if one.purpose:
        _add(_add(transfer, "Purp"), "Cd", one.purpose)
    if one.structured:
        if not structured_is_valid(one.structured):
            raise ValueError(f"{one.end_to_end}: structured communication {one.structured}")
        reference = _path(transfer, "RmtInf", "Strd", "CdtrRefInf")
        kind = _add(reference, "Tp")
        _add(_add(kind, "CdOrPrtry"), "Cd", "SCOR")
        _add(kind, "Issr", "BBA")
        _add(reference, "Ref", one.structured)
    elif one.communication:
        _add(_add(transfer, "RmtInf"), "Ustrd", written(one.communication, TEXT_MAX, changes, one.end_to_end, "Ustrd"))


def _party(element: etree._Element, party: Party, changes: Changes, where: str, what: str) -> None:
    """Name, and a structured address where at least town and country are known: banks refuse other ones since November 2026."""
    _add(element, "Nm", written(party.name, NAME_MAX, changes, where, f"{what}/Nm"))
    if not (party.town and party.country):
        return
    address = _add(element, "PstlAdr")
    if party.street:
        _add(address, "StrtNm", written(party.street, NAME_MAX, changes, where, f"{what}/StrtNm"))
    if party.postcode:
        _add(address, "PstCd", written(party.postcode, 16, changes, where, f"{what}/PstCd"))
    _add(address, "TwnNm", written(party.town, 35, changes, where, f"{what}/TwnNm"))
    _add(address, "Ctry", party.country)


def _add(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    child = etree.SubElement(parent, f"{{{NS}}}{name}")
    if text is not None:
        child.text = text
    return child


def _path(parent: etree._Element, *names: str) -> etree._Element:
    for name in names:
        parent = _add(parent, name)
    return parent


def _money(amount: Decimal) -> str:
    return f"{amount:.2f}"


# Checks ---------------------------------------------------------------------------------------------------------------
def schema_faults(content: bytes, schema: Path) -> list[str]:
    """What the ISO schema finds wrong; empty = valid."""
    validator = etree.XMLSchema(etree.parse(str(schema)))
    if validator.validate(etree.fromstring(content)):
        return []
    return [f"{error.line}: {error.message}" for error in validator.error_log]


ORDER_OF_BLOCK = (
    "PmtInfId", "PmtMtd", "BtchBookg", "NbOfTxs", "CtrlSum", "PmtTpInf", "ReqdExctnDt", "Dbtr", "DbtrAcct", "DbtrAgt", "ChrgBr", "CdtTrfTxInf",
)  # fmt: skip
ORDER_OF_TRANSFER = ("PmtId", "Amt", "Cdtr", "CdtrAcct", "Purp", "RmtInf")


def faults(content: bytes, order: OrderData) -> list[str]:
    """What our own reading back finds wrong: order of elements, counts, sums, references, one line for each that was asked."""
    root = etree.fromstring(content)
    out: list[str] = []
    if root.tag != f"{{{NS}}}Document":
        return [f"root {root.tag}"]
    header, block = root[0][0], root[0][1]
    transfers = block.findall(f"{{{NS}}}CdtTrfTxInf")
    out += _disorder(block, ORDER_OF_BLOCK, "PmtInf")
    for one in transfers:
        out += _disorder(one, ORDER_OF_TRANSFER, "CdtTrfTxInf")
    amounts = [Decimal(_text(one, "Amt/InstdAmt")) for one in transfers]
    wanted = [(one.end_to_end, one.amount, one.iban) for one in order.transfers]
    found = [(_text(one, "PmtId/EndToEndId"), value, _text(one, "CdtrAcct/Id/IBAN")) for one, value in zip(transfers, amounts, strict=True)]
    if wanted != found:
        out.append("the lines written are not those of the order")
    if len({reference for reference, _, _ in found}) != len(found):
        out.append("a reference is used twice")
    for where in (header, block):
        if _text(where, "NbOfTxs") != str(len(transfers)):
            out.append("NbOfTxs is not the number of lines")
        if Decimal(_text(where, "CtrlSum")) != sum(amounts, Decimal(0)):
            out.append("CtrlSum is not the sum of the lines")
    for text, limit in _limits(root):
        if not text or len(text) > limit:
            out.append(f"text empty or longer than {limit}: {text!r}")
    return out


def _limits(root: etree._Element) -> Iterable[tuple[str, int]]:
    limits = {
        "Nm": NAME_MAX,
        "Ustrd": TEXT_MAX,
        "TwnNm": 35,
        "EndToEndId": REFERENCE_MAX,
        "MsgId": REFERENCE_MAX,
        "PmtInfId": REFERENCE_MAX,
    }
    for element in root.iter():
        limit = limits.get(etree.QName(element).localname)
        if limit:
            yield element.text or "", limit


def _disorder(element: etree._Element, order: Sequence[str], name: str) -> list[str]:
    places = [order.index(tag) if tag in order else -1 for tag in (etree.QName(child).localname for child in element)]
    return [] if places == sorted(places) and -1 not in places else [f"order of elements in {name}"]


def _text(element: etree._Element, path: str) -> str:
    return element.findtext("/".join(f"{{{NS}}}{step}" for step in path.split("/"))) or ""
