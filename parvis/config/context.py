"""What every template may use of the instance."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def instance(request: HttpRequest) -> dict[str, Any]:
    return {
        "centre": settings.PARVIS,
        "centre_name": settings.PARVIS["name"],
        "is_demo": settings.PARVIS_IS_DEMO,
        "actor": getattr(request, "actor", None),
    }
