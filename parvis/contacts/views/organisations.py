"""The address book and the page of an organisation."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from parvis.kernel import asof, clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.errors import Conflict
from parvis.kernel.identifiers import format_number
from parvis.kernel.subject import SubjectRef
from parvis.ui import stepup
from parvis.ui.http import conflict, done, errors_on, invalid, page, screen
from parvis.ui.sheets import harmless

from .. import access, models, past, selectors, services
from ..book import forms
from ..book import selectors as book
from ..grids import BOOK, record_export

MOST_PRINTED = 120
MOST_ADDRESSES = 2_000
MOST_IN_A_LINK = 100


@dataclass(frozen=True)
class Aspect:
    """One kind of fact of an organisation: how it is printed, with which form and service it changes."""

    key: str
    title: Any
    model: type[Any]
    form: type[Any]
    write: Callable[..., Any]
    text: Callable[[Any], str]
    fields: tuple[str, ...]
    endable: bool = True


def _profile(row: Any) -> str:
    return ", ".join(part for part in (str(row.get_language_display()), row.way, row.website, row.note) if part)


def _labelled(row: Any) -> str:
    return selectors.shown_point(row) + (f" ({row.label})" if row.label else "")


ASPECTS = {
    one.key: one
    for one in (
        Aspect(
            "name",
            gettext_lazy("Name"),
            models.OrganisationName,
            forms.OrganisationNameForm,
            services.name_organisation,
            lambda row: f"{row.name} {row.legal_form}".strip() + (f" ({row.short_name})" if row.short_name else ""),
            ("name", "legal_form", "short_name"),
            endable=False,
        ),
        Aspect(
            "kind",
            gettext_lazy("Kind of contact"),
            models.OrganisationKind,
            forms.KindForm,
            services.add_kind,
            lambda row: str(row.get_kind_display()),
            ("kind",),
        ),
        Aspect(
            "address",
            gettext_lazy("Addresses"),
            models.OrganisationAddress,
            forms.OfficeForm,
            services.set_office,
            lambda row: f"{row.get_kind_display()}, {row.one_line}",
            ("kind", "care_of", "street", "number", "box", "postal_code", "municipality", "country"),
        ),
        Aspect(
            "point",
            pgettext_lazy("phone and e-mail", "Phone and e-mail"),
            models.OrganisationPoint,
            forms.OfficePointForm,
            services.add_office_point,
            _labelled,
            ("kind", "value", "label"),
        ),
        Aspect(
            "number",
            gettext_lazy("Numbers"),
            models.OrganisationNumber,
            forms.OrgNumberForm,
            services.set_number,
            lambda row: f"{row.get_kind_display()} {format_number(row.kind, row.value)}",
            ("kind", "value"),
        ),
        Aspect(
            "profile",
            gettext_lazy("Language, website, note"),
            models.OrganisationProfile,
            forms.ProfileForm,
            services.set_profile,
            _profile,
            ("language", "channel", "no_email", "no_post", "website", "note"),
            endable=False,
        ),
    )
}


def visible_organisation(request: HttpRequest, uuid: UUID) -> models.Organisation:
    """The organisation, or 404 when there is none for this reader. Of one that was merged only its page leads on."""
    organisation = found_organisation(request, uuid)
    if organisation.merged_into_id is not None:
        raise Http404("organisation")
    return organisation


def found_organisation(request: HttpRequest, uuid: UUID) -> models.Organisation:
    """The organisation, merged into another or not."""
    found = models.Organisation.objects.visible_to(request.actor).filter(uuid=uuid).first()  # type: ignore[attr-defined]
    if found is None:
        raise Http404("organisation")
    return found  # type: ignore[no-any-return]


@screen(access=access.can_read_persons, parts={"book": "ui/components/grid.html"})
def index(request: HttpRequest) -> HttpResponse:
    """The address book; the agent's most used entries first."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if (view := asof.view()) is not None:
        then = past.book_then(view).read(request, past.listed_then(actor, view))
        whole = not then.is_narrowed or (set(then.values) == {"state"} and not then.text)
        return then.export() or page(
            request, "contacts/book.html", {"grid": then, "past": True, "gone": past.gone_since(actor, view) if whole else []}
        )
    grid = BOOK.read(request, book.book(actor))
    exported = grid.export()
    if exported is not None:
        return exported
    context = {"grid": grid, "may_edit": access.can_edit_organisations(actor), "query": request.GET.urlencode()}
    if not grid.is_narrowed or set(grid.values) == {"state"}:
        context["frequent"] = book.frequent(actor)
    return page(request, "contacts/book.html", context)


