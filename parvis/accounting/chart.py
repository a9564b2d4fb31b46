"""The chart of accounts every instance starts with. Codes are the centre's to change; roles are what services look for."""

from __future__ import annotations

from .enums import AccountKind as K
from .enums import Book

CHART: tuple[tuple[str, str, str, str, dict[str, str]], ...] = (
    (Book.PUBLIC, "55001", K.ASSET, "bank", {"fr": "Banque, compte de l’aide sociale", "nl": "Bank, rekening sociale bijstand", "de": "Bank, Konto der Sozialhilfe", "en": "Bank, social aid account"}),
    (Book.PUBLIC, "58001", K.ASSET, "clearing", {"fr": "Paiements en cours", "nl": "Betalingen onderweg", "de": "Laufende Zahlungen", "en": "Payments under way"}),
    (Book.PUBLIC, "41601", K.ASSET, "receivable", {"fr": "Aides à récupérer", "nl": "Terug te vorderen steun", "de": "Zurückzufordernde Hilfen", "en": "Aid to be recovered"}),
    (Book.PUBLIC, "64801", K.EXPENSE, "expense:aid.ris", {"fr": "Revenu d’intégration", "nl": "Leefloon", "de": "Eingliederungseinkommen", "en": "Integration income"}),
    (Book.PUBLIC, "64802", K.EXPENSE, "expense:aid.equivalent", {"fr": "Aide équivalente au revenu d’intégration", "nl": "Steun gelijk aan het leefloon", "de": "Dem Eingliederungseinkommen gleichgestellte Hilfe", "en": "Aid equivalent to integration income"}),
    (Book.PUBLIC, "64803", K.EXPENSE, "expense:aid.one_off", {"fr": "Aides uniques et urgentes", "nl": "Eenmalige en dringende steun", "de": "Einmalige und dringende Hilfen", "en": "One-off and urgent aid"}),
    (Book.PUBLIC, "64804", K.EXPENSE, "expense:aid.advance", {"fr": "Avances sur prestations sociales", "nl": "Voorschotten op sociale uitkeringen", "de": "Vorschüsse auf Sozialleistungen", "en": "Advances on social benefits"}),
    (Book.PUBLIC, "64891", K.EXPENSE, "expense:waived", {"fr": "Récupérations auxquelles le centre a renoncé", "nl": "Terugvorderingen waarvan is afgezien", "de": "Erlassene Rückforderungen", "en": "Recoveries given up"}),
    (Book.PUBLIC, "64899", K.EXPENSE, "expense:other", {"fr": "Autres aides sociales", "nl": "Andere sociale steun", "de": "Andere Sozialhilfen", "en": "Other social aid"}),
    (Book.PUBLIC, "74801", K.REVENUE, "revenue:recovery", {"fr": "Récupération d’aides", "nl": "Terugvordering van steun", "de": "Rückforderung von Hilfen", "en": "Recovery of aid"}),
    (Book.CLIENT, "55901", K.ASSET, "bank", {"fr": "Banque, comptes de tiers", "nl": "Bank, derdenrekeningen", "de": "Bank, Konten Dritter", "en": "Bank, clients' accounts"}),
    (Book.CLIENT, "58901", K.ASSET, "clearing", {"fr": "Paiements pour des tiers en cours", "nl": "Betalingen voor derden onderweg", "de": "Laufende Zahlungen für Dritte", "en": "Payments for clients under way"}),
    (Book.CLIENT, "48901", K.LIABILITY, "expense:other", {"fr": "Fonds appartenant aux bénéficiaires", "nl": "Gelden van de begunstigden", "de": "Gelder der Begünstigten", "en": "Clients' funds"}),
)  # fmt: skip
