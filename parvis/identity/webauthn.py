"""Passkeys over the fido2 library: the only module that knows it. No Django model here."""

from __future__ import annotations

import hashlib
import ipaddress
import json
from typing import Any

from fido2.server import Fido2Server
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)


def name_of(host: str) -> str:
    """Host without its port."""
    return host.rsplit(":", 1)[0] if host.count(":") == 1 else host


def usable_on(host: str) -> bool:
    """Browsers bind passkeys to a name: an address such as 127.0.0.1 has none."""
    try:
        ipaddress.ip_address(name_of(host).strip("[]"))
    except ValueError:
        return True
    return False


def _server(host: str) -> Fido2Server:
    return Fido2Server(PublicKeyCredentialRpEntity(id=name_of(host), name="Parvis"))


def _credential(stored: str) -> AttestedCredentialData:
    return AttestedCredentialData(websafe_decode(stored))


def _descriptors(stored: list[str]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(type=PublicKeyCredentialType.PUBLIC_KEY, id=_credential(text).credential_id) for text in stored]


def begin_registration(
    *, host: str, handle: bytes, username: str, display_name: str, stored: list[str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Options for the browser, and the state to keep in the session."""
    options, state = _server(host).register_begin(
        PublicKeyCredentialUserEntity(id=handle, name=username, display_name=display_name),
        credentials=_descriptors(stored),
        resident_key_requirement=ResidentKeyRequirement.PREFERRED,
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return json.loads(json.dumps(dict(options))), dict(state)


def finish_registration(*, host: str, state: dict[str, Any], answer: dict[str, Any]) -> tuple[str, str, int]:
    """Credential to store, digest of its id, and its counter.

    Raises:
        ValueError: the answer does not fit the question, the site or the device.
    """
    try:
        data = _server(host).register_complete(state, answer)
    except (KeyError, TypeError, AttributeError, IndexError) as problem:
        raise ValueError(str(problem)) from problem
    credential = data.credential_data
    if credential is None:
        raise ValueError("no credential in the answer")
    return websafe_encode(credential), hashlib.sha256(credential.credential_id).hexdigest(), data.counter


def begin_check(*, host: str, stored: list[str] | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Options and state to ask for one of these passkeys, or (None) for any that the device holds for this site."""
    alone = stored is None
    options, state = _server(host).authenticate_begin(
        credentials=None if alone else _descriptors(stored or []),
        user_verification=UserVerificationRequirement.REQUIRED if alone else UserVerificationRequirement.PREFERRED,
    )
    return json.loads(json.dumps(dict(options))), dict(state)


def digest_of_answer(answer: dict[str, Any]) -> str:
    """Digest of the credential id that the browser names; of nothing when the answer is malformed."""
    try:
        raw = websafe_decode(str(answer.get("rawId") or answer.get("id") or ""))
    except (ValueError, AttributeError):
        raw = b""
    return hashlib.sha256(raw).hexdigest()


def verify_answer(*, host: str, state: dict[str, Any], answer: dict[str, Any], stored: str) -> int:
    """The authenticator's signature counter.

    Raises:
        ValueError: wrong site, challenge or signature.
    """
    try:
        _server(host).authenticate_complete(state, [_credential(stored)], answer)
        return AuthenticationResponse.from_dict(answer).response.authenticator_data.counter
    except (KeyError, TypeError, AttributeError, IndexError) as problem:
        raise ValueError(str(problem)) from problem
