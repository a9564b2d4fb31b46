"""A destruction list: proposed by one person, approved by another, carried out dossier by dossier, and certified."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import override

from parvis.kernel import canonical, clock, erasure, jobs, mutations, numbers, registries
from parvis.kernel.actor import ANONYMOUS, Actor
from parvis.kernel.errors import NotAllowed
from parvis.kernel.events import publish
from parvis.kernel.gestures import gesture
from parvis.kernel.jobs import enqueue
from parvis.kernel.registries import Obstacle
from parvis.kernel.subject import SubjectRef
from parvis.ui import formats

from .. import access
from ..enums import CloseReason, LineState, ListState
from ..errors import CannotBeDestroyed, InvalidDossier
from ..events import DossierDestroyed
from ..models import DestructionLine, DestructionList, Dossier
from ..retention import Schedule
from ._common import record
from .life import obstacles
from .retention import STREAM, Kept, kept, reasons_told, schedule

MOST = 100
"""Dossiers on one list: two persons read each line."""


def forbids(actor: Actor, dossier: Dossier, found: Schedule, *, known: Kept | None = None) -> list[Obstacle]:
    """What stands against destroying this dossier today; nothing: it may be. What the actor may not see is there without words."""
    known = known or kept(dossier, found)
    told = reasons_told(actor, known.holds)
    against = [
        Obstacle(_("Held back: %(reason)s") % {"reason": hold.reason}, _("to be looked at again"), due_on=hold.review_on)
        if hold.pk in told
        else Obstacle(_("Held back, to be looked at again on %(day)s") % {"day": formats.day(hold.review_on)}, due_on=hold.review_on)
        for hold in known.holds
    ]
    if dossier.destroyed_on is not None:
        return [Obstacle(_("Destroyed already"))]
    if dossier.closed_on is None:
        return [*against, Obstacle(_("The dossier is open."))]
    if known.rule is None or known.until is None:
        return [*against, Obstacle(_("No rule of retention says how long it is kept."))]
    if known.until > clock.today():
        against.append(Obstacle(_("To be kept until %(day)s") % {"day": formats.day(known.until)}, due_on=known.until))
    against += obstacles(actor, dossier)
    for one in registries.erasers.all():
        if one.obstacles is not None:
            against += one.obstacles(dossier.pk, known.rule.money_years)
    return against


def stands_against(actor: Actor, line: DestructionLine, found: Schedule) -> list[Obstacle]:
    """What stands against carrying out a line: as ``forbids``, and that the rule or the day is no longer the one that was proposed."""
    known = kept(line.dossier, found)
    against = forbids(actor, line.dossier, found, known=known)
    if known.rule is not None and (known.rule.pk != line.rule_id or known.until != line.due_from):
        against.append(Obstacle(_("The rule of retention changed after the proposal. Take the dossier off, and propose it again.")))
    return against


def why(known: Kept) -> str:
    """The rule in a sentence, in the centre's language: it is kept with the list."""
    rule = known.rule
    if rule is None:
        return ""
    with override(settings.LANGUAGE_CODE):
        about = [formats.label(rule.sector.name)] if rule.sector_id and rule.sector else []
        about += [str(CloseReason(rule.close_code).label)] if rule.close_code else []
        text = _("%(years)s years after closing") % {"years": rule.years}
        doubt = "" if rule.confirmed else f" · {_('to be confirmed by the State Archives')}"
        text = f"{text} ({', '.join(about)}). {rule.source}" if about else f"{text}. {rule.source}"
        return text[: 400 - len(doubt)] + doubt


