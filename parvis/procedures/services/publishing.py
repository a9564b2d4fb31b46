from __future__ import annotations

from typing import Any

from django.db.models import Max

from parvis.form_engine import api as forms
from parvis.kernel import canonical, clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.gestures import gesture
from parvis.kernel.subject import SubjectRef

from ..definition import normalise, validate
from ..errors import InvalidProcedure
from ..models import Procedure, ProcedureVersion


@gesture
def publish_procedure(*, actor: Actor, definition: dict[str, Any], form: forms.FormVersion | None = None) -> ProcedureVersion:
    """Freeze a procedure under the next number, with a form (the latest of the key it names). The same content is the same version.

    Raises:
        InvalidProcedure: with every fault and its path.
        UnknownForm: no such form is published.
    """
    form = form or forms.latest_form(str(definition.get("form", "")))
    faults = validate(definition, form.definition)
    if faults:
        raise InvalidProcedure(faults)
    frozen = normalise(definition)
    digest = canonical.digest([frozen, form.digest])
    procedure, _made = Procedure.objects.get_or_create(key=frozen["key"], defaults={"order": frozen.get("order", 100)})
    latest = procedure.versions.order_by("-number").first()
    if latest is not None and latest.digest == digest:
        return latest
    highest = procedure.versions.aggregate(top=Max("number"))["top"] or 0
    version = ProcedureVersion.objects.create(
        procedure=procedure,
        number=highest + 1,
        form=form,
        definition=frozen,
        digest=digest,
        published_at=clock.now(),
        author_id=actor.account_id,
        author_label=actor.label[:191],
    )
    mutations.record(
        "context:procedures",
        actor=actor,
        verb="procedure_published",
        subject=SubjectRef("procedure_version", version.pk),
        values={"key": procedure.key, "number": version.number, "form": str(form), "digest": digest},
    )
    return version


@gesture
def set_open(*, actor: Actor, procedure: Procedure, is_open: bool) -> Procedure:
    """Whether people may start it. Drafts and running cases go on."""
    Procedure.objects.filter(pk=procedure.pk).update(is_open=is_open)
    mutations.record(
        "context:procedures",
        actor=actor,
        verb="procedure_opened" if is_open else "procedure_closed",
        subject=SubjectRef("procedure", procedure.pk),
        values={"is_open": [procedure.is_open, is_open]},
    )
    procedure.is_open = is_open
    return procedure