@screen(access=access.can_read_persons)
def phone_list(request: HttpRequest) -> HttpResponse:
    """The list as filtered, on one sheet: name, phone, e-mail, place."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    grid = BOOK.read(request, book.book(actor))
    rows = [book.line_of(row) for row in grid.rows[: MOST_PRINTED + 1]]
    record_export(actor, "phone list", min(len(rows), MOST_PRINTED))
    context = {"rows": rows[:MOST_PRINTED], "more": len(rows) > MOST_PRINTED, "chips": grid.chips, "text": grid.text, "day": clock.today()}
    return page(request, "contacts/phone_list.html", context)


@screen(access=access.can_read_persons)
def mailing(request: HttpRequest) -> HttpResponse:
    """E-mail addresses of the list as filtered, to copy or to open in the mail program as hidden copies."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    grid = BOOK.read(request, book.book(actor))
    rows = [book.line_of(row) for row in grid.rows[: MOST_ADDRESSES + 1]]
    more, rows = len(rows) > MOST_ADDRESSES, rows[:MOST_ADDRESSES]
    addresses = list(dict.fromkeys(row.email for row in rows if row.email))
    without = [row for row in rows if not row.email]
    record_export(actor, "e-mail", len(addresses))
    context = {
        "addresses": addresses,
        "without": without,
        "chips": grid.chips,
        "joined": "; ".join(addresses),
        "bcc": ",".join(addresses) if len(addresses) <= MOST_IN_A_LINK else "",  # programs cut a longer link without a word
        "in_a_link": MOST_IN_A_LINK,
        "more": more,
        "limit": MOST_ADDRESSES,
        "query": request.GET.urlencode(),
    }
    return page(request, "contacts/mailing.html", context)


@screen(access=access.can_read_persons)
def letters(request: HttpRequest) -> HttpResponse:
    """Names and addresses of the list as filtered, as they hold on a day, for labels and letters; also as a file (B11)."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    grid = BOOK.read(request, book.book(actor))
    form = forms.LettersForm(request.GET if "day" in request.GET else None, initial={"day": clock.today(), "purpose": "letter"})
    day, purpose = clock.today(), "letter"
    if form.is_bound and form.is_valid():
        day, purpose = form.cleaned_data["day"] or day, form.cleaned_data["purpose"] or purpose
    rows = [book.line_of(row) for row in grid.rows[: MOST_ADDRESSES + 1]]
    more, rows = len(rows) > MOST_ADDRESSES, rows[:MOST_ADDRESSES]
    labels = book.labels(rows, day, purpose)
    shown = [one for one in labels if one.lines]
    if request.GET.get("as") == "csv":
        stepup.require(request, back=stepup.without(request, "as"))
    record_export(actor, "labels", len(shown))  # on the screen as well: it is printed from there
    if request.GET.get("as") == "csv":
        return _labels_csv(shown, day)
    params = request.GET.copy()
    params["as"] = "csv"
    params["day"], params["purpose"] = day.isoformat(), purpose
    context = {
        "labels": shown,
        "protected": sum(1 for one in labels if one.protected),
        "without": [one for one in labels if not one.lines and not one.protected],
        "form": form,
        "kept": [(key, value) for key in grid.params for value in grid.params.getlist(key) if key not in {"day", "purpose", "as"}],
        "chips": grid.chips,
        "more": more,
        "limit": MOST_ADDRESSES,
        "day": day,
        "csv": "?" + params.urlencode(),
        "back": grid.params.urlencode(),
    }
    return page(request, "contacts/letters.html", context)


def _labels_csv(labels: list[book.Label], day: dt.date) -> HttpResponse:
    """One line for each letter: name, up to four lines of the address, postal code, municipality, country, language."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    heads = (
        _("Name"),
        _("Address, line 1"),
        _("Address, line 2"),
        _("Address, line 3"),
        _("Address, line 4"),
        _("Language of our letters"),
    )
    writer.writerow([harmless(head) for head in heads])
    for one in labels:
        writer.writerow([harmless(cell) for cell in (one.name, *(*one.lines, "", "", "", "")[:4], one.language)])
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="labels-{day.isoformat()}.csv"'
    return response


