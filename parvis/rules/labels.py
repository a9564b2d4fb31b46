"""Texts of explanation trees in four languages. They are frozen into each tree, so a letter never depends on later wording.

They go into letters: whole words, no abbreviation.
"""

from __future__ import annotations

import re

LANGUAGES = ("fr", "nl", "de", "en")

Label = dict[str, str]


def _l(fr: str, nl: str, de: str, en: str) -> Label:
    return {"fr": fr, "nl": nl, "de": de, "en": en}


RELATIONS: dict[str, Label] = {
    "partner": _l("conjoint ou partenaire", "echtgenoot of partner", "Ehe- oder Lebenspartner", "spouse or partner"),
    "parent": _l("père ou mère", "vader of moeder", "Vater oder Mutter", "father or mother"),
    "adult_child": _l("enfant majeur", "meerderjarig kind", "volljähriges Kind", "adult child"),
    "grandparent": _l("grand-parent", "grootouder", "Großelternteil", "grandparent"),
    "parent_in_law": _l(
        "beau-père ou belle-mère", "schoonvader of schoonmoeder", "Schwiegervater oder Schwiegermutter", "father-in-law or mother-in-law"
    ),
    "child_in_law": _l(
        "beau-fils ou belle-fille", "schoonzoon of schoondochter", "Schwiegersohn oder Schwiegertochter", "son-in-law or daughter-in-law"
    ),
    "sibling": _l("frère ou sœur", "broer of zus", "Bruder oder Schwester", "brother or sister"),
    "other": _l("autre personne", "andere persoon", "andere Person", "other person"),
}

