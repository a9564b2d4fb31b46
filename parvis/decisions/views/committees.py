"""Committees and who sits in them: for the administrator, after the council decided it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.identity.api import Account, agents_with
from parvis.identity.enums import Function
from parvis.kernel import clock, registries
from parvis.kernel.models import MutationLine
from parvis.ui import formats
from parvis.ui.http import Request, done, errors_on, invalid, page, screen
from parvis.ui.logged import told
from parvis.ui.together import merged

from .. import committee_forms
from ..enums import Decider, MemberRole
from ..models import Committee, DelegationLimit, Membership
from ..services import committees

SEATS = (Function.COMMITTEE_MEMBER, Function.PRESIDENT, Function.COMMITTEE_SECRETARY)
VERBS = {
    "create": gettext_lazy("Committee made"),
    "committee.changed": gettext_lazy("Committee changed"),
    "mandate.opened": gettext_lazy("Mandate begun"),
    "mandate.ended": gettext_lazy("Mandate ended"),
    "add_member": gettext_lazy("Mandate begun"),
    "set_limit": gettext_lazy("Delegation set"),
    "limit.ended": gettext_lazy("Delegation ended"),
}
NAMED = ("name", "quorum", "member", "role", "decider", "kind", "amount", "valid_from", "last_day")


def may_open(actor: Any) -> bool:
    return committees.may_keep_committees(actor)


def _shown(field: str, value: Any) -> str:
    if value in (None, ""):
        return str(_("no end")) if field == "last_day" else ""
    if field == "role" and value in MemberRole.values:
        return str(MemberRole(value).label)
    if field == "decider" and value in Decider.values:
        return str(Decider(value).label)
    if field == "kind":
        return _kind_name(str(value), dict(kinds()))
    if field == "amount":
        return formats.amount(Decimal(str(value)))
    if isinstance(value, dict):
        return str(formats.label(value))
    try:
        return formats.day(dt.date.fromisoformat(str(value)))
    except ValueError:
        return str(value)


def kinds() -> list[tuple[str, str]]:
    """Every kind of aid, then each by its name."""
    # Those too that are proposed from another page than a request's: who may decide them is said here.
    known = {**dict(registries.provisions.items()), **dict(registries.provisions.declared())}
    named = sorted((formats.label(kind.title), key) for key, kind in known.items())
    return [("*", str(_("every kind of aid"))), *((key, name) for name, key in named)]


def _kind_name(key: str, names: dict[str, str]) -> str:
    """Its name, also when the centre offers it no longer."""
    if key in names or key not in registries.provisions:
        return names.get(key, key)
    return formats.label(registries.provisions.get(key).title)


def history(committee: Committee) -> list[dict[str, Any]]:
    """What was changed, by whom, newest first."""
    return told(committees.ref_of(committee), VERBS, _said)


def _said(line: MutationLine) -> dict[str, Any]:
    values = sorted(line.values.all(), key=lambda value: NAMED.index(value.field) if value.field in NAMED else 99)
    return {
        "said": [
            f"{_shown(value.field, value.old)} → {_shown(value.field, value.new)}"
            if value.old is not None
            else _shown(value.field, value.new)
            for value in values
            if value.field in NAMED and value.new is not None
        ]
    }


def _able() -> dict[int, Account]:
    """Active agents who hold one of the committee's functions today."""
    return {account.pk: account for function in SEATS for account in agents_with(function)}


def _row(member: Membership, day: dt.date, able: dict[int, Account]) -> dict[str, Any]:
    state = "past" if member.valid_to and member.valid_to < day else "future" if member.valid_from > day else "now"
    return {
        "member": member,
        "state": state,
        "role": MemberRole(member.role).label,
        "void": member.valid_to is not None and member.valid_to < member.valid_from,
        "cannot_enter": state != "past" and member.account_id not in able,
    }


