"""Attestations at the counter: choose nothing, print; the register of what was handed over."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from parvis.contacts.api import display_names
from parvis.documents.api import file_response, office_copy, read_bytes
from parvis.dossiers.api import Dossier, open_files_of
from parvis.kernel import asof, canonical, clock, idempotency, mutations
from parvis.kernel.periods import Period, month_start, next_month
from parvis.kernel.subject import SubjectRef
from parvis.ui import formats
from parvis.ui.http import Request, done, errors_on, invalid, page, screen
from parvis.ui.templatetags.parvis import IDEMPOTENCY_FIELD

from .. import access, attestations
from ..errors import AidError
from ..forms import AttestationForm, WithdrawForm
from ..grids import ATTESTATIONS
from ..models import Attestation
from ..services import attesting
from ..types import base_of

MONTH = re.compile(r"^(\d{4})-(\d{2})$")
#: Months offered by a link; any day may be typed.
LINKS = 6
#: Where whoever is handed a paper checks it: a page of the portal, above this context.
CHECK_PAGE = "portal:attestation"
#: The papers of this file shown beside.
SHOWN = 8


def _file(request: Request, uuid: Any) -> Dossier:
    row = Dossier.objects.visible_to(request.actor).filter(uuid=uuid, destroyed_on__isnull=True).select_related("unit").first()
    if row is None or not access.may_attest(request.actor, row):
        raise Http404("dossier")
    mutations.record_read(actor=request.actor, subject=SubjectRef("dossier", row.pk), screen=request.screen.name)
    return row


def _wanted(request: Request) -> Period:
    """This month, or the month or the days of the address."""
    today = clock.today()
    usual = Period(month_start(today), next_month(today))
    found = MONTH.match(request.GET.get("month", ""))
    try:
        if found:
            start = date(int(found[1]), int(found[2]), 1)
            return Period(start, next_month(start))
        first, last = formats.as_date(request.GET.get("from")), formats.as_date(request.GET.get("to"))
        if first and last:
            return Period(first, last + timedelta(days=1))
    except (ValueError, OverflowError):
        pass
    return usual


def _offers(request: Request, dossier: Dossier, wanted: Period) -> list[dict[str, Any]]:
    """Each paper that somebody of this file had a right to in the last year, with what covers the days; those that can be printed first."""
    since = min(next_month(clock.today(), -attestations.MONTHS_BACK), wanted.start)
    rights = attestations.attestable(request.actor, dossier.pk, since)
    stopped = attestations.stopped_months(request.actor, rights)
    names = display_names({right.beneficiary_id for right in rights})
    offers = []
    for kind in attestations.kinds():
        for person_id in sorted({right.beneficiary_id for right in rights if base_of(right.kind) in kind.attests}):
            mine = [right for right in rights if right.beneficiary_id == person_id and base_of(right.kind) in kind.attests]
            found = attestations.coverage(mine, wanted, stopped)
            offers.append(
                {
                    "key": f"{kind.key.replace('.', '-')}-{person_id}",
                    "kind": kind,
                    "person_id": person_id,
                    "name": names.get(person_id) or mine[0].beneficiary_name,
                    "coverage": found,
                    "refusal": "" if found.whole else attesting.why_not(found),
                    "instead": None if found.whole else found.longest,
                    "form": AttestationForm(
                        auto_id=f"id_{len(offers)}_%s", initial={"first_day": wanted.start, "last_day": attestations.last_day(wanted)}
                    ),
                }
            )
    return sorted(offers, key=lambda one: not one["coverage"].whole)


@screen(access=access.may_attest, methods=("GET", "POST"), name="aid.attest")
def attest(request: Request, uuid: Any) -> HttpResponse:
    """Click one led here, click two prints: this month, for whoever has the right."""
    dossier = _file(request, uuid)
    offers = _offers(request, dossier, _wanted(request))
    this = month_start(clock.today())
    months = [next_month(this, -back) for back in range(LINKS)]
    context = {
        "dossier": dossier,
        "offers": offers,
        "wanted": _wanted(request),
        "months": [{"month": month, "key": f"{month:%Y-%m}"} for month in months],
        "issued": list(Attestation.objects.visible_to(request.actor).filter(dossier=dossier)[:SHOWN]),
    }
    if request.method != "POST":
        return page(request, "aid/attest.html", context)
    chosen = next(
        (one for one in offers if str(one["person_id"]) == request.POST.get("person") and one["kind"].key == request.POST.get("kind")), None
    )
    if chosen is None:
        raise Http404("attestation")
    form = chosen["form"] = AttestationForm(request.POST, auto_id=chosen["form"].auto_id)
    chosen["refusal"] = ""
    if form.is_valid():
        with errors_on(form):
            return _print(request, dossier, chosen, form.cleaned_data)
    return invalid(request, "aid/attest.html", {**context, "failed": form})


@screen(access=access.may_attest, name="aid.attest_person")
def attest_person(request: Request, uuid: Any) -> HttpResponse:
    """From a person's page to the file: at once where there is one, chosen where there are several. Nothing of the person is read here."""
    files = [row for row in open_files_of(request.actor, uuid, most=SHOWN) if access.may_attest(request.actor, row)]
    if len(files) == 1:
        return redirect("aid:attest", files[0].uuid)
    return page(request, "aid/attest_person.html", {"files": files})


