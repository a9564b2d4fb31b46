"""What the old system paid beside what would be paid here: compare, explain, go live, print the certificate."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.accounting.api import may_see_payments
from parvis.kernel import registries
from parvis.kernel.identifiers import format_iban
from parvis.kernel.periods import next_month
from parvis.ui import formats
from parvis.ui.http import done, errors_on, invalid, page, screen

from .. import access, services
from ..enums import DifferenceKind, DifferenceState, RehearsalState
from ..forms import ExplainForm, LiveForm
from ..models import Difference, GoLive, Rehearsal

PAGE = 50
STATE_KINDS = {DifferenceState.UNEXPLAINED: "late", DifferenceState.EXPLAINED: "ok", DifferenceState.CORRECTED: "ok"}


def _found(request: HttpRequest, uuid: UUID) -> Rehearsal:
    row = Rehearsal.objects.visible_to(request.actor).filter(uuid=uuid).first()  # type: ignore[attr-defined]
    if row is None:
        raise Http404("rehearsal")
    return row  # type: ignore[no-any-return]


@screen(access=access.may_see_rehearsals, methods=("GET", "POST"), writes=True)
def index(request: HttpRequest) -> HttpResponse:
    """Months whose payments were taken over: begun, or to begin."""
    if request.method == "POST":
        try:
            month = dt.date.fromisoformat(request.POST.get("month", ""))
        except ValueError:
            raise Http404("month") from None
        row = services.start_rehearsal(actor=request.actor, source=request.POST.get("source", ""), month=month)  # type: ignore[attr-defined]
        return done(request, "takeover:rehearsal", _("Compared."), row.uuid)
    begun = {(row.source, row.month): row for row in Rehearsal.objects.visible_to(request.actor)[:60]}  # type: ignore[attr-defined]
    rows = [
        {"source": source, "month": month, "payments": count, "row": begun.pop((source, month), None)}
        for source, month, count in services.months_to_compare()
    ]
    rows += [{"source": row.source, "month": row.month, "payments": 0, "row": row} for row in begun.values()]
    return page(
        request,
        "takeover/rehearsals.html",
        {"rows": rows, "may_compare": access.may_compare(request.actor), "may_take_over": access.may_take_over(request.actor)},  # type: ignore[attr-defined]
    )


@screen(access=access.may_see_rehearsals)
def detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One month: figures, what stands in the way of go-live, and the differences."""
    return page(request, "takeover/rehearsal.html", _context(request, _found(request, uuid)))


def _context(request: HttpRequest, row: Rehearsal, form: ExplainForm | None = None, live_form: LiveForm | None = None) -> dict[str, Any]:
    actor = request.actor  # type: ignore[attr-defined]
    counts = row.counts
    states = [(state, counts.get(state.value, 0)) for state in DifferenceState]
    chosen = request.GET.get("state", request.POST.get("state", ""))
    if chosen not in DifferenceState.values and chosen != "all":
        chosen = next((state.value for state, n in states if n), DifferenceState.UNEXPLAINED.value)
    kind = request.GET.get("kind", "")
    rows = Difference.objects.visible_to(actor).filter(rehearsal=row)
    if chosen != "all":
        rows = rows.filter(state=chosen)
    if kind in DifferenceKind.values:
        rows = rows.filter(kind=kind)
    after = request.GET.get("after", "")
    name, _sep, pk = after.rpartition("|")
    if pk.isdecimal():
        from django.db.models import Q

        rows = rows.filter(Q(name__gt=name) | Q(name=name, pk__gt=int(pk)))
    found = list(rows.order_by("name", "pk")[: PAGE + 1])
    sees = may_see_payments(actor)
    last = found[PAGE - 1] if len(found) > PAGE else None
    return {
        "row": row,
        "is_open": row.state == RehearsalState.OPEN,
        "certificate": GoLive.objects.visible_to(actor).filter(rehearsal=row).first() if row.state == RehearsalState.LIVE else None,
        "before": Decimal(counts.get("before", "0")),
        "now": Decimal(counts.get("now", "0")),
        "delta": Decimal(counts.get("now", "0")) - Decimal(counts.get("before", "0")),
        "differences": [face(one, sees) for one in found[:PAGE]],
        "states": [{"key": state.value, "label": state.label, "n": n} for state, n in states],
        "total": sum(n for _state, n in states),
        "kinds": [{"key": value, "label": label} for value, label in DifferenceKind.choices],
        "chosen": chosen,
        "kind": kind if kind in DifferenceKind.values else "",
        "may_explain": access.may_compare(actor) and row.state == RehearsalState.OPEN,
        "may_go_live": access.may_go_live(actor),
        "left": counts.get("open", 0),
        "form": form or ExplainForm(),
        "live_form": live_form or LiveForm(initial={"first_month": f"{next_month(row.month):%Y-%m}"}),
        "picked": [int(one) for one in request.POST.getlist("pick") if one.isdecimal()],
        "pager": {"next": _link(chosen, kind, last), "previous": f"?state={chosen}&kind={kind}" if after else "", "text": ""}
        if last or after
        else None,
    }


