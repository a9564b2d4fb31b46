"""Which pages of this context can be read as of a past day: none. A program has no session, and so no day of view."""

from __future__ import annotations

from parvis.ui.past import declare

declare(
    "api",
    tools=(
        "application_token",
        "applications",
        "decisions",
        "documents",
        "dossier",
        "dossiers",
        "entitlements",
        "file",
        "journal",
        "me",
        "members",
        "openapi",
        "payments",
        "person",
        "persons",
        "reference",
        "requests",
        "search",
        "tokens",
    ),
)
