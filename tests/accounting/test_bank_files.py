"""Files of other hands, and bad ones: refused line by line, never half taken."""

from __future__ import annotations

from decimal import Decimal

import pytest

from parvis.accounting import bankxml, demo
from parvis.accounting.enums import FileKind
from parvis.accounting.errors import UnreadableBankFile
from parvis.accounting.explanations import EXPLANATIONS, explain
from parvis.accounting.models import BankFile, BankFileLine, PaymentLine, Voucher
from parvis.accounting.reasons import REASONS, in_words
from parvis.accounting.services.bankfiles import import_bank_file
from parvis.kernel.errors import NotAllowed

from .factories import SYSTEM, a_spec, a_team, lines, sent

D = Decimal

STRANGERS = [
    ("pain/pain002/iso20022js-pain_002_transaction_rejected.xml", "pain.002", "unknown_order"),
    ("pain/pain002/iso20022js-pain_002_v3_accepted.xml", "pain.002", "unknown_order"),
    ("camt/tryton/camt.054.001.02.xml", "camt.054", "foreign_account"),
    ("camt/tryton/camt.054.001.03.xml", "camt.054", "foreign_account"),
    ("camt/tryton/camt.054.001.04.xml", "camt.054", "foreign_account"),
    ("camt/genkgo/camt054.v4.xml", "camt.054", "foreign_account"),
    ("camt/genkgo/camt054.v8.xml", "camt.054", "foreign_account"),
    ("camt/oca/test-camt054.xml", "camt.054", "foreign_account"),
    ("camt/iso-business-samples/business_sample_camt.054.001.04.xml", "camt.054", "foreign_account"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "kind", "explanation"), STRANGERS)
def test_files_about_strangers_orders_are_refused_line_by_line(samples, path, kind, explanation):
    team = a_team()
    order = sent(team, a_spec(1))
    report = import_bank_file(actor=team.payer, content=(samples / path).read_bytes(), name=path)
    rows = list(BankFileLine.unscoped.filter(file=report.file))
    assert report.file.kind == kind and rows and report.refused == len(rows) and report.matched == report.rejected == 0
    assert {(row.finding, row.explanation) for row in rows} == {("refused", explanation)}
    assert lines(order)[0].state == "sent" and not Voucher.unscoped.exists()
    again = import_bank_file(actor=team.payer, content=(samples / path).read_bytes())
    assert again.already and BankFileLine.unscoped.filter(file=report.file).count() == len(rows)


def test_what_samples_say_is_read_exactly(samples):
    document = bankxml.read((samples / "pain/pain002/iso20022js-pain_002_transaction_rejected.xml").read_bytes())
    assert (document.kind, document.version) == (FileKind.STATUS, "pain.002.001.03")  # its "Xmlns" is no namespace
    rejected = [line for line in document.statuses if line.scope == "line"]
    assert [(line.status, line.reason_code) for line in rejected[:1]] == [("RJCT", "NARR")]
    assert rejected[0].bank_text == "Instruction ID example01234567 already exist"
    assert rejected[0].original_message == "missing2"
    notice = bankxml.read((samples / "camt/tryton/camt.054.001.04.xml").read_bytes())
    assert [(line.sign, line.amount, line.currency) for line in notice.notices][:1] == [("CRDT", D("0"), "SEK")]


BAD = [
    (b"", "xml"),
    (b"%PDF-1.7", "xml"),
    (b"<Document/>", "kind"),
    (
        b"<?xml version='1.0'?><!DOCTYPE d [<!ENTITY x 'boom'>]><Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.002.001.03'>&x;</Document>",
        "doctype",
    ),
    (b"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'><BkToCstmrStmt/></Document>", "kind"),
    (
        b"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.054.001.08'><BkToCstmrDbtCdtNtfctn><Ntfctn><Ntry><Amt Ccy='EUR'>ten</Amt>"
        b"</Ntry></Ntfctn></BkToCstmrDbtCdtNtfctn></Document>",
        "value",
    ),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("content", "code"), BAD)
def test_a_file_that_is_not_one_is_refused_whole(content, code):
    demo.load(actor=SYSTEM)
    with pytest.raises(UnreadableBankFile) as refusal:
        import_bank_file(actor=SYSTEM, content=content)
    assert refusal.value.code == code
    assert not BankFile.unscoped.exists()


