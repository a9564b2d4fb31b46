"""The address book of the demonstration, and a family over three generations. Nobody here exists."""

from __future__ import annotations

from datetime import date
from typing import Any

from parvis.kernel.actor import Actor
from parvis.kernel.gestures import gesture

from .enums import OrgNumberKind
from .models import Organisation, Person
from .services import (
    add_office_point,
    add_point,
    create_household,
    create_organisation,
    create_person,
    end_relation,
    join_household,
    match_persons,
    relate,
    set_address,
    set_capacity,
    set_number,
    set_office,
    set_role,
)

SINCE = date(2020, 1, 1)

# name, legal form, kinds, language, enterprise number, (street, number, postal code, town), phone, e-mail
ORGANISATIONS: tuple[tuple[Any, ...], ...] = (
    ("Meyer, Dr. med.", "", ["doctor"], "fr", "", ("Rue de la Gare", "14", "4999", "Valmont"), "087 55 01 14", "dr.meyer@medecin.example"),
    ("Maison médicale des Tilleuls", "ASBL", ["doctor", "care"], "fr", "0438.203.061", ("Place des Tilleuls", "3", "4999", "Valmont"),
     "087 55 02 30", "accueil@mm-tilleuls.example"),
    ("Immo du Parc", "SRL", ["landlord"], "fr", "0471.938.850", ("Avenue du Parc", "21", "4999", "Valmont"), "087 55 03 21",
     "location@immoduparc.example"),
    ("Logement public de Valmont", "SC", ["landlord", "authority"], "fr", "0402.519.336", ("Rue Neuve", "2", "4999", "Valmont"),
     "087 55 04 00", "locataires@logement-valmont.example"),
    ("Woonhaven Oost", "BV", ["landlord"], "nl", "", ("Kerkstraat", "8", "3790", "Voeren"), "04 255 05 08", "info@woonhaven.example"),
    ("Bodson et associés", "SRL", ["curator", "lawyer"], "fr", "0550.412.977", ("Rue du Palais", "40", "4800", "Verviers"), "087 55 06 40",
     "administration@bodson.example"),
    ("Mutualité Solidaire de l’Est", "", ["insurer"], "fr", "0411.702.543", ("Rue du Pont", "9", "4800", "Verviers"), "087 55 07 09",
     "service.social@mutsolidaire.example"),
    ("Krankenkasse Ostland", "", ["insurer"], "de", "", ("Hauptstraße", "55", "4700", "Eupen"), "087 55 08 55", "info@kk-ostland.example"),
    ("Athénée de Valmont", "", ["school"], "fr", "", ("Rue de l’École", "1", "4999", "Valmont"), "087 55 09 01", "direction@athenee.example"),
    ("Brasserie des Deux Ponts", "SA", ["employer"], "fr", "0433.690.182", ("Quai des Ponts", "12", "4999", "Valmont"), "087 55 10 12",
     "rh@deuxponts.example"),
    ("Énergie de Meuse", "SA", ["utility"], "fr", "", ("Boulevard de l’Eau", "100", "4000", "Liège"), "04 255 11 00", "clients@energie.example"),
    ("Étude Lenoir", "", ["bailiff"], "fr", "", ("Rue Large", "7", "4800", "Verviers"), "087 55 12 07", "etude@lenoir.example"),
    ("Pharmacie du Centre", "SRL", ["pharmacy"], "fr", "", ("Grand-Place", "5", "4999", "Valmont"), "087 55 13 05", ""),
    ("Mission locale Vesdre", "ASBL", ["job_office", "association"], "fr", "", ("Rue des Fabriques", "18", "4800", "Verviers"),
     "087 55 14 18", "emploi@mlvesdre.example"),
)  # fmt: skip

# key, family name, given name, birth, sex
FAMILY = (
    ("elsa", "Wagner", "Elsa", date(1946, 4, 4), "F"),
    ("josef", "Wagner", "Josef", date(1943, 9, 12), "M"),
    ("karin", "Wagner", "Karin", date(1968, 5, 5), "F"),
    ("luc", "Delhez", "Luc", date(1966, 2, 20), "M"),
    ("lea", "Delhez", "Léa", date(1992, 6, 6), "F"),
    ("simon", "Delhez", "Simon", date(1995, 11, 30), "M"),
    ("tom", "Moreau", "Tom", date(1989, 7, 7), "M"),
    ("nils", "Moreau", "Nils", date(2015, 9, 9), "M"),
    ("zoe", "Delhez", "Zoé", date(2022, 3, 14), "F"),
    ("rita", "Legrand", "Rita", date(1972, 10, 10), "F"),
    ("paul", "Bodson", "Paul", date(1971, 8, 8), "M"),
)
# who, is what, of whom, from, until
RELATIONS: tuple[tuple[str, str, str, date, date | None], ...] = (
    ("josef", "spouse", "elsa", date(1966, 7, 2), None),
    ("elsa", "parent", "karin", date(1968, 5, 5), None),
    ("josef", "parent", "karin", date(1968, 5, 5), None),
    ("luc", "spouse", "karin", date(1991, 5, 18), date(2012, 3, 1)),
    ("luc", "ex_spouse", "karin", date(2012, 3, 1), None),
    ("luc", "landlord", "rita", date(2021, 1, 1), None),
    ("karin", "parent", "lea", date(1992, 6, 6), None),
    ("luc", "parent", "lea", date(1992, 6, 6), None),
    ("karin", "parent", "simon", date(1995, 11, 30), None),
    ("luc", "parent", "simon", date(1995, 11, 30), None),
    ("tom", "cohabitant", "lea", date(2013, 4, 1), date(2020, 7, 1)),
    ("tom", "ex_partner", "lea", date(2020, 7, 1), None),
    ("lea", "parent", "nils", date(2015, 9, 9), None),
    ("tom", "parent", "nils", date(2015, 9, 9), None),
    ("tom", "debtor", "lea", date(2021, 2, 1), None),
    ("lea", "parent", "zoe", date(2022, 3, 14), None),
    ("rita", "foster", "nils", date(2023, 9, 1), None),
    ("paul", "curator", "lea", date(2024, 2, 1), None),
)


