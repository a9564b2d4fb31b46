"""Reference data: the procedures that the product brings along. Right for any instance, not only a demonstration."""

from __future__ import annotations

import json
from pathlib import Path

from parvis.form_engine.api import publish_form
from parvis.kernel.actor import Actor

from .models import ProcedureVersion
from .services import publish_procedure

REFERENCE = Path(__file__).resolve().parent / "reference"
#: Digests of what earlier releases brought along. Whoever runs one of them unchanged gets the present one as the next version.
FORMER = {"c12aa8409e9e58e32a3d220000bbbef58f1542ccfd13d67d809564511dbc3681"}


def load(*, actor: Actor) -> None:
    """Publish each form and procedure of ``reference/`` that is absent; what the centre published under the same key stays."""
    for path in sorted(REFERENCE.glob("*.procedure.json")):
        definition = json.loads(path.read_text(encoding="utf-8"))
        latest = ProcedureVersion.objects.filter(procedure__key=definition["key"]).order_by("-number").first()
        if latest is not None and latest.digest not in FORMER:
            continue
        form = json.loads(path.with_name(path.name.replace(".procedure.", ".form.")).read_text(encoding="utf-8"))
        publish_procedure(actor=actor, definition=definition, form=publish_form(actor=actor, definition=form))
