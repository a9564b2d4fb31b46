"""Who sees a dossier beyond unit and referent: sectors, exceptional openings, reasons for unusual look-ups."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.conf import settings
from django.utils.translation import gettext as _

from parvis.identity.api import LookUp, Opening, OpeningRefused, Sector, end_opening, give_reason, open_exceptionally, settle_look_up
from parvis.identity.enums import Function
from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.bitemporal import end_fact, withdraw_fact, write_fact
from parvis.kernel.errors import NotAllowed
from parvis.kernel.gestures import gesture
from parvis.kernel.scope import scope_q
from parvis.kernel.subject import SubjectRef
from parvis.workflows.api import close_items, open_item

from .. import access
from ..lookups import PERSONAL
from ..models import Dossier, DossierSector
from ..selectors import referent_of
from ._common import record, within_scope

OPENED = {
    "fr": "Un agent hors de votre périmètre a ouvert ce dossier",
    "nl": "Een medewerker van buiten heeft dit dossier geopend",
    "de": "Ein Mitarbeiter von außerhalb hat diese Akte geöffnet",
    "en": "Somebody from outside opened this file",
}
UNUSUAL = {
    "fr": "Consultations inhabituelles à examiner",
    "nl": "Ongewone raadplegingen te bekijken",
    "de": "Ungewöhnliche Abfragen zu prüfen",
    "en": "Unusual look-ups to examine",
}


def nothing_to_open() -> OpeningRefused:
    """The same words for a number that does not exist and for a file that may never be opened: nothing is betrayed."""
    return OpeningRefused(_("No file can be opened under this number. Check it: it looks like 2026-00417."), field="number", code="no_file")


@gesture
def break_glass(*, actor: Actor, number: str, reason: str) -> Dossier:
    """Open a file outside the scope, found by its exact number, for a set time. The referent, the chief and the auditor are told at once.

    Raises:
        OpeningRefused: no file under this number that could be opened, no real reason, or by proxy.
    """
    if not access.may_ask_opening(actor):
        raise NotAllowed(_("Your function opens no files exceptionally."))
    dossier = Dossier.unscoped.filter(access.never_opened(actor), number=number.strip()).select_related("unit").first()
    if dossier is None:
        raise nothing_to_open()
    if Dossier.unscoped.filter(scope_q(Dossier, actor), pk=dossier.pk).exists():
        return dossier
    hours = int(settings.PARVIS["opening_hours"])
    ref = SubjectRef("dossier", dossier.pk)
    opening = open_exceptionally(actor=actor, subject=ref, label=dossier.number, reason=reason, hours=hours)
    record(actor, "dossier.opened_exceptionally", dossier, {"until": opening.expires_at}, note=opening.reason[:191])
    why = f"{actor.label} ({opening.expires_at.astimezone(clock.zone()):%d/%m %H:%M}): {opening.reason}"
    referent = referent_of(dossier.pk)
    told: list[tuple[str, dict[str, object]]] = [
        ("chief", {"queue": Function.CHIEF.value, "unit_id": dossier.unit_id}),
        ("auditor", {"queue": Function.AUDITOR.value}),
    ]
    if referent is not None:
        told.append(("referent", {"owner": referent, "queue": Function.SOCIAL_WORKER.value, "unit_id": dossier.unit_id}))
    for who, whom in told:
        open_item(
            actor=actor,
            subject=ref,
            title=OPENED,
            dossier_id=dossier.pk,
            due_on=clock.today(),
            why=why,
            key=f"opening-{opening.pk}-{who}",
            **whom,  # type: ignore[arg-type]
        )
    return dossier


@gesture
def close_opening(*, actor: Actor, opening: Opening) -> Opening:
    """End an opening before its time: who asked, the chief of the file, the auditor.

    Raises:
        NotAllowed: anybody else.
    """
    dossier = Dossier.unscoped.filter(pk=opening.subject_id).first() if opening.subject_type == "dossier" else None
    own = opening.account_id == actor.account_id and not actor.by_proxy
    if not (own or (dossier is not None and access.answers_for(actor, dossier))):
        raise NotAllowed(_("Only who answers for this file ends this."))
    return end_opening(actor=actor, opening=opening)


@gesture
def explain_look_up(*, actor: Actor, subject: SubjectRef, label: str, kinds: Collection[str], reason: str) -> LookUp:
    """The reason for an unusual look-up; what touches the agent's own life reaches the auditor's tasks at once.

    Raises:
        OpeningRefused: no real reason.
    """
    row = give_reason(
        actor=actor, subject=subject, label=label, kinds=list(kinds), reason=reason, hours=int(settings.PARVIS["opening_hours"])
    )
    if not PERSONAL.isdisjoint(kinds):
        open_item(
            actor=actor,
            subject=SubjectRef("look_ups", row.account_id),
            title=UNUSUAL,
            screen="dossiers.watch",
            queue=Function.AUDITOR.value,
            due_on=clock.today() + dt.timedelta(days=7),
            why=f"{actor.label}: {row.reason}",
            key="unusual",
        )
    return row


@gesture
def settle(*, actor: Actor, look_up: LookUp, finding: str) -> LookUp:
    """The auditor has examined it. With the agent's last one, the auditor's task closes."""
    row = settle_look_up(actor=actor, look_up=look_up, finding=finding)
    if not LookUp.objects.filter(account=row.account_id, seen_at__isnull=True).exists():
        close_items(actor=actor, subject=SubjectRef("look_ups", row.account_id), outcome="settled")
    return row


@gesture
def set_sectors(*, actor: Actor, dossier: Dossier, sectors: Collection[Sector], valid_from: dt.date | None = None) -> list[DossierSector]:
    """The dossier belongs to these sectors from a day on, and to no other.

    Raises:
        NotAllowed: not the chief, or outside the chief's dossiers.
    """
    within_scope(actor, dossier, allowed=access.may_set_sector(actor))
    day = valid_from or clock.today()
    before = list(DossierSector.unscoped.filter(dossier=dossier, live=1, valid_to__gt=day).select_related("sector").order_by("pk"))
    wanted = {sector.pk: sector for sector in sectors}
    for row in before:
        if row.sector_id in wanted and row.valid_from <= day:
            continue
        if row.valid_from >= day:
            withdraw_fact(row, anchor=dossier)
        else:
            end_fact(row, valid_to=day, anchor=dossier, actor=actor)
    kept = {row.sector_id for row in before if row.valid_from <= day}
    added = [
        write_fact(DossierSector, anchor_field="dossier", anchor=dossier, key={"sector": sector}, values={}, valid_from=day, actor=actor)
        for pk, sector in wanted.items()
        if pk not in kept
    ]
    record(
        actor,
        "dossier.sectors",
        dossier,
        {"sectors": [sorted(row.sector.code for row in before), sorted(one.code for one in wanted.values())], "from": day},
    )
    return added
