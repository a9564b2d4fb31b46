"""Mailings in the menu, in the palette, and over the lists that they start from."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from parvis.kernel import registries
from parvis.kernel.actor import system_actor
from parvis.kernel.registries import MenuEntry, PaletteAction, PersonHolder
from parvis.ui.bulk import Action

from .access import may_write_to_dossiers, may_write_to_many
from .content import fields_for
from .enums import Source

registries.menu.register(
    "mailings",
    MenuEntry(
        key="mailings", label=_("Mailings"), icon="mail", url_name="mailings:index", access=may_write_to_many, order=26, prefix="/mailings/"
    ),
)
registries.palette.register(
    "mailings.index", PaletteAction("mailings.index", _("Letters and e-mails to many"), "mailings:index", may_write_to_many, 40, "mail")
)
registries.list_actions.register(
    "mailings.dossiers",
    ("dossiers", Action("mailing", _("Write to these…"), "mailings:from_dossiers", access=may_write_to_dossiers, icon="mail")),
)
registries.list_actions.register(
    "mailings.contacts", ("book", Action("mailing", _("Write to these…"), "mailings:from_contacts", access=may_write_to_many, icon="mail"))
)
registries.person_holders.register("mailings.Recipient.person", PersonHolder("mailings.Recipient", "person", _("Letters of mailings")))


def _letter_fields(_key: str, mailing: bool) -> dict[str, str]:
    """What a template made for mailings may name."""
    return fields_for(system_actor("mailings.letters"), Source.DOSSIERS) if mailing else {}


registries.letter_fields.register("mailings", _letter_fields)
