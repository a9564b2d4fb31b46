"""The letter that claims money back, from the template of recoveries, as PDF, in the language of who reads it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from django.conf import settings

from parvis.contacts import api as contacts
from parvis.decisions import api as decisions
from parvis.documents import api as documents
from parvis.dossiers.api import main_referent_of
from parvis.kernel import clock
from parvis.kernel.textmatch import sort_key
from parvis.ui import formats

from . import texts
from .enums import DebtorKind
from .models import Claim, ClaimWaiver

TITLE = {"fr": "Lettre de récupération", "nl": "Terugvorderingsbrief", "de": "Rückforderungsschreiben", "en": "Claim letter"}


def language_of(claim: Claim, on: date) -> str:
    """A person reads the own language; an institution the one that the address book has for its name on the day, else the centre's."""
    if claim.debtor_kind == DebtorKind.PERSON:
        return contacts.letter_language(claim.debtor_person_id or claim.beneficiary_id)
    return contacts.organisation_language(claim.debtor_name, on) or str(settings.LANGUAGE_CODE)


def debtor_language(claim: Claim, on: date) -> str:
    """The language of a debtor who is not the person of the file; empty when nobody noted one."""
    if claim.debtor_kind != DebtorKind.PERSON:
        return contacts.organisation_language(claim.debtor_name, on)
    return contacts.letter_language(claim.debtor_person_id) if claim.debtor_person_id is not None else ""


def claim_letter_pdf(claim: Claim) -> bytes:
    """Same claim, same bytes: the date is the day of registration."""
    assert claim.registered_at is not None and claim.amount is not None
    on = clock.date_of(claim.registered_at)
    language = language_of(claim, on)
    from_person = claim.debtor_kind == DebtorKind.PERSON
    blocks = documents.draft_letter(
        "recovery.claim",
        language,
        {
            # What was noted of the right to be heard is told to the person only; without it the letter is silent.
            **(decisions.hearing_facts(claim.decision.proposal) if from_person else {}),
            "decided_on": claim.decision.decided_on,
            "decision_number": claim.decision.number,
            "amount": claim.amount,
            "debtor": claim.debtor_name,
            "period_from": claim.valid_from,
            "period_to": claim.valid_to - timedelta(days=1),
            "ground": claim.ground,
            "claim_law": texts.CLAIM_LAW[DebtorKind(claim.debtor_kind)],
            "pay_by": claim.pay_by,
            "reference": claim.number,
            "contact": claim.registered_by_label,
            "facts_text": {
                "fr": f"{claim.beneficiary_name} a reçu cette aide pour la période indiquée.",
                "nl": f"{claim.beneficiary_name} heeft deze steun ontvangen voor de vermelde periode.",
                "de": f"{claim.beneficiary_name} hat diese Hilfe für den angegebenen Zeitraum erhalten.",
                "en": f"{claim.beneficiary_name} received this aid for the period named.",
            },
        },
    )
    person_id = claim.debtor_person_id or (claim.beneficiary_id if from_person else None)
    lines = contacts.postal_lines(person_id, on) if person_id else tuple(claim.debtor_address.splitlines())
    envelope = documents.Envelope(
        language=language,
        recipient=(claim.debtor_name, *lines),
        subject=documents.subject_line(blocks) or TITLE.get(language, TITLE["fr"]),
        on=on,
        reference=claim.number or "",
        contact=(claim.registered_by_label,),
        delivery="registered",
    )
    return documents.render_letter_pdf(blocks, envelope, date=on)


def closing_letter(claim: Claim, last_on: date | None, again: int = 0) -> tuple[str, str, bytes]:
    """Language, title and PDF of the letter to the person when all came in, ``last_on`` the last of it. Same claim, same bytes; one that was
    open ``again`` gets another letter, that its reference tells from the one of before."""
    language = contacts.letter_language(claim.beneficiary_id)
    assert claim.settled_at is not None and claim.amount is not None
    on = clock.date_of(claim.settled_at)
    by_person = claim.debtor_kind == DebtorKind.PERSON and claim.debtor_person_id in (None, claim.beneficiary_id)
    contact = main_referent_of(claim.dossier_id, on)
    name = contact.account.display_name if contact else claim.registered_by_label
    blocks = documents.draft_letter(
        "recovery.settled" if by_person else "recovery.settled_by_other",
        language,
        {
            "reference": claim.number,
            "amount": claim.amount,
            "collected": claim.collected,
            "settled_on": last_on or on,
            "debtor": claim.debtor_name,
            "contact": name,
        },
    )
    title = documents.subject_line(blocks)
    envelope = documents.Envelope(
        language=language,
        recipient=(claim.beneficiary_name, *contacts.postal_lines(claim.beneficiary_id, on)),
        subject=title,
        on=on,
        reference=f"{claim.number}/{again + 1}" if again else claim.number or "",
        contact=(name,),
    )
    return language, title, documents.render_letter_pdf(blocks, envelope, date=on)


def other_debtor(claim: Claim) -> bool:
    """Is the money owed by somebody else than the person who received the aid: an institution, or another person?"""
    if claim.debtor_kind != DebtorKind.PERSON:
        return True
    if claim.debtor_person_id is not None:
        return claim.debtor_person_id != claim.beneficiary_id
    return sort_key(claim.debtor_name) != sort_key(claim.beneficiary_name)


def waiver_letter(waiver: ClaimWaiver, left: Decimal) -> tuple[str, str, bytes]:
    """Language, title and PDF of the letter to a debtor who is somebody else: number, sum, period and ground of the claim, and what is given up,
    with what was ``left`` of it then. Nothing of the file, its person or the decision. Same waiver, same bytes."""
    claim = waiver.claim
    assert claim.amount is not None
    on = clock.date_of(waiver.at)
    language = debtor_language(claim, on) or str(settings.LANGUAGE_CODE)
    blocks = documents.draft_letter(
        "recovery.waived_debtor",
        language,
        {
            "reference": claim.number,
            "amount": claim.amount,
            "waived": waiver.amount,
            "waived_rest": texts.WAIVED_REST[left > 0].get(language, "").format(rest=formats.amount(left, claim.currency, language)),
            "period_from": claim.valid_from,
            "period_to": claim.valid_to - timedelta(days=1),
            "ground": claim.ground,
            "contact": claim.registered_by_label,
        },
    )
    title = documents.subject_line(blocks)
    lines = contacts.postal_lines(claim.debtor_person_id, on) if claim.debtor_person_id else tuple(claim.debtor_address.splitlines())
    envelope = documents.Envelope(
        language=language,
        recipient=(claim.debtor_name, *lines),
        subject=title,
        on=on,
        reference=claim.number or "",
        contact=(claim.registered_by_label,),
    )
    return language, title, documents.render_letter_pdf(blocks, envelope, date=on)
