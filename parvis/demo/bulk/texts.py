"""The words of bulk data."""

from __future__ import annotations

from parvis.kernel import canonical

AIDS = {"ris": "Revenu d’intégration", "equivalent": "Aide équivalente", "one_off": "Aide unique"}
LINES = {"ris": "aid.ris", "equivalent": "aid.equivalent", "one_off": "aid.one_off"}


def _four(fr: str, nl: str, de: str, en: str) -> str:
    return canonical.dumps({"fr": fr, "nl": nl, "de": de, "en": en})


LABELS = {
    "ris": _four("Revenu d’intégration", "Leefloon", "Eingliederungseinkommen", "Integration income"),
    "equivalent": _four("Aide équivalente", "Equivalente steun", "Gleichwertige Hilfe", "Equivalent aid"),
    "one_off": _four("Aide unique", "Eenmalige steun", "Einmalige Hilfe", "One-off aid"),
}
TERMS = {
    kind: canonical.dumps({step: f"{law}.{step}" for step in ("decide", "notify", "pay", "appeal")})
    for kind, law in (("ris", "be.ris"), ("equivalent", "be.aide_sociale"), ("one_off", "be.aide_sociale"))
}
STEPS = {
    "decide": '{"count":30,"unit":"calendar","roll":false}',
    "notify": '{"count":8,"unit":"calendar","roll":false}',
    "pay": '{"count":15,"unit":"calendar","roll":false}',
    "appeal": '{"count":3,"unit":"month","roll":false}',
}
TITLES = {
    "identify": _four("Identifier la personne", "De persoon identificeren", "Die Person identifizieren", "Identify the person"),
    "inquiry": _four("Faire l’enquête sociale", "Het sociaal onderzoek doen", "Die Sozialuntersuchung führen", "Do the social inquiry"),
    "review": _four("Relire la proposition", "Het voorstel nalezen", "Den Vorschlag prüfen", "Check the proposal"),
    "committee": _four("Décider au comité", "Beslissen in het comité", "Im Ausschuss entscheiden", "Decide in committee"),
    "notify": _four("Envoyer la décision", "De beslissing verzenden", "Den Beschluss zustellen", "Send the decision"),
    "pay": _four("Faire le premier paiement", "De eerste betaling doen", "Die erste Zahlung veranlassen", "Make the first payment"),
}
NEEDS = (
    "Je suis sans revenu depuis la fin de mon contrat.",
    "Mes allocations de chômage ne sont pas encore payées.",
    "Je vis seule avec mes enfants et mon loyer a augmenté.",
    "Ik ben mijn werk kwijt na een lange ziekte.",
    "Mijn uitkering is geschorst en ik kan de huur niet betalen.",
    "Ich lebe allein und meine Rente reicht nicht.",
    "Mon titre de séjour vient d’être renouvelé.",
    "Je suis étudiant et mes parents ne peuvent plus m’aider.",
    "La facture d’énergie dépasse ce que je peux payer.",
)
NOTES = (
    ("interview", "Entretien au bureau : situation revue, pièces demandées, prochain contact convenu."),
    ("call", "Appel : la personne annonce un changement de loyer ; le bail suivra par courrier."),
    ("visit", "Visite à domicile : la composition du ménage correspond à ce qui est déclaré."),
    ("mail", "Extraits de compte des trois derniers mois reçus et vérifiés."),
    ("note", "Contact avec la mutuelle : le dossier d’indemnité est complet."),
    ("note", "Recherche d’emploi : deux candidatures ce mois, accompagnement par le service d’insertion."),
    ("call", "Le bailleur confirme que le loyer est payé."),
    ("interview", "Bilan : l’objectif de formation est atteint, contrat prolongé."),
    ("mail", "Rappel envoyé : attestation scolaire des enfants."),
    ("note", "Accord avec le fournisseur d’énergie sur un plan de paiement."),
)
RESOURCES = (
    ("Allocations familiales", "resource", 16_000, 62_000),
    ("Salaire à mi-temps", "resource", 60_000, 130_000),
    ("Pension alimentaire", "resource", 8_000, 35_000),
    ("Indemnité de mutuelle", "resource", 70_000, 160_000),
    ("Loyer", "expense", 35_000, 98_000),
    ("Électricité et gaz", "expense", 6_000, 28_000),
)
