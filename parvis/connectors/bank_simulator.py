"""A bank made of two pure functions: it reads *our* order's XML and answers with the files real banks send.

pain.002 and camt.054 are written without any knowledge of our tables: what the product cannot say in the order, the bank does
not know.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from lxml import etree

STATUS_VERSION = "pain.002.001.10"
NOTICE_VERSION = "camt.054.001.08"
PREFIX = "urn:iso:std:iso:20022:tech:xsd:"

ACCEPT = "accept"
PENDING = "pending"

#: Reasons offered to the tester, the ISO codes alone: words belong to who reads the answer.
REJECT_CODES = ("AC01", "AC04", "AC06", "AG01", "AM05", "BE01", "MD07", "MS03", "RC01", "RR04")


@dataclass(frozen=True)
class OrderedTransfer:
    end_to_end: str
    amount: Decimal
    currency: str
    payee: str
    iban: str


@dataclass(frozen=True)
class ReadOrder:
    message_id: str
    block_id: str
    schema: str
    debtor_iban: str
    execution_on: date
    total: Decimal
    transfers: tuple[OrderedTransfer, ...]


def read_order(content: bytes) -> ReadOrder:
    """What the bank understands of an order.

    Raises:
        ValueError: not an order.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    root = etree.fromstring(content, parser)
    namespace = etree.QName(root).namespace or ""
    if not namespace.startswith(f"{PREFIX}pain.001."):
        raise ValueError("not a pain.001")

    def text(element: etree._Element, path: str) -> str:
        return element.findtext("/".join(f"{{{namespace}}}{step}" for step in path.split("/"))) or ""

    body = root[0]
    block = body.find(f"{{{namespace}}}PmtInf")
    if block is None:
        raise ValueError("no PmtInf")
    transfers = []
    for one in block.findall(f"{{{namespace}}}CdtTrfTxInf"):
        amount = one.find(f"{{{namespace}}}Amt/{{{namespace}}}InstdAmt")
        if amount is None or not amount.text:
            raise ValueError("no amount")
        transfers.append(
            OrderedTransfer(
                text(one, "PmtId/EndToEndId"),
                Decimal(amount.text),
                amount.get("Ccy", ""),
                text(one, "Cdtr/Nm"),
                text(one, "CdtrAcct/Id/IBAN"),
            )
        )
    return ReadOrder(
        message_id=text(body, "GrpHdr/MsgId"),
        block_id=text(block, "PmtInfId"),
        schema=namespace.removeprefix(PREFIX),
        debtor_iban=text(block, "DbtrAcct/Id/IBAN"),
        execution_on=date.fromisoformat(text(block, "ReqdExctnDt/Dt")[:10]),
        total=sum((one.amount for one in transfers), Decimal(0)),
        transfers=tuple(transfers),
    )


def status_report(order: ReadOrder, verdicts: Mapping[str, str], *, message_id: str, at: datetime, version: str = STATUS_VERSION) -> bytes:
    """A pain.002: every line with its own status. ``verdicts``: reference to "accept", "pending" or a reason code."""
    root, body = _document(version, "CstmrPmtStsRpt")
    header = _add(body, "GrpHdr")
    _add(header, "MsgId", message_id)
    _add(header, "CreDtTm", at.strftime("%Y-%m-%dT%H:%M:%S"))
    statuses = {one.end_to_end: _status(verdicts.get(one.end_to_end, ACCEPT)) for one in order.transfers}
    whole = next(iter(set(statuses.values()))) if len(set(statuses.values())) == 1 else "PART"
    group = _add(body, "OrgnlGrpInfAndSts")
    _add(group, "OrgnlMsgId", order.message_id)
    _add(group, "OrgnlMsgNmId", order.schema)
    _add(group, "OrgnlNbOfTxs", str(len(order.transfers)))
    _add(group, "OrgnlCtrlSum", f"{order.total:.2f}")
    _add(group, "GrpSts", whole)
    block = _add(body, "OrgnlPmtInfAndSts")
    _add(block, "OrgnlPmtInfId", order.block_id)
    _add(block, "PmtInfSts", whole)
    for one in order.transfers:
        line = _add(block, "TxInfAndSts")
        _add(line, "OrgnlEndToEndId", one.end_to_end)
        _add(line, "TxSts", statuses[one.end_to_end])
        verdict = verdicts.get(one.end_to_end, ACCEPT)
        if verdict not in (ACCEPT, PENDING):
            _add(_add(_add(line, "StsRsnInf"), "Rsn"), "Cd", verdict)
        original = _add(line, "OrgnlTxRef")
        _money(_add(original, "Amt"), "InstdAmt", one.amount, one.currency)
    return _bytes(root)


def _status(verdict: str) -> str:
    return {ACCEPT: "ACSP", PENDING: "PDNG"}.get(verdict, "RJCT")


