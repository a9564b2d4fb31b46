"""The short page of a person, one fact at a time, and a new person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from parvis.kernel import asof, clock, memo, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.errors import Conflict
from parvis.kernel.identifiers import format_iban, format_number, mask_iban, mask_number
from parvis.kernel.registries import person_parts, person_places
from parvis.kernel.subject import SubjectRef
from parvis.ui import formats
from parvis.ui.http import conflict, done, errors_on, invalid, page, screen
from parvis.ui.origins import name_origins

from .. import access, forms, models, selectors, services
from ..book import selectors as book
from ..enums import IdentifierKind
from ..kinship import selectors as family
from ..tenancy import selectors as tenancy
from ._common import found, visible

Row = Any


@dataclass(frozen=True)
class Aspect:
    """One kind of fact on the page: how it is printed, who sees it, who changes it, with which form and service."""

    key: str
    title: Any
    model: type[Any]
    form: type[forms.FactForm]
    write: Callable[..., Any]
    text: Callable[[Row, Actor], str]
    reads: Callable[[Actor], bool] = access.can_read_persons
    edits: Callable[[Actor], bool] = access.can_edit_person
    fields: tuple[str, ...] = ()
    address_like: bool = False
    endable: bool = False
    warn: Callable[[Row], tuple[str, str]] | None = None
    """Colour and words beside a fact that holds; no words, nothing."""


def _number(row: Row, actor: Actor) -> str:
    shown = format_number(row.kind, row.value) if access.sees_full_number(actor) else mask_number(row.kind, row.value)
    return f"{row.get_kind_display()} {shown}"


def _birth(row: Row, actor: Actor) -> str:
    day = row.birth_date.strftime("%d/%m/%Y") if row.birth_date else ""
    sex = str(row.get_sex_display()) if row.sex else ""
    return ", ".join(filter(None, (day, row.birth_place, sex, row.nationality)))


def _address(row: Row, actor: Actor) -> str:
    free = f" · {_('not on the official list')}" if row.listed is False else ""
    return f"{row.get_kind_display()}, {row.one_line}{free}"


SOON = dt.timedelta(days=60)


def _residence(row: Row, actor: Actor) -> str:
    until = _("valid until %(day)s") % {"day": formats.day(row.expires_on)} if row.expires_on else ""
    return ", ".join(filter(None, (str(row.get_title_display()), until, row.note)))


def _expiry(row: Row) -> tuple[str, str]:
    """What the day on the paper asks for: two months are what a renewal takes."""
    if row.expires_on is None:
        return "", ""
    today = asof.day()
    if row.expires_on < today:
        return "late", _("expired")
    return ("warn", _("expires soon")) if row.expires_on <= today + SOON else ("", "")


def _account(row: Row, actor: Actor) -> str:
    shown = (
        format_iban(row.iban)
        if access.can_edit_bank_account(actor) or actor.has("payer", "releaser", "accountant")
        else mask_iban(row.iban)
    )
    return f"{shown} ({row.holder})"


ASPECTS = {
    aspect.key: aspect
    for aspect in (
        Aspect(
            "name",
            gettext_lazy("Name"),
            models.PersonName,
            forms.NameForm,
            services.name_person,
            lambda row, actor: row.full + ("" if row.kind == "official" else f" ({row.get_kind_display()})"),
            fields=("family_name", "given_names", "kind"),
        ),
        Aspect(
            "birth",
            gettext_lazy("Birth, sex, nationality"),
            models.PersonBirth,
            forms.BirthForm,
            services.record_birth,
            _birth,
            fields=("birth_date", "birth_place", "sex", "nationality"),
        ),
        Aspect(
            "residence",
            gettext_lazy("Residence status"),
            models.PersonResidence,
            forms.ResidenceForm,
            services.set_residence,
            _residence,
            reads=access.sees_residence,
            edits=lambda actor: access.can_edit_person(actor) and access.sees_residence(actor),
            fields=("title", "expires_on", "note"),
            endable=True,
            warn=_expiry,
        ),
        Aspect(
            "identifier",
            gettext_lazy("Numbers"),
            models.Identifier,
            forms.IdentifierForm,
            services.add_identifier,
            _number,
            fields=("kind", "value"),
            endable=True,
        ),
        Aspect(
            "language",
            gettext_lazy("Language"),
            models.PersonLanguage,
            forms.LanguageForm,
            services.set_language,
            lambda row, actor: (
                str(row.get_language_display()) + (f" ({row.spoken})" if row.spoken else "") + (f" · {row.way}" if row.way else "")
            ),
            fields=("language", "spoken", "channel", "no_email", "no_post"),
        ),
        Aspect(
            "address",
            gettext_lazy("Addresses"),
            models.Address,
            forms.AddressForm,
            services.set_address,
            _address,
            fields=("kind", "care_of", "street", "number", "box", "postal_code", "municipality", "country", "hidden"),
            address_like=True,
            endable=True,
        ),
        Aspect(
            "point",
            pgettext_lazy("phone and e-mail", "Phone and e-mail"),
            models.ContactPoint,
            forms.PointForm,
            services.add_point,
            lambda row, actor: selectors.shown_point(row) + (f" ({row.label})" if row.label else ""),
            fields=("kind", "value", "label"),
            address_like=True,
            endable=True,
        ),
        Aspect(
            "account",
            gettext_lazy("Bank accounts"),
            models.BankAccount,
            forms.AccountForm,
            services.add_bank_account,
            _account,
            reads=access.sees_bank_accounts,
            edits=access.can_edit_bank_account,
            fields=("iban", "holder"),
        ),
        Aspect(
            "capacity",
            gettext_lazy("In the address book as"),
            models.PersonCapacity,
            forms.CapacityForm,
            services.set_capacity,
            lambda row, actor: str(row.get_kind_display()),
            fields=("kind",),
            endable=True,
        ),
    )
}


@screen(access=access.can_read_persons)
def detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    person = found(request, uuid)
    if person.merged_into_id is not None:
        kept = models.Person.objects.visible_to(actor).get(pk=book.resolve_person(person.pk))
        return HttpResponseRedirect(reverse("contacts:person", args=[kept.uuid]))
    mutations.record_read(actor=actor, subject=SubjectRef("person", person.pk), screen="contacts.person")
    view = asof.view()
    with memo.sharing():
        # Read first, so that the card takes from them what it prints.
        facts = {
            aspect.key: selectors.facts_then(person.pk, aspect.model, view) if view else selectors.live_facts(person.pk, aspect.model)
            for aspect in ASPECTS.values()
            if aspect.reads(actor)
        }
        card = selectors.person_card(actor, person.pk, view.day if view else None, asof.known_on())
    name_origins(actor, [row for rows in facts.values() for row in rows])
    today = asof.day()
    edits = view is None
    groups, closed = [], []
    for aspect in ASPECTS.values():
        if not aspect.reads(actor):
            closed.append(str(aspect.title))
            continue
        rows = [] if aspect.address_like and card.hidden else facts[aspect.key]
        groups.append(
            {
                "aspect": aspect,
                "facts": [
                    {
                        "row": row,
                        "text": aspect.text(row, actor),
                        "past": row.valid_to <= today,
                        "ahead": row.valid_from > today,
                        "warn": aspect.warn(row) if aspect.warn and row.valid_from <= today < row.valid_to else ("", ""),
                    }
                    for row in rows
                ],
                "may_edit": edits and aspect.edits(actor),
                "hidden": aspect.address_like and card.hidden,
                "reveal": edits and aspect.key == "identifier" and access.may_reveal(actor),
            }
        )
    home = selectors.household_of(person.pk, today, asof.known_on())
    at_home = [row.person_id for row in home.members if row.person_id != person.pk] if home else []
    with memo.sharing():
        if access.sees_relations(actor):
            known, cards = family.relatives_beside(actor, person.pk, at_home, today, asof.known_on())
            relations = [one for one in known if not one.past]
        else:
            relations, cards = [], selectors.person_cards(actor, at_home, today, asof.known_on(), brief=True) if at_home else {}
            closed.append(_("Relations"))
        landlords = tenancy.landlords_of(actor, person.pk, today, hidden=card.hidden)  # read with the relations
    in_book = any(group["aspect"].key == "capacity" and group["facts"] for group in groups)
    tenants, more_tenants = tenancy.tenants_of(actor, person.pk, today) if in_book and not card.hidden else ([], 0)
    context = {
        "person": person,
        "card": card,
        "tenants": tenants,
        "more_tenants": more_tenants,
        "landlords": landlords,
        "groups": groups,
        "relations": relations,
        "housemates": [cards[one] for one in at_home if one in cards],
        "closed": closed,
        "roles": book.roles_of(actor, person.pk, today, hidden=card.hidden),
        "sees_family": access.sees_relations(actor),
        "may_merge": edits and access.can_merge(actor),
        "may_reveal": edits and access.may_reveal(actor),
        "merges": services.merges_of(actor, "person", person.pk) if edits and access.can_merge(actor) else [],
        "may_edit": edits and access.can_edit_person(actor),
        "in_book": in_book,
        "links": _places(actor, person.pk),
        "parts": [mark_safe(part) for render in person_parts.all() if (part := render(request, person))],
    }
    return page(request, "contacts/person.html", context)


def _places(actor: Actor, person_id: int) -> list[tuple[str, str]]:
    """Where the person appears, as far as the reader may go: contexts above answer through the registry."""
    return [place for find in person_places.all() for place in find(actor, person_id)]


@screen(access=access.can_edit_person, methods=("GET", "POST"), writes=True)
def edit(request: HttpRequest, uuid: UUID, aspect: str) -> HttpResponse:
    """A new fact, or with ``?row=`` a new version of one. The day decides: from it on, or (the same first day) a correction."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    person = visible(request, uuid)
    kind = ASPECTS.get(aspect)
    card = selectors.person_card(actor, person.pk)
    if kind is None or not kind.reads(actor) or not kind.edits(actor):
        raise Http404(aspect)
    row = _row(request, person, kind, card.hidden)
    initial = _initial(row, kind) | {"version": person.version}
    form = kind.form(request.POST if request.method == "POST" else None, initial=initial)
    if row is None and aspect == "address" and card.hidden:
        form.fields["hidden"].initial = True
    back = reverse("contacts:person", args=[person.uuid])
    context = {"name": card.display_name, "back": back, "form": form, "aspect": kind, "row": row, "suggest": aspect == "address"}
    if request.method == "POST":
        if form.is_valid():
            try:
                with errors_on(form):
                    kind.write(actor=actor, person=person, **form.values, **form.dated)
                    return done(request, "contacts:person", _("Saved. What held before stays readable."), person.uuid)
            except Conflict as error:
                person.refresh_from_db(fields=["version"])
                if kind.address_like and selectors.hidden_person_ids([person.pk]):
                    return conflict(request, error, form=form, refresh={"version": person.version}, theirs={})
                shown = {name: value for name, value in error.theirs.items() if name in kind.fields}
                return conflict(request, error, form=form, refresh={"version": person.version}, theirs=shown)
        return invalid(request, "contacts/fact.html", context)
    return page(request, "contacts/fact.html", context)


