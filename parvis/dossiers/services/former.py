"""What a service that gave a dossier away may still read of it: rules with their days, what was left at a transfer, its end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext as _

from parvis.identity.api import KeptReading, Unit, end_kept_reading, keep_reading
from parvis.kernel import clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.errors import NotAllowed
from parvis.kernel.gestures import gesture
from parvis.kernel.subject import SubjectRef

from .. import access
from ..errors import InvalidDossier
from ..models import Dossier, DossierKind, DossierProfile, ReadingRule
from ._common import record

STREAM = "context:dossiers"
MOST_DAYS = 730
#: Until a centre publishes a rule of its own.
DAYS, CLASSES = 90, ("social",)


@dataclass(frozen=True)
class Terms:
    """The most that may be left to a service of before; ``rule``: the published version, None where the product's own term holds."""

    days: int
    classes: tuple[str, ...]
    rule: ReadingRule | None = None


def reading_terms(dossier: Dossier, day: dt.date | None = None) -> Terms:
    """By the kind of file, else the rule for all kinds, else ninety days of what is social."""
    kind = DossierProfile.unscoped.filter(dossier=dossier).values_list("kind_id", flat=True).first()
    slots = [f"kind:{kind}", "all"] if kind else ["all"]
    rows = ReadingRule.objects.filter(slot__in=slots, live=1, valid_from__lte=day or clock.today()).order_by("-valid_from", "-number")
    found = list(rows)
    rule = next((row for slot in slots for row in found if row.slot == slot), None)
    return Terms(rule.days, tuple(rule.class_names), rule) if rule else Terms(DAYS, CLASSES)


def reading_rules() -> tuple[list[ReadingRule], list[ReadingRule]]:
    """In force today, and every version that was ever published, the latest first."""
    rows = list(ReadingRule.objects.select_related("kind").order_by("-number")[:200])
    now: dict[str, ReadingRule] = {}
    for row in sorted(rows, key=lambda one: (one.valid_from, one.number), reverse=True):
        if row.live and row.valid_from <= clock.today():
            now.setdefault(row.slot, row)
    return sorted(now.values(), key=lambda one: (one.slot != "all", one.slot)), rows


@gesture
def publish_reading_rule(
    *, actor: Actor, kind: DossierKind | None, days: int, classes: Collection[str], source: str, valid_from: dt.date
) -> ReadingRule:
    """A new version, for one kind of file or for all. What was left at transfers of before keeps its day.

    Raises:
        NotAllowed: not the administration of the whole centre.
        InvalidDossier: more than two years, a class of data that is never left open, no reason, or a day in the past.
    """
    if not access.may_define_fields(actor):
        raise NotAllowed(_("Only an administrator publishes such rules."))
    if not 0 <= days <= MOST_DAYS:
        raise InvalidDossier(_("Between no day and two years (730 days)."), field="days", code="days")
    if not set(classes) <= set(access.MAY_STAY_OPEN):
        raise InvalidDossier(_("This value is not in the list."), field="classes", code="classes")
    words = source.strip()
    if not words:
        raise InvalidDossier(_("Say who decided it, and why."), field="source", code="source")
    if valid_from < clock.today():
        raise InvalidDossier(_("A rule holds from today on at the earliest."), field="valid_from", code="past")
    slot = f"kind:{kind.pk}" if kind else "all"
    ReadingRule.objects.filter(slot=slot, valid_from=valid_from, live=1).update(live=None)
    last = ReadingRule.objects.order_by("-number").values_list("number", flat=True).first() or 0
    row = ReadingRule.objects.create(
        number=last + 1,
        kind=kind,
        slot=slot,
        days=days,
        classes=",".join(sorted(set(classes))),
        source=words[:400],
        valid_from=valid_from,
        published_at=clock.now(),
        author_id=actor.account_id,
        author_label=actor.label[:191],
    )
    values = {"kind": kind.key if kind else "", "days": days, "classes": row.class_names, "valid_from": valid_from}
    mutations.record(
        STREAM, actor=actor, verb="reading_rule.publish", subject=SubjectRef("reading_rule", row.pk), values=values, note=words[:191]
    )
    return row


def leave_reading(*, actor: Actor, dossier: Dossier, unit: Unit, days: int | None, classes: Collection[str] | None) -> KeptReading | None:
    """At a transfer, within the rule: the service of before reads for some days, the classes that the accepting head leaves open.

    Raises:
        InvalidDossier: longer, or more, than the rule allows.
    """
    terms = reading_terms(dossier)
    days = terms.days if days is None else days
    wanted = set(terms.classes if classes is None else classes)
    if not 0 <= days <= terms.days:
        message = _("The rule allows %(days)s days at most.") % {"days": terms.days}
        raise InvalidDossier(message, field="read_days", code="days")
    if not wanted <= set(terms.classes):
        raise InvalidDossier(_("The rule leaves this kind of data to nobody."), field="read_classes", code="classes")
    if not days:
        return None
    today = clock.today()
    until = today + dt.timedelta(days=days)
    row = keep_reading(
        actor=actor, subject=SubjectRef("dossier", dossier.pk), unit=unit, classes=sorted(wanted), valid_from=today, valid_to=until
    )
    record(actor, "dossier.reading_left", dossier, {"unit": unit.code, "classes": sorted(wanted), "until": until})
    return row


def kept_readings(dossier_id: int, limit: int = 20) -> list[KeptReading]:
    """What services of before may read, or might, the longest first."""
    return list(KeptReading.objects.filter(subject_type="dossier", subject_id=dossier_id).select_related("unit")[:limit])


@gesture
def end_left_reading(*, actor: Actor, dossier: Dossier, row: KeptReading) -> KeptReading:
    """Before its day, by who answers for the dossier now.

    Raises:
        NotAllowed: anybody else.
    """
    mine = row.subject_type == "dossier" and row.subject_id == dossier.pk
    if not mine or not access.answers_for(actor, dossier):
        raise NotAllowed(_("Only who answers for this file ends this."))
    row = end_kept_reading(actor=actor, row=row)
    record(actor, "dossier.reading_ended", dossier, {"unit": row.unit.code})
    return row


def end_readings_of(*, actor: Actor, dossier: Dossier, unit: Unit) -> None:
    """The dossier comes back: what was left to this service ends, since it has the file itself."""
    for row in KeptReading.objects.filter(subject_type="dossier", subject_id=dossier.pk, unit=unit, valid_to__gt=clock.today()):
        end_kept_reading(actor=actor, row=row)
