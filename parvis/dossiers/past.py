"""Dossiers as they stood on a past day: in which service, open or closed, who followed them, who was in them.

Service and state of a dossier are not dated: they are read backwards from what changed them later, the accepted transfers and the lines
of the journal of changes, which nobody can rewrite. Each row of a list costs an index look-up for either; the list itself keeps its order and its pages.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import BigIntegerField, Case, CharField, Exists, F, OuterRef, Prefetch, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parvis.contacts.api import PersonName, search_person_ids
from parvis.identity.api import Unit, unit_choices
from parvis.kernel.actor import Actor, system_actor
from parvis.kernel.asof import PastView, end_of
from parvis.kernel.models import MutationLine
from parvis.ui.grid import Column, Filter, Grid

from .enums import DossierStatus, MemberRole, TransferState
from .grids import _logged, _referent_choices, _search, referent_name
from .models import Dossier, DossierMember, Referent, Transfer

OPENED, CLOSED, REOPENED = "dossier.open", "dossier.close", "dossier.reopen"
MOST_NAMES = 4
#: Of dossiers that the reader's own scope has shown already.
_READER = system_actor("dossiers.past")


def _turned(day: dt.date) -> Subquery:
    """What changed the state first after a day: closing or opening again; nothing, when it stands as it stood."""
    lines = MutationLine.objects.filter(subject_type="dossier", subject_id=OuterRef("pk"), recorded_at__gte=end_of(day))
    return Subquery(lines.filter(verb__in=(CLOSED, REOPENED)).order_by("recorded_at", "pk").values("verb")[:1])


def _left(day: dt.date) -> Subquery:
    """The service that a dossier left first after a day."""
    rows = Transfer.objects.visible_to(_READER).filter(dossier=OuterRef("pk"), state=TransferState.ACCEPTED, answered_at__gte=end_of(day))
    return Subquery(rows.order_by("answered_at", "pk").values("from_unit")[:1])


def standing(rows: QuerySet[Any], view: PastView) -> QuerySet[Any]:
    """Dossiers that were there on the day, with ``status_then`` and ``unit_then`` (id). As known then: those whose opening was written by then."""
    day = view.day
    then = Case(
        When(turned=CLOSED, then=Value(DossierStatus.OPEN)),
        When(turned=REOPENED, then=Value(DossierStatus.CLOSED)),
        When(closed_on__lte=day, then=Value(DossierStatus.CLOSED)),
        default=Value(DossierStatus.OPEN),
        output_field=CharField(),
    )
    rows = rows.filter(opened_on__lte=day).annotate(
        turned=_turned(day), unit_then=Coalesce(_left(day), F("unit_id"), output_field=BigIntegerField())
    )
    if view.known_on is not None:
        later = MutationLine.objects.filter(subject_type="dossier", subject_id=OuterRef("pk"), verb=OPENED, recorded_at__gte=view.known_on)
        rows = rows.filter(~Exists(later))
    return rows.annotate(status_then=then)


def as_it_stood(dossier: Dossier, view: PastView) -> bool:
    """Give the dossier in hand the service and the state of the day, for a page that only reads. False: it was not there yet. Two queries."""
    row = standing(Dossier.objects.visible_to(_READER).filter(pk=dossier.pk), view).values("status_then", "unit_then").order_by().first()
    if row is None:
        return False
    if row["unit_then"] != dossier.unit_id:
        dossier.unit = Unit.objects.get(pk=row["unit_then"])
    dossier.status = row["status_then"]
    if dossier.status == DossierStatus.OPEN or (dossier.closed_on is not None and dossier.closed_on > view.day):
        dossier.closed_on, dossier.close_code, dossier.close_reason = None, "", ""
    if dossier.archived_on is not None and dossier.archived_on > view.day:
        dossier.archived_on = None
    return True


def listed_then(actor: Actor, view: PastView) -> QuerySet[Dossier]:
    """Dossiers that the reader may see today and that were there on the day, with what the list prints of them then."""
    names = PersonName.objects.visible_to(_READER).exclude(kind="alias").at(view.day, view.known_on).order_by("-kind", "valid_from", "pk")
    members = (
        DossierMember.objects.visible_to(_READER)
        .at(view.day, view.known_on)
        .order_by("valid_from", "pk")
        .prefetch_related(Prefetch("person__names", queryset=names, to_attr="names_then"))
        .select_related("person__index")
    )
    referents = Referent.objects.visible_to(_READER).at(view.day, view.known_on).select_related("account").order_by("role", "pk")
    rows = Dossier.objects.visible_to(actor).filter(destroyed_on__isnull=True).select_related("lead__index")
    return standing(rows, view).prefetch_related(
        Prefetch("members", queryset=members, to_attr="members_then"), Prefetch("referents", queryset=referents, to_attr="main_referents")
    )


def _name(member: DossierMember) -> str:
    found = getattr(member.person, "names_then", [])
    return str(found[0].full) if found else str(getattr(getattr(member.person, "index", None), "display_name", "?"))


def _lead(dossier: Dossier) -> DossierMember | None:
    rows: list[DossierMember] = dossier.members_then  # type: ignore[attr-defined]  # read by ``listed_then``
    found = next((row for row in rows if row.role == MemberRole.APPLICANT), None)
    return found or next((row for row in rows if row.person_id == dossier.lead_id), None)


def _lead_name(dossier: Dossier) -> str:
    row = _lead(dossier)
    return _name(row) if row is not None else str(getattr(getattr(dossier.lead, "index", None), "display_name", "?"))


def _now_named(dossier: Dossier) -> Any:
    """Today's name, where it is another one."""
    today = getattr(getattr(dossier.lead, "index", None), "display_name", "")
    return _("today %(name)s") % {"name": today} if today and today != _lead_name(dossier) else ""


