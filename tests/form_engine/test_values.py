"""Reading, checking and showing single answers."""

from datetime import date
from decimal import Decimal

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from parvis.form_engine import values
from parvis.form_engine.values import fault, parse_number, read, show, typed
from tests.form_engine.factories import field, option

TODAY = date(2026, 3, 2)


def post(**given):
    data = QueryDict(mutable=True)
    for name, value in given.items():
        data.setlist(name.replace("_", "-"), value if isinstance(value, list) else [value])
    return data


@pytest.mark.parametrize(
    ("text", "value"),
    [("620,50", "620.50"), ("1 234,5", "1234.50"), ("1.234,56", "1234.56"), ("1,234.56", "1234.56"), ("€ 12", "12.00"), ("0", "0.00")],
)
def test_amounts_as_people_type_them(text, value):
    assert read(field("x", "money"), "f", post(f=text)) == value


@pytest.mark.parametrize("text", ["six cents", "12,345", "1e9", "--3", "12,3,4", "٣"])
def test_an_amount_that_cannot_be_read_is_kept_and_said(text):
    value = read(field("x", "money"), "f", post(f=text))
    assert value == {"raw": text}
    assert typed(field("x", "money"), value) is None
    assert fault(field("x", "money"), value, TODAY)


@pytest.mark.parametrize(
    ("day", "month", "year", "word"),
    [("31", "2", "1990", "existe"), ("3", "mars", "1990", "chiffres"), ("3", "3", "90", "4 chiffres"), ("", "3", "1990", "chiffres")],
)
def test_a_date_that_does_not_exist(day, month, year, word):
    value = read(field("x", "date"), "f", post(f_d=day, f_m=month, f_y=year))
    assert value == {"raw": [day, month, year]}
    assert word in fault(field("x", "date"), value, TODAY)


def test_dates():
    f = field("x", "date", past=True)
    assert read(f, "f", post(f_d="27", f_m="3", f_y="1987")) == "1987-03-27"
    assert read(f, "f", post(f="1987-03-27")) == "1987-03-27"
    assert read(f, "f", post(f_d="", f_m="", f_y="")) is None
    assert fault(f, "1987-03-27", TODAY) is None
    assert "futur" in fault(f, "2027-01-01", TODAY)
    assert fault(field("x", "date"), "1700-01-01", TODAY)


def test_national_number_and_account():
    niss, iban = field("x", "niss"), field("y", "iban")
    assert read(niss, "f", post(f="87.03.27-001.08"))  # read or kept: see below
    good = read(iban, "f", post(f="be68 5390 0754 7034"))
    assert good == "BE68539007547034" and show(iban, good) == "BE68 5390 0754 7034"
    bad = read(iban, "f", post(f="BE68 5390 0754 7035"))
    assert bad == {"raw": "BE68 5390 0754 7035"} and fault(iban, bad, TODAY)
    wrong = read(niss, "f", post(f="87032700100"))
    assert values.is_raw(wrong) and fault(niss, wrong, TODAY)


def test_phone_and_mail():
    assert read(field("x", "phone"), "f", post(f="0470/12.34.56")) == "+32470123456"
    assert read(field("x", "phone"), "f", post(f="+33 6 12 34 56 78")) == "+33612345678"
    assert read(field("x", "phone"), "f", post(f="+32 (0)470 12 34 56")) == "+32470123456"
    assert read(field("x", "phone"), "f", post(f="(0470) 12\u201334\u201356")) == "+32470123456"
    assert values.is_raw(read(field("x", "phone"), "f", post(f="12")))
    assert values.is_raw(read(field("x", "email"), "f", post(f="a@b")))


def test_choices_take_only_what_is_offered():
    f = field("x", "choices", options=[option("a"), option("b")])
    assert read(f, "f", post(f=["b", "zzz"])) == ["b"]
    assert read(f, "f", post()) is None
    assert fault({**f, "required": True}, None, TODAY) == "Choisissez au moins une réponse."
    single = field("x", "choices", options=[option("true")], required=True)
    assert fault(single, None, TODAY) == "Cochez la case pour continuer."
    assert values.is_raw(read(field("x", "choice", options=[option("a")]), "f", post(f="zzz")))


def test_an_address_needs_street_and_town():
    f = field("x", "address")
    assert read(f, "f", post(f_street="", f_country="BE")) is None
    value = read(f, "f", post(f_street="Rue des Tanneurs", f_number="27", f_box="2", f_postal_code="4999", f_municipality="Valmont"))
    value = {**value, "postal_code": "4999"}
    assert show(f, value) == "Rue des Tanneurs 27 / 2, 4999 Valmont"
    assert fault(f, {"street": "Rue", "municipality": ""}, TODAY)
    # What the register of persons would refuse at the take-over is said to whoever types it.
    assert fault(f, value, TODAY) is None and fault(f, {**value, "postal_code": ""}, TODAY) is None
    for wrong in ("abc", "499", "49999", "0999", "٤٩٩٩"):
        assert "quatre chiffres" in fault(f, {**value, "postal_code": wrong}, TODAY), wrong
    assert fault(f, {**value, "postal_code": "75011", "country": "FR"}, TODAY) is None


def test_too_long_and_control_characters():
    f = field("x", max_length=5)
    assert read(f, "f", post(f="a\x00b\nc  d")) == "a b c d"
    assert fault(f, "abcdef", TODAY)


@given(st.text(max_size=40), st.sampled_from(["text", "longtext", "money", "number", "date", "niss", "iban", "phone", "email", "yes_no"]))
def test_whatever_is_typed_is_kept_or_read(text, kind):
    f = field("x", kind)
    value = read(f, "f", post(f=text))
    fault(f, value, TODAY)
    typed(f, value)
    show(f, value)


@given(st.decimals(0, 10**6, places=2))
def test_numbers_survive_their_own_display(number):
    assert parse_number(show(field("x", "money"), f"{number:.2f}")) == Decimal(number)