@gesture
def propose_list(*, actor: Actor, dossiers: Sequence[Dossier], note: str = "", permission: str = "") -> DestructionList:
    """A list of dossiers whose term is over, waiting for a second person. All of them, or none.

    Raises:
        NotAllowed: an auditor or an administrator proposes, in their own name.
        InvalidDossier: none chosen, too many, or one stands on another list.
        CannotBeDestroyed: something stands against one of them; the error says what.
    """
    _keeper(actor)
    if not dossiers:
        raise InvalidDossier(_("Choose at least one dossier."), code="none")
    if len(dossiers) > MOST:
        raise InvalidDossier(_("A list holds at most %(most)s dossiers.") % {"most": MOST}, code="many")
    found = schedule()
    reasons = {dossier.pk: kept(dossier, found) for dossier in dossiers}
    _refuse([(dossier.number, forbids(actor, dossier, found, known=reasons[dossier.pk])) for dossier in dossiers])
    if DestructionLine.objects.filter(dossier__in=[dossier.pk for dossier in dossiers], live=1).exists():
        raise InvalidDossier(_("One of these dossiers stands on another list already."), code="listed")
    day = clock.today()
    row = DestructionList.objects.create(
        number=f"D {day.year}/{numbers.allot('destruction', day.year):04}",
        note=note.strip()[:500],
        permission=permission.strip()[:191],
        proposed_by_id=actor.own_id,
        proposed_by_label=actor.label[:191],
        proposed_at=clock.now(),
    )
    for dossier in dossiers:
        known = reasons[dossier.pk]
        if known.rule is None or known.until is None or dossier.closed_on is None:
            raise RuntimeError(f"{dossier.number} has no term and was not refused")
        DestructionLine.objects.create(
            on_list=row,
            dossier=dossier,
            number=dossier.number,
            rule=known.rule,
            why=why(known),
            closed_on=dossier.closed_on,
            due_from=known.until,
        )
        record(actor, "destruction.listed", dossier, {"list": row.number})
    _note(actor, "destruction.propose", row, {"dossiers": [dossier.number for dossier in dossiers]})
    return row


@gesture
def remove_line(*, actor: Actor, line: DestructionLine, reason: str) -> DestructionLine:
    """Take a dossier off a list that waits. It is kept, and shows again among those that are due.

    Raises:
        InvalidDossier: no reason, or the list does not wait any more.
    """
    _keeper(actor)
    if not reason.strip():
        raise InvalidDossier(_("Say why the dossier is taken off the list."), field="reason", code="reason")
    waiting = DestructionLine.objects.filter(pk=line.pk, state=LineState.LISTED, on_list__state=ListState.PROPOSED)
    if not waiting.update(
        state=LineState.REMOVED,
        live=None,
        removed_reason=reason.strip()[:500],
        removed_by_label=actor.label[:191],
        removed_at=clock.now(),
    ):
        raise InvalidDossier(_("This list is no longer waiting."), code="state")
    record(actor, "destruction.removed", line.dossier, {"list": line.on_list.number, "reason": reason.strip()[:500]})
    return line


@gesture
def withdraw_list(*, actor: Actor, chosen: DestructionList, reason: str) -> DestructionList:
    """The list is given up; nothing is destroyed.

    Raises:
        InvalidDossier: no reason, or the list does not wait any more.
    """
    _keeper(actor)
    if not reason.strip():
        raise InvalidDossier(_("Say why the list is given up."), field="reason", code="reason")
    _move(
        chosen,
        ListState.WITHDRAWN,
        withdrawn_at=clock.now(),
        withdrawn_by_label=actor.label[:191],
        withdrawn_reason=reason.strip()[:500],
    )
    chosen.lines.filter(state=LineState.LISTED).update(live=None)
    _note(actor, "destruction.withdraw", chosen, {"reason": reason.strip()[:500]})
    return DestructionList.objects.get(pk=chosen.pk)


