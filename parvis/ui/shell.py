"""What surrounds a page: menu, languages, theme, account. No query: everything comes from the request and the registries."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse
from django.utils import translation

from parvis.kernel import registries
from parvis.kernel.actor import ANONYMOUS, Actor
from parvis.ui import past

THEME_COOKIE = "parvis_theme"
DENSITY_COOKIE = "parvis_density"
THEMES = ("system", "light", "dark")
DENSITIES = ("comfortable", "compact")
TABBAR_SIZE = 4


@dataclass(frozen=True)
class Entry:
    key: str
    label: str
    icon: str
    url: str
    current: bool


class Shell:
    """Computed when a layout asks for it, so that a part pays nothing."""

    def __init__(self, request: HttpRequest | None) -> None:
        self.request = request
        self.actor: Actor = getattr(request, "actor", ANONYMOUS)

    @property
    def instance(self) -> str:
        return str(_centre().get("name") or "Parvis")

    @property
    def label(self) -> str:
        """The word that tells this instance from its neighbour on the same server."""
        return str(_centre().get("label") or "")

    @property
    def colour(self) -> str:
        """Of the line above every page; a test instance is never without."""
        return str(_centre().get("colour") or ("violet" if self.is_test else ""))

    @property
    def is_test(self) -> bool:
        return getattr(settings, "PARVIS_KIND", "") == "test"

    @property
    def phone(self) -> str:
        return str(_centre().get("phone") or "")

    @property
    def is_demo(self) -> bool:
        return bool(getattr(settings, "PARVIS_IS_DEMO", False))

    @functools.cached_property
    def menu(self) -> list[Entry]:
        return list(self._entries())

    def _entries(self) -> Iterator[Entry]:
        path = self.request.path if self.request is not None else ""
        rows: list[tuple[Any, str, str]] = []
        for entry in registries.menu.all():
            if entry.access(self.actor):
                url = address(entry.url_name)
                if url:
                    rows.append((entry, url, entry.prefix or url))
        # The longest prefix wins, so that /dossiers/people/ does not light two entries.
        best = max((prefix for _, _, prefix in rows if path.startswith(prefix)), key=len, default=None)
        for entry, url, prefix in rows:
            yield Entry(entry.key, str(entry.label), entry.icon, url, prefix == best)

    @property
    def tabbar(self) -> list[Entry]:
        return self.menu[:TABBAR_SIZE]

    @property
    def languages(self) -> list[dict[str, Any]]:
        current = (translation.get_language() or "fr").split("-")[0]
        return [{"code": code, "name": name, "current": code == current} for code, name in settings.LANGUAGES]

    @property
    def theme(self) -> str:
        """``light``, ``dark``, or empty to follow the device."""
        kept = self._kept(THEME_COOKIE, "theme", THEMES)
        return "" if kept == "system" else kept

    @property
    def density(self) -> str:
        kept = self._kept(DENSITY_COOKIE, "density", DENSITIES)
        return "" if kept == "comfortable" else kept

    @property
    def next_theme(self) -> str:
        """Where the switch leads without JavaScript."""
        return "light" if self.theme == "dark" else "dark"

    def _kept(self, cookie: str, attribute: str, allowed: tuple[str, ...]) -> str:
        if self.request is None:
            return ""
        value = self.request.COOKIES.get(cookie, "")
        if value not in allowed:
            account = getattr(self.request, "account", None)
            value = str(getattr(account, attribute, "") or "")
        return value if value in allowed else ""

    @property
    def path(self) -> str:
        return self.request.get_full_path() if self.request is not None else "/"

    @property
    def past(self) -> Any:
        """The day of view, while the reader looks at a past day."""
        return past.banner(self.request) if self.request is not None else None

    @property
    def home(self) -> str:
        return address("desk:home") or "/"

    @property
    def search(self) -> str:
        return address("desk:search") or "/search/"

    @property
    def palette(self) -> str:
        return address("desk:palette") or "/palette/"

    @property
    def account_url(self) -> str:
        return address("identity:account") or "/account/"

    @property
    def sign_out(self) -> str:
        return address("identity:logout") or address("identity:sign_out") or "/account/logout/"

    @property
    def sign_in(self) -> str:
        return login_url()

    @property
    def portal_home(self) -> str:
        return address("portal:home") or "/"


def _centre() -> dict[str, Any]:
    return getattr(settings, "PARVIS", {}) or {}


def of(request: HttpRequest | None) -> Shell:
    """One shell per request."""
    if request is None:
        return Shell(None)
    known = getattr(request, "_parvis_shell", None)
    if known is None:
        known = Shell(request)
        request._parvis_shell = known  # type: ignore[attr-defined]
    return known


def address(url_name: str) -> str:
    """The address of a page, empty when its context is switched off."""
    return _address(url_name, get_urlconf() or settings.ROOT_URLCONF, get_script_prefix())


@functools.lru_cache(maxsize=512)  # the layout asks for thirty of them on every page
def _address(url_name: str, urlconf: str, prefix: str) -> str:
    try:
        return reverse(url_name, urlconf=urlconf)
    except NoReverseMatch:
        return ""


def login_url() -> str:
    from django.shortcuts import resolve_url

    return resolve_url(settings.LOGIN_URL)
