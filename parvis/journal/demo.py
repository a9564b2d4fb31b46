"""Reference data: a few texts to begin entries with, which the centre changes as it likes."""

from __future__ import annotations

from parvis.kernel.actor import Actor

from .models import NoteTemplate
from .services.texts import save_text

TEXTS = (
    (
        "visit",
        {"fr": "Visite à domicile", "nl": "Huisbezoek", "de": "Hausbesuch", "en": "Home visit"},
        {
            "fr": "Présents :\nLogement :\nComposition du ménage constatée :\nCe que la personne demande :\nConvenu :",
            "nl": "Aanwezig:\nWoning:\nVastgestelde gezinssamenstelling:\nWat de persoon vraagt:\nAfgesproken:",
            "de": "Anwesend:\nWohnung:\nFestgestellte Haushaltszusammensetzung:\nWas die Person wünscht:\nVereinbart:",
            "en": "Present:\nHome:\nHousehold as seen:\nWhat the person asks for:\nAgreed:",
        },
    ),
    (
        "call",
        {
            "fr": "Appel manqué, message laissé",
            "nl": "Gemiste oproep, bericht gelaten",
            "de": "Nicht erreicht, Nachricht hinterlassen",
            "en": "Not reached, message left",
        },
        {
            "fr": "Pas joint. Message laissé : rappeler le centre.",
            "nl": "Niet bereikt. Bericht gelaten: het centrum terugbellen.",
            "de": "Nicht erreicht. Nachricht hinterlassen: Bitte das Zentrum zurückrufen.",
            "en": "Not reached. Message left: please call the centre back.",
        },
    ),
    (
        "interview",
        {"fr": "Entretien de suivi", "nl": "Opvolggesprek", "de": "Folgegespräch", "en": "Follow-up interview"},
        {
            "fr": "Depuis la dernière fois :\nRessources et charges :\nSanté :\nDémarches en cours :\nConvenu :",
            "nl": "Sinds de vorige keer:\nInkomsten en lasten:\nGezondheid:\nLopende stappen:\nAfgesproken:",
            "de": "Seit dem letzten Mal:\nEinkünfte und Lasten:\nGesundheit:\nLaufende Schritte:\nVereinbart:",
            "en": "Since last time:\nIncome and charges:\nHealth:\nSteps under way:\nAgreed:",
        },
    ),
)


def load(*, actor: Actor) -> None:
    """Once: what the centre changed or withdrew stays as it is. ``actor``: the system or who keeps the texts."""
    if NoteTemplate.objects.exists():
        return
    for kind, titles, texts in TEXTS:
        save_text(actor=actor, kind=kind, titles=titles, texts=texts)
