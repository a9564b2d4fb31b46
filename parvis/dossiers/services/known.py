"""The list of well-known names, kept by the auditor or the administration of the whole centre; which persons on file bear them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.utils.translation import gettext as _

from parvis.contacts.api import display_names, search_person_ids
from parvis.kernel import clock, mutations
from parvis.kernel.actor import Actor, system_actor
from parvis.kernel.errors import NotAllowed
from parvis.kernel.gestures import gesture
from parvis.kernel.statements import Statement, one_of
from parvis.kernel.subject import SubjectRef
from parvis.kernel.textmatch import tokens

from .. import access
from ..errors import InvalidDossier
from ..models import WellKnownName, WellKnownPerson

_KNOWN = Statement("dossiers.known_names")
_BEARING = Statement("dossiers.bearing_known_names")
STREAM = "context:dossiers"
FOUND_AT_MOST = 200
SEARCH = system_actor("dossiers.known")


def _bears(name: WellKnownName, full_name: str) -> bool:
    """All words of the well-known name stand in the person's; further given names do not matter."""
    words = set(tokens(full_name))
    return set(tokens(f"{name.family_name} {name.given_names}")) <= words


@gesture
def add_known(
    *, actor: Actor, family_name: str, given_names: str, reason: str, valid_from: dt.date | None = None, last_day: dt.date | None = None
) -> WellKnownName:
    """From a day on, whoever opens the file of somebody of this name says why. Both names: a family name alone would ask everybody.

    Raises:
        NotAllowed: neither auditor nor the administration of the whole centre, or by proxy.
        InvalidDossier: half a name, no reason, an end before the beginning, or the name runs already.
    """
    if not access.may_keep_known(actor):
        raise NotAllowed(_("The auditor or an administrator keeps this list."))
    family, given, words = family_name.strip(), given_names.strip(), reason.strip()
    if not tokens(family) or not tokens(given):
        raise InvalidDossier(_("Give the family name and a given name."), field="family_name", code="name")
    if not words:
        raise InvalidDossier(_("Say why this name is on the list."), field="reason", code="reason")
    day = valid_from or clock.today()
    if last_day is not None and last_day < day:
        raise InvalidDossier(_("The last day lies before the first."), field="last_day", code="period")
    row = WellKnownName(family_name=family[:120], given_names=given[:120])
    wanted = set(tokens(str(row)))
    if any(set(tokens(str(one))) == wanted for one in WellKnownName.objects.filter(valid_to__gt=day)):
        raise InvalidDossier(_("This name is on the list already."), field="family_name", code="taken")
    row.reason, row.valid_from = words[:400], day
    if last_day is not None:
        row.valid_to = last_day + dt.timedelta(days=1)
    row.recorded_at, row.author_label = clock.now(), actor.label[:191]
    row.save(force_insert=True)
    found = search_person_ids(actor=SEARCH, query=str(row), limit=FOUND_AT_MOST)
    names = display_names(found)
    WellKnownPerson.objects.bulk_create([WellKnownPerson(known=row, person_id=pk) for pk in found if _bears(row, names.get(pk, ""))])
    _record(actor, "known_name.add", row, {"name": str(row), "from": day, "until": row.valid_to}, words)
    return row


@gesture
def end_known(*, actor: Actor, row: WellKnownName, reason: str) -> WellKnownName:
    """From now on this name asks nothing; what was on the list stays to be read.

    Raises:
        NotAllowed: neither auditor nor administrator.
        InvalidDossier: ended already, or no reason.
    """
    if not access.may_keep_known(actor):
        raise NotAllowed(_("The auditor or an administrator keeps this list."))
    words = reason.strip()
    if not words:
        raise InvalidDossier(_("Say why this name leaves the list."), field="reason", code="reason")
    today = clock.today()
    ended = WellKnownName.objects.filter(pk=row.pk, ended_at__isnull=True, valid_to__gt=today).update(
        valid_to=max(today, row.valid_from), ended_at=clock.now(), ended_by_label=actor.label[:191], end_reason=words[:400]
    )
    if not ended:
        raise InvalidDossier(_("This name is no longer on the list."), code="ended")
    _record(actor, "known_name.end", row, {"name": str(row)}, words)
    return WellKnownName.objects.get(pk=row.pk)


def _record(actor: Actor, verb: str, row: WellKnownName, values: dict[str, object], note: str) -> None:
    mutations.record(STREAM, actor=actor, verb=verb, subject=SubjectRef("known_name", row.pk), values=values, note=note[:191])


def match_again(person_ids: Iterable[int]) -> None:
    """A name changed, or two persons became one: which of them bear a well-known name now."""
    ids = sorted(set(person_ids))
    rows = _KNOWN.rows((), lambda at: WellKnownName.objects.filter(valid_to__gt=at["day"]), day=clock.today())
    held = set(
        _BEARING.rows(
            (), lambda at: WellKnownPerson.objects.filter(one_of("person_id", at["ids"])).values_list("known_id", "person_id"), ids=ids
        )
    )
    if not rows and not held:
        return
    names = display_names(ids)
    wanted = {(row.pk, pk) for row in rows for pk in ids if _bears(row, names.get(pk, ""))}
    WellKnownPerson.objects.bulk_create([WellKnownPerson(known_id=known, person_id=pk) for known, pk in sorted(wanted - held)])
    for known, pk in held - wanted:
        WellKnownPerson.objects.filter(known_id=known, person_id=pk).delete()
