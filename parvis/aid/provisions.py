"""Kinds of grant that this context carries out (protocol: decisions.provisions)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from parvis.contacts.api import display_names, is_payable, person_cards
from parvis.decisions.api import MONTH, ONCE, Provision, ProvisionInput
from parvis.dossiers.api import members_at
from parvis.kernel import registries
from parvis.kernel.actor import Actor, system_actor
from parvis.kernel.identifiers import InvalidIdentifier, mask_iban, parse_iban
from parvis.rules import api as rules
from parvis.ui import formats

from .calculations import starts_inside_month
from .services.granting import open_claim, open_entitlement
from .services.waiving import KIND
from .waivers import Waiver

Text = Mapping[str, str]

CATEGORY = ProvisionInput(
    key="category",
    label={"fr": "Catégorie", "nl": "Categorie", "de": "Kategorie", "en": "Category"},
    choices=(
        ("1", {"fr": "1 : vit avec d’autres personnes", "nl": "1: woont samen met anderen", "de": "1: lebt mit anderen zusammen", "en": "1: lives with others"}),
        ("2", {"fr": "2 : vit seul", "nl": "2: woont alleen", "de": "2: lebt allein", "en": "2: lives alone"}),
        ("3", {"fr": "3 : a une famille à charge", "nl": "3: heeft een gezin ten laste", "de": "3: hat Familie zu Lasten", "en": "3: supports a family"}),
    ),
)  # fmt: skip
ISP = ProvisionInput(
    key="isp",
    label={
        "fr": "Exonération d’intégration socio-professionnelle (article 35)",
        "nl": "Vrijstelling voor socio-professionele integratie (artikel 35)",
        "de": "Freistellung zur sozialberuflichen Eingliederung (Artikel 35)",
        "en": "Socio-professional integration exemption (article 35)",
    },
    choices=(("no", {"fr": "non", "nl": "nee", "de": "nein", "en": "no"}), ("yes", {"fr": "oui", "nl": "ja", "de": "ja", "en": "yes"})),
)
EQUITY_AMOUNT = ProvisionInput(
    key="equity_amount",
    label={
        "fr": "Équité : ressources des cohabitants à compter par an",
        "nl": "Billijkheid: mee te tellen middelen van samenwonenden per jaar",
        "de": "Billigkeit: anzurechnende Einkünfte der Mitbewohner pro Jahr",
        "en": "Equity: cohabitants’ resources to count per year",
    },
    kind="amount",
    required=False,
)
EQUITY_REASON = ProvisionInput(
    key="equity_reason",
    label={"fr": "Équité : motif", "nl": "Billijkheid: reden", "de": "Billigkeit: Grund", "en": "Equity: reason"},
    kind="text",
    required=False,
)
PURPOSE = ProvisionInput(
    key="purpose",
    label={"fr": "Pour", "nl": "Voor", "de": "Für", "en": "For"},
    kind="text",
    required=True,
)
AWAITED = ProvisionInput(
    key="awaited_right",
    label={"fr": "Droit attendu", "nl": "Verwacht recht", "de": "Erwarteter Anspruch", "en": "Awaited right"},
    kind="text",
)
INSTITUTION = ProvisionInput(
    key="institution",
    label={
        "fr": "Institution qui le doit",
        "nl": "Instelling die het verschuldigd is",
        "de": "Zuständige Einrichtung",
        "en": "Institution that owes it",
    },
    kind="text",
)

#: What the form's income codes, and words that agents type, are for the rules. Anything else is "other".
WORK = frozenset(
    {"wage", "work", "net_work", "training", "salaire", "travail", "loon", "werk", "opleiding", "lohn", "arbeit", "formation", "salary"}
)
MAINTENANCE = frozenset({"maintenance", "alimony", "pension alimentaire", "onderhoudsgeld", "unterhalt"})
FAMILY = frozenset({"family", "allocations familiales", "gezinsbijslag", "kindergeld", "kinderbijslag"})

RELATION_OF_ROLE = {"partner": "partner", "parent": "parent", "child": "adult_child", "cohabitant": "other"}

FAMILY_NOTE = {
    "fr": "Les allocations familiales reçues pour les enfants à charge ne sont pas comptées (arrêté royal du 11/07/2002, article 22 ; à confirmer par un centre).",
    "nl": "De gezinsbijslag ontvangen voor de kinderen ten laste telt niet mee (koninklijk besluit van 11/07/2002, artikel 22; door een centrum te bevestigen).",
    "de": "Für die Kinder zu Lasten erhaltenes Kindergeld wird nicht angerechnet (Königlicher Erlass vom 11.07.2002, Artikel 22; von einem Zentrum zu bestätigen).",
    "en": "Family allowances received for dependent children are not counted (royal decree of 11/07/2002, article 22; to be confirmed by a centre).",
}

READER = system_actor("aid.compute")


def _kind_of_resource(row: Mapping[str, Any]) -> str:
    details = row.get("details") or {}
    code = str(details.get("rules") or details.get("code") or "").casefold()
    words = {code, *str(row.get("label", "")).casefold().replace("(", " ").replace(",", " ").split()}
    text = str(row.get("label", "")).casefold()
    if code in FAMILY or any(word in text for word in FAMILY if " " in word) or words & FAMILY:
        return "family"
    if words & WORK:
        return "net_work"
    if code in MAINTENANCE or any(word in text for word in MAINTENANCE):
        return "maintenance"
    return "other"


def _amount(row: Mapping[str, Any]) -> tuple[Decimal, str]:
    """Amount and rhythm as the rules read them: a quarter is four times a year, once is once a year."""
    amount, periodicity = Decimal(str(row["amount"])), str(row.get("periodicity") or "month")
    if periodicity == "quarter":
        return amount * 4, "year"
    return amount, "year" if periodicity in ("year", "once") else "month"


class _Kind:
    """What all kinds share."""

    title: Text = {}
    periodicity = MONTH
    inputs: Sequence[ProvisionInput] = ()
    computed = False
    letter = ""
    refusal_letter = ""

    def describe(self, provision: Provision, language: str) -> Mapping[str, Any]:
        texts = _TEXTS[language if language in _TEXTS else "fr"]
        amount = formats.amount(provision.amount, provision.currency, language)
        monthly = provision.periodicity == MONTH
        lines = [texts["per_month" if monthly else "once"].format(amount=amount)]
        if monthly:
            start = formats.day(provision.from_on, "long", language)
            end = formats.day(provision.to_on, "long", language) if provision.to_on else ""
            lines.append(texts["period"].format(start=start, end=end) if end else texts["open"].format(start=start))
            if starts_inside_month(provision.from_on):
                lines.append(texts["whole"].format(month=formats.day(provision.from_on, "month", language)))
        if provision.payee.iban:
            lines.append(texts["paid_to"].format(name=provision.payee.name, account=mask_iban(provision.payee.iban)))
        if provision.recover is not None:
            sum_ = formats.amount(provision.recover.amount, provision.currency, language)
            lines.append(texts["recover"].format(amount=sum_, debtor=provision.recover.debtor))
        return {"title": formats.label(dict(self.title), language), "lines": lines}

    def compute(self, line: Any, facts: Mapping[str, Any], day: date) -> Any | None:
        return None

    def validate(self, provision: Provision) -> list[str]:
        faults: list[str] = []
        if provision.amount <= 0:
            faults.append(_("The amount is zero."))
        if provision.to_on is not None and provision.to_on < provision.from_on:
            faults.append(_("The end lies before the start."))
        if not is_payable(provision.beneficiary_person_id):
            faults.append(_("This person was read from a specimen card: specimen persons are never paid."))
        if not provision.payee.iban:
            faults.append(_("Choose the account on which this is paid."))
        else:
            try:
                parse_iban(provision.payee.iban)
            except InvalidIdentifier as error:
                faults.append(str(error.message))
            if not provision.payee.name.strip():
                faults.append(_("Say to whose name the account is."))
        for item in self.inputs:
            if item.required and not str(provision.details.get(item.key) or "").strip():
                faults.append(_("“%(what)s” is missing.") % {"what": formats.label(dict(item.label))})
        if provision.recover is not None and (
            provision.recover.amount <= 0 or not provision.recover.debtor.strip() or not provision.recover.ground.strip()
        ):
            faults.append(_("A recovery needs a debtor, an amount and a ground."))
        return faults

    def letter_facts(self, provision: Provision, language: str) -> Mapping[str, Any]:
        return {}

    def apply(self, actor: Actor, decision: Any, provision: Provision) -> None:
        entitlement = open_entitlement(actor=actor, decision=decision, provision=provision, title=dict(self.title))
        open_claim(actor=actor, decision=decision, provision=provision, entitlement=entitlement)


#: Why the household of a day points to a category. Said in the proposal; the worker confirms or chooses another.
HOUSEHOLD_WHY: dict[str, Text] = {
    "1": {
        "fr": "Ménage au {day} : vit avec {names}.",
        "nl": "Gezin op {day}: woont samen met {names}.",
        "de": "Haushalt am {day}: lebt mit {names}.",
        "en": "Household on {day}: lives with {names}.",
    },
    "2": {
        "fr": "Ménage au {day} : personne d’autre n’y vit.",
        "nl": "Gezin op {day}: er woont niemand anders.",
        "de": "Haushalt am {day}: niemand anders lebt dort.",
        "en": "Household on {day}: nobody else lives there.",
    },
    "3": {
        "fr": "Ménage au {day} : enfant mineur, {names}.",
        "nl": "Gezin op {day}: minderjarig kind, {names}.",
        "de": "Haushalt am {day}: minderjähriges Kind, {names}.",
        "en": "Household on {day}: child under age, {names}.",
    },
}


def household_category(dossier_id: int, person_id: int, day: date) -> tuple[str, Text]:
    """Category 3 with a child under age in the household of the day, 1 with others, 2 alone; and why, in each language."""
    roles = {row.person_id: str(row.role) for row in members_at(dossier_id, day) if row.in_household and row.person_id != person_id}
    cards = person_cards(READER, list(roles), day, brief=True) if roles else {}
    young = [pk for pk, card in cards.items() if roles[pk] == "child" and card.age is not None and card.age < 18]
    category = "3" if young else "1" if roles else "2"
    names = display_names(young or list(roles)) if roles else {}
    shown = ", ".join(names[pk] for pk in (young or roles) if pk in names)
    why = {code: text.format(day=formats.day(day, "", code), names=shown) for code, text in HOUSEHOLD_WHY[category].items()}
    return category, why


class Ris(_Kind):
    """Revenu d'intégration: the rule engine computes it from the situation."""

    title = {"fr": "Revenu d’intégration", "nl": "Leefloon", "de": "Eingliederungseinkommen", "en": "Integration income"}
    inputs = (CATEGORY, ISP, EQUITY_AMOUNT, EQUITY_REASON)
    computed = True
    basis = "ris"
    letter, refusal_letter = "ris.grant", "ris.refusal"

    def preset(self, dossier_id: int, person_id: int, day: date) -> Mapping[str, Any]:
        """What a new proposal begins with: the category of the household, and why."""
        category, why = household_category(dossier_id, person_id, day)
        return {"category": category, "category_why": why}

    def compute(self, line: Any, facts: Mapping[str, Any], day: date) -> Any | None:
        details = facts.get("details") or {}
        category = str(details.get("category") or "2")
        resources, cohabitants, left_out = self._resources(facts, category, day)
        equity = None
        if str(details.get("equity_reason") or "").strip() and cohabitants:
            author = getattr(facts.get("actor"), "label", "")
            equity = rules.Equity(Decimal(str(details.get("equity_amount") or "0")), str(details["equity_reason"]).strip(), author)
        explanation = rules.compute_ris(
            day=day,
            category=category,
            resources=resources,
            isp=str(details.get("isp") or "no") == "yes",
            cohabitants=cohabitants,
            equity=equity,
            basis=self.basis,
        )
        return (
            replace(explanation, notes=[*explanation.notes, {"key": "family_allowances", "text": FAMILY_NOTE}]) if left_out else explanation
        )

    def _resources(self, facts: Mapping[str, Any], category: str, day: date) -> tuple[list[rules.Resource], list[rules.Cohabitant], bool]:
        """Resources of the person and of those who live there, each with its source, and whether family allowances were left out."""
        person_id, dossier_id = facts.get("person_id"), facts.get("dossier_id")
        roles = {row.person_id: str(row.role) for row in members_at(dossier_id, day) if row.in_household} if dossier_id else {}
        others = [row.get("person_id") for row in facts.get("resources") or () if row.get("person_id") not in (None, person_id)]
        names = display_names([one for one in others if one])
        ages = {card.id: card.age for card in person_cards(READER, [one for one in others if one], day).values()}
        mine: list[rules.Resource] = []
        theirs: list[rules.Cohabitant] = []
        left_out = False
        for row in facts.get("resources") or ():
            if row.get("amount") in (None, ""):
                continue
            amount, periodicity = _amount(row)
            kind = _kind_of_resource(row)
            proof = {
                "source": str(row.get("source") or ""),
                "entered_by": str(row.get("author") or ""),
                "entered_on": date.fromisoformat(row["recorded_on"]) if row.get("recorded_on") else None,
                "ref": f"situation:{row.get('id')}" if row.get("id") else "",
            }
            other = row.get("person_id")
            if other not in (None, person_id):
                age = ages.get(other)
                if other in roles and (age is None or age >= 18):
                    relation = RELATION_OF_ROLE.get(roles[other], "other")
                    theirs.append(rules.Cohabitant(names.get(other, "?"), relation, amount, periodicity, **proof))
                continue
            if kind == "family" and category == "3":
                left_out = True
                continue
            mine.append(
                rules.Resource(kind if kind != "family" else "other", amount, periodicity, label=str(row.get("label") or ""), **proof)
            )
        return mine, theirs, left_out