def _link(chosen: str, kind: str, last: Difference | None) -> str:
    from urllib.parse import urlencode

    return f"?{urlencode({'state': chosen, 'kind': kind, 'after': f'{last.name}|{last.pk}'})}" if last else ""


def face(row: Difference, sees: bool = True) -> dict[str, Any]:
    """A difference as it is read. Who may not see payments is not told what a right decided here pays."""
    own = [one for one in row.new if not one["waiting"]]
    told = sees or not own
    return {
        "row": row,
        "name": row.name or row.person_key,
        "aid": _aid(row.aid),
        "kind": row.get_kind_display(),
        "state_kind": STATE_KINDS[DifferenceState(row.state)],
        "words": words_of(row) if told else _("A right decided here pays this aid, too."),
        "now": row.now if told else None,
        "delta": row.now - row.before if told else None,
    }


def _aid(key: str) -> str:
    if key.startswith("?"):
        return f"“{key[1:]}”"
    return formats.label(dict(registries.provisions.get(key).title)) if key in registries.provisions else key


def words_of(row: Difference) -> str:
    """The difference in a sentence or two, with its amounts."""
    before, now = formats.amount(row.before), formats.amount(row.now)
    to_old, to_new = _payee(row.old), _payee(row.new)
    if row.kind == DifferenceKind.MISSING:
        said = _("%(amount)s was paid to %(payee)s. Nothing would be paid here.") % {"amount": before, "payee": to_old}
        if row.person_id is None:
            why = _("Nobody was taken over under the number %(key)s.") % {"key": row.person_key}
        elif row.aid.startswith("?"):
            why = _("No aid here has this name.")
        else:
            why = _("No running right of this aid was taken over for this account.")
        return f"{said} {why}"
    if row.kind == DifferenceKind.EXTRA:
        return _("Nothing was paid. %(amount)s would be paid here to %(payee)s.") % {"amount": now, "payee": to_new}
    if row.kind == DifferenceKind.DOUBLED:
        if any(not one["waiting"] for one in row.new):
            return _("The old system paid %(before)s, and a right decided here pays the same aid: %(now)s.") % {
                "before": before,
                "now": now,
            }
        if len(row.new) > len(row.old):
            return _("%(before)s was paid. Here it would be paid %(count)s times: %(now)s.") % {
                "before": before,
                "count": len(row.new),
                "now": now,
            }
        return _("The old system paid the same sum more than once: %(before)s. Here it would be %(now)s.") % {"before": before, "now": now}
    if row.kind == DifferenceKind.ACCOUNT:
        said = _("Paid to %(old)s; here it would go to %(new)s.") % {"old": to_old, "new": to_new}
        return said if row.before == row.now else f"{said} {_amounts(row, before, now)}"
    if row.kind == DifferenceKind.PAYEE:
        return _("The account is the same, its name is not: %(old)s, here %(new)s.") % {"old": to_old, "new": to_new}
    return _amounts(row, before, now)


