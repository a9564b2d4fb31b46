"""Running aids and payments made, written line by line, and taken back."""

from __future__ import annotations

from django.utils.translation import gettext as _

from parvis.aid.api import Entitlement, drop_taken_over, take_over_right
from parvis.kernel.actor import Actor
from parvis.kernel.gestures import gesture

from ..enums import FileKind, Outcome, Result
from ..errors import NotReady
from ..models import Line, PastPayment, SourceKey
from .known import keep_key, known_target
from .money import OWN_KEY, _dossier, payment_values, plan_money, right_of


@gesture
def write_money(*, actor: Actor, line: Line) -> tuple[str, str]:
    """Write one line. Returns what became of it, and why where it was refused."""
    imported = line.imported
    plan = plan_money(imported=imported, data=line.data)
    if plan.outcome == Outcome.ERROR:
        first = next(one for one in plan.findings if one["kind"] == "error")
        return Result.FAILED, f"{first['problem']} {first['advice']}"
    if not plan.writes:
        return Result.DONE, ""
    if imported.kind == FileKind.RIGHTS:
        found = _dossier(plan, imported)
        assert found is not None  # the plan has just found it
        right = take_over_right(actor=actor, source=imported.source, right=right_of(plan, imported, *found))
        if known_target(imported.source, "right", plan.values[OWN_KEY]) is None:
            keep_key(imported=imported, line=line, kind="right", key=plan.values[OWN_KEY], target_id=right.pk)
    else:
        key = plan.values[OWN_KEY]
        old = PastPayment.unscoped.filter(source=imported.source, key=key, live=1).first()
        if old is not None:
            PastPayment.unscoped.filter(pk=old.pk).update(live=None)
        PastPayment.unscoped.create(
            imported=imported,
            line=line,
            source=imported.source,
            key=key,
            person_key=plan.key[:100],
            name=plan.values.get("name", ""),
            replaces=old,
            **payment_values(plan),
        )
    Line.unscoped.filter(pk=line.pk).update(person_id=plan.person_id)
    return Result.DONE, ""


@gesture
def unwrite_money(*, actor: Actor, line: Line) -> None:
    """Take one line back.

    Raises:
        NotReady: its right is live, or another file changed what it said.
    """
    if line.imported.kind == FileKind.PAYMENTS:
        mine = PastPayment.unscoped.filter(line=line)
        for row in mine:
            if row.live is None:
                raise NotReady(_("Another file changed this payment since: it stays."), code="changed")
            PastPayment.unscoped.filter(pk=row.pk).update(live=None)
            if row.replaces_id:
                PastPayment.unscoped.filter(pk=row.replaces_id).update(live=1)
        return
    key = SourceKey.unscoped.filter(line=line, kind="right", live=1).first()
    if key is None:
        if line.outcome == Outcome.CHANGE:
            raise NotReady(_("It changed a right that another file took over: take over the former file again."), code="changed")
        return
    right = Entitlement.unscoped.filter(pk=key.target_id).first()
    if right is not None:
        drop_taken_over(actor=actor, entitlement=right)
    SourceKey.unscoped.filter(pk=key.pk).update(live=None)