@gesture
def approve_list(*, actor: Actor, chosen: DestructionList, permission: str) -> DestructionList:
    """The second person's word, with the permission of the State Archives. From here on it is carried out.

    Raises:
        NotAllowed: not an auditor or administrator, or the person who proposed it.
        InvalidDossier: no permission, no line left, or the list does not wait any more.
        CannotBeDestroyed: something stands against one of them by now; the error says what.
    """
    _keeper(actor)
    if chosen.proposed_by_id in actor.persons:
        raise NotAllowed(_("Another person than the one who proposed the list approves it."), code="second_person")
    words = permission.strip()[:191]
    if not words:
        raise InvalidDossier(
            _("Give the reference of the State Archives' permission: without it nothing may be destroyed."),
            field="permission",
            code="permission",
        )
    lines = list(chosen.lines.filter(state=LineState.LISTED).select_related("dossier").order_by("number", "pk"))
    if not lines:
        raise InvalidDossier(_("No dossier is left on this list. Give the list up."), code="none")
    found = schedule()
    _refuse([(line.number, stands_against(actor, line, found)) for line in lines])
    _move(
        chosen,
        ListState.APPROVED,
        approved_by_id=actor.own_id,
        approved_by_label=actor.label[:191],
        approved_at=clock.now(),
        permission=words,
    )
    _note(actor, "destruction.approve", chosen, {"permission": words, "dossiers": [line.number for line in lines]})
    for line in lines:
        enqueue("dossiers.destroy", line.ref)
    return DestructionList.objects.get(pk=chosen.pk)


# What the jobs call ------------------------------------------------------------------------------------------------------
@gesture
def destroy(*, actor: Actor, line: DestructionLine) -> DestructionLine:
    """One dossier, in its own transaction. Looked at once more: what stands against it by now keeps it, and the line says so. A line
    that was carried out is left as it is."""
    line = DestructionLine.objects.select_related("dossier", "on_list", "rule").select_for_update().get(pk=line.pk)
    if line.state != LineState.LISTED or line.on_list.state != ListState.APPROVED:
        return line
    dossier, chosen = line.dossier, line.on_list
    # The row is the lock: a hold or a new opening that comes at the same time waits, or came first and is seen.
    Dossier.unscoped.filter(pk=dossier.pk).update(version=F("version") + 1)
    dossier.refresh_from_db()
    against = stands_against(ANONYMOUS, line, schedule())  # the reason stays with the list: no names in it
    if against:
        words = "; ".join(str(one.title or _("something is still open")) for one in against)[:500]
        DestructionLine.objects.filter(pk=line.pk).update(state=LineState.REFUSED, live=None, problem=words)
        record(actor, "destruction.refused", dossier, {"list": chosen.number, "why": words})
        return DestructionLine.objects.get(pk=line.pk)
    with override(settings.LANGUAGE_CODE):
        label = _("Dossier %(number)s, destroyed") % {"number": dossier.number}
    target = erasure.erase(
        actor=actor,
        subject=SubjectRef("dossier", dossier.pk),
        stream=f"dossier:{dossier.pk}",
        label=label,
        signed=erasure.Signed(
            chosen.proposed_by_id,
            chosen.proposed_by_label,
            chosen.approved_by_id or 0,
            chosen.approved_by_label,
            f"{chosen.number} · {chosen.permission}",
        ),
        keep_reads=line.rule.keep_reads,
    )
    DestructionLine.objects.filter(pk=line.pk).update(
        state=LineState.ERASED,
        live=None,
        destroyed_at=target.at,
        counts={name: count for name, count in sorted(target.counts.items()) if count},
        files=sorted(target.files),
    )
    publish(DossierDestroyed(actor=actor, dossier_id=dossier.pk, number=dossier.number))
    return DestructionLine.objects.get(pk=line.pk)


@gesture
def finish_line(*, actor: Actor, line: DestructionLine) -> None:
    """The bytes are gone too. With the last line the list is done and its certificate is due."""
    DestructionLine.objects.filter(pk=line.pk, state=LineState.ERASED).update(state=LineState.DESTROYED, files=[])
    chosen = DestructionList.objects.select_for_update().get(pk=line.on_list_id)
    left = chosen.lines.filter(state__in=(LineState.LISTED, LineState.ERASED)).exists()
    if not left and chosen.state == ListState.APPROVED:
        certify(actor=actor, chosen=chosen)


