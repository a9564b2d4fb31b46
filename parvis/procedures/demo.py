"""Reference data: the procedures that the product brings along. Right for any instance, not only a demonstration."""

from __future__ import annotations

import json
from pathlib import Path

from parvis.form_engine.api import publish_form
from parvis.kernel.actor import Actor

from .models import ProcedureVersion
from .services import publish_procedure

REFERENCE = Path(__file__).resolve().parent / "reference"


def load(*, actor: Actor) -> None:
    """Publish each form and procedure of ``reference/`` that is absent; what the centre published under the same key stays."""
    for path in sorted(REFERENCE.glob("*.procedure.json")):
        definition = json.loads(path.read_text(encoding="utf-8"))
        if ProcedureVersion.objects.filter(procedure__key=definition["key"]).exists():
            continue
        form = json.loads(path.with_name(path.name.replace(".procedure.", ".form.")).read_text(encoding="utf-8"))
        publish_procedure(actor=actor, definition=definition, form=publish_form(actor=actor, definition=form))
