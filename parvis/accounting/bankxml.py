"""Reads what banks send: pain.002 (status of an order) and camt.054 (debit and credit notices). Pure: bytes in, data out.

Elements are matched by local name, so that versions we never saw degrade gently. No DTD, no entity, no network, a size limit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _
from lxml import etree

from .enums import FileKind
from .errors import UnreadableBankFile

MAX_BYTES = 20 * 1024 * 1024
NAMESPACE = re.compile(r"xsd:((?:pain\.002|camt\.054)\.\d{3}\.\d{2}[\w.]{0,10})$")
BODIES = {"CstmrPmtStsRpt": FileKind.STATUS, "BkToCstmrDbtCdtNtfctn": FileKind.NOTICE}


@dataclass(frozen=True)
class StatusLine:
    """News about one transfer; without ``end_to_end`` about the whole order (``scope`` "group" or "block")."""

    scope: str
    status: str
    original_message: str
    original_block: str = ""
    end_to_end: str = ""
    reason_code: str = ""
    bank_text: str = ""
    amount: Decimal | None = None
    currency: str = ""
    party: str = ""
    rest_accepted: bool = False


@dataclass(frozen=True)
class NoticeLine:
    """One movement announced on an account. ``sign`` "DBIT" or "CRDT"; ``batch``: a total for a whole order, without its lines."""

    iban: str
    sign: str
    status: str
    amount: Decimal
    currency: str
    on: date | None
    end_to_end: str = ""
    original_message: str = ""
    bank_reference: str = ""
    reversal: bool = False
    returned: bool = False
    reason_code: str = ""
    bank_text: str = ""
    party: str = ""
    batch: bool = False


@dataclass(frozen=True)
class BankDocument:
    kind: FileKind
    version: str
    message_id: str
    statuses: tuple[StatusLine, ...] = ()
    notices: tuple[NoticeLine, ...] = ()


def read(content: bytes) -> BankDocument:
    """The document.

    Raises:
        UnreadableBankFile: too big, not XML, with a DTD, or of another kind.
    """
    root = _parse(content)
    body = next((child for child in root if isinstance(child.tag, str) and etree.QName(child).localname in BODIES), None)
    if etree.QName(root).localname != "Document" or body is None:
        raise UnreadableBankFile(
            _("This is neither a status report (pain.002) nor a debit and credit notice (camt.054). Nothing was read."), code="kind"
        )
    kind = BODIES[etree.QName(body).localname]
    # A sample of a bank writes "Xmlns": no namespace at all, the version in an attribute.
    stated = etree.QName(root).namespace or next((value for name, value in root.attrib.items() if name.lower() == "xmlns"), "")
    match = NAMESPACE.search(str(stated))
    version = match[1] if match and match[1].startswith(kind.value) else kind.value
    try:
        message = _text(body, "GrpHdr/MsgId")[:70]
        if kind == FileKind.STATUS:
            return BankDocument(kind, version, message, statuses=tuple(_statuses(body)))
        return BankDocument(kind, version, message, notices=tuple(_notices(body)))
    except (InvalidOperation, ValueError) as error:
        raise UnreadableBankFile(
            _("A value of this file cannot be read (%(what)s). Nothing was taken.") % {"what": error}, code="value"
        ) from None


def _parse(content: bytes) -> etree._Element:
    if len(content) > MAX_BYTES:
        raise UnreadableBankFile(_("The file is larger than 20 MB. Ask the bank for smaller files."), code="size")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise UnreadableBankFile(_("This file is not XML, or it is damaged. Nothing was read."), code="xml") from None
    if root.getroottree().docinfo.doctype:
        raise UnreadableBankFile(_("The file declares a document type: banks never do that. Nothing was read."), code="doctype")
    return root


# pain.002 -------------------------------------------------------------------------------------------------------------
ACCEPTING = ("ACCP", "ACSP", "ACSC", "ACWC", "ACCC", "ACFC")


def _statuses(body: etree._Element) -> Iterator[StatusLine]:
    group = _child(body, "OrgnlGrpInfAndSts")
    message = _text(group, "OrgnlMsgId")
    status = _text(group, "GrpSts")
    code, text = _reason(group)
    details: list[StatusLine] = []
    for block in _all(body, "OrgnlPmtInfAndSts"):
        block_id, block_status = _text(block, "OrgnlPmtInfId"), _text(block, "PmtInfSts")
        block_code, block_text = _reason(block)
        for one in _all(block, "TxInfAndSts"):
            details.append(_transaction(one, message, block_id, block_status, block_code, block_text))
        if block_status:
            details.append(
                StatusLine("block", block_status, message, block_id, "", block_code or code, block_text or text, rest_accepted=_rest(block))
            )
    for one in _all(body, "TxInfAndSts"):  # some banks leave the block out
        details.append(_transaction(one, message, "", status, code, text))
    yield from details
    if status and not any(line.scope == "block" for line in details):
        yield StatusLine("group", status, message, "", "", code, text, rest_accepted=_rest(group))


def _transaction(one: etree._Element, message: str, block: str, outer: str, outer_code: str, outer_text: str) -> StatusLine:
    code, text = _reason(one)
    original = _child(one, "OrgnlTxRef")
    amount = _child(_child(original, "Amt"), "InstdAmt")
    return StatusLine(
        scope="line",
        status=_text(one, "TxSts") or outer,
        original_message=_text(one, "OrgnlGrpInf/OrgnlMsgId") or message,
        original_block=block,
        end_to_end=_reference(_text(one, "OrgnlEndToEndId")),
        reason_code=code or outer_code,
        bank_text=text or outer_text,
        amount=_amount(amount),
        currency=amount.get("Ccy", "") if amount is not None else "",
        party=_party(_child(original, "Cdtr")),
    )


def _rest(element: etree._Element | None) -> bool:
    """The bank counts accepted lines that it does not list."""
    return any(_text(one, "DtldSts") in ACCEPTING and int(_text(one, "DtldNbOfTxs") or "0") > 0 for one in _all(element, "NbOfTxsPerSts"))


def _reason(element: etree._Element | None) -> tuple[str, str]:
    for one in _all(element, "StsRsnInf"):
        code = _text(one, "Rsn/Cd") or _text(one, "Rsn/Prtry")
        text = " ".join(_clean(part.text) for part in _all(one, "AddtlInf") if part.text)
        return code[:12], text[:191]
    return "", ""


# camt.054 -------------------------------------------------------------------------------------------------------------
def _notices(body: etree._Element) -> Iterator[NoticeLine]:
    for notice in _all(body, "Ntfctn"):
        account = _child(_child(notice, "Acct"), "Id")
        iban = _text(account, "IBAN") or _text(account, "Othr/Id")
        for entry in _all(notice, "Ntry"):
            yield from _entry(entry, iban.replace(" ", ""))


def _entry(entry: etree._Element, iban: str) -> Iterator[NoticeLine]:
    total = _child(entry, "Amt")
    shared = {
        "iban": iban,
        "status": _text(entry, "Sts/Cd") or _text(entry, "Sts"),
        "on": _date(_child(entry, "BookgDt")) or _date(_child(entry, "ValDt")),
        "reversal": _text(entry, "RvslInd") == "true",
    }
    sign = _text(entry, "CdtDbtInd")
    reference = _text(entry, "AcctSvcrRef") or _text(entry, "NtryRef")
    any_detail = False
    for details in _all(entry, "NtryDtls"):
        transactions = _all(details, "TxDtls")
        for one in transactions:
            any_detail = True
            yield _movement(one, shared, sign, reference, total, alone=len(transactions) == 1)
        batch = _child(details, "Btch")
        if batch is not None and not transactions:
            any_detail = True
            amount = _child(batch, "TtlAmt")
            yield NoticeLine(
                **shared,  # type: ignore[arg-type]
                sign=_text(batch, "CdtDbtInd") or sign,
                amount=_amount(amount if amount is not None else total) or Decimal(0),
                currency=total.get("Ccy", "") if total is not None else "",
                original_message=_text(batch, "PmtInfId") or _text(batch, "MsgId"),
                bank_reference=reference,
                batch=True,
            )
    if not any_detail:
        yield NoticeLine(
            **shared,  # type: ignore[arg-type]
            sign=sign,
            amount=_amount(total) or Decimal(0),
            currency=total.get("Ccy", "") if total is not None else "",
            bank_reference=reference,
            bank_text=_clean(_text(entry, "AddtlNtryInf"))[:191],
        )


def _movement(
    one: etree._Element, shared: dict[str, object], sign: str, reference: str, total: etree._Element | None, *, alone: bool
) -> NoticeLine:
    amount = _child(one, "Amt")
    if amount is None:
        amount = _child(_child(_child(one, "AmtDtls"), "TxAmt"), "Amt")
    if amount is None and alone:
        amount = total
    direction = _text(one, "CdtDbtInd") or sign
    parties = _child(one, "RltdPties")
    returned = _child(one, "RtrInf")
    return NoticeLine(
        **shared,  # type: ignore[arg-type]
        sign=direction,
        amount=_amount(amount) or Decimal(0),
        currency=amount.get("Ccy", "") if amount is not None else "",
        end_to_end=_reference(_text(one, "Refs/EndToEndId")),
        original_message=_text(one, "Refs/PmtInfId") or _text(one, "Refs/MsgId"),
        bank_reference=_text(one, "Refs/AcctSvcrRef") or reference,
        returned=returned is not None,
        reason_code=(_text(returned, "Rsn/Cd") or _text(returned, "Rsn/Prtry"))[:12],
        bank_text=_clean(_text(returned, "AddtlInf"))[:191],
        party=_party(_child(parties, "Cdtr" if direction == "DBIT" else "Dbtr")),
    )


# Reading by local name ------------------------------------------------------------------------------------------------
def _all(element: etree._Element | None, name: str) -> list[etree._Element]:
    if element is None:
        return []
    return [child for child in element if isinstance(child.tag, str) and etree.QName(child).localname == name]


def _child(element: etree._Element | None, name: str) -> etree._Element | None:
    found = _all(element, name)
    return found[0] if found else None


def _text(element: etree._Element | None, path: str) -> str:
    for name in path.split("/"):
        element = _child(element, name)
    return (element.text or "").strip() if element is not None else ""


def _clean(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "").strip()


def _reference(text: str) -> str:
    return "" if text == "NOTPROVIDED" else text[:70]


def _party(element: etree._Element | None) -> str:
    """Name of a party: versions from 08 on wrap it in ``Pty``."""
    return _clean(_text(element, "Nm") or _text(element, "Pty/Nm"))[:191]


def _amount(element: etree._Element | None) -> Decimal | None:
    if element is None or not (element.text or "").strip():
        return None
    value = Decimal((element.text or "").strip())
    if not value.is_finite() or abs(value) >= Decimal("1e13"):
        raise ValueError(f"amount {element.text}")
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -5 and value != value.quantize(Decimal("0.00001")):
        raise ValueError(f"amount {element.text}")
    return value


def _date(element: etree._Element | None) -> date | None:
    """A date or an instant; zones and odd fractions are cut off: a bank's day is the day it prints."""
    text = _text(element, "Dt") or _text(element, "DtTm")
    return date.fromisoformat(text[:10]) if text else None
