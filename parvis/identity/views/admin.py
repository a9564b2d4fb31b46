"""Administration: accounts, functions, units. For administrators only."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Count, Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.kernel import clock
from parvis.kernel.models import MutationLine
from parvis.kernel.subject import SubjectRef
from parvis.ui import formats
from parvis.ui.fields import read_day
from parvis.ui.http import done, errors_on, invalid, page, screen
from parvis.ui.logged import told
from parvis.ui.together import merged

from .. import crypto
from ..access import may_administer
from ..enums import DataClass, Function
from ..forms import AccountForm, GrantForm, NewAccountForm, NewUnitForm, UnitForm
from ..models import Account, Factor, FunctionGrant, OneTimeLink, Unit, WebSession
from ..services import accounts as account_services
from ..services import factors, functions, links
from ..services import units as unit_services

LINK = "issued_link"
PAGE = 50

VERBS = {
    "account_created": gettext_lazy("Account created"),
    "account_updated": gettext_lazy("Details changed"),
    "account_closed": gettext_lazy("Account closed"),
    "account_reopened": gettext_lazy("Account opened again"),
    "preferences_set": gettext_lazy("Preferences changed"),
    "password_changed": gettext_lazy("Password changed"),
    "password_set_by_link": gettext_lazy("Password chosen with a one-time link"),
    "link_issued": gettext_lazy("One-time link given"),
    "function_granted": gettext_lazy("Function granted"),
    "function_revoked": gettext_lazy("Function ended"),
    "factor_added": gettext_lazy("Second factor added"),
    "factor_removed": gettext_lazy("Second factor removed"),
    "factors_reset": gettext_lazy("Second factors taken away"),
    "recovery_codes_renewed": gettext_lazy("Recovery codes renewed"),
    "session_ended": gettext_lazy("Session closed"),
    "sessions_ended": gettext_lazy("Other sessions closed"),
    "sign_in_locked": gettext_lazy("Sign-in locked after failures"),
    "signed_in": gettext_lazy("Signed in"),
    "signed_in_to_enrol": gettext_lazy("Signed in to add a second factor"),
    "signed_out": gettext_lazy("Signed out"),
    "unit_created": gettext_lazy("Unit created"),
    "unit_updated": gettext_lazy("Unit changed"),
    "class_rights_set": gettext_lazy("Rights to classes of data changed"),
    "sector_created": gettext_lazy("Sector made"),
    "sector_updated": gettext_lazy("Sector changed"),
    "sector_given": gettext_lazy("Sector given"),
    "sector_taken": gettext_lazy("Sector ended"),
    "own_person_linked": gettext_lazy("Own person on file noted"),
}


def history(subject: SubjectRef) -> list[dict[str, Any]]:
    """Lines of the journal about one account or unit, in words."""
    return told(subject, VERBS, _values)


def _values(line: MutationLine) -> dict[str, Any]:
    return {
        "values": [
            {
                "old": _shown(value.field, value.old) if value.field in DataClass.values else value.old,
                "new": _shown(value.field, value.new),
                "field": DataClass(value.field).label if value.field in DataClass.values else value.field,
                "both": value.field in DataClass.values,
            }
            for value in line.values.all()
        ]
    }


def _shown(field: str, value: Any) -> str:
    if value is None:
        return ""
    if field == "function" and value in Function.values:
        return str(Function(value).label)
    if isinstance(value, list) and field in DataClass.values:
        return ", ".join(str(Function(one).label) for one in value if one in Function.values) or _("nobody")
    if isinstance(value, dict):
        return " / ".join(str(part) for part in value.values())
    if value == "9999-12-31":
        return _("no end")
    try:
        return formats.day(dt.date.fromisoformat(str(value)))
    except ValueError:
        return str(value)


@screen(access=may_administer)
def accounts(request: HttpRequest) -> HttpResponse:
    """All accounts with the functions they hold today."""
    query = " ".join(request.GET.get("q", "").split())
    state = request.GET.get("state", "open")
    function = request.GET.get("function", "")
    today = clock.today()
    rows = Account.objects.annotate(factor_count=Count("factors", distinct=True)).prefetch_related(
        Prefetch("grants", queryset=FunctionGrant.objects.at(today).select_related("unit"), to_attr="held")
    )
    if state in ("open", "closed"):
        rows = rows.filter(is_active=state == "open")
    for word in query.split():
        rows = rows.filter(Q(display_name__icontains=word) | Q(username__icontains=word))
    if function in Function.values:
        held = FunctionGrant.objects.at(today).filter(function=function)
        rows = rows.filter(pk__in=held.values("account_id"))
    asked = request.GET.get("page", "")
    number = int(asked) if asked.isdecimal() and len(asked) <= 6 else 1
    start = (max(number, 1) - 1) * PAGE
    found = list(rows[start : start + PAGE + 1])
    context = {
        "rows": found[:PAGE],
        "more": number + 1 if len(found) > PAGE else None,
        "before": number - 1 if number > 1 else None,
        "q": query,
        "state": state,
        "function": function,
        "functions": Function.choices,
        "states": [("open", _("Open accounts")), ("closed", _("Closed accounts")), ("all", _("All accounts"))],
    }
    return page(request, "identity/accounts.html", context)


@screen(access=may_administer, methods=("GET", "POST"), creates=True)
def new_account(request: HttpRequest) -> HttpResponse:
    """Make an account; the person gets in through a one-time link."""
    form = NewAccountForm(request.POST or None)
    if request.method != "POST":
        return page(request, "identity/new_account.html", {"form": form})
    if form.is_valid():
        with errors_on(form):
            account = account_services.create_account(actor=request.actor, **form.cleaned_data)  # type: ignore[attr-defined]
            return done(
                request,
                reverse("identity:admin_account", args=[account.uuid]),
                _("The account is made. Grant its functions, then give the person a one-time link."),
            )
    return invalid(request, "identity/new_account.html", {"form": form})


def _account(uuid: Any) -> Account:
    return get_object_or_404(Account, uuid=uuid)


def _details(account: Account) -> dict[str, Any]:
    return {name: getattr(account, name) for name in ("display_name", "initials", "email", "language")}


def _context(request: HttpRequest, account: Account, **forms: Any) -> dict[str, Any]:
    today = clock.today()
    grants = list(FunctionGrant.objects.filter(account=account).select_related("unit"))
    kept = request.session.get(LINK) or {}
    token = None
    if request.method == "GET" and kept.get("account") == account.pk:
        token = crypto.unseal(kept["token"])
        request.session.pop(LINK, None)
    return {
        "account": account,
        "form": forms.get("form") or AccountForm(initial=_details(account)),
        "grant_form": forms.get("grant_form") or GrantForm(prefix="grant"),
        "refusal": forms.get("refusal", ""),
        "current": [row for row in grants if row.valid_from <= today < row.valid_to],
        "coming": [row for row in grants if row.valid_from > today and row.valid_to > row.valid_from],
        "past": [row for row in grants if row.valid_to <= today and row.valid_to > row.valid_from],
        "today": today,
        "factors": Factor.objects.filter(account=account).count(),
        "session_count": WebSession.objects.filter(account=account, expire_date__gt=clock.now()).count(),
        "has_password": account.has_usable_password(),
        "pending_link": OneTimeLink.objects.filter(account=account, used_at__isnull=True, expires_at__gt=clock.now()).first(),
        "link": request.build_absolute_uri(reverse("identity:link", args=[token])) if token else "",
        "history": history(SubjectRef("account", account.pk)),
    }


@screen(access=may_administer, methods=("GET", "POST"), writes=True)
def account(request: HttpRequest, uuid: Any) -> HttpResponse:
    """One account: details, functions, access, history."""
    shown = _account(uuid)
    if request.method != "POST":
        return page(request, "identity/admin_account.html", _context(request, shown))
    form = AccountForm(merged(request, AccountForm(initial=_details(shown)), subject=SubjectRef("account", shown.pk)))
    if form.is_valid():
        with errors_on(form):
            account_services.update_account(actor=request.actor, account=shown, **form.cleaned_data)  # type: ignore[attr-defined]
            return _back(request, shown, _("The details are kept."))
    return invalid(request, "identity/admin_account.html", _context(request, shown, form=form))


def _back(request: HttpRequest, shown: Account, message: str) -> HttpResponse:
    return done(request, reverse("identity:admin_account", args=[shown.uuid]), message)


@screen(access=may_administer, methods=("POST",), creates=True)
def grant(request: HttpRequest, uuid: Any) -> HttpResponse:
    """Grant a function."""
    shown = _account(uuid)
    form = GrantForm(request.POST, prefix="grant")
    if form.is_valid():
        last = form.cleaned_data["last_day"]
        with errors_on(form):
            functions.grant_function(
                actor=request.actor,  # type: ignore[attr-defined]
                account=shown,
                function=form.cleaned_data["function"],
                unit=form.cleaned_data["unit"],
                valid_from=form.cleaned_data["valid_from"],
                valid_to=last + dt.timedelta(days=1) if last else None,
            )
            return _back(request, shown, _("The function is granted. It works from the person's next page on."))
    return invalid(request, "identity/admin_account.html", _context(request, shown, grant_form=form))


@screen(access=may_administer, methods=("POST",))
def revoke(request: HttpRequest, uuid: Any) -> HttpResponse:
    """End a function now, or after a last day."""
    row = get_object_or_404(FunctionGrant.objects.select_related("account"), uuid=uuid)
    refusal = ""
    last = None
    if request.POST.get("last_day"):
        last = read_day(request.POST["last_day"])
        if last is None:
            refusal = _("This is not a date.")
    if not refusal:
        try:
            functions.revoke_function(
                actor=request.actor,  # type: ignore[attr-defined]
                grant=row,
                on=last + dt.timedelta(days=1) if last else None,
            )
            return _back(request, row.account, _("The function is ended."))
        except functions.REFUSALS as error:
            refusal = str(error)
    return invalid(request, "identity/admin_account.html", _context(request, row.account, refusal=refusal))


@screen(access=may_administer, methods=("POST",), creates=True)
def link(request: HttpRequest, uuid: Any) -> HttpResponse:
    """Make a one-time link and show it once."""
    shown = _account(uuid)
    token = links.issue_link(actor=request.actor, account=shown)  # type: ignore[attr-defined]
    request.session[LINK] = {"account": shown.pk, "token": crypto.seal(token)}
    return _back(request, shown, "")


@screen(access=may_administer, methods=("POST",))
def reset_factors(request: HttpRequest, uuid: Any) -> HttpResponse:
    """Take away lost second factors."""
    shown = _account(uuid)
    factors.reset_factors(actor=request.actor, account=shown)  # type: ignore[attr-defined]
    return _back(request, shown, _("The second factors are taken away. The person adds a new one at the next sign-in."))


@screen(access=may_administer, methods=("POST",))
def set_active(request: HttpRequest, uuid: Any) -> HttpResponse:
    """Close or reopen an account."""
    shown = _account(uuid)
    if request.POST.get("active") == "1":
        account_services.reopen_account(actor=request.actor, account=shown)  # type: ignore[attr-defined]
        return _back(request, shown, _("The account is open again."))
    try:
        account_services.close_account(actor=request.actor, account=shown)  # type: ignore[attr-defined]
    except functions.REFUSALS as error:
        return invalid(request, "identity/admin_account.html", _context(request, shown, refusal=str(error)))
    return _back(request, shown, _("The account is closed and its sessions with it."))


@screen(access=may_administer)
def units(request: HttpRequest) -> HttpResponse:
    """The tree of units."""
    rows = Unit.objects.annotate(
        agents=Count("grants__account", filter=Q(grants__valid_from__lte=clock.today(), grants__valid_to__gt=clock.today()), distinct=True)
    )
    return page(request, "identity/units.html", {"rows": rows})


@screen(access=may_administer, methods=("GET", "POST"), creates=True)
def new_unit(request: HttpRequest) -> HttpResponse:
    """Make a unit."""
    form = NewUnitForm(request.POST or None)
    if request.method != "POST":
        return page(request, "identity/new_unit.html", {"form": form})
    if form.is_valid():
        with errors_on(form):
            unit_services.create_unit(
                actor=request.actor,  # type: ignore[attr-defined]
                code=form.cleaned_data["code"],
                name=form.names(),
                parent=form.cleaned_data["parent"],
            )
            return done(request, "identity:units", _("The unit is made."))
    return invalid(request, "identity/new_unit.html", {"form": form})


@screen(access=may_administer, methods=("GET", "POST"), writes=True)
def unit(request: HttpRequest, uuid: Any) -> HttpResponse:
    """Rename a unit or take it out of use."""
    shown = get_object_or_404(Unit, uuid=uuid)
    initial = {f"name_{code}": shown.name.get(code, "") for code in ("fr", "nl", "de", "en")} | {"is_active": shown.is_active}
    subject = SubjectRef("unit", shown.pk)
    form = UnitForm(merged(request, UnitForm(initial=initial), subject=subject) if request.method == "POST" else None, initial=initial)
    context = {"form": form, "unit": shown, "history": history(subject)}
    if request.method != "POST":
        return page(request, "identity/unit.html", context)
    if form.is_valid():
        with errors_on(form):
            unit_services.update_unit(
                actor=request.actor,  # type: ignore[attr-defined]
                unit=shown,
                name=form.names(),
                is_active=form.cleaned_data["is_active"],
            )
            return done(request, "identity:units", _("The unit is kept."))
    return invalid(request, "identity/unit.html", context)
