"""Small cryptographic helpers: time-based codes, single-use tokens, secrets at rest. No Django model here."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import struct
from urllib.parse import quote, urlencode

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

STEP_SECONDS = 30
DIGITS = 6
# One step before and after: clocks of phones drift (RFC 6238, 5.2).
WINDOW = 1
CODE_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def _key(purpose: str, secret: str) -> bytes:
    return hmac.new(secret.encode(), b"parvis.identity." + purpose.encode(), hashlib.sha256).digest()


def keyed_digest(purpose: str, value: str) -> str:
    """Digest that nobody can recompute from a stolen database alone."""
    return hmac.new(_key(purpose, settings.SECRET_KEY), value.encode(), hashlib.sha256).hexdigest()


def digest(value: str) -> str:
    """Plain SHA-256, for values with at least 128 bits of chance in them."""
    return hashlib.sha256(value.encode()).hexdigest()


def _box() -> MultiFernet:
    keys = [settings.SECRET_KEY, *getattr(settings, "SECRET_KEY_FALLBACKS", [])]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_key("factor", key))) for key in keys])


def seal(value: str) -> str:
    return _box().encrypt(value.encode()).decode()


def unseal(token: str) -> str | None:
    """The sealed value, or None when the instance's key was changed without keeping the former one."""
    try:
        return _box().decrypt(token.encode()).decode()
    except InvalidToken:
        return None


def new_totp_secret() -> str:
    """160 bits, base32 as authenticator apps read it."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def totp_code(secret: str, step: int) -> str:
    """The code of a time step (RFC 6238, SHA-1, six digits)."""
    mac = hmac.new(base64.b32decode(secret), struct.pack(">Q", step), hashlib.sha1).digest()
    offset = mac[-1] & 0x0F
    number = struct.unpack(">I", mac[offset : offset + 4])[0] & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def totp_step(timestamp: float) -> int:
    return int(timestamp) // STEP_SECONDS


def matching_step(secret: str, code: str, timestamp: float, after: int = 0) -> int | None:
    """The time step whose code this is, within the window and later than `after`; None when there is none."""
    bare = "".join(ch for ch in code if ch.isdecimal())
    if len(bare) != DIGITS:
        return None
    now = totp_step(timestamp)
    for step in range(now - WINDOW, now + WINDOW + 1):
        if step > after and hmac.compare_digest(totp_code(secret, step), bare):
            return step
    return None


def totp_uri(secret: str, username: str, issuer: str) -> str:
    """The address that an authenticator app reads from the QR image."""
    query = urlencode({"secret": secret, "issuer": issuer, "digits": DIGITS, "period": STEP_SECONDS}, quote_via=quote)
    return f"otpauth://totp/{quote(issuer)}:{quote(username)}?{query}"


def new_recovery_codes(count: int = 10) -> list[str]:
    """Ten characters each (49 bits), in two groups."""
    codes = []
    for _ in range(count):
        text = "".join(secrets.choice(CODE_ALPHABET) for _ in range(10))
        codes.append(f"{text[:5]}-{text[5:]}")
    return codes


def recovery_digest(code: str) -> str:
    return keyed_digest("recovery", "".join(ch for ch in code.casefold() if ch.isalnum()))
