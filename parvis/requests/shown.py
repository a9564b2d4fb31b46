"""What the answers of a request show of a person. They never change; what may be read of them follows the person's card of today."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from django.utils.translation import gettext as _

from parvis.contacts import api as contacts
from parvis.form_engine import api as forms
from parvis.kernel.actor import Actor
from parvis.kernel.identifiers import mask_iban, mask_niss

#: Types of questions whose answer says where a person is, or how to reach them.
WHERE = frozenset({"address", "phone", "email"})


def keeps_back(actor: Actor, applicant_id: int | None) -> Callable[[str, object], str | None]:
    """By type and value of an answer, what stands in its place for this reader; None: the answer itself. A protected person's address, phone
    and e-mail are shown to nobody; numbers are masked where the card masks them."""
    hidden = applicant_id is not None and bool(contacts.hidden_person_ids([applicant_id]))
    full, accounts = contacts.sees_full_number(actor), contacts.sees_bank_accounts(actor)

    def instead(kind: str, value: object) -> str | None:
        if hidden and kind in WHERE:
            return _("protected")
        if kind == "niss" and not full:
            return mask_niss(str(value))
        return mask_iban(str(value)) if kind == "iban" and not accounts else None

    return instead


def sections(actor: Actor, applicant_id: int | None, found: Iterable[forms.Section]) -> list[forms.Section]:
    """A summary of answers, as far as this reader may read it."""
    instead = keeps_back(actor, applicant_id)

    def line(one: forms.Line) -> forms.Line:
        children = tuple(line(child) for child in one.children)
        if children != one.children:
            return replace(one, text="", children=children)  # the digest of a row may say what its lines keep back
        told = instead(one.type, one.value) if one.text else None
        return one if told is None else replace(one, text=told, value=None)

    return [replace(section, lines=tuple(line(one) for one in section.lines)) for section in found]
