"""A file of another house, as its paper shows it: 824415 DEM, ARMENGAUD François, Muraz (Collombey). Nothing of it is programmed: lists,
sections and fields are the organisation's own, made by the same gestures as an administrator's.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from parvis.contacts import api as contacts
from parvis.dossiers.models import Dossier, DossierKind, DossierProfile
from parvis.dossiers.services import custom, open_dossier
from parvis.identity.api import Account, Unit
from parvis.kernel.actor import Actor

NUMBER = "824415 DEM"
SINCE, UNTIL = dt.date(2013, 1, 1), dt.date(2019, 1, 1)  # the last day is 31/12/2018

Texts = tuple[str, str, str, str]
Field = tuple[str, Texts, str, str, str, Any, bool]


def _t(texts: Texts) -> dict[str, str]:
    return dict(zip(("fr", "nl", "de", "en"), texts, strict=True))


LISTS: dict[str, tuple[Texts, list[tuple[str, Texts]]]] = {
    "handicap": (
        ("Handicaps", "Handicaps", "Behinderungen", "Disabilities"),
        [
            ("MENTAL", ("Handicap mental", "Mentale handicap", "Geistige Behinderung", "Mental disability")),
            ("PHYS", ("Handicap physique", "Fysieke handicap", "Körperliche Behinderung", "Physical disability")),
        ],
    ),
    "degree": (
        ("Degrés d’impotence", "Graden van hulpbehoefte", "Grade der Hilflosigkeit", "Degrees of helplessness"),
        [
            ("1", ("faible", "licht", "leicht", "slight")),
            ("2", ("moyen", "matig", "mittel", "medium")),
            ("3", ("grave", "zwaar", "schwer", "severe")),
        ],
    ),
    "occupation": (
        ("Occupations", "Bezettingen", "Belegungen", "Occupations"),
        [
            ("1", ("1 Toute la semaine", "1 Hele week", "1 Ganze Woche", "1 Whole week")),
            ("2", ("2 Selon planning type", "2 Volgens typeplanning", "2 Nach Musterplan", "2 By standard planning")),
        ],
    ),
    "days": (
        ("Jours de la semaine", "Dagen van de week", "Wochentage", "Days of the week"),
        [
            ("1", ("Lundi", "Maandag", "Montag", "Monday")),
            ("2", ("Mardi", "Dinsdag", "Dienstag", "Tuesday")),
            ("3", ("Mercredi", "Woensdag", "Mittwoch", "Wednesday")),
            ("4", ("Jeudi", "Donderdag", "Donnerstag", "Thursday")),
            ("5", ("Vendredi", "Vrijdag", "Freitag", "Friday")),
            ("6", ("Samedi", "Zaterdag", "Samstag", "Saturday")),
        ],
    ),
}
WEEK = ["1", "2", "3", "4", "5"]

# group, dated, repeats, title, fields (name of the answer, label, type, class of data, list, answer, shown in the tree), last day
SECTIONS: list[tuple[str, bool, bool, Texts, list[Field], dt.date | None]] = [
    (
        "identity", False, False, ("Identité", "Identiteit", "Identität", "Identity"),
        [("place", ("Lieu", "Plaats", "Ort", "Place"), "text", "identity", "", "Muraz (Collombey)", False)], None,
    ),
    (
        "referents", False, False, ("Débiteur", "Debiteur", "Debitor", "Debtor"),
        [("debtor", ("N° de débiteur", "Debiteurnummer", "Debitorennummer", "Debtor number"), "text", "identity", "", "P0002", True)], None,
    ),
    (
        "referents", True, False, ("Référents internes", "Interne dossierbeheerders", "Interne Betreuer", "Internal referents"),
        [("internal", ("Service", "Dienst", "Dienst", "Service"), "text", "identity", "", "DEM", False)], None,
    ),
    (
        "health", False, False, ("Handicap", "Handicap", "Behinderung", "Disability"),
        [("handicap", ("Nature du handicap", "Aard van de handicap", "Art der Behinderung", "Kind of disability"), "choice", "health", "handicap", "MENTAL", True)], None,
    ),
    (
        "health", False, False, ("Prestations AI et autres", "IV- en andere uitkeringen", "IV- und andere Leistungen", "AI benefits and others"),
        [("benefits", ("Prestations", "Uitkeringen", "Leistungen", "Benefits"), "text", "health", "", None, False)], None,
    ),
    (
        "health", True, False, ("Alloc. pour impotent", "Hulpbehoevendentoelage", "Hilflosenentschädigung", "Helplessness allowance"),
        [("degree", ("Degré d’impotence", "Graad van hulpbehoefte", "Grad der Hilflosigkeit", "Degree of helplessness"), "choice", "health", "degree", "2", False)], None,
    ),
    (
        "administration", False, False, ("Ouverture compta pers.", "Opening persoonlijke boekhouding", "Eröffnung persönliche Buchhaltung", "Opening of the personal account"),
        [("opened", ("Ouverte", "Geopend", "Eröffnet", "Opened"), "yes_no", "money", "", None, False)], None,
    ),
    (
        "administration", True, True, ("Placement", "Plaatsing", "Unterbringung", "Placement"),
        [("home", ("Lieu de placement", "Plaats van verblijf", "Ort der Unterbringung", "Place of stay"), "text", "social", "", "Home avec occupation DEM", True)], None,
    ),
    (
        "structures", True, True, ("Atelier", "Atelier", "Werkstatt", "Workshop"),
        [
            ("workplace_code", ("Place atelier", "Atelierplaats", "Werkstattplatz", "Workshop place"), "text", "social", "", "DEM-ATB-001", True),
            ("workplace", ("Nom de la place", "Naam van de plaats", "Name des Platzes", "Name of the place"), "text", "social", "", "DEM-ATB place 001", False),
            ("occupation", ("Occupation", "Bezetting", "Belegung", "Occupation"), "choice", "social", "occupation", "2", False),
            ("remark", ("Remarque", "Opmerking", "Bemerkung", "Remark"), "longtext", "social", "", None, False),
            ("planning", ("Planning", "Planning", "Planung", "Planning"), "text", "social", "", "A.STAND-100 Atelier standard 100%", False),
            ("days", ("Jours intégrés", "Opgenomen dagen", "Einbezogene Tage", "Days taken in"), "choices", "social", "days", WEEK, False),
        ], UNTIL,
    ),
    (
        "structures", True, True, ("LT", "LT", "LT", "LT"),
        [("lt", ("Place", "Plaats", "Platz", "Place"), "text", "social", "", "DEM-APLAC-002", True)], None,
    ),
]  # fmt: skip


def define(actor: Actor) -> DossierKind:
    """The kind of file "DEM" with its lists, sections and fields; by the administrator."""
    kind = DossierKind.objects.filter(key="dem").first()
    if kind is not None:
        return kind
    kind = custom.create_kind(actor=actor, label=_t(("Résident DEM", "Bewoner DEM", "Bewohner DEM", "Resident DEM")), key="dem")
    for key, (label, codes) in LISTS.items():
        row = custom.create_code_list(actor=actor, label=_t(label), key=key)
        for value, name in codes:
            custom.add_code(actor=actor, code_list=row, value=value, label=_t(name), valid_from=dt.date(2010, 1, 1))
    for group, dated, repeats, title, fields, _until in SECTIONS:
        version = custom.add_section(actor=actor, kind=kind, title=_t(title), group=group, dated=dated, repeats=repeats)
        key = version.definition["sections"][-1]["key"]
        for _name, label, type_, data_class, code_list, _answer, summary in fields:
            custom.add_field(
                actor=actor,
                kind=kind,
                section=key,
                label=_t(label),
                type=type_,
                data_class=data_class,
                code_list=code_list,
                summary=summary,
            )
    return kind


def load(*, administrator: Actor, worker: Actor, unit: Unit, referent: Account | None = None) -> Dossier:
    """The file with its head and its data; found again when it is there."""
    found = DossierProfile.unscoped.filter(external_number=NUMBER).select_related("dossier").first()
    if found is not None:
        return found.dossier
    kind = define(administrator)
    person = contacts.create_person(actor=worker, family_name="ARMENGAUD", given_names="François")
    dossier = open_dossier(actor=worker, person=person, unit=unit, referent=referent)
    custom.set_profile(actor=worker, dossier=dossier, kind=kind, external_number=NUMBER, description="Muraz (Collombey)")
    sections = kind.versions.order_by("-number")[0].definition["sections"]
    for (_group, dated, _repeats, _title, fields, until), raw in zip(SECTIONS, sections, strict=True):
        answers = {
            one["key"]: answer
            for one, (_n, _l, _t2, _c, _list, answer, _s) in zip(raw["fields"], fields, strict=True)
            if answer is not None
        }
        if answers:
            custom.write_custom(
                actor=worker,
                dossier=dossier,
                section=raw["key"],
                answers=answers,
                valid_from=SINCE if dated else None,
                valid_to=until,
                source="import",
            )
    return dossier