@gesture
def load(*, actor: Actor) -> None:
    """Organisations, who works there, and the family Wagner. Safe to repeat: it does nothing when the address book has entries."""
    if Organisation.unscoped.exists():
        return
    places = {row[0]: _organisation(actor, row) for row in ORGANISATIONS}
    people = {key: _person(actor, family, given, born, sex) for key, family, given, born, sex in FAMILY}
    _homes(actor, people)
    for who, kind, whom, since, until in RELATIONS:
        row = relate(actor=actor, person=_fresh(people[who]), other=_fresh(people[whom]), kind=kind, valid_from=since, source="declared")
        if until is not None:
            row.person.refresh_from_db()
            end_relation(actor=actor, row=row, on=until)
    for who, where, role, title, since in (
        ("paul", "Bodson et associés", "director", "avocat, administrateur", SINCE),
        ("paul", "Mission locale Vesdre", "trustee", "trésorier", date(2022, 6, 1)),
        ("paul", "Bodson et associés", "signatory", "", date(2023, 1, 1)),
        ("lea", "Immo du Parc", "tenant", "", date(2020, 8, 1)),
        ("lea", "Mutualité Solidaire de l’Est", "insured", "", date(2014, 1, 1)),
        ("lea", "Meyer, Dr. med.", "patient", "", date(2019, 3, 1)),
        ("lea", "Bodson et associés", "protected", "", date(2024, 2, 1)),
        ("simon", "Brasserie des Deux Ponts", "employee", "cuisinier", date(2021, 10, 1)),
        ("nils", "Athénée de Valmont", "pupil", "", date(2023, 9, 1)),
    ):
        set_role(actor=actor, person=_fresh(people[who]), organisation=places[where], role=role, title=title, valid_from=since)
    set_capacity(actor=actor, person=_fresh(people["luc"]), kind="landlord", valid_from=date(2018, 1, 1))
    # The practice moved: letters of before keep the address of before.
    set_office(
        actor=actor,
        organisation=_fresh(places["Meyer, Dr. med."]),
        street="Rue Haute",
        number="31",
        postal_code="4999",
        municipality="Valmont",
        valid_from=date(2025, 9, 1),
        source="document",
        source_ref="carte de visite",
    )


def _organisation(actor: Actor, row: tuple[Any, ...]) -> Organisation:
    name, form, kinds, language, number, (street, house, code, town), phone, email = row
    organisation = create_organisation(actor=actor, name=name, legal_form=form, kinds=kinds, language=language, valid_from=SINCE)
    if number:
        set_number(actor=actor, organisation=organisation, kind=OrgNumberKind.ENTERPRISE, value=_checked(number), valid_from=SINCE)
    place = {"street": street, "number": house, "postal_code": code, "municipality": town}
    set_office(actor=actor, organisation=organisation, valid_from=SINCE, **place)
    add_office_point(actor=actor, organisation=organisation, kind="phone", value=phone, valid_from=SINCE)
    if email:
        add_office_point(actor=actor, organisation=organisation, kind="email", value=email, valid_from=SINCE)
    return organisation


def _checked(number: str) -> str:
    """The number with its right check digits: invented, but valid."""
    base = "".join(char for char in number if char.isdecimal())[:8]
    return f"{base}{97 - int(base) % 97:02}"


def _person(actor: Actor, family: str, given: str, born: date, sex: str) -> Person:
    known = next(
        (one for one in match_persons(actor=actor, family_name=family, given_names=given, birth_date=born) if one.score >= 95), None
    )
    if known is not None:
        return known.person
    return create_person(actor=actor, family_name=family, given_names=given, birth_date=born, sex=sex, nationality="belge", language="fr")


def _homes(actor: Actor, people: dict[str, Person]) -> None:
    for key, street, number, since in (
        ("elsa", "Rue des Combattants", "6", date(1990, 1, 1)),
        ("lea", "Avenue du Parc", "88", date(2020, 8, 1)),
        ("luc", "Chemin du Moulin", "2", date(2012, 3, 1)),
        ("rita", "Rue des Jardins", "15", date(2010, 1, 1)),
    ):
        set_address(
            actor=actor,
            person=_fresh(people[key]),
            street=street,
            number=number,
            postal_code="4999",
            municipality="Valmont",
            valid_from=since,
            source="register",
        )
    add_point(actor=actor, person=_fresh(people["luc"]), kind="phone", value="0475 55 16 02", valid_from=date(2018, 1, 1))
    for head, others in (("elsa", (("josef", "partner"),)), ("lea", (("zoe", "child"),)), ("rita", (("nils", "child"),))):
        since = date(2023, 9, 1)
        home = create_household(actor=actor, head=_fresh(people[head]), valid_from=since)
        for key, role in others:
            join_household(actor=actor, household=home, person=_fresh(people[key]), role=role, valid_from=since)


def _fresh(anchor: Any) -> Any:
    anchor.refresh_from_db()
    return anchor