@screen(access=access.can_edit_person, methods=("GET", "POST"), writes=True)
def end(request: HttpRequest, uuid: UUID, aspect: str) -> HttpResponse:
    """One fact no longer holds (``?row=``): a phone number, an address, a capacity."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    person = visible(request, uuid)
    kind = ASPECTS.get(aspect)
    card = selectors.person_card(actor, person.pk)
    row = _row(request, person, kind, card.hidden) if kind is not None and kind.endable else None
    if kind is None or row is None:
        raise Http404(aspect)
    form = forms.EndForm(request.POST if request.method == "POST" else None, initial={"last_day": clock.today()})
    back = reverse("contacts:person", args=[person.uuid])
    context = {"card": card, "back": back, "title": card.display_name, "text": kind.text(row, actor), "row": row, "form": form}
    if request.method == "POST":
        if form.is_valid():
            with errors_on(form):
                services.end_fact(actor=actor, row=row, on=form.cleaned_data["last_day"] + dt.timedelta(days=1), aspect=kind.key)
                return done(request, back, _("Ended. It stays readable with its days."))
        return invalid(request, "contacts/end.html", context)
    return page(request, "contacts/end.html", context)


def _row(request: HttpRequest, person: models.Person, kind: Aspect, hidden: bool) -> Row | None:
    asked = request.GET.get("row", "")
    if not asked.isdecimal() or (kind.address_like and hidden):
        return None
    return kind.model.objects.visible_to(request.actor).filter(pk=int(asked), person=person, live=1).first()  # type: ignore[attr-defined]


def _initial(row: Row | None, kind: Aspect) -> dict[str, Any]:
    if row is None:
        return {}
    values = {name: getattr(row, name) for name in kind.fields}
    if kind.key == "identifier" and row.kind in (IdentifierKind.BIS, IdentifierKind.SPECIMEN):
        values["kind"] = IdentifierKind.NISS
    return values | {"valid_from": row.valid_from, "source": row.source, "source_ref": row.source_ref}


@screen(access=access.can_edit_person, methods=("POST",), writes=True)
def protect(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Protect the person's addresses, or lift the protection."""
    person = visible(request, uuid)
    hidden = request.POST.get("hidden") == "1"
    services.hide_address(actor=request.actor, person=person, hidden=hidden)  # type: ignore[attr-defined]
    return done(request, "contacts:person", _("The address is protected.") if hidden else _("The protection is lifted."), person.uuid)


@screen(access=access.can_edit_person, methods=("GET", "POST"), creates=True)
def new(request: HttpRequest) -> HttpResponse:
    """A new person; whoever is like them is shown first, side by side, before anything is saved."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    form = forms.NewPersonForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"form": form, "matches": []}
    if request.method == "POST":
        if form.is_valid():
            data = form.cleaned_data
            matches = services.match_persons(
                actor=actor,
                family_name=data["family_name"],
                given_names=data["given_names"],
                birth_date=data["birth_date"],
                national_number=data["national_number"],
                sex=data["sex"],
            )
            context["matches"] = matches
            context["wanted"] = data
            if matches and not data["confirmed"]:
                context["ask"] = True
                return invalid(request, "contacts/new.html", context)
            with errors_on(form):
                person = services.create_person(
                    actor=actor,
                    family_name=data["family_name"],
                    given_names=data["given_names"],
                    birth_date=data["birth_date"],
                    sex=data["sex"],
                    language=data["language"],
                    national_number=data["national_number"],
                )
                return done(request, "contacts:person", _("The person is entered."), person.uuid)
        return invalid(request, "contacts/new.html", context)
    return page(request, "contacts/new.html", context)
