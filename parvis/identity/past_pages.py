"""Which pages of this context can be read as of a past day; of the others, why they show today."""

from __future__ import annotations

from parvis.ui.past import declare

declare(
    "identity",
    forms=(
        "link",
        "login",
        "new_account",
        "new_sector",
        "new_unit",
        "prove",
        "second_factor",
    ),
    settings=(
        "accounts",
        "admin_account",
        "rights",
        "sector",
        "sectors",
        "unit",
        "units",
    ),
    logs=("proxy_acts",),
    own=(
        "account",
        "codes",
        "enrol",
        "enrol_app",
        "enrol_passkey",
        "lists",
        "password",
        "proxies",
        "remove_factor",
        "renew_codes",
    ),
)
