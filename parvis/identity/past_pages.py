"""Which pages of this context can be read as of a past day; the others say that they show today."""

from __future__ import annotations

from parvis.ui.past import declare

declare(
    "identity",
    today=(
        "account",
        "accounts",
        "admin_account",
        "codes",
        "enrol",
        "enrol_app",
        "enrol_passkey",
        "link",
        "lists",
        "login",
        "new_account",
        "new_sector",
        "new_unit",
        "password",
        "prove",
        "proxies",
        "proxy_acts",
        "remove_factor",
        "renew_codes",
        "rights",
        "second_factor",
        "sector",
        "sectors",
        "unit",
        "units",
    ),
)