@screen(access=access.can_read_persons)
def detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    organisation = found_organisation(request, uuid)
    if organisation.merged_into_id is not None:
        kept = models.Organisation.objects.visible_to(actor).get(pk=book.resolve_organisation(organisation.pk))
        return HttpResponseRedirect(reverse("contacts:organisation", args=[kept.uuid]))
    mutations.record_read(actor=actor, subject=SubjectRef("organisation", organisation.pk), screen="contacts.organisation")
    today, edits = asof.day(), asof.view() is None
    groups = []
    for aspect in ASPECTS.values():
        facts = [
            {"row": row, "text": aspect.text(row), "past": row.valid_to <= today, "ahead": row.valid_from > today}
            for row in book.organisation_facts(organisation.pk, aspect.model)
        ]
        groups.append({"aspect": aspect, "facts": facts})
    roles, rest = book.roles_in(actor, organisation.pk, today)
    context = {
        "organisation": organisation,
        "card": book.organisation_card(actor, organisation.pk, today, asof.known_on()),
        "groups": groups,
        "staff": [one for one in roles if not one.client],
        "clients": [one for one in roles if one.client],
        "rest": rest,
        "may_edit": edits and access.can_edit_organisations(actor),
        "may_merge": edits and access.can_merge(actor),
        "merges": services.merges_of(actor, "organisation", organisation.pk) if edits and access.can_merge(actor) else [],
    }
    return page(request, "contacts/organisation.html", context)


@screen(access=access.can_edit_organisations, methods=("GET", "POST"), creates=True)
def new(request: HttpRequest) -> HttpResponse:
    """A new organisation; whoever is like it is shown first, before anything is saved."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    form = forms.NewOrganisationForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"form": form, "matches": []}
    if request.method != "POST":
        return page(request, "contacts/organisation_new.html", context)
    if form.is_valid():
        data = form.cleaned_data
        context["matches"] = services.match_organisations(
            actor=actor,
            name=data["name"],
            enterprise_number=data["enterprise_number"],
            municipality=data["municipality"],
            phone=data["phone"],
            email=data["email"],
        )
        if context["matches"] and not data["confirmed"]:
            context["ask"] = True
            context["wanted"] = data
            return invalid(request, "contacts/organisation_new.html", context)
        with errors_on(form):
            organisation = services.enter_organisation(actor=actor, address=form.address, **_new_values(data))
            return done(request, "contacts:organisation", _("The organisation is entered."), organisation.uuid)
    return invalid(request, "contacts/organisation_new.html", context)


def _new_values(data: dict[str, Any]) -> dict[str, Any]:
    return {name: data[name] for name in ("name", "legal_form", "kinds", "enterprise_number", "language", "phone", "email")}


@screen(access=access.can_edit_organisations, methods=("GET", "POST"), writes=True)
def edit(request: HttpRequest, uuid: UUID, aspect: str) -> HttpResponse:
    """A new fact, or with ``?row=`` a new version of one from a day on."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    organisation = visible_organisation(request, uuid)
    kind = ASPECTS.get(aspect)
    if kind is None:
        raise Http404(aspect)
    row = _row(request, organisation, kind)
    initial = {"version": organisation.version}
    if row is not None:
        initial |= {name: getattr(row, name) for name in (*kind.fields, "valid_from", "source", "source_ref")}
    elif not kind.endable:
        held = next((one for one in book.organisation_facts(organisation.pk, kind.model)), None)
        initial |= {name: getattr(held, name) for name in kind.fields} if held else {}
    form = kind.form(request.POST if request.method == "POST" else None, initial=initial)
    context = {
        "name": book.organisation_card(actor, organisation.pk).name,
        "suggest": False,
        "back": reverse("contacts:organisation", args=[organisation.uuid]),
        "form": form,
        "aspect": kind,
        "row": row,
    }
    if request.method == "POST":
        if form.is_valid():
            try:
                with errors_on(form):
                    kind.write(actor=actor, organisation=organisation, **form.values, **form.dated)
                    return done(request, "contacts:organisation", _("Saved. What held before stays readable."), organisation.uuid)
            except Conflict as error:
                organisation.refresh_from_db(fields=["version"])
                shown = {name: value for name, value in error.theirs.items() if name in kind.fields}
                return conflict(request, error, form=form, refresh={"version": organisation.version}, theirs=shown)
        return invalid(request, "contacts/fact.html", context)
    return page(request, "contacts/fact.html", context)


