"""Loads what each context registers, once, in the order of INSTALLED_APPS.

Only kernel, the lowest app, could not know who registers with it; so it looks for modules by name. The registries are frozen
by ``load`` once every app has registered.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

MODULES = (
    "enums",
    "events",
    "access",
    "facts",
    "screens",
    "panels",
    "origins",
    "search",
    "provisions",
    "changes",
    "closing",
    "years",
    "sheet",
    "briefs",
    "erasing",
    "past_pages",
    "handlers",
    "jobs",
)


def load() -> None:
    """Import the registering modules of every installed Parvis app (called when the last app is ready)."""
    from django.apps import apps

    from parvis.kernel import jobs_builtin, registries  # noqa: F401  (registers the kernel's own jobs)

    for config in apps.get_app_configs():
        if not config.name.startswith("parvis.") or config.name == "parvis.kernel":
            continue
        for module in MODULES:
            name = f"{config.name}.{module}"
            if find_spec(name) is not None:
                import_module(name)
    registries.freeze_all()
