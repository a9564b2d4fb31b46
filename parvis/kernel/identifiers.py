"""Identifiers as validated values: what is stored is the bare form, what is shown is formatted or masked."""

from __future__ import annotations

import unicodedata
from typing import Any

from django.utils.translation import gettext_lazy as _
from stdnum import iban as _iban
from stdnum.be import bis as _bis
from stdnum.be import nn as _nn
from stdnum.be import vat as _vat
from stdnum.ch import uid as _uid
from stdnum.eu import vat as _eu_vat
from stdnum.exceptions import InvalidChecksum, ValidationError
from stdnum.fr import nir as _nir
from stdnum.fr import siret as _siret

from parvis.kernel.errors import DomainError


class InvalidIdentifier(DomainError):
    """The identifier cannot be right. The message says why and what to do."""


def bare_of(text: str) -> str:
    """Without what separates: spaces, points, bars, every kind of dash, and what nobody sees, which comes with a number pasted from a PDF
    or a letter. Figures of other scripts become ours, so that one number is stored once."""
    kept = []
    for letter in unicodedata.normalize("NFKC", text or ""):
        category = unicodedata.category(letter)
        if letter in "./" or letter.isspace() or category in {"Pd", "Cf", "Cc"} or letter == "\u2212":
            continue
        kept.append(str(unicodedata.decimal(letter)) if category == "Nd" else letter)
    return "".join(kept)


def parse_niss(text: str) -> str:
    """Eleven digits of a Belgian national or bis number, checked by modulo 97.

    Raises:
        InvalidIdentifier: wrong length, impossible date, wrong check digits, or a specimen.
    """
    bare = bare_of(text)
    if not bare.isdecimal() or len(bare) != 11:
        raise InvalidIdentifier(_("A national number has 11 digits. Check it on the identity card."), code="niss_length")
    for module in (_nn, _bis):
        try:
            return str(module.validate(bare))
        except InvalidChecksum:
            raise InvalidIdentifier(
                _("The check digits of this national number are wrong: one digit was mistyped."), code="niss_checksum"
            ) from None
        except ValidationError:
            continue
    if is_specimen_niss(bare):
        raise InvalidIdentifier(_("This is a specimen number: it can be read from a test card but not typed."), code="niss_specimen")
    raise InvalidIdentifier(_("This national number holds an impossible birth date."), code="niss_date")


def is_specimen_niss(text: str) -> bool:
    """Right check digits but a date that no person has: the numbers printed on specimen cards."""
    bare = bare_of(text)
    if not bare.isdecimal() or len(bare) != 11:
        return False
    for module in (_nn, _bis):
        try:
            module.validate(bare)
            return False
        except ValidationError:
            continue
    base, check = int(bare[:9]), int(bare[9:])
    return check in {97 - base % 97, 97 - (2_000_000_000 + base) % 97}


def format_niss(bare: str) -> str:
    return f"{bare[:2]}.{bare[2:4]}.{bare[4:6]}-{bare[6:9]}.{bare[9:]}" if len(bare) == 11 else bare


def mask_niss(bare: str) -> str:
    """Shown to those who need to recognise a person, not to identify one: 87.08.14-•••.••."""
    return f"{bare[:2]}.{bare[2:4]}.{bare[4:6]}-•••.••" if len(bare) == 11 else "•••"


def parse_iban(text: str) -> str:
    """The bare IBAN, upper case.

    Raises:
        InvalidIdentifier: wrong shape, country or check digits; a Swiss QR-IBAN, on which an ordinary payment never arrives.
    """
    bare = bare_of(text).upper().removeprefix("IBAN").removeprefix(":")
    try:
        # The country module would also ask for a known bank code; its list ages, and a new bank must not block a payment.
        bare = str(_iban.validate(bare, check_country=False))
        if bare.startswith("BE") and int(bare[4:14]) % 97 not in {int(bare[14:]), int(bare[14:]) % 97}:
            raise InvalidChecksum
    except InvalidChecksum:
        raise InvalidIdentifier(
            _("The check digits of this account number are wrong. Compare it with the bank card."), code="iban_checksum"
        ) from None
    except ValidationError:
        raise InvalidIdentifier(
            _("This is not an account number (IBAN). A Belgian one is BE followed by 14 digits."), code="iban_format"
        ) from None
    if is_qr_iban(bare):
        raise InvalidIdentifier(
            _(
                "This Swiss account is a QR-IBAN: it only takes payments with the reference of a QR-bill. Ask for the ordinary account number."
            ),
            code="qr_iban",
        )
    return bare


def format_iban(bare: str) -> str:
    return " ".join(bare[i : i + 4] for i in range(0, len(bare), 4))


def mask_iban(bare: str) -> str:
    return f"{bare[:4]} •••• •••• {bare[-4:]}" if len(bare) > 8 else "••••"


