"""The acknowledgement of receipt: owed the same day for every request, with reference, service and terms (law of 26 May 2002,
art. 18; charter of the socially insured)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from parvis.documents.letters.envelope import Envelope
from parvis.documents.sheets import Section, render_sheet_pdf
from parvis.ui import formats

Label = dict[str, str]


def _l(fr: str, nl: str, de: str, en: str) -> Label:
    return {"fr": fr, "nl": nl, "de": de, "en": en}


TITLE = _l(
    "Accusé de réception de votre demande",
    "Ontvangstbewijs van uw aanvraag",
    "Empfangsbestätigung Ihres Antrags",
    "Receipt of your request",
)

_T: dict[str, Label] = {
    "intro": _l(
        "{salutation}\n\nNous avons bien reçu votre demande le **{received_on}**. Elle porte le numéro **{number}** dans notre registre.",
        "{salutation}\n\nWij hebben uw aanvraag goed ontvangen op **{received_on}**. Ze draagt het nummer **{number}** in ons register.",
        "{salutation}\n\nWir haben Ihren Antrag am **{received_on}** erhalten. Er trägt die Nummer **{number}** in unserem Register.",
        "{salutation}\n\nWe received your request on **{received_on}**. It bears the number **{number}** in our register.",
    ),
    "asked": _l("Ce que vous demandez", "Wat u vraagt", "Was Sie beantragen", "What you ask for"),
    "terms": _l(
        "Quand vous aurez une réponse", "Wanneer u een antwoord krijgt", "Wann Sie eine Antwort erhalten", "When you will have an answer"
    ),
    "decide": _l(
        "- {what} : décision au plus tard le **{decide_by}**, lettre dans les {notify_days} jours qui suivent",
        "- {what}: beslissing uiterlijk op **{decide_by}**, brief binnen {notify_days} dagen daarna",
        "- {what}: Entscheidung spätestens am **{decide_by}**, Brief innerhalb der folgenden {notify_days} Tage",
        "- {what}: decision at the latest on **{decide_by}**, letter within the {notify_days} days that follow",
    ),
    "pay": _l(
        ", premier paiement dans les {pay_days} jours de la décision si l’aide est accordée",
        ", eerste betaling binnen {pay_days} dagen na de beslissing als de hulp wordt toegekend",
        ", erste Zahlung innerhalb von {pay_days} Tagen nach der Entscheidung, wenn die Hilfe gewährt wird",
        ", first payment within {pay_days} days of the decision if the aid is granted",
    ),
    "appeal": _l(
        " ; contre la décision, un recours est possible pendant {appeal_months} mois à partir de la lettre",
        "; tegen de beslissing kunt u in beroep gaan binnen {appeal_months} maanden vanaf de brief",
        "; gegen die Entscheidung ist binnen {appeal_months} Monaten ab dem Brief eine Klage möglich",
        "; an appeal against the decision is possible for {appeal_months} months from the letter",
    ),
    "silence": _l(
        "Sans réponse de notre part dans ce délai, vous pouvez introduire un recours auprès du tribunal du travail.",
        "Krijgt u binnen deze termijn geen antwoord van ons, dan kunt u beroep instellen bij de arbeidsrechtbank.",
        "Erhalten Sie innerhalb dieser Frist keine Antwort von uns, können Sie beim Arbeitsgericht Klage einreichen.",
        "If we do not answer within this term, you may appeal to the labour court.",
    ),
    "next": _l("La suite", "Hoe het verdergaat", "Wie es weitergeht", "What happens next"),
    "steps": _l(
        "- Une travailleuse sociale ou un travailleur social vous contacte et fait une enquête sociale.\n- Vous pouvez être **entendu** avant la décision, seul ou avec la personne de votre choix : écrivez-nous ou dites-le nous.\n- Le comité décide. Vous recevez une lettre qui explique la décision.",
        "- Een maatschappelijk werker neemt contact met u op en doet een sociaal onderzoek.\n- U kunt vóór de beslissing worden **gehoord**, alleen of met de persoon van uw keuze: schrijf of zeg het ons.\n- Het comité beslist. U krijgt een brief die de beslissing uitlegt.",
        "- Eine Sozialarbeiterin oder ein Sozialarbeiter meldet sich bei Ihnen und führt eine Sozialuntersuchung durch.\n- Sie können vor der Entscheidung **angehört** werden, allein oder mit einer Person Ihrer Wahl: Schreiben oder sagen Sie es uns.\n- Der Ausschuss entscheidet. Sie erhalten einen Brief, der die Entscheidung erklärt.",
        "- A social worker contacts you and makes a social inquiry.\n- You may be **heard** before the decision, alone or with the person of your choice: write or tell us.\n- The committee decides. You receive a letter that explains the decision.",
    ),
    "urgent": _l(
        "Vous avez demandé une **aide urgente** : la présidence du centre peut décider tout de suite.",
        "U vroeg **dringende hulp**: de voorzitter van het centrum kan meteen beslissen.",
        "Sie haben **dringende Hilfe** beantragt: Der Vorsitz des Zentrums kann sofort entscheiden.",
        "You asked for **urgent aid**: the president of the centre can decide at once.",
    ),
    "missing": _l(
        "Ce que nous attendons encore de vous",
        "Wat wij nog van u verwachten",
        "Was wir noch von Ihnen brauchen",
        "What we still need from you",
    ),
    "follow": _l("Suivre votre demande", "Uw aanvraag volgen", "Ihren Antrag verfolgen", "Follow your request"),
    "code": _l(
        "Votre code de suivi est **{code}**. Gardez-le pour vous : avec lui, on voit où en est votre demande.",
        "Uw volgcode is **{code}**. Houd ze voor uzelf: met deze code ziet men hoever uw aanvraag staat.",
        "Ihr Verfolgungscode lautet **{code}**. Behalten Sie ihn für sich: Mit ihm sieht man, wie weit Ihr Antrag ist.",
        "Your tracking code is **{code}**. Keep it to yourself: it shows where your request stands.",
    ),
    "service": _l("Service en charge", "Bevoegde dienst", "Zuständiger Dienst", "Service in charge"),
    "number": _l("Numéro de la demande", "Nummer van de aanvraag", "Nummer des Antrags", "Number of the request"),
    "received": _l("Reçue le", "Ontvangen op", "Eingegangen am", "Received on"),
    "channel": _l("Introduite par", "Ingediend via", "Eingereicht über", "Made by"),
    "signature": _l(
        "Signature de la personne (demande orale)",
        "Handtekening van de persoon (mondelinge aanvraag)",
        "Unterschrift der Person (mündlicher Antrag)",
        "Signature of the person (oral request)",
    ),
    "salutation": _l("Madame, Monsieur,", "Geachte heer, mevrouw,", "Sehr geehrte Dame, sehr geehrter Herr,", "Dear Sir or Madam,"),
}


@dataclass(frozen=True)
class Promise:
    """A line of the request with its legal term. ``what`` in four languages or in the person's."""

    what: str | Label
    decide_by: date
    notify_days: int = 8
    pay_days: int | None = None
    """Days from the decision to the first payment; None: no such term, or not one in days."""
    appeal_months: int | None = None