_LABELS: dict[str, Label] = {
    "months": _l("mois", "maanden", "Monate", "months"),
    "per_month": _l("par mois", "per maand", "pro Monat", "per month"),
    "category.1": _l(
        "Montant annuel de la catégorie 1, personne cohabitante",
        "Jaarbedrag van categorie 1, samenwonende persoon",
        "Jahresbetrag der Kategorie 1, mit anderen zusammenlebende Person",
        "Yearly amount of category 1, person living with others",
    ),
    "category.2": _l(
        "Montant annuel de la catégorie 2, personne isolée",
        "Jaarbedrag van categorie 2, alleenstaande persoon",
        "Jahresbetrag der Kategorie 2, alleinstehende Person",
        "Yearly amount of category 2, person living alone",
    ),
    "category.3": _l(
        "Montant annuel de la catégorie 3, personne avec famille à charge",
        "Jaarbedrag van categorie 3, persoon met gezin ten laste",
        "Jahresbetrag der Kategorie 3, Person mit Familie zu Lasten",
        "Yearly amount of category 3, person with a family to support",
    ),
    "kind.net_work": _l(
        "Revenu net du travail ({name})",
        "Netto-inkomen uit werk ({name})",
        "Nettoeinkommen aus Arbeit ({name})",
        "Net income from work ({name})",
    ),
    "kind.maintenance": _l(
        "Pension alimentaire ou aide familiale ({name})",
        "Onderhoudsgeld of hulp van familie ({name})",
        "Unterhalt oder Hilfe der Familie ({name})",
        "Maintenance or family help ({name})",
    ),
    "kind.other": _l(
        "Autre ressource ({name})", "Andere bestaansmiddelen ({name})", "Andere Einkünfte ({name})", "Other resource ({name})"
    ),
    "kind.net_work.bare": _l("Revenu net du travail", "Netto-inkomen uit werk", "Nettoeinkommen aus Arbeit", "Net income from work"),
    "kind.maintenance.bare": _l(
        "Pension alimentaire ou aide familiale",
        "Onderhoudsgeld of hulp van familie",
        "Unterhalt oder Hilfe der Familie",
        "Maintenance or family help",
    ),
    "kind.other.bare": _l("Autre ressource", "Andere bestaansmiddelen", "Andere Einkünfte", "Other resource"),
    "work_total": _l(
        "Revenus nets du travail, par an",
        "Netto-inkomen uit werk, per jaar",
        "Nettoeinkommen aus Arbeit, pro Jahr",
        "Net income from work, per year",
    ),
    "work_counted": _l(
        "Revenus du travail pris en compte",
        "Inkomen uit werk dat meetelt",
        "Angerechnetes Arbeitseinkommen",
        "Income from work that counts",
    ),
    "isp": _l(
        "Part du revenu du travail que nous ne comptons pas",
        "Deel van het inkomen uit werk dat wij niet meetellen",
        "Teil des Arbeitseinkommens, den wir nicht anrechnen",
        "Part of the income from work that we do not count",
    ),
    "isp_year": _l(
        "Exonération socioprofessionnelle, par an",
        "Socioprofessionele vrijstelling, per jaar",
        "Sozialberufliche Freistellung, pro Jahr",
        "Work incentive exemption, per year",
    ),
    "isp_month": _l(
        "Exonération socioprofessionnelle, par mois",
        "Socioprofessionele vrijstelling, per maand",
        "Sozialberufliche Freistellung, pro Monat",
        "Work incentive exemption, per month",
    ),
    "resources_total": _l(
        "Ressources par an, avant l’exonération générale",
        "Bestaansmiddelen per jaar, vóór de algemene vrijstelling",
        "Einkünfte pro Jahr, vor der allgemeinen Freistellung",
        "Resources per year, before the general exemption",
    ),
    "resources_counted": _l(
        "Ressources comptées par an",
        "Bestaansmiddelen die meetellen, per jaar",
        "Angerechnete Einkünfte pro Jahr",
        "Resources counted per year",
    ),
    "general_exemption": _l("Exonération générale", "Algemene vrijstelling", "Allgemeine Freistellung", "General exemption"),
    "general_exemption.1": _l(
        "Exonération générale de la catégorie 1",
        "Algemene vrijstelling van categorie 1",
        "Allgemeine Freistellung der Kategorie 1",
        "General exemption of category 1",
    ),
    "general_exemption.2": _l(
        "Exonération générale de la catégorie 2",
        "Algemene vrijstelling van categorie 2",
        "Allgemeine Freistellung der Kategorie 2",
        "General exemption of category 2",
    ),
    "general_exemption.3": _l(
        "Exonération générale de la catégorie 3",
        "Algemene vrijstelling van categorie 3",
        "Allgemeine Freistellung der Kategorie 3",
        "General exemption of category 3",
    ),
    "cohabitants": _l(
        "Ressources des personnes qui vivent avec vous et vous doivent des aliments",
        "Inkomen van de onderhoudsplichtigen die met u samenwonen",
        "Einkünfte der mit Ihnen lebenden Unterhaltspflichtigen",
        "Resources of the persons living with you who owe you maintenance",
    ),
    "cohabitants_equity": _l(
        "Ressources des cohabitants, comptées en équité",
        "Inkomen van de samenwonenden, naar billijkheid geteld",
        "Einkünfte der Mitbewohner, nach Billigkeit angerechnet",
        "Resources of cohabitants, counted in equity",
    ),
    "equity_amount": _l(
        "Montant retenu en équité, par an",
        "Bedrag naar billijkheid, per jaar",
        "Nach Billigkeit festgelegter Betrag, pro Jahr",
        "Amount kept in equity, per year",
    ),
    "cohabitant": _l("{name} ({relation})", "{name} ({relation})", "{name} ({relation})", "{name} ({relation})"),
    "cohabitant_income": _l(
        "Ressources nettes de {name}, par an",
        "Netto-inkomen van {name}, per jaar",
        "Nettoeinkünfte von {name}, pro Jahr",
        "Net resources of {name}, per year",
    ),
    "cohabitant_keeps": _l(
        "Montant de la catégorie 1 laissé à cette personne",
        "Bedrag van categorie 1 dat deze persoon behoudt",
        "Dieser Person verbleibender Betrag der Kategorie 1",
        "Amount of category 1 left to this person",
    ),
    "not_counted": _l(
        "Cette personne ne vous doit pas d’aliments : ses ressources ne comptent pas.",
        "Deze persoon is u geen onderhoud verschuldigd: zijn inkomen telt niet mee.",
        "Diese Person ist Ihnen gegenüber nicht unterhaltspflichtig: Ihre Einkünfte werden nicht angerechnet.",
        "This person owes you no maintenance: their resources do not count.",
    ),
    "year.ris": _l("Revenu d’intégration par an", "Leefloon per jaar", "Eingliederungseinkommen pro Jahr", "Integration income per year"),
    "month.ris": _l(
        "Revenu d’intégration par mois", "Leefloon per maand", "Eingliederungseinkommen pro Monat", "Integration income per month"
    ),
    "year.equivalent_aid": _l(
        "Aide sociale équivalente par an",
        "Equivalente maatschappelijke hulp per jaar",
        "Gleichwertige Sozialhilfe pro Jahr",
        "Equivalent social aid per year",
    ),
    "month.equivalent_aid": _l(
        "Aide sociale équivalente par mois",
        "Equivalente maatschappelijke hulp per maand",
        "Gleichwertige Sozialhilfe pro Monat",
        "Equivalent social aid per month",
    ),
    # Articles
    "art.category.1": _l(
        "loi du 26 mai 2002, article 14, § 1er, 1°",
        "wet van 26 mei 2002, artikel 14, § 1, 1°",
        "Gesetz vom 26. Mai 2002, Artikel 14 § 1 Nummer 1",
        "law of 26 May 2002, article 14, § 1, 1°",
    ),
    "art.category.2": _l(
        "loi du 26 mai 2002, article 14, § 1er, 2°",
        "wet van 26 mei 2002, artikel 14, § 1, 2°",
        "Gesetz vom 26. Mai 2002, Artikel 14 § 1 Nummer 2",
        "law of 26 May 2002, article 14, § 1, 2°",
    ),
    "art.category.3": _l(
        "loi du 26 mai 2002, article 14, § 1er, 3°",
        "wet van 26 mei 2002, artikel 14, § 1, 3°",
        "Gesetz vom 26. Mai 2002, Artikel 14 § 1 Nummer 3",
        "law of 26 May 2002, article 14, § 1, 3°",
    ),
    "art.amount": _l(
        "loi du 26 mai 2002, article 14, § 2",
        "wet van 26 mei 2002, artikel 14, § 2",
        "Gesetz vom 26. Mai 2002, Artikel 14 § 2",
        "law of 26 May 2002, article 14, § 2",
    ),
    "art.resources": _l(
        "loi du 26 mai 2002, article 16",
        "wet van 26 mei 2002, artikel 16",
        "Gesetz vom 26. Mai 2002, Artikel 16",
        "law of 26 May 2002, article 16",
    ),
    "art.general_exemption": _l(
        "arrêté royal du 11 juillet 2002, article 22, § 2",
        "koninklijk besluit van 11 juli 2002, artikel 22, § 2",
        "Königlicher Erlass vom 11. Juli 2002, Artikel 22 § 2",
        "royal decree of 11 July 2002, article 22, § 2",
    ),
    "art.isp": _l(
        "arrêté royal du 11 juillet 2002, article 35, § 1er",
        "koninklijk besluit van 11 juli 2002, artikel 35, § 1",
        "Königlicher Erlass vom 11. Juli 2002, Artikel 35 § 1",
        "royal decree of 11 July 2002, article 35, § 1",
    ),
    "art.cohabitants": _l(
        "arrêté royal du 11 juillet 2002, article 34",
        "koninklijk besluit van 11 juli 2002, artikel 34",
        "Königlicher Erlass vom 11. Juli 2002, Artikel 34",
        "royal decree of 11 July 2002, article 34",
    ),
    "art.equity": _l(
        "arrêté royal du 11 juillet 2002, article 34, écart motivé en équité",
        "koninklijk besluit van 11 juli 2002, artikel 34, gemotiveerde afwijking naar billijkheid",
        "Königlicher Erlass vom 11. Juli 2002, Artikel 34, begründete Abweichung aus Billigkeit",
        "royal decree of 11 July 2002, article 34, motivated deviation in equity",
    ),
    "art.basis.ris": _l(
        "loi du 26 mai 2002, article 14",
        "wet van 26 mei 2002, artikel 14",
        "Gesetz vom 26. Mai 2002, Artikel 14",
        "law of 26 May 2002, article 14",
    ),
    "art.basis.equivalent_aid": _l(
        "loi du 8 juillet 1976, articles 1er et 57, § 1er",
        "wet van 8 juli 1976, artikelen 1 en 57, § 1",
        "Gesetz vom 8. Juli 1976, Artikel 1 und 57 § 1",
        "law of 8 July 1976, articles 1 and 57, § 1",
    ),
    # Notes
    "note.whole_months": _l(
        "Le calcul porte sur des mois entiers. Une partie de mois n’est pas encore calculée.",
        "De berekening geldt voor volledige maanden. Een deel van een maand wordt nog niet berekend.",
        "Die Berechnung gilt für ganze Monate. Ein Teil eines Monats wird noch nicht berechnet.",
        "The computation is for whole months. A part of a month is not computed yet.",
    ),
    "note.last_known": _l(
        "Le calcul emploie le dernier barème connu, celui du {day}.",
        "De berekening gebruikt het laatst bekende bedrag, dat van {day}.",
        "Die Berechnung verwendet den letzten bekannten Satz, den vom {day}.",
        "The computation uses the last known rate, that of {day}.",
    ),
    "note.to_confirm": _l(
        "Une règle employée ici reste à confirmer par un centre.",
        "Een regel die hier is toegepast, moet nog door een centrum worden bevestigd.",
        "Eine hier angewandte Regel muss noch von einem Zentrum bestätigt werden.",
        "A rule used here has still to be confirmed by a centre.",
    ),
    "note.equivalent_aid": _l(
        "La loi ne fixe pas le calcul de l’aide sociale : le centre suit, par équité, les règles du revenu d’intégration.",
        "De wet bepaalt geen berekening van de maatschappelijke hulp: het centrum volgt, uit billijkheid, de regels van het leefloon.",
        "Das Gesetz legt keine Berechnung der Sozialhilfe fest: Das Zentrum folgt aus Billigkeit den Regeln des Eingliederungseinkommens.",
        "The law sets no computation for social aid: in equity, the centre follows the rules of the integration income.",
    ),
    "note.equity": _l(
        "Les ressources des cohabitants sont comptées en équité, pour la raison indiquée.",
        "Het inkomen van de samenwonenden is naar billijkheid geteld, om de vermelde reden.",
        "Die Einkünfte der Mitbewohner sind aus dem angegebenen Grund nach Billigkeit angerechnet.",
        "The resources of the cohabitants are counted in equity, for the reason given.",
    ),
    # Sentences of the letter
    "text.category": _l(
        "Le montant annuel de votre catégorie est de {amount} ({article}).",
        "Het jaarbedrag van uw categorie is {amount} ({article}).",
        "Der Jahresbetrag Ihrer Kategorie beläuft sich auf {amount} ({article}).",
        "The yearly amount of your category is {amount} ({article}).",
    ),
    "text.no_resources": _l(
        "Vous n’avez pas de ressources à compter.",
        "U hebt geen bestaansmiddelen die meetellen.",
        "Sie haben keine anzurechnenden Einkünfte.",
        "You have no resources to count.",
    ),
    "text.result": _l(
        "{ceiling} moins {counted} font {year} par an. Divisé par 12, cela donne {month} par mois.",
        "{ceiling} min {counted} is {year} per jaar. Gedeeld door 12 geeft dat {month} per maand.",
        "{ceiling} abzüglich {counted} ergeben {year} pro Jahr. Geteilt durch 12 sind das {month} pro Monat.",
        "{ceiling} less {counted} makes {year} per year. Divided by 12, this gives {month} per month.",
    ),
    "row.result": _l(
        "{ceiling} − {counted}, divisé par 12",
        "{ceiling} − {counted}, gedeeld door 12",
        "{ceiling} − {counted}, geteilt durch 12",
        "{ceiling} − {counted}, divided by 12",
    ),
    "text.floor": _l(
        "Vos ressources comptées atteignent ce montant : aucun montant n’est dû.",
        "Uw bestaansmiddelen bereiken dit bedrag: er is geen bedrag verschuldigd.",
        "Ihre angerechneten Einkünfte erreichen diesen Betrag: Es steht kein Betrag zu.",
        "Your counted resources reach this amount: nothing is due.",
    ),
}


def label(key: str, **values: str | Label) -> Label:
    """A text in the four languages, with values put in (a value may itself be a text in four languages).

    Values are put in once and never read as a pattern themselves.
    """
    texts = _LABELS[key]
    if not values:
        return dict(texts)

    def put(language: str) -> str:
        def value_of(found: re.Match[str]) -> str:
            value = values.get(found[1], found[0])
            return value[language] if isinstance(value, dict) else value

        return re.sub(r"\{(\w+)\}", value_of, texts[language])

    return {language: put(language) for language in LANGUAGES}
