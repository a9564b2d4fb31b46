"""Invented data for the gallery: every component in every state, without a database."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def samples(request: HttpRequest) -> dict[str, Any]:
    return {}
