"""The conditions of the law of 26 May 2002, article 3: a refusal of the integration income names the one that is not met."""

from __future__ import annotations

from parvis.ui import formats

Label = dict[str, str]


def _l(fr: str, nl: str, de: str, en: str) -> Label:
    return {"fr": fr, "nl": nl, "de": de, "en": en}


def _article(number: int) -> Label:
    return _l(
        f"loi du 26 mai 2002, article 3, {number}°",
        f"wet van 26 mei 2002, artikel 3, {number}°",
        f"Gesetz vom 26. Mai 2002, Artikel 3, {number}°",
        f"law of 26 May 2002, article 3, {number}°",
    )


#: Code → (the condition in words, its article).
GROUNDS: dict[str, tuple[Label, Label]] = {
    "residence": (
        _l("avoir sa résidence effective en Belgique", "zijn werkelijke verblijfplaats in België hebben", "seinen tatsächlichen Wohnort in Belgien haben", "having one’s actual residence in Belgium"),
        _article(1),
    ),
    "age": (
        _l("être majeur ou assimilé à une personne majeure", "meerderjarig zijn of ermee gelijkgesteld", "volljährig oder gleichgestellt sein", "being of age or treated as such"),
        _article(2),
    ),
    "stay": (
        _l("avoir une nationalité ou un droit de séjour que la loi admet", "een nationaliteit of een verblijfsrecht hebben die de wet aanvaardt", "eine vom Gesetz anerkannte Staatsangehörigkeit oder ein Aufenthaltsrecht haben", "having a nationality or a right of residence that the law accepts"),
        _article(3),
    ),
    "resources": (
        _l("ne pas avoir de ressources suffisantes ni pouvoir se les procurer", "geen toereikende bestaansmiddelen hebben en ze niet kunnen verwerven", "keine ausreichenden Einkünfte haben und sie sich nicht verschaffen können", "not having sufficient resources nor being able to obtain them"),
        _article(4),
    ),
    "work": (
        _l("être disposé à travailler, sauf raison de santé ou d’équité", "bereid zijn te werken, behalve om redenen van gezondheid of billijkheid", "arbeitsbereit sein, außer aus Gründen der Gesundheit oder Billigkeit", "being willing to work, unless health or equity prevents it"),
        _article(5),
    ),
    "rights": (
        _l("faire valoir ses droits aux autres prestations sociales", "zijn rechten op andere sociale uitkeringen laten gelden", "seine Ansprüche auf andere Sozialleistungen geltend machen", "claiming one’s rights to other social benefits"),
        _article(6),
    ),
}  # fmt: skip


def choices(language: str = "") -> list[tuple[str, str]]:
    return [(code, formats.label(text, language or None)) for code, (text, _article_) in GROUNDS.items()]


def facts(code: str) -> dict[str, Label]:
    """What the letter reads; nothing when no ground is chosen, so that the letter stays pending there."""
    if code not in GROUNDS:
        return {}
    text, article = GROUNDS[code]
    return {"ground": text, "ground_article": article}
