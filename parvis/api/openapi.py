"""The description of the interface: the OpenAPI document, and the same as rows for people."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

from .endpoint import ENDPOINTS, api
from .problems import KINDS

PREFIX = "/api/v1/"


@functools.cache
def description() -> dict[str, Any]:
    """The OpenAPI document (3.1). Refusals are problem documents, a file is bytes."""
    from . import v1  # noqa: F401  (declares the addresses)

    found: dict[str, Any] = api.get_openapi_schema(path_prefix=PREFIX)
    for methods in found["paths"].values():
        for operation in methods.values():
            part = ENDPOINTS[operation["operationId"]]
            operation["x-scope"] = part
            for status, answer in operation["responses"].items():
                if str(status) != "200":
                    answer["description"] = ", ".join(
                        sorted(code for code, (number, *_rest) in KINDS.items() if str(number) == str(status))
                    )
                    answer["content"] = {"application/problem+json": answer["content"]["application/json"]}
            if operation["operationId"] == "file":
                operation["responses"][200]["content"] = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    # Plain text throughout: keys of a JSON object are text.
    for methods in found["paths"].values():
        for operation in methods.values():
            operation["responses"] = {str(status): answer for status, answer in operation["responses"].items()}
    return found


@dataclass(frozen=True)
class Row:
    name: str
    kind: str
    text: str


@dataclass(frozen=True)
class Address:
    """One address as a person reads it. ``scope``: the part that a token must name; empty: every token."""

    name: str
    path: str
    summary: str
    text: str
    scope: str
    asks: tuple[Row, ...]
    answers: tuple[Row, ...]


def _kind(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return schema["$ref"].rsplit("/", 1)[1].removesuffix("Out")
    if "anyOf" in schema:
        return " | ".join(_kind(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(str(one) for one in schema["enum"])
    if schema.get("type") == "array":
        return f"[{_kind(schema['items'])}]"
    return str(schema.get("format") or schema.get("type") or "any")


def _inner(schema: dict[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """The schema within: of an object, of the rows of a list, or of what may be null; with what its fields are prefixed."""
    for one in schema.get("anyOf", [schema]):
        if "$ref" in one:
            return ".", one
        if one.get("type") == "array" and "$ref" in one["items"]:
            return "[].", one["items"]
    return None


def _rows(schema: dict[str, Any], parts: dict[str, Any], before: str = "") -> tuple[Row, ...]:
    """Every field, those of inner objects with their path."""
    if "$ref" in schema:
        schema = parts[schema["$ref"].rsplit("/", 1)[1]]
    found: list[Row] = []
    for name, one in schema.get("properties", {}).items():
        found.append(Row(before + name, _kind(one), one.get("description", "")))
        inner = _inner(one)
        if inner is not None:
            found += _rows(inner[1], parts, f"{before}{name}{inner[0]}")
    return tuple(found)


def addresses() -> list[Address]:
    """Every address, in the order of the document."""
    whole = description()
    parts = whole["components"]["schemas"]
    found = []
    for path, methods in whole["paths"].items():
        one = methods["get"]
        content = one["responses"]["200"]["content"]
        schema = content.get("application/json", {}).get("schema", {})
        answers = _rows(schema, parts)
        asks = tuple(
            Row(row["name"], _kind(row["schema"]), row.get("description") or row["schema"].get("description", ""))
            for row in one.get("parameters", [])
        )
        found.append(Address(one["operationId"], path, one["summary"], one.get("description", ""), one["x-scope"], asks, answers))
    return found


def page() -> str:
    """The reference as Markdown, for ``docs/reference/api.md``."""
    out = [
        "# Interface for programs, version 1\n",
        "JSON over HTTPS, to read only. `Authorization: Bearer <token>`; how to get a token and a first call: `docs/guide/developers.md`. The same as a"
        " document: `/api/v1/openapi.json`; as a page: `/api/`.\n",
        "Lists come in pages in the order in which rows were written: give `next` as `after`. To pull what is new, give the `as_of` of the first page of"
        " the last pull as `since`; a row may come twice, none is missed. Days are ISO days, the last day included; amounts are text with two decimals.\n",
        "## Refusals\n",
        "`application/problem+json` (RFC 9457) with `type`, `title`, `status`, `detail`, `instance` and `todo`.\n",
        "| Code | Status | What | What to do |\n|---|---|---|---|",
    ]
    out += [f"| `{code}` | {status} | {title} | {todo} |" for code, (status, title, todo) in KINDS.items()]
    for one in addresses():
        out += [
            f"\n## `GET {one.path}`\n",
            f"{one.summary}. {one.text}\n",
            f"Part that the token must name: {f'`{one.scope}`' if one.scope else 'none'}.\n",
        ]
        for heading, rows in (("Asks", one.asks), ("Answers", one.answers)):
            if rows:
                out += [f"| {heading} | Kind | |", "|---|---|---|"]
                out += [f"| `{row.name}` | {row.kind.replace('|', 'or')} | {row.text} |" for row in rows] + [""]
    return "\n".join(out).rstrip() + "\n"