def _print(request: Request, dossier: Dossier, chosen: dict[str, Any], data: dict[str, Any]) -> HttpResponse:
    """The paper opens in a tab of its own and this page stays: the key of the form stands for one paper with the same words, so that a
    double click makes one, and another month typed on the same page makes another.
    """
    # Not ``creates=True``: the same key with other words would lead to the first paper.
    said = [
        request.POST.get(IDEMPOTENCY_FIELD, ""),
        chosen["person_id"],
        chosen["kind"].key,
        data["first_day"],
        data["last_day"],
        data["recipient"],
    ]
    key, holder = canonical.digest([str(one) for one in said]), idempotency.holder(request.actor)
    first, location = idempotency.claim(key, actor=holder, screen=request.screen.name)
    if not first and not location:
        raise AidError(_("This is already being done. Wait a moment, then look at the list before sending it again."), code="busy")
    if not first:
        return done(request, location)
    try:
        row = attesting.issue_attestation(
            actor=request.actor,
            dossier=dossier,
            person_id=chosen["person_id"],
            kind=chosen["kind"].key,
            valid_from=data["first_day"],
            valid_to=data["last_day"] + timedelta(days=1),
            recipient=data["recipient"],
            check_at=request.build_absolute_uri(reverse(CHECK_PAGE)),
        )
    except Exception:
        idempotency.release(key, actor=holder, screen=request.screen.name)
        raise
    response = done(request, "aid:attestation", None, row.uuid)
    idempotency.settle(key, actor=holder, screen=request.screen.name, location=response.headers.get("Location", ""))
    return response


@screen(access=access.may_attest, methods=("GET", "POST"), writes=True, name="aid.withdraw_attestation")
def withdraw(request: Request, uuid: Any) -> HttpResponse:
    """What the paper says was wrong: whoever checks it reads that it is withdrawn."""
    row = Attestation.objects.visible_to(request.actor).select_related("dossier").filter(uuid=uuid).first()
    if row is None or row.withdrawn_at is not None or not access.may_attest(request.actor, row.dossier):
        raise Http404("attestation")
    mutations.record_read(actor=request.actor, subject=row.ref, screen=request.screen.name, within=SubjectRef("dossier", row.dossier_id))
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            attesting.withdraw_attestation(actor=request.actor, row=row, reason=form.cleaned_data["reason"])
            return done(request, "aid:attest", _("Withdrawn: whoever checks the paper reads it."), row.dossier.uuid)
    context = {"row": row, "form": form}
    if request.method == "POST":
        return invalid(request, "aid/withdraw_attestation.html", context)
    return page(request, "aid/withdraw_attestation.html", context)


@screen(access=access.may_see_attestations, name="aid.attestation")
def attestation(request: Request, uuid: Any) -> HttpResponse:
    """The paper as it was handed over, as PDF; ``?as=docx`` or ``odt`` gives a marked copy for an office suite."""
    row = Attestation.objects.visible_to(request.actor).select_related("document__file").filter(uuid=uuid).first()
    if row is None or not row.blocks:
        raise Http404("attestation")
    mutations.record_read(actor=request.actor, subject=row.ref, screen=request.screen.name, within=SubjectRef("dossier", row.dossier_id))
    blocks, envelope = attesting.frozen(row)
    asked = request.GET.get("as", "")
    if copy := office_copy(request.actor, asked, blocks, envelope, date=row.issued_on):
        return file_response(copy[0], copy[1], f"{row.number}.{asked}")
    data = read_bytes(row.document.file) if row.document is not None else attesting.attestation_pdf(row)
    return HttpResponse(
        data,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{row.number}.pdf"', "X-Content-Type-Options": "nosniff"},
    )


@screen(access=access.may_see_attestations, parts={"attestations": "ui/components/grid.html"}, name="aid.attestations")
def register(request: Request) -> HttpResponse:
    """What was handed over, newest first, with export."""
    rows = Attestation.objects.visible_to(request.actor).select_related("dossier")
    if (until := asof.until()) is not None:
        rows = rows.filter(issued_at__lt=until)
    grid = ATTESTATIONS.read(request, rows)
    return grid.export() or page(request, "aid/attestations.html", {"grid": grid})