@dataclass(frozen=True)
class Receipt:
    """What a receipt says. ``number`` and ``received_on`` are the register's."""

    language: str
    number: str
    received_on: date
    promises: Sequence[Promise]
    service: str = ""
    recipient: Sequence[str] = ()
    contact: Sequence[str] = ()
    channel: str = ""
    salutation: str = ""
    urgent: bool = False
    missing: Sequence[str] = ()
    tracking_code: str = ""
    oral: bool = False


def _say(name: str, language: str, **values: str) -> str:
    text = _T[name].get(language, _T[name]["fr"])
    for key, value in values.items():
        text = text.replace("{" + key + "}", value.replace("*", ""))
    return text


def _what(promise: Promise, language: str) -> str:
    return promise.what if isinstance(promise.what, str) else promise.what.get(language) or promise.what["fr"]


def receipt_text(receipt: Receipt) -> list[Section]:
    """The receipt's parts, in the person's language."""
    code = receipt.language if receipt.language in TITLE else "fr"
    shown = formats.day(receipt.received_on, "long", code)
    intro = _say("intro", code, salutation=receipt.salutation or _say("salutation", code), received_on=shown, number=receipt.number)
    pairs = [(_say("number", code), receipt.number), (_say("received", code), shown)]
    pairs += [(_say("channel", code), receipt.channel)] if receipt.channel else []
    pairs += [(_say("service", code), receipt.service)] if receipt.service else []
    terms = "\n".join(
        _say("decide", code, what=_what(p, code), decide_by=formats.day(p.decide_by, "long", code), notify_days=str(p.notify_days))
        + (_say("pay", code, pay_days=str(p.pay_days)) if p.pay_days else "")
        + (_say("appeal", code, appeal_months=str(p.appeal_months)) if p.appeal_months else "")
        for p in receipt.promises
    )
    sections = [
        Section(text=intro + (f"\n\n{_say('urgent', code)}" if receipt.urgent else ""), pairs=pairs),
        Section(heading=_say("terms", code), text=f"{terms}\n\n{_say('silence', code)}"),
    ]
    if receipt.missing:
        sections.append(Section(heading=_say("missing", code), text="\n".join(f"- {item}" for item in receipt.missing)))
    sections.append(Section(heading=_say("next", code), text=_say("steps", code)))
    if receipt.tracking_code:
        sections.append(Section(heading=_say("follow", code), text=_say("code", code, code=receipt.tracking_code)))
    if receipt.oral:
        sections.append(Section(signatures=[("", _say("signature", code))]))
    return sections


def render_receipt_pdf(receipt: Receipt, *, date: date) -> bytes:
    """The receipt as PDF, in the person's language."""
    code = receipt.language if receipt.language in TITLE else "fr"
    envelope = Envelope(
        language=code,
        recipient=tuple(receipt.recipient),
        subject=TITLE[code],
        on=date,
        reference=receipt.number,
        contact=tuple(receipt.contact),
        service=receipt.service,
    )
    return render_sheet_pdf("receipt", envelope, receipt_text(receipt), date=date)
