"""A migration that is being rehearsed: six files of an old system, with the shapes on which takeovers fail."""

from __future__ import annotations

from parvis.kernel import clock
from parvis.kernel.periods import month_start, next_month
from parvis.takeover import services as takeover
from parvis.takeover.enums import FileKind
from parvis.takeover.models import Difference, Import, Rehearsal

from . import stage

SOURCE = "Argos 2009"
PERSONS = """Id;Nom;Prénom;Date de naissance;Sexe;Langue;Rue;Numéro;Code postal;Commune;Ménage;Lien ménage;No dossier;Rôle dossier;Service;Référent;Guichet
A-1041;Verlinden;Noor;02/03/1994;F;nl;Rue des Tanneurs;1;5999;Valmont;G-1;chef;A-88;demandeur;SSG-NORD;{referent};2
A-1042;Lacasse;Bruno;11/05/1985;M;fr;Rue des Tanneurs;12;5999;Valmont;G-2;chef;A-89;demandeur;SSG-NORD;{referent};2
A-1043;Hendrickx;Saskia;09/09/1987;F;nl;Rue du Moulin;3;5999;Valmont;G-3;chef;A-90;demandeur;SSG-NORD;{referent};1
A-1044;Krings;Dieter;20/12/1970;M;de;Rue du Moulin;44;5999;Valmont;G-4;chef;A-91;demandeur;SSG-NORD;{referent};1
A-1045;Sylla;Mariama;15/07/1990;F;fr;Quai aux Fleurs;5;5999;Valmont;G-5;chef;A-92;demandeur;SSG-NORD;{referent};2
A-1046;Gilson;Edmond;30/01/1965;M;fr;Quai aux Fleurs;61;5999;Valmont;G-6;chef;A-93;demandeur;SSG-NORD;{referent};1
"""
RIGHTS = """Id;Bénéficiaire;N° droit;Aide;Montant mensuel;Du;Décision;Titulaire;IBAN;Retenue;Solde dette;Motif retenue
A-1041;Verlinden Noor;D-1;RIS;1.776,07;15/01/2025;Bureau permanent 2025/7;Noor Verlinden;BE68539007547034;;;
A-1042;Lacasse Bruno;D-2;RIS;1.314,20;01/02/2024;Bureau permanent 2024/9;Bruno Lacasse;BE43068999999501;;;
A-1044;Krings Dieter;D-4;RIS;1.314,20;01/06/2023;Bureau permanent 2023/4;Dieter Krings;BE71096123456769;;;
A-1045;Sylla Mariama;D-5;RIS;1.314,20;01/03/2024;Bureau permanent 2024/2;Mariama Sylla;BE62510007547061;100,00;650,00;avance sur facture d’énergie
A-1046;Gilson Edmond;D-6;RIS;764,20;01/04/2022;Bureau permanent 2022/8;Edmond Gilson;BE39103123456719;;;
A-1046;Gilson Edmond;D-7;RIS;550,00;01/04/2022;Bureau permanent 2022/8;SPRL Habitat;BE54000000000097;;;
"""
PAYMENTS = """Id;Bénéficiaire;N° paiement;Aide;Brut;Retenue;Payé;Titulaire;IBAN;Communication;Guichet
A-1041;Verlinden Noor;P-1;RIS;1.314,20;;1.314,20;VERLINDEN NOOR;BE68539007547034;RIS;2
A-1041;Verlinden Noor;P-2;RIS;230,94;;230,94;VERLINDEN NOOR;BE68539007547034;complément naissance;2
A-1042;Lacasse Bruno;P-3;RIS;1.752,26;;1.752,26;Bruno LACASSE;BE43068999999501;RIS;2
A-1044;Krings Dieter;P-4;RIS;1.314,20;;1.314,20;KRINGS Dieter;BE18001654923565;RIS;1
A-1045;Sylla Mariama;P-5;RIS;1.314,20;100,00;1.214,20;SYLLA Mariama;BE62510007547061;RIS;2
A-1046;Gilson Edmond;P-6;RIS;550,00;;550,00;SPRL Habitat;BE54000000000097;loyer;1
A-1046;Gilson Edmond;P-7;RIS;764,20;;764,20;GILSON Edmond;BE39103123456719;RIS;1
A-1044;Krings Dieter;P-8;aide unique;85,00;;85,00;Eaux de Valmont;BE54000000000097;facture d’eau;1
"""


def load(*, referent: str) -> Rehearsal:
    """Three files taken over and last month compared; one difference is explained, the others wait."""
    admin, payer = stage.agent("david.kaiser"), stage.agent("pascal.gillet")
    month = next_month(month_start(clock.today()), -1)
    files = ((FileKind.PERSONS, "personnes.csv", PERSONS.format(referent=referent)), (FileKind.RIGHTS, "droits.csv", RIGHTS))
    for kind, name, text in (*files, (FileKind.PAYMENTS, "paiements.csv", PAYMENTS)):
        row = takeover.upload(actor=admin, source=SOURCE, name=name, data=text.encode(), kind=kind)
        options = {"keep": True, "month": f"{month:%Y-%m}" if kind == FileKind.PAYMENTS else ""}
        takeover.confirm_columns(actor=admin, imported=row, mapping=row.mapping, options=options)
        stage.run_jobs()
        takeover.start_apply(actor=admin, imported=Import.unscoped.get(pk=row.pk))
        stage.run_jobs()
    rehearsal = takeover.start_rehearsal(actor=payer, source=SOURCE, month=month)
    born = Difference.unscoped.filter(rehearsal=rehearsal, name__contains="Verlinden").values_list("pk", flat=True)
    takeover.explain(
        actor=payer,
        rehearsal=rehearsal,
        ids=list(born),
        words="Enfant né le 15 : l’ancien système a payé le supplément au prorata, ici le mois entier.",
    )
    return rehearsal