class EquivalentAid(Ris):
    """Social aid equivalent to the RIS: same computation, other legal basis and other subsidy."""

    title = {
        "fr": "Aide équivalente au revenu d’intégration",
        "nl": "Steun gelijk aan het leefloon",
        "de": "Dem Eingliederungseinkommen gleichgestellte Hilfe",
        "en": "Aid equivalent to the integration income",
    }
    basis = "equivalent_aid"
    letter, refusal_letter = "equivalent_aid.grant", "aid.refusal"


class OneOff(_Kind):
    """An amount paid once: urgent aid, a bill, an installation."""

    title = {"fr": "Aide unique", "nl": "Eenmalige steun", "de": "Einmalige Hilfe", "en": "One-off aid"}
    periodicity = ONCE
    inputs = (PURPOSE,)
    letter, refusal_letter = "one_off.grant", "aid.refusal"


class Advance(_Kind):
    """An advance on a right that is pending, to be recovered: the decision says so."""

    title = {
        "fr": "Avance sur prestations sociales",
        "nl": "Voorschot op sociale uitkeringen",
        "de": "Vorschuss auf Sozialleistungen",
        "en": "Advance on social benefits",
    }
    inputs = (AWAITED, INSTITUTION)
    letter, refusal_letter = "advance.grant", "aid.refusal"


