"""Persons in the search box: parts of names in any spelling, "muler 80", a national number, a phone number or e-mail, an IBAN."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.kernel import asof
from parvis.kernel.actor import Actor, system_actor
from parvis.kernel.asof import PastView
from parvis.kernel.registries import (
    Hit,
    MenuEntry,
    PaletteAction,
    PaperKeeper,
    PersonHolder,
    SearchSource,
    menu,
    palette,
    paper_keepers,
    person_holders,
    search_sources,
    subject_links,
    subject_scopes,
)
from parvis.kernel.statements import Statement, one_of
from parvis.kernel.subject import SubjectRef

from . import access, matching
from .book.selectors import organisation_cards
from .errors import InvalidPerson
from .models import BankAccount, ContactPoint, Organisation, Person, PersonIndex
from .selectors import hidden_person_ids, living_at, names_and_uuids, names_today, person_cards
from .services import search_book, search_numbers, search_persons
from .services.reaching import check_point

_UUIDS = Statement("contacts.found_uuids")


def find_persons(actor: Actor, query: str, limit: int) -> list[Hit]:
    """Only what the actor may see; a phone number of a person with a protected address finds nobody."""
    text = query.strip()
    if (view := asof.view()) is not None:
        return persons_then(actor, text, view, limit)
    found = _by_point(actor, text) or _by_iban(actor, text) or search_persons(actor=actor, query=text, limit=limit)
    if part := matching.part_of_number(text):
        told = {row.pk for row, _why in found}
        found = [*found, *(one for one in search_numbers(actor=actor, part=part) if one[0].pk not in told)]
    ids = sorted(row.pk for row, _why in found[:limit])
    persons = dict(
        _UUIDS.rows(
            actor, lambda at: Person.objects.visible_to(actor).filter(one_of("pk", at["ids"])).order_by().values_list("pk", "uuid"), ids=ids
        )
        if ids
        else ()
    )
    return [
        Hit(
            title=row.display_name,
            subtitle=row.birth_date.strftime("%d/%m/%Y") if row.birth_date else "",
            url=reverse("contacts:person", args=[persons[row.pk]]),
            why=why,
            icon="user",
        )
        for row, why in found[:limit]
        if row.pk in persons
    ]


def persons_then(actor: Actor, text: str, view: PastView, limit: int) -> list[Hit]:
    """On a past day: by any name, by the address or the phone number that held then, each under the name of that day."""
    named = search_persons(actor=actor, query=text, limit=limit)
    lived = living_at(text, view, limit) if len(named) < limit else []
    why = {row.pk: reason for row, reason in named} | {pk: str(_("address of that day")) for pk in lived}
    for pk in _reached_then(actor, text, view):
        why.setdefault(pk, str(_("phone or e-mail of that day")))
    ids = list(why)[:limit]
    cards = person_cards(actor, ids, view.day, view.known_on, brief=True)
    today = names_today(ids)
    hits = []
    for card in (cards[pk] for pk in ids if pk in cards):
        now = today.get(card.id, "")
        told = _("then named %(then)s, today %(now)s") % {"then": card.display_name, "now": now}
        hits.append(
            Hit(
                title=card.display_name,
                subtitle=card.birth_date.strftime("%d/%m/%Y") if card.birth_date else "",
                url=reverse("contacts:person", args=[card.uuid]),
                why=f"{why[card.id]} · {told}" if now and now != card.display_name else why[card.id],
                icon="user",
            )
        )
    return hits


def _reached_then(actor: Actor, text: str, view: PastView) -> set[int]:
    """Who had this phone number or e-mail that day; nobody whose address is protected today."""
    value = _point(text)
    if not value:
        return set()
    rows = ContactPoint.objects.visible_to(actor).filter(value=value).at(view.day, view.known_on)
    ids = set(rows.values_list("person_id", flat=True)[:50])
    return ids - hidden_person_ids(ids, view.day)


def _by_point(actor: Actor, text: str) -> list[tuple[PersonIndex, str]]:
    value = _point(text)
    if not value:
        return []
    ids = set(ContactPoint.objects.visible_to(actor).filter(value=value, live=1).values_list("person_id", flat=True)[:50])
    why = _("e-mail address") if "@" in text else _("phone number")
    return _rows(actor, ids - hidden_person_ids(ids), why)


def _point(text: str) -> str:
    """A phone number or e-mail as it is stored; empty when the text is neither."""
    digits = sum(char.isdecimal() for char in text)
    # Eleven figures are a national number, unless a plus says that they are not.
    if "@" not in text and not (digits >= 8 and (text[:1] == "+" or (text[:1] == "0" and digits != 11))):
        return ""
    try:
        return check_point("email" if "@" in text else "phone", text)
    except InvalidPerson:
        return ""


def _by_iban(actor: Actor, text: str) -> list[tuple[PersonIndex, str]]:
    bare = "".join(text.split()).upper()
    if len(bare) < 14 or not bare[:2].isalpha() or not access.sees_bank_accounts(actor):
        return []
    ids = set(BankAccount.objects.visible_to(actor).filter(iban=bare, live=1).values_list("person_id", flat=True)[:50])
    return _rows(actor, ids, _("account number"))


def _rows(actor: Actor, ids: set[int], why: str) -> list[tuple[PersonIndex, str]]:
    return [
        (row, why) for row in PersonIndex.objects.visible_to(actor).filter(pk__in=ids, person__merged_into=None).order_by("sort_key", "pk")
    ]


search_sources.register(
    "persons",
    SearchSource(key="persons", title=gettext_lazy("Persons"), order=20, search=find_persons, access=access.can_read_persons, past=True),
)


def find_organisations(actor: Actor, query: str, limit: int) -> list[Hit]:
    """Entries of the address book that are organisations; a person with a capacity is found among the persons, once."""
    return [
        Hit(
            title=line.display_name,
            subtitle=", ".join(part for part in (*line.kinds, line.municipality) if part),
            url=reverse("contacts:organisation", args=[line.uuid]),
            why=why,
            icon="building",
        )
        for line, why in search_book(actor=actor, query=query.strip(), limit=limit)
    ]


search_sources.register(
    "organisations",
    SearchSource(
        key="organisations", title=gettext_lazy("Organisations"), order=25, search=find_organisations, access=access.can_read_persons
    ),
)
menu.register(
    "contacts",
    MenuEntry(
        key="contacts",
        label=gettext_lazy("Address book"),
        icon="book",
        url_name="contacts:book",
        access=access.can_read_persons,
        order=25,
        prefix="/contacts/",
    ),
)
palette.register(
    "contacts.organisation",
    PaletteAction(
        key="contacts.organisation",
        label=gettext_lazy("Enter a new organisation"),
        url_name="contacts:organisation_new",
        access=access.can_edit_organisations,
        order=62,
        icon="building",
    ),
)
palette.register(
    "contacts.new",
    PaletteAction(
        key="contacts.new",
        label=gettext_lazy("Enter a new person"),
        url_name="contacts:new",
        access=access.can_edit_person,
        order=60,
        icon="userplus",
    ),
)
palette.register(
    "contacts.card",
    PaletteAction(
        key="contacts.card",
        label=gettext_lazy("Read an identity card"),
        url_name="contacts:new_card",
        access=access.can_edit_person,
        order=61,
        icon="id",
    ),
)


def _person_links(actor: Actor, subjects: list[SubjectRef]) -> dict[SubjectRef, tuple[str, str]]:
    """Persons whom the reader may see; of the others not even the name."""
    if not access.can_read_persons(actor):
        return {}
    seen = Person.objects.visible_to(actor).filter(pk__in=[one.id for one in subjects])
    return {SubjectRef("person", number): (name, reverse("contacts:person", args=[uuid])) for number, name, uuid in names_and_uuids(seen)}


# An agent who is also on file stays known as that person when two files become one.
person_holders.register(
    "identity.OwnPerson.person_id", PersonHolder("identity.OwnPerson", "person_id", gettext_lazy("Agents on file here"))
)


def _organisation_links(actor: Actor, subjects: list[SubjectRef]) -> dict[SubjectRef, tuple[str, str]]:
    if not access.can_read_persons(actor):
        return {}
    cards = organisation_cards(actor, [one.id for one in subjects])
    return {SubjectRef("organisation", pk): (card.name, reverse("contacts:organisation", args=[card.uuid])) for pk, card in cards.items()}


_READER = system_actor("contacts.papers")


def _all(model: type[Organisation] | type[Person]) -> Any:
    return model.objects.visible_to(_READER).order_by().values("pk")


subject_links.register("organisation", _organisation_links)
paper_keepers.register("organisation", PaperKeeper(lambda: _all(Organisation), lambda: _all(Organisation)))
paper_keepers.register("person", PaperKeeper(lambda: _all(Person)))  # a person is no file: nobody looks after what hangs there alone
subject_scopes.register("organisation", lambda actor: Organisation.objects.visible_to(actor).order_by().values("pk"))
subject_links.register("person", _person_links)
subject_scopes.register("person", lambda actor: Person.objects.visible_to(actor).order_by().values("pk"))