def _household(dossier: Dossier) -> str:
    lead = _lead(dossier)
    rows = [row for row in dossier.members_then if row is not lead]  # type: ignore[attr-defined]
    return ", ".join(_name(row) for row in rows[:MOST_NAMES]) + (" …" if len(rows) > MOST_NAMES else "")


class _Units:
    """Names of the services, read once for a page."""

    def __init__(self) -> None:
        self.names: dict[int, Any] | None = None

    def __call__(self, dossier: Any) -> Any:
        if self.names is None:
            self.names = dict(Unit.objects.values_list("pk", "name"))
        return self.names.get(dossier.unit_then, "")


def _by_status(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(status_then=value)


def _by_referent(view: PastView) -> Any:
    followed = Referent.objects.visible_to(_READER).at(view.day, view.known_on).order_by()

    def apply(rows: QuerySet[Dossier], value: str) -> QuerySet[Dossier]:
        if value == "none":
            return rows.exclude(Exists(followed.filter(role="main", dossier=OuterRef("pk"))))
        return rows.filter(Exists(followed.filter(account=int(value), dossier=OuterRef("pk"))))

    return apply


def _found(rows: QuerySet[Dossier], text: str, view: PastView) -> QuerySet[Dossier]:
    """By number; by the name of somebody who was in it that day, under any name of theirs."""
    bare = text.strip()
    if bare[:4].isdecimal() and "-" in bare:
        return _search(rows, text)
    members = DossierMember.objects.visible_to(_READER).at(view.day, view.known_on).filter(dossier=OuterRef("pk"))
    return rows.filter(Exists(members.filter(person__in=_persons(bare))))


def _persons(text: str) -> list[int]:
    return search_person_ids(actor=system_actor("dossier-list"), query=text, limit=100)


def dossiers_then(view: PastView) -> Grid:
    """The list of dossiers on a past day: no gesture on many, and no column that knows only today."""
    return Grid(
        key="dossiers",
        open=False,
        name=_("Dossiers"),
        columns=[
            Column("number", _("Number"), sort="number", main=True),
            Column("lead", _("Name"), value=_lead_name, detail=_now_named, data_class="identity"),
            Column("members", pgettext_lazy("of a dossier", "With"), value=_household, data_class="identity"),
            Column("unit", _("Service"), value=_Units()),
            Column("referent", _("Referent"), value=referent_name),
            Column(
                "status",
                pgettext_lazy("of a dossier", "Status"),
                value=lambda row: DossierStatus(row.status_then).label,
                cell="dossiers/_status_then.html",
            ),
            Column("opened_on", _("Opened on"), kind="day", sort="opened_on"),
        ],
        filters=[
            Filter("status", pgettext_lazy("of a dossier", "Status"), choices=DossierStatus.choices, apply=_by_status, default="open"),
            Filter("unit", _("Service"), choices=unit_choices, apply=lambda rows, v: rows.filter(unit_then=int(v))),
            Filter("referent", _("Referent"), choices=_referent_choices, apply=_by_referent(view)),
        ],
        search=lambda rows, text: _found(rows, text, view),
        default_sort="-number",
        row_url=lambda dossier: reverse("dossiers:detail", args=[dossier.uuid]),
        empty_title=_("No dossier on that day"),
        empty_text=_("No dossier that you may see today was there on the day you look at."),
        on_export=_logged,
    )
