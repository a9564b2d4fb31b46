"""Columns of running aids and of payments made, and what their cells mean."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.kernel import registries
from parvis.kernel.identifiers import InvalidIdentifier, parse_iban
from parvis.kernel.periods import month_start
from parvis.kernel.textmatch import sort_key

from ..enums import FileKind
from .columns import BY_KEY, PERSON, TARGETS, Target
from .values import BadValue, clean, day

AID, PAYMENT, PAYEE, DEBT = "aid", "payment", "payee", "debt"
MONEY_GROUPS: tuple[tuple[str, Any], ...] = (
    (AID, gettext_lazy("Aid")),
    (PAYMENT, gettext_lazy("Payment")),
    (PAYEE, gettext_lazy("Paid to")),
    (DEBT, gettext_lazy("Kept back for a debt")),
)
_KEY, _NISS, _DOSSIER = (next(one for one in TARGETS if one.key == key) for key in ("key", "national_number", "dossier_key"))
_NAME = Target("name", PERSON, gettext_lazy("Name of the person"), (
    "nom", "nom et prenom", "beneficiaire", "naam", "begunstigde", "name", "empfanger", "beneficiary", "nom beneficiaire",
), 191)  # fmt: skip
_AID = Target("aid", AID, gettext_lazy("Kind of aid"), (
    "aide", "type d aide", "type aide", "prestation", "nature", "steun", "soort steun", "steunvorm", "hilfe", "art der hilfe", "hilfeart", "kind of aid", "code aide", "libelle aide",
), 120)  # fmt: skip
_WITHHELD = Target("withheld", DEBT, gettext_lazy("Kept back in the month"), (
    "retenue", "retenues", "retenu", "inhouding", "inhoudingen", "ingehouden", "einbehalt", "abzug", "withheld", "deduction", "deductions", "montant retenu",
), 30)  # fmt: skip
_PAYEE = Target("payee", PAYEE, gettext_lazy("Name of the account"), (
    "titulaire", "titulaire du compte", "nom du compte", "paye a", "destinataire", "rekeninghouder", "betaald aan", "kontoinhaber", "gezahlt an", "payee", "account holder", "account name",
), 191)  # fmt: skip
_IBAN = Target("iban", PAYEE, gettext_lazy("Account (IBAN)"), (
    "iban", "compte", "no compte", "numero de compte", "compte bancaire", "rekening", "rekeningnummer", "konto", "kontonummer", "account", "account number", "bank account",
), 60)  # fmt: skip

RIGHTS: tuple[Target, ...] = (
    _KEY, _NISS, _NAME,
    Target("right_key", AID, gettext_lazy("Number of the right in the old system"), ("no droit", "numero droit", "id droit", "no aide", "recht nr", "id recht", "anspruch nr", "right id", "right number", "id aide"), 80),
    _AID,
    Target("amount", AID, gettext_lazy("Amount a month, before anything is kept back"), ("montant", "montant mensuel", "montant brut", "brut", "bedrag", "maandbedrag", "bruto", "bedrag per maand", "betrag", "monatsbetrag", "brutto", "amount", "monthly amount", "gross"), 30),
    Target("right_from", AID, gettext_lazy("Right from"), ("du", "depuis", "date debut", "debut", "a partir du", "van", "vanaf", "begin", "begindatum", "ab", "von", "beginn", "from", "start", "valid from"), 30),
    Target("right_to", AID, gettext_lazy("Right up to and including"), ("au", "jusqu au", "date fin", "fin", "tot", "tot en met", "einde", "einddatum", "bis", "ende", "to", "until", "end", "valid to"), 30),
    Target("told", AID, gettext_lazy("Decision in the old system"), ("decision", "no decision", "date decision", "beslissing", "besluit", "beslissing nr", "entscheidung", "beschluss"), 191),
    _DOSSIER, _PAYEE, _IBAN, _WITHHELD,
    Target("withheld_left", DEBT, gettext_lazy("Debt that is left"), ("solde", "solde de la dette", "solde dette", "reste du", "saldo", "saldo schuld", "restschuld", "schuld", "debt left", "balance"), 30),
    Target("withheld_reason", DEBT, gettext_lazy("Why it is kept back"), ("motif retenue", "motif de la retenue", "motif", "reden inhouding", "reden", "grund", "reason"), 191),
)  # fmt: skip
PAYMENTS: tuple[Target, ...] = (
    _KEY, _NISS, _NAME,
    Target("payment_key", PAYMENT, gettext_lazy("Number of the payment in the old system"), ("no paiement", "numero paiement", "id paiement", "no ordre", "betaling nr", "id betaling", "zahlung nr", "payment id", "payment number"), 90),
    _AID,
    Target("month", PAYMENT, gettext_lazy("Month that was paid"), ("mois", "periode", "maand", "monat", "zeitraum", "month", "period", "mois paye"), 30),
    Target("gross", PAYMENT, gettext_lazy("Amount before anything is kept back"), ("brut", "montant brut", "bruto", "bruto bedrag", "brutto", "gross", "gross amount", "montant du"), 30),
    _WITHHELD,
    Target("paid", PAYMENT, gettext_lazy("Amount paid"), ("paye", "montant paye", "montant", "net", "montant net", "betaald", "bedrag", "netto", "gezahlt", "betrag", "paid", "amount paid", "amount"), 30),
    _PAYEE, _IBAN,
    Target("communication", PAYEE, gettext_lazy("Communication"), ("communication", "mededeling", "mitteilung", "reference paiement", "verwendungszweck", "message"), 191),
)  # fmt: skip
MONEY = {FileKind.RIGHTS: RIGHTS, FileKind.PAYMENTS: PAYMENTS}
ALL = {**BY_KEY, **{one.key: one for one in (*RIGHTS, *PAYMENTS)}}
ONCE = "aid.one_off"

_AIDS = {
    "ris": "aid.ris", "revenu d integration": "aid.ris", "revenu d integration sociale": "aid.ris", "leefloon": "aid.ris", "ll": "aid.ris", "eingliederungseinkommen": "aid.ris", "integration income": "aid.ris", "dis": "aid.ris",
    "eris": "aid.equivalent", "equivalent ris": "aid.equivalent", "aide equivalente": "aid.equivalent", "equivalent leefloon": "aid.equivalent", "ell": "aid.equivalent", "aide sociale equivalente": "aid.equivalent", "gleichgestellte hilfe": "aid.equivalent",
    "avance": "aid.advance", "avances": "aid.advance", "voorschot": "aid.advance", "vorschuss": "aid.advance", "advance": "aid.advance",
    "aide unique": ONCE, "aide ponctuelle": ONCE, "secours": ONCE, "aide urgente": ONCE, "eenmalige steun": ONCE, "dringende steun": ONCE, "einmalige hilfe": ONCE, "one off aid": ONCE,
}  # fmt: skip
_MONTHS = {
    name: number
    for names in (
        "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre",
        "januari februari maart april mei juni juli augustus september oktober november december",
        "januar februar marz april mai juni juli august september oktober november dezember",
        "january february march april may june july august september october november december",
    )
    for number, name in enumerate(names.split(), start=1)
}


def aid_kind(text: str) -> str:
    """The kind of grant that an old name means: by its key, its name in one of the languages, or a usual word; else nothing."""
    wanted = sort_key(text)
    if text.strip() in registries.provisions:
        return text.strip()
    law = [(key, kind) for key, kind in registries.provisions.declared() if getattr(kind, "offered", True)]
    if found := _named(wanted, law) or _AIDS.get(wanted, ""):
        return found
    return _named(wanted, registries.provisions.items())  # those of the centre are asked for last: each time a query


def _named(wanted: str, kinds: list[tuple[str, Any]]) -> str:
    return next((str(key) for key, kind in kinds if wanted in {sort_key(name) for name in getattr(kind, "title", {}).values()}), "")


def clean_money(target: str, text: str) -> Any:
    """The value of a cell of a right or a payment; None when it is empty.

    Raises:
        BadValue: it cannot be read.
    """
    text = text.strip()
    if not text:
        return None
    if target in ("amount", "gross", "withheld", "paid", "withheld_left"):
        return money(text)
    if target in ("right_from", "right_to"):
        return day(text)
    if target == "month":
        return month(text)
    if target == "iban":
        try:
            return parse_iban(text)
        except InvalidIdentifier as error:
            raise BadValue(str(error.message), _("Correct the account: nobody could be paid on it.")) from None
    if target in ("key", "national_number", "dossier_key"):
        return clean(target, text)
    most = ALL[target].most
    if len(text) > most:
        raise BadValue(_("longer than %(most)s characters") % {"most": most}, _("Shorten it in the old system or in the file."))
    return " ".join(text.split())


def money(text: str) -> Decimal:
    """1.288,46 · 1 288,46 · 1288.46 · € 1288,46 · 1’288.46; two decimals.

    Raises:
        BadValue: not an amount, or one with a fraction of a cent.
    """
    bare = re.sub(r"[\s\u00a0\u202f'’€]|EUR|CHF", "", text)
    if re.fullmatch(r"-?\d{1,3}(\.\d{3})+(,\d+)?", bare) or re.fullmatch(r"-?\d+,\d+", bare):
        bare = bare.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d+)?", bare):
        bare = bare.replace(",", "")
    try:
        value = Decimal(bare)
    except InvalidOperation:
        raise BadValue(_("this is not an amount: %(text)s") % {"text": text[:40]}, _("Write it like 1288,46.")) from None
    if not value.is_finite() or abs(value) >= 10**8 or value != value.quantize(Decimal("0.01")):
        raise BadValue(_("this is not an amount: %(text)s") % {"text": text[:40]}, _("Write it like 1288,46."))
    return value.quantize(Decimal("0.01"))


def month(text: str) -> dt.date:
    """10/2026, 2026-10, 202610, octobre 2026, or any day of the month.

    Raises:
        BadValue: no such month.
    """
    text = text.strip()
    found = re.fullmatch(r"(\d{1,2})[./-](\d{4})", text)
    pair = (found[2], found[1]) if found else None
    found = re.fullmatch(r"(\d{4})[./-]?(\d{2})", text)
    if found and pair is None:
        pair = (found[1], found[2])
    words = sort_key(text).split()
    if pair is None and len(words) == 2 and words[0] in _MONTHS and re.fullmatch(r"\d{4}", words[1]):
        pair = (words[1], str(_MONTHS[words[0]]))
    if pair is None:
        return month_start(day(text))
    try:
        return dt.date(int(pair[0]), int(pair[1]), 1)
    except ValueError:
        raise BadValue(_("there is no such month: %(text)s") % {"text": text[:40]}, _("Write it like 10/2026.")) from None