@screen(access=may_open, name="decisions.committees")
def index(request: Request) -> HttpResponse:
    """Each body with its quorum and who sits today."""
    day = clock.today()
    rows = list(Committee.objects.order_by("key", "pk"))
    sitting: dict[int, list[Membership]] = {row.pk: [] for row in rows}
    for member in Membership.objects.filter(committee__in=rows, valid_from__lte=day).order_by("order", "label", "pk"):
        if member.valid_to is None or member.valid_to >= day:
            sitting[member.committee_id].append(member)
    context = {
        "rows": [
            {
                "committee": row,
                "members": sitting[row.pk],
                "president": next((one.label for one in sitting[row.pk] if one.role == MemberRole.PRESIDENT), ""),
                "short": sum(one.voting and one.role != MemberRole.ALTERNATE for one in sitting[row.pk]) < row.quorum,
            }
            for row in rows
        ]
    }
    return page(request, "decisions/committees.html", context)


@screen(access=may_open, methods=("GET", "POST"), writes=True, name="decisions.committee_settings")
def detail(request: Request, uuid: Any) -> HttpResponse:
    """Name, quorum, mandates past and to come, delegations, history."""
    committee = get_object_or_404(Committee, uuid=uuid)
    initial = {f"name_{code}": committee.name.get(code, "") for code in committee_forms.LANGUAGES} | {"quorum": committee.quorum}
    sent = None
    if request.method == "POST":
        sent = merged(request, committee_forms.CommitteeForm(initial=initial), subject=committees.ref_of(committee))
    form = committee_forms.CommitteeForm(sent, initial=initial)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            committees.change_committee(actor=request.actor, committee=committee, name=form.names(), quorum=form.cleaned_data["quorum"])
            return done(request, "decisions:committee", _("The committee is kept."), committee.uuid)
    day, able = clock.today(), _able()
    rows = [_row(one, day, able) for one in Membership.objects.filter(committee=committee).order_by("order", "label", "valid_from", "pk")]
    now = [row for row in rows if row["state"] == "now"]
    voting = sum(row["member"].voting and row["member"].role != MemberRole.ALTERNATE for row in now)
    context = {
        "committee": committee,
        "form": form,
        "now": now,
        "coming": [row for row in rows if row["state"] == "future"],
        "past": [row for row in rows if row["state"] == "past"],
        "short": voting < committee.quorum,
        "voting": voting,
        "no_president": not any(row["member"].role == MemberRole.PRESIDENT for row in now),
        "limits": _limits(committee, day),
        "history": history(committee),
    }
    template = "decisions/committee_settings.html"
    return invalid(request, template, context) if request.method == "POST" else page(request, template, context)


def _limits(committee: Committee, day: dt.date) -> list[dict[str, Any]]:
    names = dict(kinds())
    rows = DelegationLimit.objects.filter(committee=committee).order_by("decider", "provision_kind", "-valid_from", "pk")[:50]
    return [
        {
            "limit": row,
            "kind": _kind_name(row.provision_kind, names),
            "state": "past" if row.valid_to and row.valid_to < day else "future" if row.valid_from > day else "now",
        }
        for row in rows
    ]


@screen(access=may_open, methods=("GET", "POST"), creates=True, name="decisions.new_committee")
def new_committee(request: Request) -> HttpResponse:
    """Set up a deciding body."""
    form = committee_forms.NewCommitteeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            made = committees.found_committee(
                actor=request.actor, name=form.names(), prefix=form.cleaned_data["prefix"], quorum=form.cleaned_data["quorum"]
            )
            return done(request, "decisions:committee", _("The committee is there. Say now who sits in it."), made.uuid)
    context = {"form": form, "title": _("New committee"), "back": reverse("decisions:committees"), "button": _("Set up this committee")}
    template = "decisions/committee_form.html"
    return invalid(request, template, context) if request.method == "POST" else page(request, template, context)


