"""Signatures of the National Register on card files, and the certificate behind them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

VALID, INVALID, ABSENT = "valid", "invalid", "absent"
TRUSTED, UNKNOWN_ROOT, BROKEN = "trusted", "unknown_root", "broken"

# Old cards sign with SHA-1. It proves nothing against a forger with means, but refusing it
# would refuse every card issued before 2014: the reading carries a warning instead.
_RSA_HASHES: tuple[hashes.HashAlgorithm, ...] = (hashes.SHA256(), hashes.SHA1(), hashes.SHA384())

# Applet 1.8 signs with P-384 and SHA-384; the others cost nothing to try.
_EC_HASHES: tuple[hashes.HashAlgorithm, ...] = (hashes.SHA384(), hashes.SHA256(), hashes.SHA512())


def load_certificate(data: bytes) -> x509.Certificate | None:
    """A DER or PEM certificate; card files are padded with zeros after the DER structure."""
    if data.lstrip().startswith(b"-----BEGIN"):
        try:
            return x509.load_pem_x509_certificate(data)
        except ValueError:
            return None
    if len(data) < 4 or data[:2] != b"\x30\x82":
        return None
    length = int.from_bytes(data[2:4], "big") + 4
    try:
        return x509.load_der_x509_certificate(data[:length])
    except ValueError:
        return None


def common_name(certificate: x509.Certificate) -> str:
    names = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(names[0].value) if names else ""


def verify(certificate: x509.Certificate, signature: bytes, signed: bytes) -> str | None:
    """Name of the hash that the signature was made with, or None when it does not fit."""
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        exact = signature[: key.key_size // 8]
        for algorithm in _RSA_HASHES:
            try:
                key.verify(exact, signed, padding.PKCS1v15(), algorithm)
            except InvalidSignature:
                continue
            return algorithm.name
        return None
    if isinstance(key, ec.EllipticCurvePublicKey):
        # The file is longer than the signature: its real length is the second byte + 2.
        exact = signature[: signature[1] + 2] if len(signature) > 1 else signature
        for curve_hash in _EC_HASHES:
            try:
                key.verify(exact, signed, ec.ECDSA(curve_hash))
            except InvalidSignature:
                continue
            return curve_hash.name
        return None
    return None


def looks_like_ec(data: bytes) -> bool:
    """A DER pair of numbers, as elliptic curves sign, padded with zeros."""
    if len(data) < 64 or data[0] != 0x30 or data[2:3] != b"\x02" or data[1] + 2 > len(data):
        return False
    return not data[data[1] + 2 :].strip(b"\x00")


def identity_content(identity: bytes) -> bytes:
    """What the identity signature covers: the whole file."""
    return identity


def address_content(address: bytes, identity_signature: bytes) -> bytes:
    """Address without its trailing zeros, followed by the whole identity signature file."""
    return address.rstrip(b"\x00") + identity_signature


def photo_fits(photo: bytes, digest: bytes) -> bool | None:
    """Does the photo have the digest that the identity file names? None: unknown digest."""
    algorithm = {20: "sha1", 32: "sha256", 48: "sha384", 64: "sha512"}.get(len(digest))
    if algorithm is None:
        return None
    return hashlib.new(algorithm, photo).digest() == digest


def chain_state(
    certificate: x509.Certificate,
    root: x509.Certificate | None,
    trusted: Sequence[x509.Certificate] = (),
) -> str:
    """``trusted``: signed by a root of this instance; ``unknown_root``: by the root of the card, which
    proves nothing by itself; ``broken``: by neither."""
    for candidate in trusted:
        if _issued_by(certificate, candidate):
            return TRUSTED
    if root is not None and _issued_by(certificate, root):
        return UNKNOWN_ROOT
    return BROKEN if root is not None else UNKNOWN_ROOT


def _issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """By hand, because ``verify_directly_issued_by`` refuses SHA-1, with which cards before 2014 were certified."""
    algorithm = certificate.signature_hash_algorithm
    if certificate.issuer != issuer.subject or algorithm is None:
        return False
    key = issuer.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(certificate.signature, certificate.tbs_certificate_bytes, padding.PKCS1v15(), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(certificate.signature, certificate.tbs_certificate_bytes, ec.ECDSA(algorithm))
        else:
            return False
    except InvalidSignature:
        return False
    return True
