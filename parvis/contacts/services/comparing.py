"""Two files side by side before they become one: what each says, what leads to each. Read as the one who decides may see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.registries import person_aspects, person_holders
from parvis.ui import formats

from .. import access, selectors
from ..book import selectors as book
from ..enums import ContactLanguage
from ..models import Merge, Organisation, Person, PersonResidence, Relation


@dataclass(frozen=True)
class Compared:
    """One line: what the left and the right file say. ``choice`` names the aspect when the agent may choose."""

    title: str
    left: str
    right: str
    choice: str = ""

    @property
    def same(self) -> bool:
        return self.left == self.right

    @property
    def choosable(self) -> bool:
        return bool(self.choice and self.left and self.right and not self.same)


@dataclass(frozen=True)
class Comparison:
    """``links``: (title, left, right) of what moves; ``evidence``: of what keeps the number it was made with."""

    left: Any
    right: Any
    lines: list[Compared]
    links: list[tuple[str, int, int]]
    evidence: list[tuple[str, int, int]]


def compare_persons(actor: Actor, left: Person, right: Person) -> Comparison:
    """Both persons as the actor sees them today. A protected address is not compared, on either side."""
    cards = selectors.person_cards(actor, [left.pk, right.pk])
    one, two = cards[left.pk], cards[right.pk]
    hidden = pgettext("address", "protected")
    secret = one.hidden or two.hidden

    def reach(card: selectors.PersonCard, text: str) -> str:
        return hidden if secret else text

    lines = [
        Compared(_("Name"), one.display_name, two.display_name, "name"),
        Compared(_("Birth, sex, nationality"), _birth(one), _birth(two), "birth"),
        Compared(_("National number"), one.number, two.number),
        Compared(_("Address"), reach(one, one.address), reach(two, two.address), "" if secret else "address"),
        Compared(_("Phone"), reach(one, one.phone), reach(two, two.phone)),
        Compared(_("E-mail address"), reach(one, one.email), reach(two, two.email)),
        Compared(_("Language of our letters"), _language(one), _language(two), "language"),
    ]
    if access.sees_residence(actor):
        lines.append(Compared(_("Residence status"), _residence(actor, left), _residence(actor, right), "residence"))
    if access.sees_bank_accounts(actor):
        lines.append(Compared(_("Bank accounts"), _accounts(left), _accounts(right)))
    links: list[tuple[str, int, int]] = []
    evidence: list[tuple[str, int, int]] = []
    if access.sees_relations(actor):
        links.append((_("Relations"), len(_relations(actor, left)), len(_relations(actor, right))))
    for aspect in person_aspects.all():
        rows = apps.get_model(aspect.model)._base_manager
        of_left, of_right = [rows.filter(person=person.pk, live=1)[:1000].count() for person in (left, right)]
        if of_left or of_right:
            links.append((str(aspect.title), of_left, of_right))
    for holder in person_holders.all():
        rows = apps.get_model(holder.model)._base_manager.filter(**holder.among)
        every = [rows.filter(**{holder.field: person.pk}) for person in (left, right)]
        moving = [0, 0] if holder.evidence else [mine.filter(**holder.where)[:1000].count() for mine in every]
        # Rows that ``where`` leaves out keep the number that they were made with, like evidence.
        staying = (
            [mine[:1000].count() - moves for mine, moves in zip(every, moving, strict=True)] if holder.evidence or holder.where else [0, 0]
        )
        for found, (of_left, of_right) in ((links, moving), (evidence, staying)):
            if of_left or of_right:
                found.append((str(holder.title), of_left, of_right))
    return Comparison(one, two, lines, links, evidence)


def compare_organisations(actor: Actor, left: Organisation, right: Organisation) -> Comparison:
    """Both entries as they stand today."""
    cards = book.organisation_cards(actor, [left.pk, right.pk])
    one, two = cards[left.pk], cards[right.pk]
    lines = [
        Compared(_("Name"), f"{one.name} {one.legal_form}".strip(), f"{two.name} {two.legal_form}".strip(), "name"),
        Compared(_("Kind of contact"), ", ".join(one.kinds), ", ".join(two.kinds)),
        Compared(_("Enterprise number"), one.enterprise_number, two.enterprise_number),
        Compared(_("Address"), one.address, two.address, "address"),
        Compared(_("Phone"), one.phone, two.phone),
        Compared(_("E-mail address"), one.email, two.email),
        Compared(_("Website"), one.website, two.website, "profile"),
    ]
    counts = []
    for organisation in (left, right):
        shown, rest = book.roles_in(actor, organisation.pk)
        counts.append(len({view.row.person_id for view in shown}) + rest)
    return Comparison(one, two, lines, [(_("Persons linked to it"), counts[0], counts[1])], [])


def merges_of(actor: Actor, party: str, anchor_id: int) -> list[Merge]:
    """Merges into this anchor that may still be undone, latest first."""
    return list(Merge.objects.visible_to(actor).filter(party=party, kept_id=anchor_id, live=1)[:20])


def _birth(card: selectors.PersonCard) -> str:
    return ", ".join(
        part for part in (formats.day(card.birth_date) if card.birth_date else "", card.birth_place, card.sex, card.nationality) if part
    )


def _residence(actor: Actor, person: Person) -> str:
    row = PersonResidence.objects.visible_to(actor).filter(person=person).at(clock.today()).first()
    if row is None:
        return ""
    return str(row.get_title_display()) + (f" ({formats.day(row.expires_on)})" if row.expires_on else "")


def _language(card: selectors.PersonCard) -> str:
    return str(ContactLanguage(card.language).label)


def _accounts(person: Person) -> str:
    return ", ".join(row.masked for row in selectors.bank_accounts(person.pk))


def _relations(actor: Actor, person: Person) -> list[Relation]:
    return selectors.relations_of(actor, person.pk)  # type: ignore[return-value]