def parse_enterprise_number(text: str) -> str:
    """Ten digits of a Belgian enterprise number.

    Raises:
        InvalidIdentifier: wrong length or check digits.
    """
    try:
        return str(_vat.validate(bare_of(text)))
    except ValidationError:
        raise InvalidIdentifier(
            _("This is not a Belgian enterprise number: it has 10 digits and starts with 0 or 1."), code="enterprise"
        ) from None


def niss_birth_and_sex(bare: str) -> tuple[Any, str]:
    """Birth date (or None when the number does not hold it) and "M", "F" or ""."""
    for module in (_nn, _bis):
        try:
            return module.get_birth_date(bare), {"M": "M", "F": "F"}.get(str(module.get_gender(bare)), "")
        except (ValidationError, AttributeError):
            continue
    return None, ""


def parse_vat(text: str) -> str:
    """A VAT number of a country of the Union, with its country letters; ten digits alone are Belgian.

    Raises:
        InvalidIdentifier: unknown country, wrong length or check digits.
    """
    bare = bare_of(text).upper()
    try:
        return str(_eu_vat.validate(f"BE{bare}" if bare.isdecimal() else bare))
    except ValidationError:
        raise InvalidIdentifier(
            _("This is not a VAT number: it starts with two letters for the country, like BE 0123 456 749."), code="vat"
        ) from None


def parse_uid(text: str) -> str:
    """A Swiss enterprise number: CHE and nine digits.

    Raises:
        InvalidIdentifier: wrong length or check digit.
    """
    try:
        return str(_uid.validate(bare_of(text)))
    except ValidationError:
        raise InvalidIdentifier(_("A Swiss enterprise number is CHE followed by nine digits."), code="uid") from None


def parse_siret(text: str) -> str:
    """The fourteen digits of a French establishment.

    Raises:
        InvalidIdentifier: wrong length or check digit.
    """
    try:
        return str(_siret.validate(bare_of(text)))
    except ValidationError:
        raise InvalidIdentifier(_("A SIRET number has 14 digits."), code="siret") from None


def parse_nir(text: str) -> str:
    """A French social security number with its key: fifteen characters.

    Raises:
        InvalidIdentifier: wrong length or key.
    """
    try:
        return str(_nir.validate(bare_of(text)))
    except ValidationError:
        raise InvalidIdentifier(_("A French social security number has 15 digits; the last two are its key."), code="nir") from None


def parse_inami(text: str) -> str:
    """A number of the Belgian health insurance institute: profession, number, two check digits, three of qualification.

    Raises:
        InvalidIdentifier: wrong length or check digits.
    """
    bare = bare_of(text)
    if not bare.isdecimal() or len(bare) not in {8, 11} or 97 - int(bare[:6]) % 97 != int(bare[6:8]):
        raise InvalidIdentifier(_("An INAMI number has 8 or 11 digits, like 1-23456-25-001."), code="inami")
    return bare


def is_qr_iban(bare: str) -> bool:
    """A Swiss account that only takes payments with a QR reference: its bank number lies between 30000 and 31999."""
    return bare[:2] in {"CH", "LI"} and bare[4:9].isdecimal() and 30000 <= int(bare[4:9]) <= 31999


def format_number(kind: str, bare: str) -> str:
    """How a number is printed: 0123.456.749, BE 0123.456.749, 756.1234.5678.97, 1-23456-25-001."""
    if kind == "enterprise" and len(bare) == 10:
        return f"{bare[:4]}.{bare[4:7]}.{bare[7:]}"
    if kind == "vat" and bare.startswith("BE") and len(bare) == 12:
        return f"BE {bare[2:6]}.{bare[6:9]}.{bare[9:]}"
    if kind == "avs" and len(bare) == 13:
        return f"{bare[:3]}.{bare[3:7]}.{bare[7:11]}.{bare[11:]}"
    if kind == "uid" and len(bare) == 12:
        return f"{bare[:3]}-{bare[3:6]}.{bare[6:9]}.{bare[9:]}"
    if kind == "inami" and len(bare) in {8, 11}:
        return "-".join(part for part in (bare[:1], bare[1:6], bare[6:8], bare[8:]) if part)
    if kind == "nir" and len(bare) == 15:
        return f"{bare[:1]} {bare[1:3]} {bare[3:5]} {bare[5:7]} {bare[7:10]} {bare[10:13]} {bare[13:]}"
    if kind in {"niss", "bis", "specimen"}:
        return format_niss(bare)
    return bare


def mask_number(kind: str, bare: str) -> str:
    """Enough to recognise, not to look up elsewhere."""
    return mask_niss(bare) if kind in {"niss", "bis", "specimen"} else f"•••{bare[-3:]}"