@screen(access=may_open, methods=("GET", "POST"), creates=True, name="decisions.new_limit")
def new_limit(request: Request, uuid: Any) -> HttpResponse:
    """What the council delegates from a day on."""
    committee = get_object_or_404(Committee, uuid=uuid)
    form = committee_forms.LimitForm(
        request.POST if request.method == "POST" else None,
        kinds=kinds(),
        initial={"valid_from": clock.today(), "decider": Decider.PRESIDENT},
    )
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            committees.delegate(actor=request.actor, committee=committee, **form.cleaned_data)
            return done(request, "decisions:committee", _("The delegation is kept."), committee.uuid)
    context = {
        "form": form,
        "title": _("New delegation"),
        "committee": committee,
        "back": reverse("decisions:committee", args=[committee.uuid]),
        "button": _("Keep this delegation"),
        "help": _("What is not delegated is decided by the council. A change is a new delegation: the one that holds ends the day before."),
    }
    template = "decisions/committee_form.html"
    return invalid(request, template, context) if request.method == "POST" else page(request, template, context)


@screen(access=may_open, methods=("GET", "POST"), writes=True, name="decisions.end_limit")
def end_limit(request: Request, uuid: Any, limit: int) -> HttpResponse:
    """Say the last day of a delegation."""
    row = get_object_or_404(DelegationLimit.objects.select_related("committee"), committee__uuid=uuid, pk=limit)
    form = committee_forms.EndForm(request.POST if request.method == "POST" else None, initial={"last_day": row.valid_to or clock.today()})
    form.fields["last_day"].help_text = _("From the next day on, the council decides this aid itself.")
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            committees.end_limit(actor=request.actor, limit=row, last_day=form.cleaned_data["last_day"])
            return done(request, "decisions:committee", _("The delegation is kept."), row.committee.uuid)
    context = {
        "form": form,
        "title": _("End a delegation"),
        "committee": row.committee,
        "back": reverse("decisions:committee", args=[row.committee.uuid]),
        "button": _("Keep"),
        "help": f"{row.get_decider_display()} · {_kind_name(row.provision_kind, dict(kinds()))} · {row.source}",
    }
    template = "decisions/committee_form.html"
    return invalid(request, template, context) if request.method == "POST" else page(request, template, context)


@screen(access=may_open, methods=("GET", "POST"), creates=True, name="decisions.new_mandate")
def new_mandate(request: Request, uuid: Any) -> HttpResponse:
    """Somebody sits from a day."""
    committee = get_object_or_404(Committee, uuid=uuid)
    candidates = list(_able().values())
    form = committee_forms.MandateForm(
        request.POST if request.method == "POST" else None, candidates=candidates, initial={"valid_from": clock.today()}
    )
    context = {"committee": committee, "form": form, "nobody": not candidates}
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            member = committees.open_mandate(actor=request.actor, committee=committee, **form.cleaned_data)
            text = _("%(name)s sits from %(day)s.") % {"name": member.label, "day": formats.day(member.valid_from)}
            return done(request, "decisions:committee", text, committee.uuid)
    template = "decisions/new_mandate.html"
    return invalid(request, template, context) if request.method == "POST" else page(request, template, context)


@screen(access=may_open, methods=("GET", "POST"), writes=True, name="decisions.end_mandate")
def end_mandate(request: Request, uuid: Any, mandate: int) -> HttpResponse:
    """Say the last day of a mandate."""
    member = get_object_or_404(Membership.objects.select_related("committee"), committee__uuid=uuid, pk=mandate)
    form = committee_forms.EndForm(
        request.POST if request.method == "POST" else None, initial={"last_day": member.valid_to or clock.today()}
    )
    context = {"committee": member.committee, "member": member, "role": MemberRole(member.role).label, "form": form}
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            committees.end_mandate(actor=request.actor, mandate=member, last_day=form.cleaned_data["last_day"])
            text = _("%(name)s sits until %(day)s.") % {"name": member.label, "day": formats.day(form.cleaned_data["last_day"])}
            return done(request, "decisions:committee", text, member.committee.uuid)
    template = "decisions/end_mandate.html"
    return invalid(request, template, context) if request.method == "POST" else page(request, template, context)
