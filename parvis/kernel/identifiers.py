"""Identifiers as validated values: what is stored is the bare form, what is shown is formatted or masked."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext_lazy as _
from stdnum import iban as _iban
from stdnum.be import bis as _bis
from stdnum.be import nn as _nn
from stdnum.be import vat as _vat
from stdnum.exceptions import InvalidChecksum, ValidationError

from parvis.kernel.errors import DomainError


class InvalidIdentifier(DomainError):
    """The identifier cannot be right. The message says why and what to do."""


def _digits(text: str) -> str:
    return re.sub(r"[\s.\-/]", "", text or "")


def parse_niss(text: str) -> str:
    """Eleven digits of a Belgian national or bis number, checked by modulo 97.

    Raises:
        InvalidIdentifier: wrong length, impossible date, wrong check digits, or a specimen.
    """
    bare = _digits(text)
    if not bare.isdigit() or len(bare) != 11:
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
    bare = _digits(text)
    if not bare.isdigit() or len(bare) != 11:
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
        InvalidIdentifier: wrong shape, country or check digits.
    """
    bare = _digits(text).upper()
    try:
        # The country module would also ask for a known bank code; its list ages, and a new bank must not block a payment.
        bare = str(_iban.validate(bare, check_country=False))
        if bare.startswith("BE") and int(bare[4:14]) % 97 not in {int(bare[14:]), int(bare[14:]) % 97}:
            raise InvalidChecksum
        return bare
    except InvalidChecksum:
        raise InvalidIdentifier(
            _("The check digits of this account number are wrong. Compare it with the bank card."), code="iban_checksum"
        ) from None
    except ValidationError:
        raise InvalidIdentifier(
            _("This is not an account number (IBAN). A Belgian one is BE followed by 14 digits."), code="iban_format"
        ) from None


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
        return str(_vat.validate(text))
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
