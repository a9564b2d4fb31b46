"""Twenty years of one household: a file opened in 2006, closed and opened again, whose applicant asks for aid anew in the stories.

Played before the stories, in order of time, through the same services. Decisions taken on paper before this register stand in the chronicle
as what they are: letters that were sent.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import partial

from parvis.contacts import api as contacts
from parvis.dossiers import api as dossiers
from parvis.identity.api import Account, Unit
from parvis.identity.demo import username
from parvis.journal import api as journal
from parvis.kernel import clock

from . import cast, stage
from .turns import Turn

KEY = "lejeune"
OPENED = dt.date(2006, 3, 14)
CLOSED, REOPENED = dt.date(2014, 9, 30), dt.date(2016, 11, 7)

BEFORE = dt.datetime(2006, 3, 1, 9, tzinfo=dt.UTC)

#: Day, kind, words, key event.
ENTRIES: tuple[tuple[str, str, str, str], ...] = (
    ("2006-03-14", "interview", "Premier entretien. Fermeture de la scierie ; Monsieur demande à être aidé pour ses démarches.", ""),
    ("2006-03-28", "visit", "Visite à domicile, rue des Tanneurs : appartement correct, ménage de deux personnes.", ""),
    ("2006-04-20", "mail", "Décision du comité sur papier : garantie locative accordée (registre 2006, feuillet 118).", ""),
    ("2007-02-03", "call", "La compagne de Monsieur attend un enfant ; demande de renseignements sur la prime.", ""),
    ("2007-08-19", "note", "Naissance de Manon, avis de la maternité.", "birth"),
    ("2008-01-15", "interview", "Inscription chez le bourgmestre et à la caisse d’allocations ; budget revu ensemble.", ""),
    ("2009-05-11", "note", "Monsieur commence comme cariste, contrat de remplacement.", "work"),
    ("2010-12-02", "visit", "Chauffage en panne ; le propriétaire est prévenu par lettre.", ""),
    ("2011-06-01", "note", "Déménagement rue Haute, trois chambres.", "move"),
    ("2012-10-22", "call", "L’école signale des absences de Manon.", "school"),
    ("2013-02-08", "interview", "Le couple se sépare ; garde alternée d’une semaine sur deux.", "couple"),
    ("2013-04-17", "mail", "Jugement de séparation reçu, pension alimentaire fixée.", "court"),
    (
        "2014-09-29",
        "synthesis",
        "Monsieur travaille à temps plein depuis dix mois et n’a plus besoin d’aide. Le dossier peut être clos.",
        "",
    ),
    ("2016-11-07", "interview", "Monsieur revient : licenciement, arriéré de loyer de trois mois.", "work"),
    ("2016-12-01", "visit", "Studio rue Neuve, humide ; compteur à budget posé.", ""),
    (
        "2017-03-20",
        "mail",
        "Décision du comité sur papier : prise en charge de l’arriéré en deux tranches (registre 2017, feuillet 41).",
        "",
    ),
    ("2018-06-14", "note", "Hospitalisation de dix jours.", "hospital"),
    ("2019-09-02", "note", "Déménagement place du Parvis, logement social.", "move"),
    ("2020-04-06", "call", "Confinement : appel de soutien, courses livrées par l’entraide du quartier.", "crisis"),
    ("2021-01-18", "interview", "Contrat article 60 au service des plantations.", "work"),
    ("2022-07-21", "visit", "Inondation de la cave ; meubles perdus, photos prises.", "crisis"),
    ("2023-09-04", "note", "Manon commence à l’école d’hôtellerie.", "school"),
    ("2024-06-28", "synthesis", "Situation stable ; le contrat article 60 se prolonge, la dette de loyer est soldée.", ""),
)
ROUTINE = (
    ("interview", "Entretien de suivi : papiers vus, budget du mois passé en revue."),
    ("call", "Appel de Monsieur au sujet d’une facture ; réponse donnée."),
    ("visit", "Visite à domicile, rien de particulier."),
    ("mail", "Attestation envoyée à la caisse."),
    ("note", "Rendez-vous fixé au mois prochain."),
)
HOMES = (
    ("2006-03-14", "Rue des Tanneurs", "12"),
    ("2011-06-01", "Rue Haute", "70"),
    ("2013-03-01", "Rue Neuve", "5"),
    ("2019-09-02", "Place du Parvis", "9"),
)
REFERENTS = (
    ("2006-03-14", "luc.hardy"),
    ("2011-01-10", "katrin.schmitz"),
    ("2016-11-07", "joris.peeters"),
    ("2021-02-01", "amelie.lambrecht"),
)


def _instant(day: dt.date, hour: int = 10) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour), clock.zone()).astimezone(dt.UTC)


def _days() -> Iterator[tuple[dt.date, str, str, str]]:
    """What is told above, and a contact every five weeks in between, in order of time."""
    told = [(dt.date.fromisoformat(day), kind, text, key) for day, kind, text, key in ENTRIES]
    day, number = OPENED, 0
    while (day := day + dt.timedelta(days=35)) < dt.date(2024, 10, 1):
        kind, text = ROUTINE[number % len(ROUTINE)]
        number += 1
        if not CLOSED <= day < REOPENED:
            told.append((day, kind, text, ""))
    yield from sorted(told)


def turns() -> Iterator[Turn]:
    """What happened when, to be played in order of time with the other old files. The stories begin after it."""
    events = [
        *((dt.date.fromisoformat(day), 1, ("home", street, number)) for day, street, number in HOMES),
        *((dt.date.fromisoformat(day), 2, ("referent", login)) for day, login in REFERENTS[1:]),
        (dt.date(2007, 8, 20), 3, ("child",)),
        (dt.date(2013, 3, 1), 3, ("partner leaves",)),
        (CLOSED, 9, ("close",)),
        (REOPENED, 0, ("reopen",)),
        *((day, 5, ("entry", kind, text, key)) for day, kind, text, key in _days()),
    ]
    file = _File()
    yield _instant(OPENED, 9), file.open
    for day, order, what in events:
        yield _instant(day, 10 + order), partial(file.play, day, what)


class _File:
    """The file while it is played."""

    def open(self) -> None:
        self.case = next(one for one in cast.CASES if one.key == KEY)
        self.actor, self.chief = stage.agent(stage.WORKERS["SSG-NORD"]), stage.agent(stage.CHIEFS["SSG-NORD"])
        case, actor = self.case, self.actor
        self.person = contacts.create_person(
            actor=actor,
            family_name=case.family,
            given_names=case.given,
            birth_date=case.birth,
            sex=case.sex,
            language=case.language,
            national_number=stage.niss_of(case),
        )
        self.partner = contacts.create_person(
            actor=actor, family_name="Wathelet", given_names="Sylvie", birth_date=dt.date(1974, 5, 3), sex="F", language="fr"
        )
        self.dossier = dossiers.open_dossier(
            actor=actor, person=self.person, unit=Unit.objects.get(code="SSG-NORD"), referent=_account("luc.hardy")
        )
        dossiers.add_member(actor=actor, dossier=self.dossier, person=self.partner, role="partner", valid_from=OPENED)
        contacts.add_bank_account(
            actor=actor, person=self.person, iban=stage.iban_of(case.key), holder=f"{case.given} {case.family}", valid_from=OPENED
        )

    def play(self, day: dt.date, what: tuple[str, ...]) -> None:
        actor, dossier = self.actor, self.dossier
        dossier.refresh_from_db()
        if what[0] == "entry":
            minutes = {"interview": 40, "visit": 60, "call": 10}.get(what[1])
            journal.add_entry(actor=actor, dossier=dossier, kind=what[1], text=what[2], key_event=what[3], minutes=minutes)
        elif what[0] == "home":
            home = {"street": what[1], "number": what[2], "postal_code": "4999", "municipality": "Valmont"}
            contacts.set_address(actor=actor, person=self.person, valid_from=day, **home)
        elif what[0] == "referent":
            dossiers.assign_referent(actor=self.chief, dossier=dossier, account=_account(what[1]), valid_from=day)
        elif what[0] == "child":
            born = dt.date(2007, 8, 19)
            child = contacts.create_person(
                actor=actor, family_name=self.case.family, given_names="Manon", birth_date=born, sex="F", language="fr"
            )
            dossiers.add_member(actor=actor, dossier=dossier, person=child, role="child", valid_from=born)
        elif what[0] == "partner leaves":
            dossiers.member_leaves(actor=actor, dossier=dossier, person=self.partner, on=day)
        elif what[0] == "close":
            dossiers.close_dossier(actor=actor, dossier=dossier, reason="Monsieur travaille et se passe d’aide.", code="autonomy")
        else:
            dossiers.reopen_dossier(actor=actor, dossier=dossier, reason="Licenciement, arriéré de loyer.")


def _account(login: str) -> Account:
    return Account.objects.get(username=username(login))
