"""Units and agents of the demonstration: the CPAS of Valmont. Nobody here exists."""

from __future__ import annotations

import datetime as dt

from parvis.kernel.actor import Actor

from .enums import Function
from .models import Account, Unit
from .services.accounts import create_account
from .services.functions import grant_function
from .services.units import create_unit

SINCE = dt.date(2006, 3, 1)

# code, parent, names
UNITS: tuple[tuple[str, str | None, dict[str, str]], ...] = (
    (
        "SSG",
        None,
        {"fr": "Service social général", "nl": "Algemene sociale dienst", "de": "Allgemeiner Sozialdienst", "en": "General social service"},
    ),
    ("SSG-NORD", "SSG", {"fr": "Équipe Nord", "nl": "Team Noord", "de": "Team Nord", "en": "North team"}),
    ("SSG-SUD", "SSG", {"fr": "Équipe Sud", "nl": "Team Zuid", "de": "Team Süd", "en": "South team"}),
    (
        "INS",
        None,
        {
            "fr": "Insertion socioprofessionnelle",
            "nl": "Socioprofessionele inschakeling",
            "de": "Berufliche Eingliederung",
            "en": "Social and work integration",
        },
    ),
    ("MED", None, {"fr": "Médiation de dettes", "nl": "Schuldbemiddeling", "de": "Schuldnerberatung", "en": "Debt mediation"}),
)

C, SW, CH, LA = Function.CLERK, Function.SOCIAL_WORKER, Function.CHIEF, Function.LAWYER
RC, NU = Function.REGISTER_CELL, Function.NURSE
CM, CS, PR = Function.COMMITTEE_MEMBER, Function.COMMITTEE_SECRETARY, Function.PRESIDENT
PA, RE, AC, AU, AD = Function.PAYER, Function.RELEASER, Function.ACCOUNTANT, Function.AUDITOR, Function.ADMINISTRATOR

# name before the @, display name, language, functions with their unit (None: the whole centre)
AGENTS: tuple[tuple[str, str, str, tuple[tuple[Function, str | None], ...]], ...] = (
    ("sabine.collin", "Sabine Collin", "fr", ((C, None),)),
    ("amelie.lambrecht", "Amélie Lambrecht", "fr", ((SW, "SSG-NORD"),)),
    ("luc.hardy", "Luc Hardy", "fr", ((SW, "SSG-SUD"),)),
    ("katrin.schmitz", "Katrin Schmitz", "de", ((SW, "SSG"),)),
    ("joris.peeters", "Joris Peeters", "nl", ((SW, "INS"),)),
    ("nadia.elamrani", "Nadia El Amrani", "fr", ((SW, "MED"),)),
    ("benoit.delvaux", "Benoît Delvaux", "fr", ((CH, "SSG"),)),
    ("francoise.michaux", "Françoise Michaux", "fr", ((CH, "INS"), (CH, "MED"))),
    ("chloe.mertens", "Chloé Mertens", "fr", ((NU, "SSG"),)),
    ("olivier.renard", "Olivier Renard", "fr", ((LA, None),)),
    ("isabelle.thonon", "Isabelle Thonon", "fr", ((CS, None),)),
    ("claire.warnant", "Claire Warnant", "fr", ((PR, None), (CM, None))),
    ("michel.dubuisson", "Michel Dubuisson", "fr", ((CM, None),)),
    ("rosa.ferreira", "Rosa Ferreira", "fr", ((CM, None),)),
    ("willem.claes", "Willem Claes", "nl", ((CM, None),)),
    ("pascal.gillet", "Pascal Gillet", "fr", ((PA, None),)),
    ("veronique.simon", "Véronique Simon", "fr", ((RE, None),)),
    ("thierry.maes", "Thierry Maes", "fr", ((AC, None),)),
    ("ines.marchal", "Inès Marchal", "fr", ((RC, None),)),
    ("anne.bastin", "Anne Bastin", "fr", ((AU, None),)),
    ("david.kaiser", "David Kaiser", "fr", ((AD, None),)),
    ("marie.lejeune", "Marie Lejeune", "fr", ((AD, None),)),
    ("samira.haddad", "Samira Haddad", "fr", ((SW, "SSG"),)),
    ("sophie.dewez", "Sophie Dewez", "fr", ((SW, "SSG-NORD"),)),
)
DOMAIN = "valmont.example"


def username(name: str) -> str:
    """Sign-in name of a demo agent: ``username("amelie.lambrecht")``."""
    return f"{name}@{DOMAIN}"


def load(*, actor: Actor) -> None:
    """Make the units and agents that are not there yet. They have no password: the role bar opens them."""
    units = {unit.code: unit for unit in Unit.objects.all()}
    for code, parent, names in UNITS:
        if code not in units:
            units[code] = create_unit(actor=actor, code=code, name=names, parent=units[parent] if parent else None)
    known = set(Account.objects.values_list("username", flat=True))
    for name, display_name, language, held in AGENTS:
        if username(name) in known:
            continue
        account = create_account(actor=actor, username=username(name), display_name=display_name, language=language, is_demo=True)
        for function, unit in held:
            grant_function(actor=actor, account=account, function=function, unit=units[unit] if unit else None, valid_from=SINCE)
