"""Characters, references, days, and the payment file against the ISO schema."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from parvis.accounting.pain001 import OrderData, Party, Transfer, build, faults, schema_faults
from parvis.accounting.sepa import ALLOWED, is_bank_day, next_bank_day, reference_fault, structured_is_valid, transliterate

D = Decimal


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Éloïse Béchard-Müller", "Eloise Bechard-Muller"),
        ("Wiśniewski-Lecomte, Krzysztof", "Wisniewski-Lecomte, Krzysztof"),
        ("Œuvre d’entraide «Le Cœur» & Cie", "OEuvre d'entraide 'Le Coeur' + Cie"),
        ("Straße 12; Łódź – ñandú", "Strasse 12, Lodz - nandu"),
        ("日本", ".."),
        ("Aïcha\u00a0El Amrani\n", "Aicha El Amrani"),
        ("Loyer n° 3 @ 50 €", "Loyer no 3 (at) 50 EUR"),
    ],
)
def test_text_is_written_in_the_characters_of_banks_and_nothing_is_dropped(before, after):
    assert transliterate(before) == after
    assert set(after) <= ALLOWED


@pytest.mark.parametrize("bad", ["", "x" * 36, "/P2026", "P//1", "P2026/", "é", " P1"])
def test_references_that_banks_refuse(bad):
    assert reference_fault(bad)


def test_structured_communication_and_bank_days():
    assert structured_is_valid("010806817183") and not structured_is_valid("010806817184") and not structured_is_valid("01080681718")
    assert structured_is_valid("000000009797")
    assert not is_bank_day(date(2026, 4, 3))  # Good Friday
    assert next_bank_day(date(2026, 4, 3)) == date(2026, 4, 7)  # Easter Monday too
    assert next_bank_day(date(2026, 3, 27)) == date(2026, 3, 27)


def _order(**changes):
    values = {
        "message_id": "P2026-0031-1",
        "created_at": datetime(2026, 3, 25, 9, 30, tzinfo=UTC),
        "execution_on": date(2026, 3, 27),
        "debtor": Party("CPAS de Valmont", town="Valmont", country="BE"),
        "debtor_iban": "BE42001999999954",
        "debtor_bic": "",
        "enterprise_number": "0200000043",
        "transfers": [
            Transfer(
                "P2026-0031-00001",
                D("1314.20"),
                Party("Éloïse Béchard", "Rue des Prés 4", "4999", "Valmont", "BE"),
                "BE68539007547034",
                "Revenu d’intégration, mars 2026",
            ),
            Transfer("P2026-0031-00002", D("540.00"), Party("Immo Clair-Val SA"), "BE71096123456769", structured="010806817183"),
        ],
    }
    return OrderData(**(values | changes))


def test_the_file_is_valid_against_the_iso_schema_and_read_back_equal(samples):
    order = _order()
    written = build(order)
    schema = samples / "pain" / "xsd" / "pain.001.001.09.xsd"
    assert schema_faults(written.content, schema) == []
    assert faults(written.content, order) == []
    assert schema_faults(build(replace(order, debtor_bic="BPOTBEB1")).content, schema) == []
    text = written.content.decode()
    for part in (
        "<CtrlSum>1854.20</CtrlSum>", "<NbOfTxs>2</NbOfTxs>", "<Cd>SEPA</Cd>", "<ChrgBr>SLEV</ChrgBr>", "<Issr>KBO-BCE</Issr>", "<Id>0200000043</Id>",
        "<Issr>BBA</Issr>", "<Ref>010806817183</Ref>", "<TwnNm>Valmont</TwnNm>", "<Id>NOTPROVIDED</Id>", "<BtchBookg>true</BtchBookg>",
    ):  # fmt: skip
        assert part in text
    assert written.changes == [
        {"where": "P2026-0031-00001", "field": "Cdtr/Nm", "from": "Éloïse Béchard", "to": "Eloise Bechard"},
        {"where": "P2026-0031-00001", "field": "Cdtr/StrtNm", "from": "Rue des Prés 4", "to": "Rue des Pres 4"},
        {"where": "P2026-0031-00001", "field": "Ustrd", "from": "Revenu d’intégration, mars 2026", "to": "Revenu d'integration, mars 2026"},
    ]
    assert build(order).content == written.content


def test_our_own_check_finds_what_a_schema_cannot():
    order = _order()
    content = build(order).content
    assert faults(content.replace(b"1854.20", b"1854.21"), order)
    assert faults(content.replace(b"<NbOfTxs>2</NbOfTxs>", b"<NbOfTxs>3</NbOfTxs>"), order)
    assert faults(content.replace(b"540.00", b"541.00"), order)
    assert faults(content.replace(b"BE71096123456769", b"BE68539007547034"), order)
    assert faults(content.replace(b"P2026-0031-00002", b"P2026-0031-00001"), order)
    assert faults(content.replace(b"ChrgBr", b"ChargBr"), order)


@pytest.mark.parametrize("amount", [D("0.00"), D("-1.00"), D("1.005"), D("1000000000.00")])
def test_amounts_no_bank_takes_are_the_last_barrier(amount):
    with pytest.raises(ValueError):
        build(_order(transfers=[Transfer("P2026-0031-00001", amount, Party("X"), "BE68539007547034")]))