def stuck(lines: Sequence[DestructionLine]) -> list[DestructionLine]:
    """Lines of an approved list that nothing carries out any more: their work was given up, or never came."""
    left = [line for line in lines if line.state in (LineState.LISTED, LineState.ERASED)]
    busy = jobs.waiting_among("destruction_line", [line.pk for line in left])
    return [line for line in left if line.pk not in busy]


@gesture
def again() -> int:
    """Put back to work what was approved and given up after all attempts. Returns how many."""
    back = 0
    version = f"again-{clock.today().isoformat()}"
    for chosen in DestructionList.objects.filter(state=ListState.APPROVED).order_by("approved_at", "pk")[:100]:
        lines = list(chosen.lines.exclude(state=LineState.REMOVED).order_by("pk"))
        open_ones = any(line.state in (LineState.LISTED, LineState.ERASED) for line in lines)
        for line in stuck(lines) if open_ones else lines[-1:]:  # all done and not ended: the last one ends it
            back += enqueue("dossiers.destroy", line.ref, version=version)
    for chosen in DestructionList.objects.filter(state=ListState.DONE, document__isnull=True).order_by("done_at", "pk")[:100]:
        if not jobs.waiting(chosen.ref):
            back += enqueue("dossiers.certificate", chosen.ref, version=version)
    return back


def certify(*, actor: Actor, chosen: DestructionList) -> None:
    """The certificate's content, numbered and hashed; its PDF follows as a job."""
    at = clock.now()
    year = clock.date_of(at).year
    lines = list(chosen.lines.order_by("number", "pk"))
    gone = [line for line in lines if line.state == LineState.DESTROYED]
    counts: dict[str, int] = {}
    for line in gone:
        for name, count in line.counts.items():
            counts[name] = counts.get(name, 0) + count
    number = f"CD {year}/{numbers.allot('destruction-certificate', year):04}"
    content = canonical.dumps(
        {
            "number": number,
            "list": chosen.number,
            "at": at,
            "permission": chosen.permission,
            "proposed": [chosen.proposed_by_label, chosen.proposed_at],
            "approved": [chosen.approved_by_label, chosen.approved_at],
            "dossiers": [[line.number, line.closed_on, line.why, line.destroyed_at] for line in gone],
            "kept": [[line.number, line.removed_reason or line.problem] for line in lines if line.state != LineState.DESTROYED],
            "counts": counts,
        }
    )
    digest = canonical.digest(content)
    DestructionList.objects.filter(pk=chosen.pk).update(
        state=ListState.DONE, done_at=at, certificate_number=number, certificate=content, certificate_sha256=digest
    )
    _note(actor, "destruction.done", chosen, {"certificate": number, "sha256": digest})
    enqueue("dossiers.certificate", chosen.ref)


def _keeper(actor: Actor) -> None:
    if not access.may_keep(actor):
        raise NotAllowed(_("An auditor or an administrator does this, in their own name."))


def _refuse(found: list[tuple[str, list[Obstacle]]]) -> None:
    against = [(number, list(obstacles)) for number, obstacles in found if obstacles]
    if against:
        raise CannotBeDestroyed(_("Something stands against the destruction. Nothing was changed."), against)


def _move(chosen: DestructionList, state: str, **values: object) -> None:
    if not DestructionList.objects.filter(pk=chosen.pk, state=ListState.PROPOSED).update(state=state, **values):
        raise InvalidDossier(_("This list is no longer waiting."), code="state")


def _note(actor: Actor, verb: str, chosen: DestructionList, values: dict[str, object]) -> None:
    mutations.record(STREAM, actor=actor, verb=verb, subject=chosen.ref, values={"number": chosen.number, **values})