def _amounts(row: Difference, before: str, now: str) -> str:
    delta = row.now - row.before
    values = {"before": before, "now": now, "delta": formats.amount(abs(delta))}
    if delta > 0:
        said = _("%(before)s was paid, %(now)s would be paid here: %(delta)s more.") % values
    elif delta < 0:
        said = _("%(before)s was paid, %(now)s would be paid here: %(delta)s less.") % values
    else:
        said = _("%(before)s was paid and would be paid here.") % values
    kept = [sum((Decimal(one["withheld"]) for one in side), Decimal("0.00")) for side in (row.old, row.new)]
    if kept[0] != kept[1]:
        said += " " + _("Kept back for a debt: %(old)s there, %(new)s here.") % {
            "old": formats.amount(kept[0]),
            "new": formats.amount(kept[1]),
        }
    elif len(row.old) > 1:
        said += " " + _("There in parts: %(parts)s.") % {"parts": " + ".join(formats.amount(Decimal(one["amount"])) for one in row.old)}
    return said


def _payee(side: list[dict[str, Any]]) -> str:
    if not side:
        return "—"
    one = side[0]
    return " ".join(filter(None, (one["payee"], format_iban(one["iban"]) if one["iban"] else _("(no account)"))))


@screen(access=access.may_compare, methods=("POST",), writes=True)
def compare(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Compare again, after a file was corrected."""
    row = services.compare_again(actor=request.actor, rehearsal=_found(request, uuid))  # type: ignore[attr-defined]
    left = row.counts["open"]
    said = ngettext("Compared: %(count)s difference is not explained.", "Compared: %(count)s differences are not explained.", left)
    return done(request, "takeover:rehearsal", said % {"count": formats.number(left)}, row.uuid)


@screen(access=access.may_compare, methods=("POST",), writes=True)
def explain(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Explain one difference, or several at once."""
    row = _found(request, uuid)
    form = ExplainForm(request.POST)
    ids = [int(one) for one in request.POST.getlist("pick") if one.isdecimal()]
    if form.is_valid():
        with errors_on(form):
            seen = request.POST.get("round", "")
            count = services.explain(
                actor=request.actor,  # type: ignore[attr-defined]
                rehearsal=row,
                ids=ids,
                words=form.cleaned_data["words"],
                expected=int(seen) if seen.isdecimal() else None,
            )
            said = ngettext("%(count)s difference is explained.", "%(count)s differences are explained.", count)
            return done(request, "takeover:rehearsal", said % {"count": formats.number(count)}, row.uuid)
    return invalid(request, "takeover/rehearsal.html", _context(request, row, form=form))


@screen(access=access.may_go_live, methods=("POST",), writes=True)
def live(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Go live, or read what stands in the way."""
    row = _found(request, uuid)
    form = LiveForm(request.POST)
    if form.is_valid():
        with errors_on(form):
            services.go_live(actor=request.actor, rehearsal=row, first_month=form.cleaned_data["first_month"])  # type: ignore[attr-defined]
            return done(request, "takeover:certificate", _("Live. The rights taken over are paid here from now on."), row.uuid)
    return invalid(request, "takeover/rehearsal.html", _context(request, _found(request, uuid), live_form=form))


@screen(access=access.may_see_rehearsals)
def certificate(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The certificate of a go-live, to be printed."""
    row = _found(request, uuid)
    signed = GoLive.objects.visible_to(request.actor).filter(rehearsal=row).first()  # type: ignore[attr-defined]
    if signed is None:
        raise Http404("certificate")
    explained = Difference.objects.visible_to(request.actor).filter(rehearsal=row, state=DifferenceState.EXPLAINED)  # type: ignore[attr-defined]
    sees = may_see_payments(request.actor)  # type: ignore[attr-defined]
    return page(
        request,
        "takeover/certificate.html",
        {
            "row": row,
            "signed": signed,
            "before": Decimal(signed.counts["before"]),
            "now": Decimal(signed.counts["now"]),
            "explained": [face(one, sees) for one in explained.order_by("name", "pk")[:2000]],
        },
    )
