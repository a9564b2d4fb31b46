"""An instance is a folder: settings.toml, media, seals, embedded database. Nothing else is written anywhere."""

from __future__ import annotations

import os
import re
import secrets
import tomllib
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays
from stdnum.be import vat

KINDS = ("production", "test", "demo")
COLOURS = ("", "blue", "green", "violet", "amber", "red", "slate")


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
    Setting("court_nl", str, "", "The same in letters in Dutch. Empty: as `court`."),
    Setting("court_de", str, "", "The same in letters in German. Empty: as `court`."),
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
        "Empty: embedded SQLite in the folder. Else postgresql://user:password@host:port/name or mysql://user:password@host:port/name.",
        (),
        True,
    ),
    Setting("label", str, "", "Short word beside the name, to tell two instances apart, such as 'Test' or 'Training'."),
    Setting("colour", str, "", "Colour of the line at the top of every page, to tell two instances apart. Empty: none.", COLOURS),
    Setting(
        "cookie_prefix",
        str,
        "",
        "Beginning of the names of the cookies. Empty: the name of the folder, so that two instances on one host name stay apart.",
    ),
    Setting("hosts", str, "127.0.0.1,localhost", "Host names under which the instance is reached, separated by commas."),
    Setting("https", bool, False, "True behind a proxy that speaks HTTPS: secure cookies and redirects."),
    Setting("require_mfa", bool, True, "Agents need a second factor. Only a demo or test instance may switch it off."),
    Setting(
        "mail_host",
        str,
        "",
        "Server that sends e-mail. Empty: none is sent. Only a production instance sends; a test or demo instance writes into `outbox/`.",
    ),
    Setting("mail_port", int, 587, "Port of that server; 465 speaks TLS at once, 587 after STARTTLS, 25 without."),
    Setting("mail_user", str, "", "Account on that server; empty: none."),
    Setting("mail_password", str, "", "Password of that account.", (), True),
    Setting("opening_hours", int, 4, "Hours for which a file outside one's scope stays open after a written reason (break-glass)."),
    Setting("api_calls_a_minute", int, 120, "Calls that one token of the interface for programs may make in a minute."),
    Setting("lookups_a_day", int, 80, "Different files that an agent opens in a day before each further one needs a reason."),
    Setting("access_log_delay_days", int, 30, "Days after which the person sees who opened their file, where an address is protected."),
    Setting("access_on_portal", bool, True, "The person who follows a request sees on the portal who opened their file, and why."),
    Setting(
        "access_shows",
        str,
        "function",
        "What the printed sheet tells the person of who opened their file: function and service, or the name too. The portal never names.",
        ("function", "name"),
    ),
    Setting("max_upload_mb", int, 15, "Largest file that can be uploaded, in megabytes."),
    Setting("log_level", str, "INFO", "Least severe level that is logged.", ("DEBUG", "INFO", "WARNING", "ERROR")),
    Setting("debug", bool, False, "Developer's error pages. Never in production."),
)
#: Smallest value of the whole numbers.
LEAST = {"max_upload_mb": 1, "opening_hours": 1, "api_calls_a_minute": 1, "lookups_a_day": 1, "access_log_delay_days": 0}
COUNTRIES = frozenset(code for code in holidays.list_supported_countries() if len(code) == 2)
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
        if not raw.lstrip("-").isdecimal():
            raise SettingError(f"{where}: {setting.key} must be a whole number, not {raw!r}")
        value = int(raw)
    if not isinstance(value, setting.type) or (setting.type is int and isinstance(value, bool)):
        raise SettingError(f"{where}: {setting.key} must be {setting.type.__name__}, not {raw!r}")
    if setting.choices and value not in setting.choices:
        choices = ", ".join(choice or "empty" for choice in setting.choices)
        raise SettingError(f"{where}: {setting.key} must be one of {choices}, not {value!r}")
    return value