@screen(access=access.can_edit_organisations, methods=("GET", "POST"), writes=True)
def end(request: HttpRequest, uuid: UUID, aspect: str) -> HttpResponse:
    """One fact ends: a phone number, an address, a kind, a role."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    organisation = visible_organisation(request, uuid)
    kind = ASPECTS.get(aspect)
    row = _row(request, organisation, kind) if kind is not None and kind.endable else None
    if kind is None or row is None:
        raise Http404(aspect)
    form = forms.EndForm(request.POST if request.method == "POST" else None, initial={"last_day": clock.today()})
    context = {
        "card": book.organisation_card(actor, organisation.pk),
        "back": reverse("contacts:organisation", args=[organisation.uuid]),
        "title": kind.title,
        "text": kind.text(row),
        "row": row,
        "form": form,
    }
    if request.method == "POST":
        if form.is_valid():
            with errors_on(form):
                on = form.cleaned_data["last_day"] + dt.timedelta(days=1)
                services.end_organisation_fact(actor=actor, row=row, on=on, aspect=kind.key)
                return done(request, "contacts:organisation", _("Ended. It stays readable with its days."), organisation.uuid)
        return invalid(request, "contacts/end.html", context)
    return page(request, "contacts/end.html", context)


@screen(access=access.can_edit_organisations, methods=("GET", "POST"), writes=True)
def close(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Closed from a day on, or open again."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    organisation = visible_organisation(request, uuid)
    card = book.organisation_card(actor, organisation.pk)
    if request.method == "POST" and request.POST.get("reopen") == "1":
        services.close_organisation(actor=actor, organisation=organisation, on=clock.today(), closed=False)
        return done(request, "contacts:organisation", _("The organisation is open again."), organisation.uuid)
    form = forms.CloseForm(request.POST if request.method == "POST" else None, initial={"first_day": clock.today()})
    context = {"card": card, "organisation": organisation, "form": form}
    if request.method == "POST":
        if form.is_valid():
            with errors_on(form):
                data = form.cleaned_data
                services.close_organisation(actor=actor, organisation=organisation, on=data["first_day"], reason=data["reason"])
                return done(request, "contacts:organisation", _("The organisation is closed."), organisation.uuid)
        return invalid(request, "contacts/organisation_close.html", context)
    return page(request, "contacts/organisation_close.html", context)


def _row(request: HttpRequest, organisation: models.Organisation, kind: Aspect) -> Any:
    asked = request.GET.get("row", "")
    if not asked.isdecimal():
        return None
    rows = kind.model.objects.visible_to(request.actor)  # type: ignore[attr-defined]
    return rows.filter(pk=int(asked), organisation=organisation, live=1).select_related("organisation").first()