_TEXTS: dict[str, dict[str, str]] = {
    "fr": {
        "per_month": "{amount} par mois",
        "once": "{amount}, en une fois",
        "period": "du {start} au {end}",
        "open": "à partir du {start}, jusqu’à révision",
        "whole": "Mois entiers : {month} est dû en entier",
        "paid_to": "payé à {name}, compte {account}",
        "recover": "à récupérer : {amount} auprès de {debtor}",
    },
    "nl": {
        "per_month": "{amount} per maand",
        "once": "{amount}, in één keer",
        "period": "van {start} tot en met {end}",
        "open": "vanaf {start}, tot herziening",
        "whole": "Volledige maanden: {month} is volledig verschuldigd",
        "paid_to": "betaald aan {name}, rekening {account}",
        "recover": "terug te vorderen: {amount} van {debtor}",
    },
    "de": {
        "per_month": "{amount} pro Monat",
        "once": "{amount}, einmalig",
        "period": "vom {start} bis zum {end}",
        "open": "ab dem {start}, bis zur Überprüfung",
        "whole": "Ganze Monate: {month} wird voll gezahlt",
        "paid_to": "gezahlt an {name}, Konto {account}",
        "recover": "zurückzufordern: {amount} von {debtor}",
    },
    "en": {
        "per_month": "{amount} per month",
        "once": "{amount}, once",
        "period": "from {start} to {end}",
        "open": "from {start}, until revised",
        "whole": "Whole months: {month} is due in full",
        "paid_to": "paid to {name}, account {account}",
        "recover": "to be recovered: {amount} from {debtor}",
    },
}

registries.provisions.register("aid.ris", Ris())
registries.provisions.register("aid.equivalent", EquivalentAid())
registries.provisions.register("aid.one_off", OneOff())
registries.provisions.register("aid.advance", Advance())
registries.provisions.register(KIND, Waiver())
