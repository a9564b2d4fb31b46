"""Texts that are kept in rows in the four languages, and steps of the chronicle."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from .enums import DebtorKind

OVERPAID = {
    "fr": "Trop payé : décider s’il faut récupérer",
    "nl": "Te veel betaald: beslissen over terugvordering",
    "de": "Zu viel gezahlt: über Rückforderung entscheiden",
    "en": "Paid too much: decide on recovery",
}
REJECTED = {
    "fr": "Paiement rejeté par la banque",
    "nl": "Betaling verworpen door de bank",
    "de": "Zahlung von der Bank abgelehnt",
    "en": "Payment rejected by the bank",
}
ASK_ACCOUNT = {
    "fr": "Demander le bon compte à la personne",
    "nl": "De juiste rekening aan de persoon vragen",
    "de": "Die Person nach dem richtigen Konto fragen",
    "en": "Ask the person for the right account",
}
CONTINUE = {
    "fr": "Aide qui se termine : décider de la suite",
    "nl": "Steun die afloopt: over het vervolg beslissen",
    "de": "Hilfe läuft aus: über die Fortsetzung entscheiden",
    "en": "Aid that runs out: decide what follows",
}
NO_ACCOUNT = {
    "fr": "Compte manquant : l’aide ne peut pas être payée",
    "nl": "Geen rekening: de steun kan niet worden betaald",
    "de": "Kein Konto: Die Hilfe kann nicht ausgezahlt werden",
    "en": "No account: the aid cannot be paid",
}
SETTLED = {
    "fr": "Récupération terminée : envoyer la lettre à la personne",
    "nl": "Terugvordering afgesloten: de brief aan de persoon sturen",
    "de": "Rückforderung abgeschlossen: den Brief an die Person senden",
    "en": "Recovery settled: send the letter to the person",
}
REOPENED = {
    "fr": "Récupération rouverte : prévenir la personne",
    "nl": "Terugvordering heropend: de persoon verwittigen",
    "de": "Rückforderung wieder offen: die Person benachrichtigen",
    "en": "Recovery open again: tell the person",
}

WAIVER = {
    "fr": "Remise d’une récupération",
    "nl": "Kwijtschelding van een terugvordering",
    "de": "Erlass einer Rückforderung",
    "en": "Recovery given up",
}

WAIVED_LETTER = {
    "fr": "Récupération abandonnée : envoyer la lettre au débiteur",
    "nl": "Van terugvordering afgezien: de brief aan de schuldenaar sturen",
    "de": "Auf Rückforderung verzichtet: den Brief an den Schuldner senden",
    "en": "Recovery given up: send the letter to the debtor",
}
#: Whether something is left to pay.
WAIVED_REST = {
    False: {
        "fr": "Il ne reste rien à payer pour cette récupération.",
        "nl": "Voor deze terugvordering blijft niets meer te betalen.",
        "de": "Für diese Rückforderung ist nichts mehr zu zahlen.",
        "en": "Nothing is left to pay for this recovery.",
    },
    True: {
        "fr": "Il reste **{rest}** à payer.",
        "nl": "Er blijft **{rest}** te betalen.",
        "de": "Es bleiben **{rest}** zu zahlen.",
        "en": "**{rest}** is left to pay.",
    },
}

ARTICLE = {
    DebtorKind.INSTITUTION: "Loi organique du 8 juillet 1976, art. 99 § 2",
    DebtorKind.PERSON: "Loi du 26 mai 2002, art. 24 ; loi organique du 8 juillet 1976, art. 99 § 1er",
}

CLAIM_LAW = {
    DebtorKind.INSTITUTION: {
        "fr": "l’article 99, § 2, de la loi organique du 8 juillet 1976 : le CPAS est subrogé dans les droits de la personne aidée",
        "nl": "artikel 99, § 2, van de organieke wet van 8 juli 1976: het OCMW treedt in de rechten van de geholpen persoon",
        "de": "Artikel 99 § 2 des Grundlagengesetzes vom 8. Juli 1976: Das ÖSHZ tritt in die Rechte der unterstützten Person ein",
        "en": "article 99, § 2, of the organic law of 8 July 1976: the centre steps into the rights of the person who was helped",
    },
    DebtorKind.PERSON: {
        "fr": "l’article 24 de la loi du 26 mai 2002 et l’article 99, § 1er, de la loi organique du 8 juillet 1976",
        "nl": "artikel 24 van de wet van 26 mei 2002 en artikel 99, § 1, van de organieke wet van 8 juli 1976",
        "de": "Artikel 24 des Gesetzes vom 26. Mai 2002 und Artikel 99 § 1 des Grundlagengesetzes vom 8. Juli 1976",
        "en": "article 24 of the law of 26 May 2002 and article 99, § 1, of the organic law of 8 July 1976",
    },
}

#: One right in an attestation.
ATTESTED = {
    "fr": "{amount} par mois{category}, du {start} au {end} (décision {number} du {decided})",
    "nl": "{amount} per maand{category}, van {start} tot en met {end} (beslissing {number} van {decided})",
    "de": "{amount} pro Monat{category}, vom {start} bis {end} (Entscheidung {number} vom {decided})",
    "en": "{amount} per month{category}, from {start} to {end} (decision {number} of {decided})",
}

STEP_PREPARED = gettext_noop("First payment prepared: %(amount)s, order %(order)s")
STEP_PAID = gettext_noop("First payment made: %(amount)s, order %(order)s")
STEP_REJECTED = gettext_noop("Payment rejected by the bank: %(amount)s, %(reason)s")
STEP_ACCOUNT = gettext_noop("Account of payment changed for %(what)s: %(account)s")
STEP_SECOND = gettext_noop("Second aid of the same kind in the month, %(amount)s: %(reason)s")
STEP_CLAIM = gettext_noop("Recovery registered: %(number)s, %(amount)s from %(debtor)s")
STEP_CONTINUE = gettext_noop("Aid about to end on %(day)s: a continuation is proposed")
STEP_ATTESTED = gettext_noop("Attestation %(number)s handed over, for %(from)s to %(to)s")
STEP_ATTESTATION_WITHDRAWN = gettext_noop("Attestation %(number)s withdrawn: %(reason)s")
STEP_SETTLED = gettext_noop("Recovery %(number)s fully recovered: %(amount)s")
STEP_REVERSED = gettext_noop("Money received for the recovery %(number)s reversed, %(amount)s: %(reason)s")
STEP_REOPENED_TOLD = gettext_noop("The person was told that the recovery %(number)s is open again")
STEP_WAIVED = gettext_noop("Recovery %(number)s: %(amount)s given up by the decision %(decision)s")
STEP_TOLD = gettext_noop("Letter on the end of the recovery %(number)s sent to the person")