def _check(values: dict[str, Any], file: Path) -> None:
    """What the type of a setting does not say. A value that only a later page or letter would stumble over is told here."""
    if values["mail_port"] not in range(1, 65536):
        raise SettingError(f"{file}: mail_port must be between 1 and 65535, not {values['mail_port']}")
    for key, least in LEAST.items():
        if values[key] < least:
            raise SettingError(f"{file}: {key} must be at least {least}, not {values[key]}")
    try:
        ZoneInfo(values["time_zone"])
    except (ZoneInfoNotFoundError, ValueError):
        raise SettingError(f"{file}: time_zone: {values['time_zone']!r} is not known. Write it as in 'Europe/Brussels'.") from None
    if values["country"] not in COUNTRIES:
        raise SettingError(
            f"{file}: country: the public holidays of {values['country']!r} are not known. Write the two letters as in 'BE'."
        )
    number = values["enterprise_number"]
    if values["country"] == "BE" and number and not vat.is_valid(number):
        raise SettingError(f"{file}: enterprise_number: {number!r} is not a Belgian enterprise number: 10 digits with their check digits.")
    if not re.fullmatch(r"[A-Za-z0-9_-]*", values["cookie_prefix"]):
        raise SettingError(f"{file}: cookie_prefix: {values['cookie_prefix']!r} may hold letters, digits, - and _ alone.")
    if not values["hosts"].strip(", "):
        raise SettingError(f"{file}: hosts is empty: nobody could reach the instance. Write its host names, separated by commas.")


def load(path: Path | None = None) -> dict[str, Any]:
    """Every setting, typed.

    Raises:
        SettingError: a file that cannot be read, an unknown key, a wrong type or value.
    """
    path = path or folder()
    values = {setting.key: setting.default for setting in SETTINGS}
    file = path / "settings.toml"
    in_file: dict[str, Any] = {}
    if file.exists():
        try:
            in_file = parsed(file.read_text(encoding="utf-8"), str(file))
        except OSError as error:
            raise SettingError(f"{file}: cannot be read ({error.strerror}). Run parvis as the user that owns the folder.") from None
        except UnicodeDecodeError:
            raise SettingError(f"{file}: is not UTF-8. Save it in that encoding.") from None
    values |= in_file
    for setting in SETTINGS:
        if setting.env in os.environ:
            values[setting.key] = _coerce(setting, os.environ[setting.env], setting.env)
    if "PARVIS_KIND" in os.environ and in_file.get("kind", values["kind"]) != values["kind"]:
        raise SettingError("PARVIS_KIND: the kind of an instance is fixed when it is made and cannot be changed. Unset the variable.")
    where = "PARVIS_REQUIRE_MFA" if "PARVIS_REQUIRE_MFA" in os.environ else str(file)
    if not values["require_mfa"] and values["kind"] == "production":
        raise SettingError(f"{where}: require_mfa: a production instance cannot do without a second factor. Set it to true.")
    _check(values, file)
    return values


def _quoted(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def parsed(text: str, where: str) -> dict[str, Any]:
    """The settings that a TOML text gives, typed.

    Raises:
        SettingError: not TOML, an unknown key, a wrong type or value.
    """
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingError(f"{where}: not valid TOML: {error}. Correct that line; text stands between double quotes.") from None
    for key in given:
        if key not in BY_KEY:
            near = get_close_matches(key, BY_KEY, 1)
            raise SettingError(
                f"{where}: unknown setting {key!r}. " + (f"Did you mean {near[0]!r}?" if near else f"Known are: {', '.join(BY_KEY)}")
            )
    return {key: _coerce(BY_KEY[key], raw, where) for key, raw in given.items()}


def written(values: dict[str, Any]) -> str:
    """The text of a settings file: what is given as it is, the rest as a comment with its default, to be found and set."""
    lines = ["# Settings of this Parvis instance. Every key is described in docs/reference/settings.md.", ""]
    for setting in SETTINGS:
        given = setting.key in values
        value = _coerce(setting, values[setting.key], "init") if given else setting.default
        lines += [f"# {setting.help}", f"{'' if given else '# '}{setting.key} = {_quoted(value)}", ""]
    return "\n".join(lines)


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
    text = written({"kind": kind, "secret_key": secrets.token_urlsafe(48), "seal_key": secrets.token_urlsafe(48), **given})
    for name in ("media", "seals", "log"):
        (path / name).mkdir(parents=True, exist_ok=True)
    path.chmod(0o700)
    file.touch(mode=0o600)
    file.write_text(text, encoding="utf-8")
