"""An instance is a folder: settings.toml, media, seals, embedded database. Nothing else is written anywhere."""

from __future__ import annotations

import os
import secrets
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KINDS = ("production", "test", "demo")


class SettingError(Exception):
    """A setting is wrong. The message names it, its value and what is expected."""


@dataclass(frozen=True)
class Setting:
    """One typed setting: from ``settings.toml`` (key) or the environment (PARVIS_KEY, which wins)."""

    key: str
    type: type
    default: Any
    help: str
    choices: tuple[str, ...] = ()
    secret: bool = False

    @property
    def env(self) -> str:
        return f"PARVIS_{self.key.upper()}"


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "kind", str, "production", "What the instance is for. Fixed at `parvis init`; a demo has the role bar and example data.", KINDS
    ),
    Setting("name", str, "CPAS de Valmont", "Name of the centre, on every page and letter."),
    Setting("street", str, "Place du Parvis 3", "Street and number of the centre, on letters."),
    Setting("postcode", str, "4999", "Postcode of the centre."),
    Setting("town", str, "Valmont", "Town of the centre."),
    Setting("country", str, "BE", "Country (ISO code): decides public holidays and formats."),
    Setting("phone", str, "085 00 00 00", "Telephone shown on letters and the portal."),
    Setting("email", str, "accueil@valmont.example", "E-mail shown on letters and the portal."),
    Setting("enterprise_number", str, "0200000043", "Enterprise number of the centre (10 digits), the initiator of payment orders."),
    Setting(
        "court", str, "Tribunal du travail de Liège, place Saint-Lambert 30, 4000 Liège", "Labour court and address named in decisions."
    ),
    Setting("language", str, "fr", "Default language of the interface.", ("fr", "nl", "de", "en")),
    Setting("time_zone", str, "Europe/Brussels", "Time zone; dates of law are this zone's."),
    Setting("secret_key", str, "", "Key that signs sessions and links. Made by `parvis init`.", (), True),
    Setting(
        "seal_key", str, "", "Key that signs the seals of the mutation journal. Made by `parvis init`; keep a copy elsewhere.", (), True
    ),
    Setting(
        "database_url",
        str,
        "",
        "Empty: embedded SQLite in the folder. Else postgresql://user:password@host:port/name or mysql://…",
        (),
        True,
    ),
    Setting("hosts", str, "127.0.0.1,localhost", "Host names under which the instance is reached, separated by commas."),
    Setting("https", bool, False, "True behind a proxy that speaks HTTPS: secure cookies and redirects."),
    Setting("require_mfa", bool, True, "Agents need a second factor. Only a demo or test instance may switch it off."),
    Setting("max_upload_mb", int, 15, "Largest file that can be uploaded, in megabytes."),
    Setting("log_level", str, "INFO", "Least severe level that is logged.", ("DEBUG", "INFO", "WARNING", "ERROR")),
    Setting("debug", bool, False, "Developer's error pages. Never in production."),
)
BY_KEY = {setting.key: setting for setting in SETTINGS}


def folder() -> Path:
    """The instance's folder: PARVIS_INSTANCE, else ./instance."""
    return Path(os.environ.get("PARVIS_INSTANCE") or "instance").resolve()


def _coerce(setting: Setting, raw: Any, where: str) -> Any:
    value = raw
    if setting.type is bool and isinstance(raw, str):
        if raw.lower() not in {"1", "true", "yes", "on", "0", "false", "no", "off", ""}:
            raise SettingError(f"{where}: {setting.key} must be true or false, not {raw!r}")
        value = raw.lower() in {"1", "true", "yes", "on"}
    elif setting.type is int and isinstance(raw, str):
        if not raw.lstrip("-").isdigit():
            raise SettingError(f"{where}: {setting.key} must be a whole number, not {raw!r}")
        value = int(raw)
    if not isinstance(value, setting.type) or (setting.type is int and isinstance(value, bool)):
        raise SettingError(f"{where}: {setting.key} must be {setting.type.__name__}, not {raw!r}")
    if setting.choices and value not in setting.choices:
        raise SettingError(f"{where}: {setting.key} must be one of {', '.join(setting.choices)}, not {value!r}")
    return value


def load(path: Path | None = None) -> dict[str, Any]:
    """Every setting, typed.

    Raises:
        SettingError: a file that cannot be read, an unknown key, a wrong type or value.
    """
    path = path or folder()
    values = {setting.key: setting.default for setting in SETTINGS}
    file = path / "settings.toml"
    if file.exists():
        try:
            written = tomllib.loads(file.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise SettingError(f"{file}: not valid TOML: {error}") from None
        for key, raw in written.items():
            if key not in BY_KEY:
                raise SettingError(f"{file}: unknown setting {key!r}; known: {', '.join(BY_KEY)}")
            values[key] = _coerce(BY_KEY[key], raw, str(file))
    for setting in SETTINGS:
        if setting.env in os.environ:
            values[setting.key] = _coerce(setting, os.environ[setting.env], setting.env)
    if file.exists() and "PARVIS_KIND" in os.environ and written.get("kind", values["kind"]) != values["kind"]:
        raise SettingError("PARVIS_KIND: the kind of an instance is fixed when it is made and cannot be changed")
    if not values["require_mfa"] and values["kind"] == "production":
        raise SettingError("require_mfa: a production instance cannot do without a second factor")
    return values


def _quoted(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def create(path: Path, kind: str, **given: Any) -> None:
    """Make the folder with its settings file.

    Raises:
        SettingError: it exists already, or the kind is unknown.
    """
    if kind not in KINDS:
        raise SettingError(f"kind must be one of {', '.join(KINDS)}, not {kind!r}")
    file = path / "settings.toml"
    if file.exists():
        raise SettingError(f"{file} exists already: an instance is made once")
    for name in ("media", "seals", "log"):
        (path / name).mkdir(parents=True, exist_ok=True)
    path.chmod(0o700)
    values = {"kind": kind, "secret_key": secrets.token_urlsafe(48), "seal_key": secrets.token_urlsafe(48), **given}
    lines = ["# Settings of this Parvis instance. Every key is described in docs/reference/settings.md.", ""]
    for setting in SETTINGS:
        if setting.key in values:
            lines += [f"# {setting.help}", f"{setting.key} = {_quoted(_coerce(setting, values[setting.key], 'init'))}", ""]
    file.write_text("\n".join(lines), encoding="utf-8")
    file.chmod(0o600)
