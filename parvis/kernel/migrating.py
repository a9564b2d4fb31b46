"""Migrations from nothing in a third of the time.

Between two operations Django draws the classes of all models anew that are related to the one that changed, however far away: with our
two hundred tables around persons and accounts that is nearly all of them, two hundred times. A new table needs its own class only, and a new
column that of its table and of what refers to it. Classes further away stay a little behind, which nothing but code of a migration could
notice: for that Django draws all of them anew (``is_delayed``). The tables that come out are the same: a test compares them with the models.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.migrations.state import ModelState, ProjectState, get_related_models_tuples
from django.db.models import NOT_PROVIDED


@contextmanager
def near_relations_only() -> Iterator[None]:
    """Inside, the states of migrations draw new tables and columns without everything around them."""
    add_model, add_field = ProjectState.add_model, ProjectState.add_field
    ProjectState.add_model, ProjectState.add_field = _add_model, _add_field  # type: ignore[method-assign]
    try:
        yield
    finally:
        ProjectState.add_model, ProjectState.add_field = add_model, add_field  # type: ignore[method-assign]


def _add_model(self: Any, model_state: ModelState) -> None:
    key = model_state.app_label, model_state.name_lower
    self.models[key] = model_state
    if self._relations is not None:
        self.resolve_model_relations(key)
    _redraw(self, key, set())


def _add_field(self: Any, app_label: str, model_name: str, name: str, field: Any, preserve_default: bool) -> None:
    if not preserve_default:
        field = field.clone()
        field.default = NOT_PROVIDED
    key = app_label, model_name
    self.models[key].fields[name] = field
    if self._relations is not None:
        self.resolve_model_field_relations(key, name, field)
    if "apps" in self.__dict__:
        _redraw(self, key, get_related_models_tuples(self.apps.get_model(*key)))


def _redraw(state: Any, key: tuple[str, str], near: set[tuple[str, str]]) -> None:
    if "apps" in state.__dict__:  # nothing to do while no class is drawn yet
        state.is_delayed = True
        state._reload({key, *near})
