"""The centre's own bank accounts: for the administrator who sets them up and the accountant who keeps them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.kernel import clock
from parvis.kernel.models import MutationLine
from parvis.ui import formats
from parvis.ui.http import Request, done, errors_on, invalid, page, screen
from parvis.ui.logged import told
from parvis.ui.together import merged

from ..access import is_administrator, may_keep_accounts
from ..enums import Channel
from ..forms import CentreAccountForm, NewCentreAccountForm
from ..models import CentreAccount
from ..services.accounts import change_centre_account, in_force, open_centre_account, ref_of

VERBS = {
    "centre_account.opened": gettext_lazy("Account added"),
    "centre_account.changed": gettext_lazy("Account changed"),
    "centre_account.set": gettext_lazy("Account added"),
}
FIELDS = {
    "label": gettext_lazy("Name used here"),
    "holder": gettext_lazy("Name shown on orders"),
    "bic": gettext_lazy("BIC"),
    "enterprise_number": gettext_lazy("Enterprise number"),
    "town": gettext_lazy("Town"),
    "channel": gettext_lazy("How orders leave"),
    "valid_from": gettext_lazy("First day"),
    "valid_to": gettext_lazy("Last day"),
}


def _given(form: Any) -> dict[str, Any]:
    """What the form says, with the end as the first day after."""
    given = {name: form.cleaned_data[name] for name in FIELDS if name not in {"valid_to"}}
    last = form.cleaned_data["last_day"]
    return {**given, "valid_to": last + timedelta(days=1) if last else None}


def _value(field: str, value: Any) -> str:
    if value in (None, ""):
        return "—"
    if field == "channel":
        return str(dict(Channel.choices).get(value, value))
    if field in ("valid_from", "valid_to"):
        day = date.fromisoformat(str(value))
        return formats.day(day - timedelta(days=1) if field == "valid_to" else day)
    return str(value)


def history(account: CentreAccount) -> list[dict[str, Any]]:
    """Every change of an account, newest first, in words."""
    return told(ref_of(account), VERBS, _changes)


def _changes(line: MutationLine) -> dict[str, Any]:
    return {
        "changes": [
            {"label": FIELDS[value.field], "old": _value(value.field, value.old), "new": _value(value.field, value.new)}
            for value in line.values.all()
            if value.field in FIELDS and line.verb == "centre_account.changed"
        ]
    }


@screen(access=may_keep_accounts)
def index(request: Request) -> HttpResponse:
    """All accounts; the one that pays today is said for each book."""
    rows = list(CentreAccount.objects.select_related("gl_account").order_by("book", "-valid_from", "pk"))
    now = in_force(rows)
    today = clock.today()
    context = {
        "rows": [
            {
                "account": row,
                "pays": now.get(row.book) == row,
                "future": row.valid_from is not None and row.valid_from > today,
                "past": row.valid_to is not None and row.valid_to <= today,
                "last_day": formats.last_day(row.valid_to) if row.valid_to else None,
            }
            for row in rows
        ],
        "none_pays": "public" not in now,
        "may_administer": is_administrator(request.actor),
        "may_keep_accounts": True,
    }
    return page(request, "accounting/centre_accounts.html", context)


@screen(access=may_keep_accounts, methods=("GET", "POST"), creates=True)
def new(request: Request) -> HttpResponse:
    """Add an account; the one that paid until then ends where it starts."""
    initial = {
        "holder": settings.PARVIS["name"],
        "enterprise_number": settings.PARVIS["enterprise_number"],
        "town": settings.PARVIS["town"],
        "valid_from": clock.today(),
    }
    form = NewCentreAccountForm(request.POST if request.method == "POST" else None, initial=initial)
    context = {"form": form}
    if request.method != "POST":
        return page(request, "accounting/new_centre_account.html", context)
    if form.is_valid():
        with errors_on(form):
            open_centre_account(
                actor=request.actor,
                iban=form.cleaned_data["iban"],
                book=form.cleaned_data["book"],
                country=settings.PARVIS["country"],
                **_given(form),
            )
            return done(request, "accounting:centre_accounts", _("The account is added."))
    return invalid(request, "accounting/new_centre_account.html", context)


@screen(access=may_keep_accounts, methods=("GET", "POST"), writes=True)
def detail(request: Request, uuid: Any) -> HttpResponse:
    """Change names, dates and channel of an account. Its number never changes."""
    account = get_object_or_404(CentreAccount, uuid=uuid)
    initial = {name: getattr(account, name) for name in FIELDS if name != "valid_to"}
    initial["last_day"] = formats.last_day(account.valid_to) if account.valid_to else None
    sent = merged(request, CentreAccountForm(initial=initial), subject=ref_of(account)) if request.method == "POST" else None
    form = CentreAccountForm(sent, initial=initial)
    context = {"form": form, "account": account, "history": history(account)}
    if request.method != "POST":
        return page(request, "accounting/centre_account.html", context)
    if form.is_valid():
        with errors_on(form):
            change_centre_account(actor=request.actor, account=account, **_given(form))
            return done(request, "accounting:centre_accounts", _("The account is kept."))
    return invalid(request, "accounting/centre_account.html", context)
