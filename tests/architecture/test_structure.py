"""The structure that the machine keeps: imports, foreign keys, façades, scopes, personal data, settings."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models

from parvis.config import instance
from parvis.kernel.scope import ScopedModel, has_scope

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "parvis"
LAYERS = {
    "kernel": 0, "ui": 0, "identity": 1, "contacts": 2, "documents": 3, "connectors": 3, "form_engine": 4, "workflows": 4, "rules": 4, "agenda": 4,
    "dossiers": 5, "accounting": 5, "journal": 6, "mailings": 7, "procedures": 7, "socialdata": 7, "requests": 8, "decisions": 9, "aid": 10, "portal": 11, "desk": 11, "takeover": 11, "api": 11,
    "demo": 12,
}  # fmt: skip
FOUNDATION = {"kernel", "ui", "config"}
FACADE = {"api", "events", "enums"}
UNSCOPED_MODULES = {"services", "jobs", "migrations", "demo", "selectors", "bitemporal", "scope", "models", "facts", "handlers", "erasing"}
PERSONAL = {"none", "identity", "social", "health", "money", "legal", "security"}


def own_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("parvis.")]


def sources() -> list[Path]:
    return [path for path in sorted(PACKAGE.rglob("*.py")) if "migrations" not in path.parts]


def test_every_context_is_in_the_layers_and_installed() -> None:
    folders = {path.parent.name for path in PACKAGE.glob("*/apps.py")}
    assert folders == set(LAYERS)
    assert {f"parvis.{name}" for name in LAYERS} <= set(settings.INSTALLED_APPS)


def test_the_import_contract_holds() -> None:
    done = subprocess.run([str(Path(sys.executable).parent / "lint-imports")], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]


def test_contexts_use_only_the_facades_of_others() -> None:
    wrong = []
    for path in sources():
        mine = path.relative_to(PACKAGE).parts[0]
        if mine in {"config", "demo"}:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("parvis."):
                parts = node.module.split(".")
                if parts[1] in FOUNDATION | {mine}:
                    continue
                names = [parts[2]] if len(parts) > 2 else [alias.name for alias in node.names]
                wrong += [f"{path.relative_to(ROOT)}:{node.lineno} {node.module} {name}" for name in names if name not in FACADE]
    assert wrong == []


def test_foreign_keys_point_down() -> None:
    wrong = []
    for model in own_models():
        mine = model._meta.app_label
        for field in model._meta.concrete_fields:
            target = field.related_model
            if isinstance(target, type) and issubclass(target, models.Model) and target.__module__.startswith("parvis."):
                label = target._meta.app_label
                if label != mine and LAYERS[label] >= LAYERS[mine]:
                    wrong.append(f"{model.__name__}.{field.name} -> {label}.{target.__name__}")
    assert wrong == []


def test_every_model_says_which_personal_data_it_holds() -> None:
    assert [m.__name__ for m in own_models() if getattr(m, "personal_data", None) not in PERSONAL] == []


def test_every_scoped_model_has_a_scope() -> None:
    assert [m.__name__ for m in own_models() if issubclass(m, ScopedModel) and not has_scope(m)] == []


def test_unscoped_is_named_only_where_rows_may_be_read_without_asking_for_whom() -> None:
    wrong = []
    for path in sources():
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        if UNSCOPED_MODULES & set(parts) or parts[0] in {"demo"}:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr == "unscoped":
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert wrong == []


@pytest.mark.parametrize("pattern", ["condition=", "nulls_distinct"])
def test_no_constraint_that_one_database_drops_in_silence(pattern: str) -> None:
    wrong = []
    for model in own_models():
        for constraint in model._meta.constraints:
            if isinstance(constraint, models.UniqueConstraint) and (
                constraint.condition is not None or constraint.nulls_distinct is not None
            ):
                wrong.append(f"{model.__name__}: {constraint.name} ({pattern})")
    assert wrong == []


def test_every_constraint_is_named_and_rows_have_an_order() -> None:
    assert [m.__name__ for m in own_models() if not m._meta.ordering] == []
    assert [m.__name__ for m in own_models() if m._meta.unique_together] == []


def test_only_the_clock_reads_the_time() -> None:
    wrong = []
    banned = {("datetime", "now"), ("datetime", "utcnow"), ("date", "today"), ("timezone", "now"), ("timezone", "localdate")}
    for path in sources():
        relative = path.relative_to(PACKAGE).as_posix()
        if relative in {"kernel/clock.py", "config/logs.py"}:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name)
            if called and (node.func.value.id, node.func.attr) in banned:
                wrong.append(f"{relative}:{node.lineno}")
    assert wrong == []


# Their save() only refuses to change a row that is there: immutable by law, no side effect.
GUARDS = {"LetterTemplate.save", "Calculation.save"}


def test_no_signals_and_no_saves_with_side_effects() -> None:
    wrong = []
    for path in sources():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("django.db.models.signals"):
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} signals")
            if isinstance(node, ast.ClassDef):
                wrong += [
                    f"{path.relative_to(ROOT)}:{item.lineno} {node.name}.save"
                    for item in node.body
                    if isinstance(item, ast.FunctionDef)
                    and item.name == "save"
                    and any(getattr(b, "attr", getattr(b, "id", "")).endswith("Model") for b in node.bases)
                ]
    assert [line for line in wrong if line.rsplit(" ", 1)[1] not in GUARDS] == []


@pytest.mark.parametrize("name", ["api", "settings", "data-model", "registries"])
def test_the_generated_pages_are_true(name: str) -> None:
    """In a process of its own, as the command does it: what other tests registered is not on the page."""
    code = (
        "import os, sys; os.environ.update(PARVIS_KIND='test', PARVIS_INSTANCE='/nonexistent', DJANGO_SETTINGS_MODULE='parvis.config.settings')\n"
        "import django; django.setup()\n"
        f"from tools import reference; sys.stdout.write(reference.PAGES[{name!r}]())"
    )
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PARVIS_")}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=kept, capture_output=True, text=True, check=True)
    assert (ROOT / "docs" / "reference" / f"{name}.md").read_text(encoding="utf-8") == done.stdout, "run: python -m tools.reference"


def test_every_setting_is_explained() -> None:
    assert [setting.key for setting in instance.SETTINGS if not setting.help.endswith(".")] == []


def test_each_context_has_its_page() -> None:
    assert [name for name in LAYERS if not (PACKAGE / name / "README.md").exists()] == []
