"""Five shapes on which takeovers fail (F12), as an old system writes them: birth, separation, move, debt, landlord paid directly."""

from __future__ import annotations

import datetime as dt
from typing import Any

from parvis.aid.api import Entitlement
from parvis.kernel import clock
from parvis.kernel.periods import month_start, next_month
from parvis.takeover.enums import FileKind
from parvis.takeover.models import Import, Rehearsal
from tests.support import actor

from .factories import apply, check, csv_file, take_over, upload

PAYER = actor("payer", account_id=41, label="Rachid Benali")
RELEASER = actor("releaser", account_id=42, label="Sophie Lenaerts")

OWN = "BE68539007547034"
MOVED = "BE71096123456769"
HIS = "BE43068999999501"
HERS = "BE80001000000177"
DEBTOR = "BE62510007547061"
TENANT = "BE39103123456719"
LANDLORD = "BE54000000000097"

PERSONS = (
    "B1;Moreau;Inès;02/03/1994;F;;fr;Rue Haute;1;4700;Eupen;MB;chef;DB;demandeur",
    "S1;Claes;Tom;11/05/1985;M;;nl;Rue Basse;2;4700;Eupen;MS;chef;DS;demandeur",
    "S2;Maes;Lien;09/09/1987;F;;nl;Rue Neuve;3;4700;Eupen;MT;chef;DT;demandeur",
    "M1;Schmitz;Karl;20/12/1970;M;;de;Hochstraße;4;4700;Eupen;MM;chef;DM;demandeur",
    "D1;Diallo;Awa;15/07/1990;F;;fr;Rue de la Clé;5;4700;Eupen;MD;chef;DD;demandeur",
    "T1;Petit;Louis;30/01/1965;M;;fr;Rue du Lac;6;4700;Eupen;ML;chef;DL;demandeur",
)
RIGHTS_HEAD = "Id;Bénéficiaire;N° droit;Aide;Montant mensuel;Du;Au;Décision;Titulaire;IBAN;Retenue;Solde dette;Motif retenue"
PAYMENTS_HEAD = "Id;Bénéficiaire;N° paiement;Aide;Brut;Retenue;Payé;Titulaire;IBAN;Communication;Guichet"

#: What was exported first: five mistakes that only show beside what was paid.
RIGHTS = (
    f"B1;Moreau Inès;R1;RIS;1.776,07;15/01/2025;;CSSS 2025/7;Inès Moreau;{OWN};;;",
    f"S1;Claes Tom;R2;leefloon;876,13;01/02/2024;;CSSS 2024/9;Tom Claes;{HIS};;;",
    f"S2;Maes Lien;R3;leefloon;1.314,20;01/02/2024;;CSSS 2026/31;Lien Maes;{HERS};;;",
    f"M1;Schmitz Karl;R4;RIS;1.314,20;01/06/2023;;CSSS 2023/4;Karl Schmitz;{MOVED};;;",
    f"D1;Diallo Awa;R5;RIS;1.314,20;01/03/2024;;CSSS 2024/2;Awa Diallo;{DEBTOR};;;",
    f"T1;Petit Louis;R6;RIS;1.314,20;01/04/2022;;CSSS 2022/8;Louis Petit;{TENANT};;;",
)
PAYMENTS = (
    # A child born in the month: the higher rate was paid in two parts, the second from the day of the birth.
    f"B1;Moreau Inès;P1;RIS;1.314,20;;1.314,20;MOREAU INES;{OWN};RIS;caisse 1",
    f"B1;Moreau Inès;P2;RIS;230,94;;230,94;MOREAU INES;{OWN};RIS complément naissance;caisse 1",
    # Separated from the month after: the couple was still paid on his account.
    f"S1;Claes Tom;P3;leefloon;1.752,26;;1.752,26;Tom CLAES;{HIS};RIS;caisse 1",
    # Moved and changed the bank in the month: paid on the new account.
    f"M1;Schmitz Karl;P4;RIS;1.314,20;;1.314,20;Schmitz Karl;{OWN};RIS;caisse 1",
    # A debt is kept back.
    f"D1;Diallo Awa;P5;RIS;1.314,20;100,00;1.214,20;Awa Diallo;{DEBTOR};RIS;caisse 1",
    # The rent goes to the landlord, what is left to the person.
    f"T1;Petit Louis;P6;RIS;550,00;;550,00;SPRL Habitat;{LANDLORD};+++010/8068/17183+++;caisse 2",
    f"T1;Petit Louis;P7;RIS;764,20;;764,20;Louis Petit;{TENANT};RIS;caisse 1",
    # Somebody whom nobody exported, and a bill paid once.
    "X9;Inconnu Jean;P8;RIS;876,13;;876,13;Jean Inconnu;BE18001654923565;RIS;caisse 1",
    f"M1;Schmitz Karl;P9;aide unique;85,00;;85,00;Eau Eupen;{LANDLORD};facture d’eau;caisse 2",
)


def last_month() -> dt.date:
    return next_month(month_start(clock.today()), -1)


def corrected() -> tuple[str, ...]:
    """The second export: her right starts with the separation, his new account, the debt, the landlord's part."""
    start = f"{month_start(clock.today()):%d/%m/%Y}"
    return (
        RIGHTS[0],
        f"S1;Claes Tom;R2;leefloon;1.752,26;01/02/2024;;CSSS 2024/9;Tom Claes;{HIS};;;",
        f"S2;Maes Lien;R3;leefloon;1.314,20;{start};;CSSS 2026/31;Lien Maes;{HERS};;;",
        f"M1;Schmitz Karl;R4;RIS;1.314,20;01/06/2023;;CSSS 2023/4;Karl Schmitz;{OWN};;;",
        f"D1;Diallo Awa;R5;RIS;1.314,20;01/03/2024;;CSSS 2024/2;Awa Diallo;{DEBTOR};100,00;150,00;avance énergie",
        f"T1;Petit Louis;R6;RIS;764,20;01/04/2022;;CSSS 2022/8;Louis Petit;{TENANT};;;",
        f"T1;Petit Louis;R7;RIS;550,00;01/04/2022;;CSSS 2022/8;SPRL Habitat;{LANDLORD};;;",
    )


def persons() -> Import:
    return take_over(*PERSONS)


def rights(*lines: str, **options: Any) -> Import:
    data = csv_file(*(lines or RIGHTS), head=RIGHTS_HEAD)
    return apply(check(upload(data, name="droits.csv", kind=FileKind.RIGHTS), **options))


def payments(*lines: str, **options: Any) -> Import:
    data = csv_file(*(lines or PAYMENTS), head=PAYMENTS_HEAD)
    return apply(
        check(upload(data, name="paiements.csv", kind=FileKind.PAYMENTS), **{"month": f"{last_month():%m/%Y}", "keep": True, **options})
    )


def told(rehearsal: Rehearsal, state: str = "open") -> list[tuple[str, str, str, str]]:
    """Name, kind, what was paid, what would be paid."""
    rows = rehearsal.differences(manager="unscoped").filter(state=state)
    return sorted((row.name, row.kind, str(row.before), str(row.now)) for row in rows)


def waiting() -> int:
    return int(Entitlement.unscoped.filter(state="waiting").count())