def test_entities_are_never_resolved(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("hidden")
    bomb = f"<!DOCTYPE d [<!ENTITY x SYSTEM 'file://{secret}'>]><Document><CstmrPmtStsRpt><GrpHdr><MsgId>&x;</MsgId></GrpHdr></CstmrPmtStsRpt></Document>"
    with pytest.raises(UnreadableBankFile):
        bankxml.read(bomb.encode())


def test_a_file_too_large_is_refused_before_it_is_parsed():
    with pytest.raises(UnreadableBankFile) as refusal:
        bankxml.read(b" " * (bankxml.MAX_BYTES + 1))
    assert refusal.value.code == "size"


def _status(message, reference, amount="1314.20", status="ACSP", group="PART"):
    return (
        "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.002.001.03'><CstmrPmtStsRpt><GrpHdr><MsgId>B1</MsgId></GrpHdr>"
        f"<OrgnlGrpInfAndSts><OrgnlMsgId>{message}</OrgnlMsgId><GrpSts>{group}</GrpSts></OrgnlGrpInfAndSts>"
        f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{message}</OrgnlPmtInfId><TxInfAndSts><OrgnlEndToEndId>{reference}</OrgnlEndToEndId>"
        f"<TxSts>{status}</TxSts><OrgnlTxRef><Amt><InstdAmt Ccy='EUR'>{amount}</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts></OrgnlPmtInfAndSts>"
        "</CstmrPmtStsRpt></Document>"
    ).encode()


def _group(message, status):
    return (
        "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.002.001.10'><CstmrPmtStsRpt><GrpHdr><MsgId>B2</MsgId></GrpHdr>"
        f"<OrgnlGrpInfAndSts><OrgnlMsgId>{message}</OrgnlMsgId><GrpSts>{status}</GrpSts>"
        "<StsRsnInf><Rsn><Cd>DU01</Cd></Rsn></StsRsnInf></OrgnlGrpInfAndSts></CstmrPmtStsRpt></Document>"
    ).encode()


@pytest.mark.django_db
def test_a_line_that_does_not_agree_with_the_order_is_refused():
    team = a_team()
    order = sent(team, a_spec(1), a_spec(2))
    cases = [
        (_status(order.message_id, f"{order.number}-00001", amount="1314.21"), "amount_differs"),
        (_status(order.message_id, "SOMETHING-ELSE"), "unknown_line"),
        (_status("P1999-0001-1", f"{order.number}-00001"), "unknown_order"),
    ]
    for content, explanation in cases:
        report = import_bank_file(actor=team.payer, content=content)
        rows = [(row.finding, row.explanation) for row in BankFileLine.unscoped.filter(file=report.file)]
        assert rows[0] == ("refused", explanation)
        assert set(rows[1:]) <= {("pending", "pending")}  # a PART says nothing of lines it does not name
    assert {line.state for line in lines(order)} == {"sent"} and not Voucher.unscoped.exists()


@pytest.mark.django_db
def test_a_status_for_the_whole_order_holds_for_each_line():
    team = a_team()
    order = sent(team, a_spec(1), a_spec(2))
    waiting = import_bank_file(actor=team.payer, content=_group(order.message_id, "ACTC"))
    assert [row.finding for row in BankFileLine.unscoped.filter(file=waiting.file)] == ["pending"]
    assert {line.state for line in lines(order)} == {"sent"}
    report = import_bank_file(actor=team.payer, content=_group(order.message_id, "RJCT"))
    assert (report.rejected, {line.state for line in lines(order)}, {line.reason_code for line in lines(order)}) == (
        2,
        {"rejected"},
        {"DU01"},
    )
    late = import_bank_file(actor=team.payer, content=_group(order.message_id, "ACCP"))
    assert {row.explanation for row in BankFileLine.unscoped.filter(file=late.file)} == {"rejected_before"}
    assert not Voucher.unscoped.exists()


@pytest.mark.django_db
def test_only_those_who_pay_or_book_read_bank_files():
    team = a_team()
    order = sent(team, a_spec(1))
    for actor in (team.auditor, team.worker):
        with pytest.raises(NotAllowed):
            import_bank_file(actor=actor, content=_group(order.message_id, "ACCP"))
    assert not BankFile.unscoped.exists() and lines(order)[0].state == "sent"
    assert import_bank_file(actor=team.accountant, content=_group(order.message_id, "ACCP")).matched == 1
    assert PaymentLine.objects.visible_to(team.worker).count() == 0


def test_every_reason_and_explanation_has_words():
    assert in_words("AC04") == str(REASONS["AC04"])
    assert "ZZ99" in in_words("ZZ99")
    assert in_words("NARR", "compte bloqué").endswith("(compte bloqué)")
    assert all(explain(code) != code for code in EXPLANATIONS)
