"""Fields that the centre made for itself, with values in several files: an energy tutor, and the commune of origin of one kind of file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from parvis.aid.api import add_aid_type
from parvis.contacts.api import set_residence
from parvis.dossiers.models import CodeList, Dossier
from parvis.dossiers.services import custom
from parvis.kernel.actor import Actor
from parvis.kernel.periods import OPEN_END

SINCE = dt.date(2020, 1, 1)
TUTORS: list[tuple[str, dict[str, str], dt.date | None]] = [
    ("TE", {"fr": "Tuteur communal", "nl": "Gemeentelijke coach", "de": "Tutor der Gemeinde", "en": "Municipal tutor"}, None),
    ("PROV", {"fr": "Service provincial", "nl": "Provinciale dienst", "de": "Dienst der Provinz", "en": "Provincial service"}, None),
    # Without German and English: the list says so, and borrows.
    ("COOP", {"fr": "Coopérative énergie", "nl": "Energiecoöperatie"}, None),
    # No longer offered: the files that hold it keep it.
    ("ASBL", {"fr": "ASBL Chaleur", "nl": "VZW Warmte", "de": "VoG Wärme", "en": "Warmth association"}, dt.date(2025, 1, 1)),
]
#: tutor, energy premium, from
VALUES = [
    ("TE", "120.00", dt.date(2026, 2, 1)),
    ("PROV", "85.50", dt.date(2026, 4, 1)),
    ("COOP", None, dt.date(2026, 6, 1)),
    ("ASBL", "200.00", dt.date(2024, 9, 1)),
    ("TE", "40.00", dt.date(2026, 9, 1)),
]
#: coach and first day; vehicles: plate, value, from
COACHES: list[tuple[str, dt.date, list[tuple[str, str, dt.date]]]] = [
    ("JOB", dt.date(2026, 3, 2), [("1-KLM-204", "4200.00", dt.date(2024, 5, 1)), ("M-BRT-118", "900.00", dt.date(2026, 2, 10))]),
    ("DEBT", dt.date(2026, 5, 4), []),
    ("JOB", dt.date(2026, 8, 17), [("2-CDA-771", "1500.00", dt.date(2025, 11, 3))]),
]
#: residence title and its last day, told apart by coach and vehicles: one is expired
TITLES: dict[tuple[str, bool], tuple[str, dt.date | None]] = {
    ("JOB", True): ("card_f", dt.date(2031, 3, 1)),
    ("DEBT", False): ("orange", dt.date(2026, 10, 1)),
}


#: Kinds of aid of this centre; the second one lacks German and English: it borrows, and the page says so.
AIDS: list[tuple[dict[str, str], str]] = [
    ({"fr": "Aide au chauffage", "nl": "Verwarmingshulp", "de": "Heizhilfe", "en": "Heating aid"}, "free_once"),
    ({"fr": "Aide mensuelle au loyer", "nl": "Maandelijkse huurhulp"}, "free_month"),
]


def _t(fr: str, nl: str, de: str, en: str) -> dict[str, str]:
    return {"fr": fr, "nl": nl, "de": de, "en": en}


def load(*, administrator: Actor, worker_of: Callable[[Dossier], Actor]) -> int:
    """Define them, and fill them in; returns how many files hold a tutor. Nothing the second time."""
    if CodeList.objects.filter(key="energy_tutors").exists():
        return 0
    _define(administrator)
    for label, rests_on in AIDS:
        add_aid_type(actor=administrator, label=label, rests_on=rests_on, valid_from=SINCE)
    filled = 0
    files = Dossier.unscoped.filter(status="open", unit__code="SSG-NORD", profile__isnull=True).select_related("unit").order_by("-number")
    for dossier, (tutor, premium, since) in zip(files[: len(VALUES)], VALUES, strict=False):
        actor, answers = worker_of(dossier), {"energy_tutor": tutor, "energy_premium": premium}
        custom.write_custom(
            actor=actor,
            dossier=dossier,
            section="energy",
            answers={key: value for key, value in answers.items() if value},
            valid_from=since,
        )
        filled += 1
    _persons(administrator, list(files[: len(COACHES)]), worker_of)
    _newcomers(administrator, list(files[len(VALUES) : len(VALUES) + 2]), worker_of)
    return filled


def _define(administrator: Actor) -> None:
    label = _t("Tuteurs énergie", "Energiecoaches", "Energietutoren", "Energy tutors")
    tutors = custom.create_code_list(actor=administrator, label=label, key="energy_tutors")
    for value, names, until in TUTORS:
        custom.add_code(actor=administrator, code_list=tutors, value=value, label=names, valid_from=SINCE, valid_to=until or OPEN_END)
    general = custom.general_kind(actor=administrator)
    title = _t("Énergie", "Energie", "Energie", "Energy")
    custom.add_section(actor=administrator, kind=general, title=title, group="administration", dated=True)
    shared: dict[str, Any] = {"actor": administrator, "kind": general, "section": "energy", "listed": True}
    custom.add_field(
        **shared,
        label=_t("Tuteur énergie", "Energiecoach", "Energietutor", "Energy tutor"),
        type="choice",
        code_list="energy_tutors",
        data_class="social",
        summary=True,
    )
    custom.add_field(
        **shared, label=_t("Prime énergie", "Energiepremie", "Energieprämie", "Energy premium"), type="money", data_class="money"
    )


def _newcomers(administrator: Actor, files: list[Dossier], worker_of: Callable[[Dossier], Actor]) -> None:
    """A kind of file with a field that must be answered: one file has it, the other says that it is missing."""
    label = _t("Primo-arrivant", "Nieuwkomer", "Neuankömmling", "Newcomer")
    kind = custom.create_kind(actor=administrator, label=label, key="newcomer")
    title = _t("Origine", "Herkomst", "Herkunft", "Origin")
    custom.add_section(actor=administrator, kind=kind, title=title, group="identity", dated=False)
    custom.add_field(
        actor=administrator,
        kind=kind,
        section="origin",
        label=_t("Commune d’origine", "Gemeente van herkomst", "Herkunftsgemeinde", "Home commune"),
        type="text",
        data_class="identity",
        required=True,
        listed=True,
        summary=True,
    )
    for at, dossier in enumerate(files):
        custom.set_profile(actor=worker_of(dossier), dossier=dossier, kind=kind)
        if at == 0:
            custom.write_custom(actor=worker_of(dossier), dossier=dossier, section="origin", answers={"home_commune": "Monthey"})


def _persons(administrator: Actor, files: list[Dossier], worker_of: Callable[[Dossier], Actor]) -> None:
    """What belongs to a person, whatever the file: a coach from a list, and vehicles, a section that repeats."""
    coaches = custom.create_code_list(actor=administrator, label=_t("Coachs", "Coaches", "Coaches", "Coaches"), key="coaches")
    for value, names in (
        ("JOB", _t("Coach emploi", "Jobcoach", "Jobcoach", "Job coach")),
        ("DEBT", _t("Coach budget", "Budgetcoach", "Budgetcoach", "Budget coach")),
    ):
        custom.add_code(actor=administrator, code_list=coaches, value=value, label=names, valid_from=SINCE)
    kind = custom.persons_kind(actor=administrator)
    shared: dict[str, Any] = {"actor": administrator, "kind": kind, "data_class": "social"}
    title = _t("Accompagnement", "Begeleiding", "Begleitung", "Coaching")
    custom.add_section(actor=administrator, kind=kind, title=title, group="other", dated=True)
    label = _t("Coach", "Coach", "Coach", "Coach")
    custom.add_field(**shared, section="coaching", label=label, type="choice", code_list="coaches", listed=True)
    title = _t("Véhicules", "Voertuigen", "Fahrzeuge", "Vehicles")
    custom.add_section(actor=administrator, kind=kind, title=title, group="other", dated=True, repeats=True)
    label = _t("Plaque", "Nummerplaat", "Kennzeichen", "Plate")
    custom.add_field(**shared, section="vehicles", label=label, type="text", required=True, listed=True)
    label = _t("Valeur estimée", "Geschatte waarde", "Geschätzter Wert", "Estimated value")
    custom.add_field(**(shared | {"data_class": "money"}), section="vehicles", label=label, type="money")
    for dossier, (coach, since, vehicles) in zip(files, COACHES, strict=False):
        actor, person = worker_of(dossier), dossier.lead
        custom.write_person_custom(actor=actor, person=person, section="coaching", answers={"coach": coach}, valid_from=since)
        title, expires_on = TITLES[coach, bool(vehicles)]
        person.refresh_from_db(fields=["version"])
        set_residence(actor=actor, person=person, title=title, expires_on=expires_on, valid_from=since, source="document")
        for plate, value, start in vehicles:
            person.refresh_from_db(fields=["version"])
            answers = {"plate": plate, "estimated_value": value}
            custom.write_person_custom(actor=actor, person=person, section="vehicles", answers=answers, valid_from=start)
