"""Time-based codes against the vectors of RFC 6238, and what is kept of secrets."""

import base64

import pytest

from parvis.identity import crypto

RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("timestamp", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_the_rfc(timestamp, code):
    assert crypto.totp_code(RFC_SECRET, crypto.totp_step(timestamp)) == code


def test_a_code_fits_one_step_around_and_not_two():
    step = crypto.totp_step(1_000_000_000)
    for shift, fits in ((-2, False), (-1, True), (0, True), (1, True), (2, False)):
        found = crypto.matching_step(RFC_SECRET, crypto.totp_code(RFC_SECRET, step + shift), 1_000_000_000)
        assert (found == step + shift) is fits


def test_a_code_that_served_does_not_fit_again():
    step = crypto.totp_step(1_000_000_000)
    code = crypto.totp_code(RFC_SECRET, step)
    assert crypto.matching_step(RFC_SECRET, code, 1_000_000_000, after=step) is None


def test_spaces_in_a_code_do_not_matter_and_letters_do_not_fit():
    code = crypto.totp_code(RFC_SECRET, crypto.totp_step(59))
    assert crypto.matching_step(RFC_SECRET, f"{code[:3]} {code[3:]}", 59) == 1
    assert crypto.matching_step(RFC_SECRET, "abcdef", 59) is None


def test_a_sealed_secret_opens_with_the_key_and_the_former_key_only(settings):
    settings.SECRET_KEY = "one"
    sealed = crypto.seal("secret")
    assert "secret" not in sealed
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "two", ["one"]
    assert crypto.unseal(sealed) == "secret"
    settings.SECRET_KEY_FALLBACKS = []
    assert crypto.unseal(sealed) is None


def test_recovery_codes_are_ten_different_and_read_without_their_hyphen():
    codes = crypto.new_recovery_codes()
    assert len(set(codes)) == 10
    assert crypto.recovery_digest(codes[0].replace("-", " ").upper()) == crypto.recovery_digest(codes[0])
