"""To which sites a card may go, and how it goes there."""

from __future__ import annotations

import json
import os
import secrets
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

SCHEME = "parvis-reader"
PATH = "/persons/eid/handover/"


class Refused(Exception):
    """The card was not sent, or the site did not take it."""


def address_of(text: str) -> str:
    """The address behind a link ``parvis-reader:https://…`` or typed as it is.

    Raises:
        Refused: not an address of a handover, or one that would travel in the clear.
    """
    bare = text.strip()
    if bare.startswith(f"{SCHEME}:"):
        bare = bare[len(SCHEME) + 1 :].removeprefix("//")
    parts = urllib.parse.urlsplit(bare)
    local = parts.hostname in {"localhost", "127.0.0.1", "::1"}
    if parts.scheme != "https" and not (parts.scheme == "http" and local):
        raise Refused("A card is sent over https only.")
    if not parts.path.startswith(PATH) or parts.username or parts.query or parts.fragment:
        raise Refused("This is not the address of a card reading page.")
    return bare


def site_of(address: str) -> str:
    parts = urllib.parse.urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def allowed_file() -> Path:
    base = os.environ.get("PARVIS_READER_HOME") or os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(base) / "parvis-reader" / "sites"


def allowed_sites() -> set[str]:
    try:
        return {line.strip() for line in allowed_file().read_text(encoding="utf-8").splitlines() if line.strip()}
    except FileNotFoundError:
        return set()


def allow(site: str) -> None:
    """Remember a site: any page of the web may open a link to this program, only these get a card."""
    path = allowed_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{one}\n" for one in sorted(allowed_sites() | {site})), encoding="utf-8")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: object, **_more: object) -> None:
        return None


def send(address: str, files: dict[str, bytes]) -> None:
    """Hand the files over. Redirects are not followed: a card goes where it was said to go.

    Raises:
        Refused: the site is not allowed, cannot be reached, or did not take the card.
    """
    if site_of(address) not in allowed_sites():
        raise Refused(f"{site_of(address)} is not among the sites that may get a card.")
    boundary = secrets.token_hex(16)
    body = b"".join(
        b'--%s\r\nContent-Disposition: form-data; name="files"; filename="%s"\r\nContent-Type: application/octet-stream\r\n\r\n%s\r\n'
        % (boundary.encode(), name.encode(), data)
        for name, data in files.items()
    )
    request = urllib.request.Request(
        address,
        data=body + b"--%s--\r\n" % boundary.encode(),
        headers={"Content-Type": f"multipart/form-data; boundary={boundary}", "Accept": "application/json"},
    )
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=15) as answer:
            json.loads(answer.read(10_000))
    except urllib.error.HTTPError as error:
        raise Refused(_reason(error)) from error
    except (OSError, ValueError) as error:
        raise Refused(f"{site_of(address)} did not answer: {error}") from error


def _reason(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.loads(error.read(10_000))["error"])
    except (ValueError, KeyError, TypeError):
        return f"The page did not take the card ({error.code}). Start again from the page."
