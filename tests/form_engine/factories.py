"""Definitions for the tests: small, in four languages."""

from __future__ import annotations

from typing import Any


def label(text: str) -> dict[str, str]:
    return {code: f"{text} ({code})" for code in ("fr", "nl", "de", "en")}


def field(key: str, kind: str = "text", **more: Any) -> dict[str, Any]:
    return {"key": key, "type": kind, "label": label(key), **more}


def page(key: str, *fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"key": key, "title": label(key), "fields": list(fields), **more}


def form(*pages: dict[str, Any], key: str = "sample") -> dict[str, Any]:
    return {"key": key, "title": label(key), "pages": list(pages)}


def option(value: str) -> dict[str, Any]:
    return {"value": value, "label": label(value)}


def rows(key: str, *fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    return field(key, "rows", fields=list(fields), row_label=label("line"), add_label=label("add"), **more)
