"""Administration: the kinds of aid that the centre adds to those of the law."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from parvis.kernel import clock, registries
from parvis.kernel.periods import OPEN_END
from parvis.kernel.subject import SubjectRef
from parvis.ui import formats
from parvis.ui.http import Request, done, errors_on, invalid, page, screen
from parvis.ui.names import label_initial
from parvis.ui.together import merged

from .. import access
from ..forms import TypeChangeForm, TypeForm
from ..models import AidType
from ..services import types as services
from ..types import BASES, missing, names_of

#: The list is read whole: a centre has dozens of kinds of aid, not thousands.
MOST = 300


def _row(row: AidType, today: dt.date) -> dict[str, Any]:
    return {
        "row": row,
        "name": formats.label(names_of(row.label)),
        "amount": next(words for base, monthly, words in BASES.values() if (base, monthly) == (row.base, row.monthly)),
        "missing": missing(row.label),
        "ended": row.valid_to <= today,
        "ahead": row.valid_from > today,
    }


@screen(access=access.may_define_types)
def index(request: Request) -> HttpResponse:
    """Those of the centre, with what is missing in some language; then those of the law."""
    today = clock.today()
    rows = sorted((_row(row, today) for row in AidType.objects.all()[:MOST]), key=lambda one: (one["ended"], one["name"]))
    law = [formats.label(kind.title) for _key, kind in registries.provisions.declared() if getattr(kind, "offered", True)]
    return page(request, "aid/types.html", {"rows": rows, "law": law})


@screen(access=access.may_define_types, methods=("GET", "POST"), creates=True)
def new(request: Request) -> HttpResponse:
    form = TypeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with errors_on(form):
            services.add_aid_type(
                actor=request.actor,
                label=form.label,
                rests_on=data["rests_on"],
                letter=data["letter"],
                valid_from=data["valid_from"],
                valid_to=form.end,
                in_forms=data["in_forms"],
            )
            return done(
                request, "aid:types", _("Added: from its first day on it is offered in requests, proposals, lists and delegations.")
            )
    return (invalid if request.method == "POST" else page)(request, "aid/type.html", {"form": form, "row": None})


@screen(access=access.may_define_types, methods=("GET", "POST"), writes=True)
def change(request: Request, uuid: UUID) -> HttpResponse:
    row = get_object_or_404(AidType, uuid=uuid)
    last = None if row.valid_to == OPEN_END else row.valid_to - dt.timedelta(days=1)
    initial = {**label_initial(row.label), "letter": row.letter, "in_forms": row.in_forms, "last_day": last}
    sent = None
    if request.method == "POST":
        sent = merged(request, TypeChangeForm(initial=initial), subject=SubjectRef("aid_type", row.pk))
    form = TypeChangeForm(sent, initial=initial)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            data = form.cleaned_data
            services.change_aid_type(
                actor=request.actor, row=row, label=form.label, letter=data["letter"], valid_to=form.end, in_forms=data["in_forms"]
            )
            return done(request, "aid:types", _("Changed."))
    context = {"form": form, "row": row, **_row(row, clock.today())}
    return (invalid if request.method == "POST" else page)(request, "aid/type.html", context)
