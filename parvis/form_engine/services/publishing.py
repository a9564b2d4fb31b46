from __future__ import annotations

from typing import Any

from django.db.models import Max

from parvis.kernel import canonical, clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.gestures import gesture
from parvis.kernel.subject import SubjectRef

from ..definition import normalise, validate_definition
from ..errors import InvalidDefinition
from ..models import FormVersion


@gesture
def publish_form(*, actor: Actor, definition: dict[str, Any]) -> FormVersion:
    """Freeze a definition under the next number of its key. The same definition published again is the same version.

    Raises:
        InvalidDefinition: with every fault and its path.
    """
    faults = validate_definition(definition)
    if faults:
        raise InvalidDefinition(faults)
    frozen = normalise(definition)
    digest = canonical.digest(frozen)
    latest = FormVersion.objects.filter(key=frozen["key"]).order_by("-number").first()
    if latest is not None and latest.digest == digest:
        return latest
    highest = FormVersion.objects.filter(key=frozen["key"]).aggregate(top=Max("number"))["top"] or 0
    form = FormVersion.objects.create(
        key=frozen["key"],
        number=highest + 1,
        definition=frozen,
        digest=digest,
        published_at=clock.now(),
        author_id=actor.account_id,
        author_label=actor.label[:191],
    )
    mutations.record(
        "context:form_engine",
        actor=actor,
        verb="form_published",
        subject=SubjectRef("form_version", form.pk),
        values={"key": form.key, "number": form.number, "digest": digest},
    )
    return form
