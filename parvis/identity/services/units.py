"""Units: the services and teams of the centre."""

from __future__ import annotations

import re

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from parvis.kernel.actor import Actor
from parvis.kernel.gestures import gesture
from parvis.kernel.mutations import record
from parvis.kernel.subject import SubjectRef

from ..errors import UnitRefused
from ..models import Unit
from .guards import STREAM, require_administrator

_CODE = re.compile(r"^[A-Z0-9][A-Z0-9-]{0,19}$")


def _checked_name(name: dict[str, str] | str) -> dict[str, str]:
    names = {"fr": name} if isinstance(name, str) else name
    names = {key: value.strip() for key, value in names.items() if value and value.strip()}
    if not names:
        raise UnitRefused(_("Give the unit a name in at least one language."), field="name")
    return names


@gesture
def create_unit(*, actor: Actor, code: str, name: dict[str, str] | str, parent: Unit | None = None) -> Unit:
    """Make a unit. Its code is short, in capitals, and never changes: it is in the paths of those below.

    Raises:
        UnitRefused: the code is malformed or taken, or the branch is too deep.
    """
    require_administrator(actor)
    code = code.strip().upper()
    if not _CODE.match(code):
        raise UnitRefused(_("A code has 1 to 20 capital letters, digits or hyphens."), field="code")
    names = _checked_name(name)
    path = f"{parent.path if parent else '/'}{code}/"
    if len(path) > 191:
        raise UnitRefused(_("This branch is too deep."), field="parent")
    try:
        with transaction.atomic():
            unit = Unit.objects.create(code=code, name=names, parent=parent, path=path)
    except IntegrityError:
        raise UnitRefused(_("Another unit has this code."), field="code", code="code_taken") from None
    record(
        STREAM,
        actor=actor,
        verb="unit_created",
        subject=SubjectRef("unit", unit.pk),
        values={"code": code, "name": names, "parent": parent.code if parent else None},
    )
    return unit


@gesture
def update_unit(*, actor: Actor, unit: Unit, name: dict[str, str], is_active: bool = True) -> Unit:
    """Rename a unit, or take it out of the lists. Nothing that points at it changes."""
    require_administrator(actor)
    unit = Unit.objects.select_for_update().get(pk=unit.pk)
    changes = {"name": _checked_name(name), "is_active": is_active}
    values = {key: [getattr(unit, key), new] for key, new in changes.items() if getattr(unit, key) != new}
    if values:
        for key, (_old, new) in values.items():
            setattr(unit, key, new)
        unit.save(update_fields=list(values))
        record(STREAM, actor=actor, verb="unit_updated", subject=SubjectRef("unit", unit.pk), values=values)
    return unit
