"""What a column can be, and how it is recognised by its name in four languages and in the words of old systems."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parvis.kernel.textmatch import sort_key


@dataclass(frozen=True)
class Target:
    """A value that a line can give. ``names`` are folded: no accent, no capital, no sign."""

    key: str
    group: str
    label: Any
    names: tuple[str, ...]
    most: int = 120


PERSON, ADDRESS, HOUSEHOLD, DOSSIER, OWN = "person", "address", "household", "dossier", "own"
GROUPS: tuple[tuple[str, Any], ...] = (
    (PERSON, _("Person")),
    (ADDRESS, _("Address")),
    (HOUSEHOLD, _("Household")),
    (DOSSIER, _("Dossier")),
    (OWN, _("Own fields")),
)

TARGETS: tuple[Target, ...] = (
    Target("key", PERSON, _("Number of the person in the old system"), (
        "key", "id", "person id", "personid", "persoon id", "id personne", "id client", "client id", "code client", "no client", "numero client", "n client", "partner", "partner id",
        "cle", "sleutel", "schlussel", "klantnummer", "klant nr", "kundennummer", "clientnummer", "reference", "referentie", "external id", "source id",
    ), 100),
    Target("family_name", PERSON, _("Family name"), (
        "nom", "nom de famille", "naam", "familienaam", "achternaam", "name", "family name", "last name", "lastname", "surname", "nachname", "familienname", "nom naissance",
    )),
    Target("given_names", PERSON, _("Given names"), (
        "prenom", "prenoms", "voornaam", "voornamen", "vorname", "vornamen", "first name", "firstname", "given name", "given names",
    )),
    Target("birth_date", PERSON, _("Born on"), (
        "date de naissance", "naissance", "date naissance", "ne le", "ne e le", "geboortedatum", "geboren", "geboren op", "geburtsdatum", "birth date", "birthdate", "date of birth", "born", "dob",
    )),
    Target("birth_place", PERSON, _("Place of birth"), ("lieu de naissance", "lieu naissance", "geboorteplaats", "geburtsort", "birth place", "place of birth")),
    Target("sex", PERSON, _("Sex"), ("sexe", "genre", "geslacht", "geschlecht", "sex", "gender")),
    Target("nationality", PERSON, _("Nationality"), ("nationalite", "nationaliteit", "nationalitat", "staatsangehorigkeit", "nationality"), 60),
    Target("residence", PERSON, _("Residence status"), (
        "titre de sejour", "statut de sejour", "sejour", "type de sejour", "verblijfstitel", "verblijfsstatus", "verblijf", "aufenthaltstitel", "aufenthaltsstatus", "residence", "residence permit",
    ), 80),
    Target("residence_until", PERSON, _("Title valid until"), (
        "sejour valable jusqu au", "titre valable jusqu au", "fin de sejour", "validite du titre", "verblijf geldig tot", "einde verblijf", "aufenthalt gultig bis", "residence until", "valid until",
    )),
    Target("language", PERSON, _("Language of our letters"), ("langue", "taal", "sprache", "language", "lang")),
    Target("national_number", PERSON, _("National number"), (
        "niss", "nrn", "numero national", "no national", "n national", "numero de registre national", "registre national", "rijksregisternummer", "rijksregister", "rrn", "insz", "nationalregisternummer", "national number", "national id", "numero niss", "ssin",
    )),
    Target("phone", PERSON, _("Phone"), ("telephone", "tel", "gsm", "mobile", "telefoon", "telefon", "phone", "portable", "handy")),
    Target("email", PERSON, _("E-mail address"), ("email", "e mail", "mail", "courriel", "e mailadres", "adresse mail", "adresse e mail", "e mail adresse")),
    Target("street", ADDRESS, _("Street"), ("rue", "straat", "strasse", "street", "adresse", "adres", "address", "voie", "rue et numero", "straat en nummer", "strasse und nummer", "adresse 1")),
    Target("number", ADDRESS, pgettext_lazy("in an address", "Number"), ("numero", "no", "n", "nr", "num", "huisnummer", "hausnummer", "house number", "number", "numero de maison", "nummer")),
    Target("box", ADDRESS, _("Box"), ("boite", "bte", "bus", "busnummer", "box", "briefkasten", "numero de boite"), 20),
    Target("postal_code", ADDRESS, _("Postal code"), ("code postal", "cp", "postcode", "plz", "postleitzahl", "postal code", "zip", "zip code"), 12),
    Target("municipality", ADDRESS, _("Municipality"), ("commune", "localite", "ville", "gemeente", "stad", "plaats", "gemeinde", "ort", "stadt", "wohnort", "municipality", "city", "town"), 80),
    Target("country", ADDRESS, _("Country (two letters)"), ("pays", "land", "country", "code pays"), 40),
    Target("address_from", ADDRESS, _("Address valid from"), ("adresse depuis", "depuis le", "domicilie depuis", "adres sinds", "adresse seit", "address from", "date adresse")),
    Target("protected", ADDRESS, _("Protected address (yes or no)"), ("adresse protegee", "adresse cachee", "confidentiel", "beschermd adres", "geschutzte adresse", "protected", "protected address", "hidden address")),
    Target("household_key", HOUSEHOLD, _("Number of the household in the old system"), ("menage", "no menage", "numero menage", "id menage", "gezin", "gezin nr", "gezinsnummer", "haushalt", "haushaltsnummer", "household", "household id", "household key"), 100),
    Target("household_role", HOUSEHOLD, _("Place in the household"), ("role menage", "lien", "lien menage", "lien avec le chef de menage", "gezinsrol", "rol gezin", "rolle haushalt", "household role", "parente")),
    Target("household_from", HOUSEHOLD, _("In the household from"), ("menage depuis", "gezin sinds", "haushalt seit", "household from")),
    Target("dossier_key", DOSSIER, _("Number of the dossier in the old system"), ("dossier", "no dossier", "numero dossier", "numero de dossier", "id dossier", "dossiernummer", "dossier nr", "akte", "aktenzeichen", "aktennummer", "file", "file number", "dossier key"), 100),
    Target("dossier_role", DOSSIER, _("Role in the dossier"), ("role dossier", "rol dossier", "rolle akte", "dossier role", "role dans le dossier")),
    Target("dossier_kind", DOSSIER, _("Kind of file"), ("type de dossier", "genre de dossier", "soort dossier", "dossiertype", "aktenart", "art der akte", "kind of file", "dossier kind"), 120),
    Target("dossier_unit", DOSSIER, _("Service (code of the unit)"), ("service", "unite", "equipe", "dienst", "eenheid", "team", "einheit", "unit"), 40),
    Target("referent", DOSSIER, _("Sign-in name of the referent"), ("referent", "assistant social", "as", "maatschappelijk werker", "dossierbeheerder", "sozialarbeiter", "social worker", "titulaire"), 150),
)  # fmt: skip
BY_KEY = {target.key: target for target in TARGETS}


def recognise(header: tuple[str, ...], remembered: dict[str, str] | None = None, targets: tuple[Target, ...] = TARGETS) -> dict[str, str]:
    """Column name to target: as it was confirmed for this source before, else by its name. A target is given once."""
    known = {target.key for target in targets}
    found: dict[str, str] = {}
    taken: set[str] = set()
    for column in header:
        target = (remembered or {}).get(column, "")
        if target in known and target not in taken:
            found[column] = target
            taken.add(target)
    if remembered:
        # What was left out on purpose stays left out.
        header = tuple(column for column in header if column not in remembered)
    for target in targets:
        if target.key in taken:
            continue
        for column in header:
            if column not in found and _plain(column) in (*target.names, sort_key(target.key.replace("_", " "))):
                found[column] = target.key
                taken.add(target.key)
                break
    return found


def _plain(column: str) -> str:
    return sort_key(column.replace("°", " ").replace("º", " ")).strip()