def debit_notice(
    order: ReadOrder, references: list[str], *, message_id: str, at: datetime, on: date, version: str = NOTICE_VERSION
) -> bytes:
    """A camt.054: one debit for the lines that were paid, with its details."""
    paid = [one for one in order.transfers if one.end_to_end in set(references)]
    total = sum((one.amount for one in paid), Decimal(0))
    currency = paid[0].currency
    root, notice = _notice(order, message_id, at, currency, version)
    entry = _entry(notice, total, currency, "DBIT", on, f"{message_id}-1", ("PMNT", "ICDT", "ESCT"))
    details = _add(entry, "NtryDtls")
    batch = _add(details, "Btch")
    _add(batch, "PmtInfId", order.block_id)
    _add(batch, "NbOfTxs", str(len(paid)))
    _money(batch, "TtlAmt", total, currency)
    _add(batch, "CdtDbtInd", "DBIT")
    for number, one in enumerate(paid, start=1):
        _details(details, order, one, f"{message_id}-1-{number}", "DBIT")
    return _bytes(root)


def return_notice(
    order: ReadOrder, returns: Mapping[str, str], *, message_id: str, at: datetime, on: date, version: str = NOTICE_VERSION
) -> bytes:
    """A camt.054: money that came back, one credit per line with the reason."""
    sent_back = [one for one in order.transfers if one.end_to_end in returns]
    root, notice = _notice(order, message_id, at, sent_back[0].currency, version)
    for number, one in enumerate(sent_back, start=1):
        reference = f"{message_id}-{number}"
        entry = _entry(notice, one.amount, one.currency, "CRDT", on, reference, ("PMNT", "ICDT", "RRTN"))
        line = _details(_add(entry, "NtryDtls"), order, one, reference, "CRDT")
        _add(_add(_add(line, "RtrInf"), "Rsn"), "Cd", returns[one.end_to_end])
    return _bytes(root)


def _notice(order: ReadOrder, message_id: str, at: datetime, currency: str, version: str) -> tuple[etree._Element, etree._Element]:
    root, body = _document(version, "BkToCstmrDbtCdtNtfctn")
    header = _add(body, "GrpHdr")
    _add(header, "MsgId", message_id)
    _add(header, "CreDtTm", at.strftime("%Y-%m-%dT%H:%M:%S"))
    notice = _add(body, "Ntfctn")
    _add(notice, "Id", message_id)
    _add(notice, "CreDtTm", at.strftime("%Y-%m-%dT%H:%M:%S"))
    account = _add(notice, "Acct")
    _add(_add(account, "Id"), "IBAN", order.debtor_iban)
    _add(account, "Ccy", currency)
    return root, notice


def _entry(
    notice: etree._Element, amount: Decimal, currency: str, sign: str, on: date, reference: str, code: tuple[str, str, str]
) -> etree._Element:
    entry = _add(notice, "Ntry")
    _add(entry, "NtryRef", reference)
    _money(entry, "Amt", amount, currency)
    _add(entry, "CdtDbtInd", sign)
    _add(_add(entry, "Sts"), "Cd", "BOOK")
    _add(_add(entry, "BookgDt"), "Dt", on.isoformat())
    _add(_add(entry, "ValDt"), "Dt", on.isoformat())
    _add(entry, "AcctSvcrRef", reference)
    domain = _add(_add(entry, "BkTxCd"), "Domn")
    _add(domain, "Cd", code[0])
    family = _add(domain, "Fmly")
    _add(family, "Cd", code[1])
    _add(family, "SubFmlyCd", code[2])
    return entry


def _details(details: etree._Element, order: ReadOrder, one: OrderedTransfer, reference: str, sign: str) -> etree._Element:
    line = _add(details, "TxDtls")
    references = _add(line, "Refs")
    _add(references, "AcctSvcrRef", reference)
    _add(references, "PmtInfId", order.block_id)
    _add(references, "EndToEndId", one.end_to_end)
    _money(line, "Amt", one.amount, one.currency)
    _add(line, "CdtDbtInd", sign)
    parties = _add(line, "RltdPties")
    _add(_add(_add(parties, "Cdtr"), "Pty"), "Nm", one.payee)
    _add(_add(_add(parties, "CdtrAcct"), "Id"), "IBAN", one.iban)
    return line


def _document(version: str, name: str) -> tuple[etree._Element, etree._Element]:
    namespace = PREFIX + version
    root = etree.Element(f"{{{namespace}}}Document", nsmap={None: namespace})
    return root, _add(root, name)


def _add(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    child = etree.SubElement(parent, f"{{{etree.QName(parent).namespace}}}{name}")
    if text is not None:
        child.text = text
    return child


def _money(parent: etree._Element, name: str, amount: Decimal, currency: str) -> None:
    _add(parent, name, f"{amount:.2f}").set("Ccy", currency)


def _bytes(root: etree._Element) -> bytes:
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))
