"""Who asks for what in the demonstration, and how far each case has come. Nobody here exists.

A table, not clones: state × aid × language × household. A test counts the spread.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

# How far a case has come. The order is that of the path.
DRAFT, SENT, INQUIRY, DRAFTED, SUBMITTED, RETURNED, LEGAL, WAITING, AGENDA = (
    "draft", "sent", "inquiry", "drafted", "submitted", "returned", "legal", "waiting", "agenda",
)  # fmt: skip
POSTPONED, MORE_INFO, DECIDED, NOTIFIED, PAID, REFUSED, ADJUSTED, REJECTED, URGENT, RATIFIED, ENDING = (
    "postponed", "more_info", "decided", "notified", "paid", "refused", "adjusted", "rejected", "urgent", "ratified", "ending",
)  # fmt: skip
STATES = (
    DRAFT, SENT, INQUIRY, DRAFTED, SUBMITTED, RETURNED, LEGAL, WAITING, AGENDA, POSTPONED, MORE_INFO, DECIDED, NOTIFIED, PAID, REFUSED,
    ADJUSTED, REJECTED, URGENT, RATIFIED, ENDING,
)  # fmt: skip


@dataclass(frozen=True)
class Income:
    kind: str  # as in the form: wage, family, unemployment …
    label: str
    amount: Decimal
    person: int = 0  # 0 the applicant, 1 the partner


@dataclass(frozen=True)
class Member:
    given: str
    family: str
    birth: date
    relation: str


@dataclass(frozen=True)
class Case:
    """One story. ``asked``: days before today on which the request came in."""

    key: str
    given: str
    family: str
    birth: date
    sex: str
    state: str
    asked: int
    aid: str = "ris"  # ris | equivalent | one_off | advance | urgent
    category: str = "2"
    language: str = "fr"
    nationality: str = "belge"
    channel: str = "portal"
    unit: str = "SSG-NORD"
    street: str = "Rue des Tanneurs"
    number: str = "27"
    town: tuple[str, str] = ("4999", "Valmont")
    rent: Decimal | None = None
    incomes: tuple[Income, ...] = ()
    members: tuple[Member, ...] = ()
    need: str = ""
    purpose: str = ""
    amount: Decimal | None = None
    hearing: bool = False
    urgent: bool = False
    pending: str = ""
    hidden: bool = False
    why: str = ""
    payee_iban: str = field(default="")

    @property
    def household(self) -> str:
        """Kind of household, for the spread."""
        children = sum(1 for member in self.members if member.relation == "child")
        partner = any(member.relation == "partner" for member in self.members)
        others = any(member.relation in {"parent", "other"} for member in self.members)
        if others:
            return "shared roof"
        return ("couple" if partner else "single") + (f" with {children}" if children else "")


def _d(text: str) -> date:
    return date.fromisoformat(text)


def _m(text: str) -> Decimal:
    return Decimal(text)


def _children(family: str, *who: tuple[str, str]) -> tuple[Member, ...]:
    return tuple(Member(given, family, _d(birth), "child") for given, birth in who)


def wage(amount: str, label: str = "Salaire net, mi-temps") -> Income:
    return Income("wage", label, _m(amount))


def family_allowance(amount: str, label: str = "Allocations familiales") -> Income:
    return Income("family", label, _m(amount))


def parents_give(amount: str) -> Income:
    return Income("relatives", "Aide régulière des parents", _m(amount))


CASES: tuple[Case, ...] = (
    # The long stories: decided, running, with history --------------------------------------------------------------------
    Case("nzeyimana", "Marie-Ange", "Nzeyimana-Vandenbroucke", _d("1987-08-14"), "F", PAID, 700, category="3", rent=_m("620.00"),
         members=_children("Nzeyimana", ("Inès", "2012-01-20")), hearing=True, number="27", need="Je suis séparée et je cherche un emploi. Mon loyer prend presque tout.",
         incomes=(family_allowance("188.14"),), why="Madame élève seule sa fille mineure ; ses seules ressources sont des allocations familiales."),
    Case("wisniewski", "Krzysztof", "Wiśniewski-Lecomte", _d("1979-03-02"), "M", PAID, 655, category="1", channel="visit", nationality="polonaise",
         street="Rue Haute", number="11", incomes=(parents_give("300.00"),), need="J’ai perdu mon travail sur les chantiers, je loge chez ma compagne.",
         members=(Member("Lucie", "Lecomte", _d("1981-05-09"), "partner"),), why="Monsieur cohabite ; l’aide régulière de ses parents est comptée."),
    Case("diallo", "Fatoumata", "Diallo", _d("1994-11-30"), "F", PAID, 610, aid="equivalent", category="3", channel="call", nationality="guinéenne", unit="SSG-SUD",
         street="Rue du Moulin", number="4", rent=_m("540.00"), members=_children("Diallo", ("Ibrahim", "2019-02-11"), ("Mariam", "2021-09-05")),
         incomes=(family_allowance("361.20"),), need="Je n’ai plus droit au chômage et j’ai deux petits enfants.", why="Madame n’est pas inscrite au registre de la population ; l’aide suit les montants du revenu d’intégration."),
    Case("hoffmann", "Jürgen", "Hoffmann", _d("1968-06-21"), "M", PAID, 560, language="de", unit="SSG", channel="letter", street="Rue Saint-Roch", number="33",
         nationality="allemande", incomes=(wage("600.00", "Nettolohn, Halbzeit"),), need="Ich arbeite nur noch halbtags und kann die Miete nicht mehr bezahlen.", rent=_m("480.00"),
         why="Herr Hoffmann lebt allein; sein Nettolohn ist berücksichtigt, vermindert um die Freibeträge."),
    Case("claessens", "Lieve", "Claessens", _d("1990-04-17"), "F", PAID, 520, language="nl", unit="INS", channel="mail", street="Quai de la Meuse", number="8",
         incomes=(), need="Mijn contract is afgelopen en ik heb geen recht op een uitkering.", why="Mevrouw woont alleen en heeft geen inkomsten."),
    Case("haddad", "Samir", "Haddad", _d("1983-01-09"), "M", PAID, 480, category="3", channel="visit", nationality="syrienne", unit="SSG-SUD", street="Rue de la Clef", number="14",
         rent=_m("750.00"), members=(Member("Rima", "Haddad", _d("1986-07-22"), "partner"), *_children("Haddad", ("Yara", "2012-03-14"), ("Omar", "2015-10-02"), ("Lina", "2020-12-25"))),
         incomes=(family_allowance("540.30"),), need="Nous avons été reconnus réfugiés et nous attendons les premiers revenus.", why="Monsieur a trois enfants mineurs à charge."),
    Case("collard", "Jean-Pierre", "Collard", _d("1962-09-12"), "M", PAID, 450, category="2", unit="MED", street="Avenue de la Gare", number="61", incomes=(),
         need="Je suis en règlement collectif de dettes et ma pension n’arrive pas encore.", why="Monsieur vit seul, sans ressources dans l’attente de sa pension."),
    Case("benothman", "Yanis", "Ben Othman", _d("2004-05-28"), "M", PAID, 410, category="1", street="Rue des Écoles", number="5", incomes=(parents_give("150.00"),),
         members=(Member("Karim", "Ben Othman", _d("1974-02-03"), "parent"), Member("Souad", "Amrani", _d("1977-08-19"), "parent")),
         need="Je suis étudiant, mes parents ne peuvent plus payer mes frais.", why="Monsieur habite chez ses parents ; leur aide est comptée."),
    Case("dewandre", "Chloé", "Dewandre", _d("1999-12-01"), "F", PAID, 365, category="2", channel="visit", unit="INS", street="Clos des Lilas", number="19", rent=_m("430.00"),
         incomes=(wage("420.00", "Salaire net, titres-services"),), need="Mon mi-temps ne suffit pas.", why="Madame vit seule ; son salaire est compté après exonération socioprofessionnelle."),
    Case("traore", "Abdoulaye", "Traoré", _d("1988-08-08"), "M", PAID, 330, aid="advance", category="2", pending="unemployment", nationality="malienne", unit="SSG-SUD",
         street="Rue Neuve", number="90", incomes=(), need="Mon chômage est accepté mais pas encore payé.", why="Le droit au chômage est ouvert ; l’avance sera récupérée auprès de l’organisme de paiement."),
    Case("remacle", "Ghislaine", "Remacle", _d("1951-10-10"), "F", PAID, 300, aid="one_off", amount=_m("385.40"), purpose="achat de mazout de chauffage", channel="call",
         street="Thier des Vignes", number="2", need="Ma cuve est vide et ma pension est basse.", why="Madame a une petite pension ; la facture de chauffage dépasse ses moyens."),
    Case("amrani", "Souad", "Amrani", _d("1992-02-29"), "F", REFUSED, 290, category="2", incomes=(wage("1850.00", "Salaire net, temps plein"),), street="Rue Grande", number="7",
         need="Je voudrais un complément.", why="Le salaire net de 1.850,00 € par mois, prouvé par les fiches de paie de juin et juillet, dépasse le montant de la catégorie 2."),
    Case("okafor", "Blessing", "Okafor-De Smedt", _d("1985-06-06"), "F", ADJUSTED, 275, category="3", channel="visit", nationality="nigériane", street="Rue du Pont", number="21",
         members=_children("De Smedt", ("Noah", "2014-04-04")), incomes=(family_allowance("180.90"),), need="Mon mari est parti, je suis seule avec mon fils.",
         why="Madame élève seule son fils ; la séparation est constatée lors de la visite."),
    Case("vanhoutte", "Dimitri", "Vanhoutte", _d("1996-03-23"), "M", RATIFIED, 260, aid="urgent", amount=_m("150.00"), purpose="nourriture et médicaments", urgent=True, channel="visit",
         street="Rue des Mineurs", number="3", need="Je n’ai plus rien pour manger jusqu’à lundi.", why="Monsieur n’a plus de ressources et doit se nourrir et se soigner."),
    Case("yildiz", "Elif", "Yıldız", _d("1978-12-12"), "F", PAID, 240, category="1", nationality="turque", unit="SSG-SUD", street="Rue du Marché", number="44", incomes=(),
         members=(Member("Hakan", "Yıldız", _d("1975-05-05"), "partner"),), need="Mon mari gagne très peu et nous ne nous en sortons plus.", why="Madame cohabite avec son mari."),
    Case("gerard", "Élise", "Gérard", _d("2001-07-07"), "F", PAID, 225, category="2", channel="visit", street="Chemin des Prés", number="12", rent=_m("390.00"),
         need="J’ai quitté ma famille et je vis dans un studio.", why="Madame vit seule dans un studio, sans ressources."),
    Case("schmitz", "Heike", "Schmitz", _d("1972-11-15"), "F", PAID, 210, language="de", unit="SSG", category="3", channel="mail", street="Rue Saint-Roch", number="35",
         members=_children("Schmitz", ("Lena", "2010-08-30"),), incomes=(family_allowance("190.00", "Kindergeld"),), need="Ich bin geschieden und habe keine Arbeit.", why="Frau Schmitz erzieht ihre minderjährige Tochter allein."),
    Case("mbemba", "Divine", "Mbemba", _d("1998-09-09"), "F", PAID, 195, aid="equivalent", category="1", nationality="congolaise", street="Rue de l’Abattoir", number="6",
         members=(Member("Grâce", "Mbemba", _d("1970-01-17"), "parent"),), incomes=(), need="J’habite chez ma mère, qui n’a presque rien.", why="Madame vit chez sa mère, dont les revenus sont trop bas pour être comptés."),
    Case("lejeune", "Bernard", "Lejeune", _d("1966-02-14"), "M", ENDING, 380, category="2", channel="letter", street="Place du Parvis", number="9", incomes=(wage("310.00", "Salaire net, article 60 terminé"),),
         need="Mon contrat se termine.", why="Monsieur vit seul ; son salaire partiel est compté."),
    Case("popescu", "Ioana", "Popescu", _d("1991-05-18"), "F", REFUSED, 180, aid="one_off", amount=_m("900.00"), purpose="achat d’une télévision", nationality="roumaine", unit="SSG-SUD",
         street="Rue Neuve", number="14", need="Je voudrais une télévision pour mes enfants.", why="La demande de 900,00 € concerne une télévision ; le ménage dispose de 1.640,00 € par mois et ne se trouve pas dans le besoin pour cet achat."),
    # The last three months: everything is on its way ---------------------------------------------------------------------
    Case("demir", "Mehmet", "Demir", _d("1981-04-25"), "M", REJECTED, 62, category="2", nationality="turque", street="Rue Haute", number="52", need="J’ai été licencié.", why="Monsieur vit seul et n’a plus de revenus.", unit="SSG-NORD"),
    Case("silva", "Joana", "Silva Ferreira", _d("1989-10-03"), "F", PAID, 75, category="3", channel="visit", nationality="portugaise", street="Rue du Moulin", number="17",
         members=_children("Silva", ("Tiago", "2016-06-16"), ("Rita", "2018-11-08")), incomes=(family_allowance("352.00"), wage("380.00", "Salaire net, nettoyage")), need="Je suis seule avec mes enfants.", why="Madame élève seule deux enfants."),
    Case("tran", "Thi Mai", "Tran", _d("1993-08-27"), "F", PAID, 82, category="1", nationality="vietnamienne", unit="SSG-SUD", street="Rue du Marché", number="3",
         members=(Member("Van Minh", "Nguyen", _d("1990-02-02"), "partner"),), incomes=(wage("250.00"),), need="Nous avons perdu notre petit commerce.", why="Madame cohabite ; son salaire partiel est compté."),
    Case("evrard", "Maxime", "Evrard", _d("2003-03-30"), "M", PAID, 70, category="2", unit="INS", street="Rue des Écoles", number="28", need="Je sors d’institution et je commence une formation.", why="Monsieur vit seul depuis sa sortie d’institution."),
    Case("kabongo", "Claudine", "Kabongo", _d("1976-06-19"), "F", NOTIFIED, 40, category="2", channel="call", nationality="congolaise", street="Avenue des Tilleuls", number="10", need="Mon ex-mari ne paie plus la pension alimentaire.", why="Madame vit seule ; la pension alimentaire n’est plus payée depuis juillet."),
    Case("fontaine", "Thierry", "Fontaine", _d("1970-12-05"), "M", NOTIFIED, 38, aid="one_off", amount=_m("240.00"), purpose="lunettes", street="Rue Grande", number="80", need="J’ai besoin de lunettes pour travailler.", why="Monsieur a besoin de lunettes ; la mutuelle n’en paie qu’une partie."),
    Case("bouzid", "Leïla", "Bouzid", _d("1995-01-31"), "F", NOTIFIED, 36, category="3", unit="SSG-SUD", street="Rue de la Clef", number="2", members=_children("Bouzid", ("Adam", "2023-05-15")),
         incomes=(family_allowance("175.00"),), need="Je viens d’avoir un enfant et je suis seule.", why="Madame élève seule son fils."),
    Case("gillet", "Raymond", "Gillet", _d("1959-07-14"), "M", DECIDED, 33, category="2", street="Rue de l’Église", number="1", need="J’attends ma pension.", why="Monsieur vit seul et attend sa pension."),
    Case("petrov", "Dimitar", "Petrov", _d("1986-03-12"), "M", DECIDED, 32, aid="equivalent", category="2", nationality="bulgare", unit="SSG-SUD", street="Quai de la Meuse", number="50", need="Je n’ai plus de logement.", why="Monsieur vit seul, hébergé provisoirement.", channel="visit"),
    Case("marchal", "Hélène", "Marchal", _d("1982-05-20"), "F", DECIDED, 31, aid="one_off", amount=_m("650.00"), purpose="garantie locative, première tranche", street="Rue du Pont", number="77", need="Je dois payer une garantie pour mon nouveau logement.", why="Madame quitte un logement insalubre ; la garantie est nécessaire."),
    Case("rossi", "Giulia", "Rossi", _d("1997-02-22"), "F", POSTPONED, 34, category="2", nationality="italienne", street="Rue Neuve", number="30", need="Je cherche du travail.", why="Madame vit seule ; une preuve de recherche d’emploi est attendue."),
    Case("hosseini", "Reza", "Hosseini", _d("1984-09-01"), "M", MORE_INFO, 29, category="3", nationality="iranienne", unit="SSG-SUD", channel="visit", street="Rue des Mineurs", number="23",
         members=(Member("Parisa", "Hosseini", _d("1987-11-11"), "partner"), *_children("Hosseini", ("Dara", "2017-07-17"))), need="Nous n’avons plus d’épargne.", why="Monsieur a une famille à charge."),
    # The next session's agenda: twelve cases, some to discuss ---------------------------------------------------------------
    Case("lemmens", "Thierry", "Lemmens", _d("1977-08-18"), "M", AGENDA, 27, aid="one_off", amount=_m("1240.00"), purpose="garantie locative", street="Rue Haute", number="5", need="Je dois quitter mon logement.", why="Le bail prend fin ; la garantie du nouveau logement s’élève à 1.240,00 €."),
    Case("vanderstraeten", "Nora", "Haddad-Van der Straeten", _d("1990-10-30"), "F", AGENDA, 26, aid="one_off", amount=_m("300.00"), purpose="fonds chauffage", unit="SSG-SUD", street="Rue de la Clef", number="14", need="La facture de gaz est trop haute.", why="La facture de gaz de décembre dépasse les moyens du ménage."),
    Case("maes", "Aurélie", "Maes", _d("2002-04-09"), "F", AGENDA, 25, category="1", street="Rue des Écoles", number="11", incomes=(parents_give("120.00"),), members=(Member("Patrick", "Maes", _d("1971-06-25"), "parent"),), need="Je suis aux études.", why="Madame, étudiante, habite chez son père."),
    Case("diallo2", "Mamadou", "Diallo", _d("1991-12-24"), "M", AGENDA, 25, aid="equivalent", category="2", nationality="guinéenne", channel="visit", street="Rue du Moulin", number="44", need="Je n’ai pas de ressources.", why="Monsieur vit seul, sans ressources."),
    Case("hubert", "Isabelle", "Hubert", _d("1974-01-26"), "F", AGENDA, 24, category="2", hearing=True, street="Avenue de la Gare", number="12", incomes=(wage("600.00"),), need="Mon mi-temps ne suffit pas pour payer mon loyer.", rent=_m("560.00"), why="Madame vit seule ; son salaire est compté après exonérations."),
    Case("osman", "Amina", "Osman", _d("1988-07-03"), "F", AGENDA, 24, category="3", nationality="somalienne", unit="SSG-SUD", street="Rue Saint-Roch", number="7", hidden=True, members=_children("Osman", ("Hodan", "2013-09-19"), ("Yusuf", "2016-01-05")), incomes=(family_allowance("366.00"),), need="J’ai quitté mon mari, nous sommes en sécurité.", why="Madame élève seule ses deux enfants."),
    Case("weber", "Klaus", "Weber", _d("1965-03-17"), "M", AGENDA, 23, language="de", unit="SSG", category="2", street="Rue Saint-Roch", number="60", need="Ich habe meine Arbeit verloren.", why="Herr Weber lebt allein und hat kein Einkommen."),
    Case("peetersan", "An", "Peeters", _d("1987-05-02"), "F", AGENDA, 22, language="nl", unit="INS", category="3", street="Quai de la Meuse", number="18", members=_children("Peeters", ("Bram", "2015-02-20")), incomes=(family_allowance("178.00", "Kinderbijslag"),), need="Ik sta er alleen voor met mijn zoon.", why="Mevrouw voedt haar minderjarige zoon alleen op."),
    Case("toussaint", "Raymond", "Toussaint", _d("1957-11-02"), "M", AGENDA, 21, category="2", street="Thier des Vignes", number="15", need="Ma pension commence dans trois mois.", why="Monsieur vit seul dans l’attente de sa pension."),
    Case("tesfaye", "Selam", "Tesfaye", _d("1999-09-21"), "F", AGENDA, 20, aid="advance", category="2", pending="sickness", nationality="érythréenne", street="Rue Neuve", number="3", need="Ma mutuelle n’a pas encore payé.", why="Les indemnités de mutuelle sont demandées ; l’avance sera récupérée."),
    Case("bodart", "Lucas", "Bodart", _d("2000-06-11"), "M", LEGAL, 22, category="1", street="Rue Grande", number="36", incomes=(parents_give("200.00"),), members=(Member("Monique", "Bodart", _d("1969-09-30"), "parent"),), need="J’habite chez ma mère.", why="Monsieur habite chez sa mère ; la question est de savoir si ses ressources comptent."),
    Case("ionescu", "Andrei", "Ionescu", _d("1980-10-20"), "M", LEGAL, 19, aid="equivalent", category="2", nationality="roumaine", unit="SSG-SUD", street="Rue du Marché", number="19", need="Je n’ai pas de titre de séjour définitif.", why="Le droit de séjour de Monsieur est contesté."),
    Case("noel", "Martine", "Noël", _d("1963-12-25"), "F", WAITING, 18, category="2", street="Rue de l’Église", number="22", need="Je suis veuve depuis peu.", why="Madame vit seule depuis le décès de son mari."),
    Case("kowalski", "Agnieszka", "Kowalski", _d("1994-04-14"), "F", WAITING, 17, aid="one_off", amount=_m("410.00"), purpose="frais de crèche", nationality="polonaise", unit="INS", street="Chemin des Prés", number="3", members=_children("Kowalski", ("Zofia", "2024-01-30")), need="Je commence une formation et la crèche est chère.", why="La formation commence en décembre ; la crèche coûte 410,00 €."),
    # Under way --------------------------------------------------------------------------------------------------------------
    Case("simon", "David", "Simon", _d("1979-02-07"), "M", SUBMITTED, 16, category="2", street="Rue des Tanneurs", number="2", need="J’ai été exclu du chômage.", why="Monsieur vit seul ; il est exclu du chômage depuis le 1er octobre."),
    Case("cherkaoui", "Nadia", "Cherkaoui", _d("1985-11-23"), "F", SUBMITTED, 15, category="3", channel="visit", street="Avenue des Tilleuls", number="31", members=_children("Cherkaoui", ("Sami", "2011-12-01"), ("Lina", "2014-08-08"), ("Jad", "2019-04-22")), incomes=(family_allowance("560.00"),), need="Je suis seule avec trois enfants.", why="Madame élève seule trois enfants."),
    Case("warnant", "Olivier", "Warnier", _d("1990-01-15"), "M", SUBMITTED, 14, aid="one_off", amount=_m("180.00"), purpose="abonnement de train", unit="INS", street="Rue du Pont", number="9", need="Je dois me déplacer pour ma formation.", why="La formation est à Liège ; l’abonnement coûte 180,00 €."),
    Case("uwimana", "Aline", "Uwimana", _d("1996-06-30"), "F", RETURNED, 20, category="2", nationality="rwandaise", street="Rue du Moulin", number="61", need="J’ai fini mes études.", why="Madame vit seule."),
    Case("delvaux2", "Françoise", "Lambert", _d("1971-03-08"), "F", DRAFTED, 12, category="2", street="Rue Haute", number="40", incomes=(wage("510.00"),), need="Mes heures ont été réduites.", why="Madame vit seule ; son salaire a baissé en octobre."),
    Case("rahimi", "Ali", "Rahimi", _d("1992-08-16"), "M", DRAFTED, 11, aid="equivalent", category="1", nationality="afghane", unit="SSG-SUD", street="Rue des Mineurs", number="12", members=(Member("Zahra", "Rahimi", _d("1960-04-01"), "parent"),), need="Je vis avec ma mère.", why="Monsieur vit avec sa mère."),
    Case("goncalves", "Paulo", "Gonçalves", _d("1967-09-27"), "M", INQUIRY, 35, category="2", nationality="portugaise", street="Rue Grande", number="99", need="Je n’ai plus de travail depuis l’été."),
    Case("krämer", "Ursula", "Krämer", _d("1961-05-06"), "F", INQUIRY, 10, language="de", unit="SSG", category="2", street="Rue Saint-Roch", number="12", need="Mein Mann ist gestorben."),
    Case("thonon", "Camille", "Thonard", _d("1998-10-19"), "F", INQUIRY, 9, category="3", channel="visit", street="Rue des Écoles", number="47", members=_children("Thonard", ("Eva", "2022-03-03")), need="Je me suis séparée la semaine passée."),
    Case("nguyen", "Van Minh", "Nguyen", _d("1975-07-29"), "M", INQUIRY, 8, aid="one_off", amount=_m("220.00"), purpose="soins dentaires", nationality="vietnamienne", unit="SSG-SUD", street="Rue du Marché", number="3", need="J’ai mal aux dents et je ne peux pas payer."),
    Case("haile", "Yonas", "Haile", _d("2005-02-18"), "M", INQUIRY, 6, aid="equivalent", category="2", nationality="érythréenne", channel="visit", street="Place du Parvis", number="5", need="Je viens d’avoir mes papiers."),
    Case("decock", "Greet", "De Cock", _d("1969-08-21"), "F", INQUIRY, 5, language="nl", unit="INS", category="2", street="Quai de la Meuse", number="27", need="Ik ben mijn werk kwijt na een lange ziekte."),
    Case("urgent1", "Patrick", "Herman", _d("1973-04-11"), "M", URGENT, 4, aid="urgent", amount=_m("120.00"), purpose="nourriture", urgent=True, channel="visit", street="Rue de l’Abattoir", number="1", need="Je n’ai rien mangé depuis hier.", why="Monsieur n’a plus rien jusqu’à son prochain revenu."),
    Case("urgent2", "Divya", "Kaur", _d("1994-12-09"), "F", URGENT, 2, aid="urgent", amount=_m("200.00"), purpose="lait et langes", urgent=True, channel="visit", nationality="indienne", unit="SSG-SUD", street="Rue Neuve", number="70", members=_children("Kaur", ("Arjun", "2026-05-01")), need="Mon bébé n’a plus de lait.", why="Madame a un bébé de six mois et plus d’argent."),
    Case("sent1", "Muriel", "Goossens", _d("1988-01-02"), "F", SENT, 3, category="2", street="Rue du Pont", number="40", need="Je suis en fin de droits."),
    Case("sent2", "Emre", "Kaya", _d("1993-09-14"), "M", SENT, 2, category="1", nationality="turque", street="Rue Haute", number="88", members=(Member("Zeynep", "Kaya", _d("1995-03-21"), "partner"),), need="Nous n’avons plus de revenus."),
    Case("sent3", "Rosemarie", "Pauels", _d("1958-06-16"), "F", SENT, 1, language="de", category="2", channel="letter", street="Rue Saint-Roch", number="90", need="Meine Rente reicht nicht."),
    Case("sent4", "Emily", "Clarke", _d("1997-11-07"), "F", SENT, 1, language="en", category="2", nationality="britannique", street="Rue de la Clef", number="31", need="I lost my job and cannot pay my rent."),
    Case("sent5", "Julie", "Vanden Broucke", _d("1987-08-14"), "F", SENT, 0, category="2", street="Rue des Tanneurs", number="50", need="Je suis malade et sans revenu.", urgent=False),
    Case("draft1", "Nicolas", "Desmet", _d("1995-05-05"), "M", DRAFT, 1, street="Rue Neuve", number="12"),
)  # fmt: skip
