"""What a form definition may contain. ``validate_definition`` says every fault with its path; ``normalise`` gives the JSON that is frozen.

A definition::

    {"key": "aid-request", "title": LABEL, "pages": [PAGE, …]}
    LABEL = {"fr": "…", "nl": "…", "de": "…", "en": "…"}
    PAGE  = {"key", "title": LABEL, "help"?: LABEL, "when"?: EXPRESSION, "check"?: [{"rule": EXPRESSION, "message": LABEL}], "fields": [FIELD, …]}
    FIELD = {"key", "type", "label": LABEL, "help"?, "required"?, "when"?, "check"?, "prefill"?, "fact"?, "summary"? (default true), …}

By type: text, longtext ``max_length``; text ``book`` (the answer names somebody of the address book: a kind of contact such as landlord or
doctor; outside rows);  choice, choices ``options: [{"value", "label", "help"?}]`` and, or, ``list`` (choices that are not frozen: "aids", or
"codes:" and the key of a list of codes; what the list holds on the day of the answer), ``list_before`` (the option before which it stands); number ``min max decimals``; money
``min max``; date ``past future`` (booleans); upload ``max_files max_mb accept``; rows ``fields min max row_label add_label``; computed
``compute: EXPRESSION, show: "money" | "number" | "text" | "date"``, ``visible`` (default true).

An expression is text or its JSON tree (``parvis.kernel.expressions``). It may name fields that come *earlier* in the form (so there are no
cycles), the row at hand as ``row.<key>``, ``today`` and ``channel``. A hidden field counts as null.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from parvis.kernel import expressions

from .enums import LANGUAGES, SILENT, FieldType
from .living import is_known

KEY = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")
FORM_KEY = re.compile(r"[a-z][a-z0-9-]{0,59}\Z")
GIVEN = frozenset({"today", "channel"})
RESERVED = GIVEN | {"row"}
MAX_ROWS = 40
UPLOAD_KINDS = ("pdf", "jpeg", "png")

_COMMON = {"key", "type", "label", "help", "required", "when", "check", "prefill", "fact", "summary", "autocomplete", "purpose", "width"}
_OWN: dict[str, set[str]] = {
    "text": {"max_length", "book"},
    "longtext": {"max_length"},
    "choice": {"options", "list", "list_before"},
    "choices": {"options", "list", "list_before"},
    "date": {"past", "future"},
    "number": {"min", "max", "decimals", "unit"},
    "money": {"min", "max", "unit"},
    "upload": {"max_files", "max_mb", "accept"},
    "rows": {"fields", "min", "max", "row_label", "add_label"},
    "computed": {"compute", "show", "visible"},
}


def validate_definition(definition: Any) -> list[str]:
    """Every fault, as "path: message"; empty when the definition may be published."""
    return _Checker().run(definition)


def normalise(definition: dict[str, Any]) -> dict[str, Any]:
    """The same definition with every expression as its tree. Only for one without faults."""
    out = copy.deepcopy(definition)
    for thing in _holders(out):
        if thing.get("list"):
            thing.setdefault("options", [])
        if isinstance(thing.get("when"), str):
            thing["when"] = expressions.parse(thing["when"])
        if isinstance(thing.get("compute"), str):
            thing["compute"] = expressions.parse(thing["compute"])
        for check in thing.get("check", ()):
            if isinstance(check.get("rule"), str):
                check["rule"] = expressions.parse(check["rule"])
    return out


def _holders(definition: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for page in definition["pages"]:
        yield page
        for field in page["fields"]:
            yield field
            yield from field.get("fields", ())


class _Checker:
    def __init__(self) -> None:
        self.found: list[str] = []
        self.known: set[str] = set()
        self.used: set[str] = set()

    def say(self, path: str, message: str) -> None:
        self.found.append(f"{path}: {message}")

    def run(self, definition: Any) -> list[str]:
        if not isinstance(definition, dict):
            self.say("$", _("a form is an object"))
            return self.found
        if not isinstance(definition.get("key"), str) or not FORM_KEY.match(definition["key"]):
            self.say("key", _("a key is lower-case letters, digits and hyphens"))
        self.label(definition, "title", "title")
        self.unknown(definition, {"key", "title", "intro", "pages"}, "$")
        pages = definition.get("pages")
        if not isinstance(pages, list) or not pages:
            self.say("pages", _("a form needs at least one page"))
            return self.found
        keys: set[str] = set()
        for index, page in enumerate(pages):
            self.page(page, f"pages[{index}]", keys)
        return self.found

    def unknown(self, thing: dict[str, Any], allowed: set[str], path: str) -> None:
        for name in sorted(set(thing) - allowed):
            self.say(f"{path}.{name}" if path != "$" else name, _("unknown property"))

    def label(self, thing: dict[str, Any], name: str, path: str, *, needed: bool = True) -> None:
        value = thing.get(name)
        if value is None and not needed:
            return
        if not isinstance(value, dict):
            self.say(path, _("a text in each language is needed"))
            return
        for code in LANGUAGES:
            if not isinstance(value.get(code), str) or not value[code].strip():
                self.say(f"{path}.{code}", _("missing"))
        for code in sorted(set(value) - set(LANGUAGES)):
            self.say(f"{path}.{code}", _("unknown language"))

    def page(self, page: Any, path: str, keys: set[str]) -> None:
        if not isinstance(page, dict):
            self.say(path, _("a page is an object"))
            return
        key = page.get("key")
        if not isinstance(key, str) or not FORM_KEY.match(key):
            self.say(f"{path}.key", _("a key is lower-case letters, digits and hyphens"))
        elif key in keys or key in {"summary", "send"}:
            self.say(f"{path}.key", _("used twice or reserved: %(key)s") % {"key": key})
        else:
            keys.add(key)
        self.unknown(page, {"key", "title", "help", "when", "check", "fields"}, path)
        self.label(page, "title", f"{path}.title")
        self.label(page, "help", f"{path}.help", needed=False)
        self.condition(page.get("when"), f"{path}.when", self.known)
        fields = page.get("fields")
        if not isinstance(fields, list) or not fields:
            self.say(f"{path}.fields", _("a page needs at least one field"))
            return
        for index, field in enumerate(fields):
            self.field(field, f"{path}.fields[{index}]", self.used, None)
        self.checks(page, path, self.known)

    def field(self, field: Any, path: str, used: set[str], row: set[str] | None) -> None:
        if not isinstance(field, dict):
            self.say(path, _("a field is an object"))
            return
        key, kind = field.get("key"), field.get("type")
        if not isinstance(key, str) or not KEY.match(key):
            self.say(f"{path}.key", _("a key is lower-case letters, digits and underscores"))
            key = None
        elif key in used or (row is None and key in RESERVED):
            self.say(f"{path}.key", _("used twice or reserved: %(key)s") % {"key": key})
        else:
            used.add(key)
        if kind not in FieldType.values:
            self.say(f"{path}.type", _("unknown type: %(type)s") % {"type": kind})
            return
        if row is not None and kind == FieldType.ROWS:
            self.say(f"{path}.type", _("rows cannot hold rows"))
            return
        self.unknown(field, _COMMON | _OWN.get(kind, set()), path)
        self.label(field, "label", f"{path}.label")
        self.label(field, "help", f"{path}.help", needed=False)
        scope = self.known if row is None else self.known | {"row"} | {f"row.{name}" for name in row}
        self.condition(field.get("when"), f"{path}.when", scope, row)
        if field.get("required") and kind in SILENT:
            self.say(f"{path}.required", _("this type holds no answer"))
        getattr(self, f"own_{kind}", lambda *args: None)(field, path, scope, row)
        if key is not None and kind != FieldType.INFO:
            (self.known if row is None else row).add(key)
            if row is not None:
                scope = scope | {f"row.{key}"}
        self.checks(field, path, self.known | (scope if row is not None else set()), row)

    def checks(self, thing: dict[str, Any], path: str, scope: set[str], row: set[str] | None = None) -> None:
        checks = thing.get("check", [])
        if not isinstance(checks, list):
            self.say(f"{path}.check", _("a list of rules with their message is needed"))
            return
        for index, check in enumerate(checks):
            here = f"{path}.check[{index}]"
            if not isinstance(check, dict) or "rule" not in check:
                self.say(here, _("a list of rules with their message is needed"))
                continue
            self.condition(check["rule"], f"{here}.rule", scope, row)
            self.label(check, "message", f"{here}.message")

    def condition(self, rule: Any, path: str, scope: set[str], row: set[str] | None = None) -> None:
        if rule is None:
            return
        try:
            ast = expressions.parse(rule) if isinstance(rule, str) else rule
        except expressions.ExpressionError as error:
            self.say(path, str(error))
            return
        names = set(scope) | GIVEN
        for fault in expressions.problems(ast):
            self.say(path, fault)
        for name in sorted(expressions.names_in(ast)):
            head = name.split(".")[0]
            if head == "row" and row is not None:
                if name != "row" and name.split(".")[1] not in row:
                    self.say(path, _("%(name)s does not come before this in the row") % {"name": name})
            elif head not in names:
                self.say(path, _("%(name)s does not come before this in the form") % {"name": name})

    # By type
    def own_choice(self, field: dict[str, Any], path: str, *_rest: Any) -> None:
        options = field.get("options", [] if "list" in field else None)
        if "list" in field and not is_known(field["list"]):
            self.say(f"{path}.list", _("there is no such list: %(name)s") % {"name": field["list"]})
        if not isinstance(options, list) or (not options and "list" not in field):
            self.say(f"{path}.options", _("at least one option is needed"))
            return
        seen: set[str] = set()
        for index, option in enumerate(options):
            here = f"{path}.options[{index}]"
            value = option.get("value") if isinstance(option, dict) else None
            if not isinstance(value, str) or not value or len(value) > 64 or value in seen:
                self.say(f"{here}.value", _("a different text of at most 64 characters is needed"))
                continue
            seen.add(value)
            self.label(option, "label", f"{here}.label")
            self.label(option, "help", f"{here}.help", needed=False)
        if "list_before" in field and ("list" not in field or field["list_before"] not in seen):
            self.say(f"{path}.list_before", _("name one of the options, beside a list"))

    own_choices = own_choice

    def _number(self, field: dict[str, Any], path: str, name: str, low: int, high: int) -> None:
        value = field.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high):
            self.say(f"{path}.{name}", _("a whole number from %(low)d to %(high)d is needed") % {"low": low, "high": high})

    def own_text(self, field: dict[str, Any], path: str, *_rest: Any) -> None:
        self._number(field, path, "max_length", 1, 10_000)
        kind = field.get("book")
        if kind is not None and (not isinstance(kind, str) or not KEY.match(kind)):
            self.say(f"{path}.book", _("a key is lower-case letters, digits and underscores"))

    own_longtext = own_text

    def own_number(self, field: dict[str, Any], path: str, *_rest: Any) -> None:
        for name in ("min", "max"):
            self._number(field, path, name, -(10**9), 10**9)
        self._number(field, path, "decimals", 0, 6)
        self.label(field, "unit", f"{path}.unit", needed=False)

    own_money = own_number

    def own_upload(self, field: dict[str, Any], path: str, *_rest: Any) -> None:
        self._number(field, path, "max_files", 1, 20)
        self._number(field, path, "max_mb", 1, 25)
        accept = field.get("accept", list(UPLOAD_KINDS))
        if not isinstance(accept, list) or not accept or not set(accept) <= set(UPLOAD_KINDS):
            self.say(f"{path}.accept", _("choose among: %(kinds)s") % {"kinds": ", ".join(UPLOAD_KINDS)})

    def own_rows(self, field: dict[str, Any], path: str, *_rest: Any) -> None:
        self._number(field, path, "min", 0, MAX_ROWS)
        self._number(field, path, "max", 1, MAX_ROWS)
        self.label(field, "row_label", f"{path}.row_label")
        self.label(field, "add_label", f"{path}.add_label")
        inner = field.get("fields")
        if not isinstance(inner, list) or not inner:
            self.say(f"{path}.fields", _("rows need at least one field"))
            return
        used: set[str] = set()
        row: set[str] = set()
        for index, child in enumerate(inner):
            self.field(child, f"{path}.fields[{index}]", used, row)

    def own_computed(self, field: dict[str, Any], path: str, scope: set[str], row: set[str] | None) -> None:
        if "compute" not in field:
            self.say(f"{path}.compute", _("an expression is needed"))
        self.condition(field.get("compute"), f"{path}.compute", scope, row)
        if field.get("show", "text") not in {"text", "money", "number", "date"}:
            self.say(f"{path}.show", _("choose among: %(kinds)s") % {"kinds": "text, money, number, date"})
