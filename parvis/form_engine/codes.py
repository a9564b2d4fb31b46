"""Codes that a person writes down: easy to read aloud, hard to guess (59 bits); only their keyed digest is stored."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from django.conf import settings

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # without 0 O 1 I L U


def new_code() -> str:
    letters = "".join(secrets.choice(ALPHABET) for _ in range(12))
    return "-".join(letters[i : i + 4] for i in range(0, 12, 4))


def bare(code: str) -> str:
    """The twelve letters, whatever the case, spaces and hyphens typed; empty when it cannot be a code."""
    letters = "".join(ch for ch in code.upper() if ch.isalnum())
    return letters if len(letters) == 12 and set(letters) <= set(ALPHABET) else ""


def digest(code: str, purpose: str) -> str:
    """What is stored. ``purpose`` keeps a draft's code from opening anything else."""
    key = f"parvis.codes.{purpose}".encode() + settings.SECRET_KEY.encode()
    return hmac.new(key, bare(code).encode(), hashlib.sha256).hexdigest()
