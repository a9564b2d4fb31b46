"""Attestations: numbered in a register of their own, refused when no decision covers the days, kept as they were handed over."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from parvis.contacts import api as contacts
from parvis.documents import api as documents
from parvis.dossiers.api import ARCHIVED, Dossier
from parvis.form_engine.api import bare_code, new_code
from parvis.kernel import clock, jobs, mutations, numbers
from parvis.kernel.actor import Actor, system_actor
from parvis.kernel.errors import NotAllowed
from parvis.kernel.gestures import gesture
from parvis.kernel.periods import Period
from parvis.kernel.subject import SubjectRef
from parvis.ui import formats

from .. import texts
from ..access import may_attest
from ..attestations import AttestationKind, Coverage, attestable, category_of, coverage, kinds, last_attestable, last_day, stopped_months
from ..errors import AidError
from ..models import Attestation
from ..types import base_of
from .granting import note_step, stream

READER = system_actor("aid.attest")


def days_in_words(periods: list[Period]) -> str:
    """ "01/11/2026 to 14/11/2026", a single day alone; at most five, the rest is counted."""
    shown = [
        formats.day(one.start)
        if last_day(one) == one.start
        else _("%(start)s to %(end)s") % {"start": formats.day(one.start), "end": formats.day(last_day(one))}
        for one in periods[:5]
    ]
    return ", ".join([*shown, "…"] if len(periods) > 5 else shown)


def why_not(found: Coverage) -> str:
    """The refusal in words: which days no decision covers."""
    if not found.rights:
        return _("No decision in force covers any day of this period: nothing can be attested.")
    return _("No decision in force covers these days: %(days)s.") % {"days": days_in_words(found.gaps)}


def covers(person_id: int, dossier_id: int, kind: AttestationKind, wanted: Period) -> Coverage:
    """What covers these days for this person, whoever asks."""
    rights = [
        one for one in attestable(READER, dossier_id, wanted.start) if one.beneficiary_id == person_id and base_of(one.kind) in kind.attests
    ]
    return coverage(rights, wanted, stopped_months(READER, rights))


@gesture
def issue_attestation(
    *,
    actor: Actor,
    dossier: Dossier,
    person_id: int,
    kind: str,
    valid_from: date,
    valid_to: date,
    recipient: str = "",
    check_at: str = "",
) -> Attestation:
    """Number, text and line of the journal; the paper is kept in the file by a job.

    Args:
        kind: key of the letter template.
        valid_to: first day after the period.
        recipient: for whom or for what, printed; may be empty.
        check_at: address of the page where whoever is handed the paper checks it; printed with the code, as a QR code too.

    Raises:
        NotAllowed: the actor does not hand attestations over for this file.
        AidError: unknown kind, days to come, specimen card, archived file, or days that no decision in force covers (they are named).
    """
    if not may_attest(actor, dossier) or not (actor.is_system or Dossier.objects.visible_to(actor).filter(pk=dossier.pk).exists()):
        raise NotAllowed(_("Attestations are handed over by the clerks and social workers of the service of the file."))
    if dossier.archived_on is not None or dossier.destroyed_on is not None:
        raise AidError(str(ARCHIVED), code="archived")
    found_kind = next((one for one in kinds() if one.key == kind), None)
    if found_kind is None:
        raise AidError(_("This kind of attestation is not published."), field="kind", code="kind")
    if valid_to <= valid_from:
        raise AidError(_("The end lies before the start."), field="last_day", code="period")
    if valid_to > last_attestable():
        raise AidError(_("Months to come are not attested: what is decided for them may still change."), field="last_day", code="future")
    if not contacts.is_payable(person_id):
        raise AidError(_("This person was read from a specimen card: nothing is attested about a specimen."), code="specimen")
    wanted = Period(valid_from, valid_to)
    found = covers(person_id, dossier.pk, found_kind, wanted)
    if not found.whole:
        raise AidError(why_not(found), field="last_day", code="uncovered")
    on = clock.today()
    number = f"A{on.year}-{numbers.allot('aid.attestation', on.year):04d}"
    language = contacts.letter_language(person_id)
    code = new_code()
    blocks, envelope = _letter(actor, person_id, found_kind, found, language, on, number, recipient.strip())
    query = urlencode({"number": number, "code": code})
    envelope = replace(envelope, check=(code, f"{check_at}?{query}" if check_at else ""))
    row = Attestation.unscoped.create(
        number=number,
        template_key=found_kind.key,
        template_number=found_kind.number,
        title=found_kind.title,
        dossier=dossier,
        person_id=person_id,
        person_name=_name(person_id, found)[:191],
        valid_from=valid_from,
        valid_to=valid_to,
        language=language,
        recipient=recipient.strip()[:191],
        blocks=documents.blocks_to_json(blocks),
        envelope=envelope.to_json(),
        issued_at=clock.now(),
        issued_on=on,
        issued_by_label=actor.label[:191],
        check_code=code,
    )
    mutations.record(
        stream(dossier.pk),
        actor=actor,
        verb="attestation.issued",
        subject=row.ref,
        values={
            "number": number,
            "kind": found_kind.key,
            "from": valid_from,
            "to": last_day(wanted),
            "decisions": sorted({right.decision.number for right, _period in found.rights if right.decision is not None}),
        },
    )
    note_step(
        actor,
        dossier.pk,
        texts.STEP_ATTESTED,
        {"number": number, "from": formats.day(valid_from, code="fr"), "to": formats.day(last_day(wanted), code="fr")},
        row.ref,
    )
    jobs.enqueue("aid.attestation", row.ref)
    return row


def _name(person_id: int, found: Coverage) -> str:
    return contacts.display_names([person_id]).get(person_id) or found.rights[0][0].beneficiary_name


def _letter(
    actor: Actor, person_id: int, kind: AttestationKind, found: Coverage, language: str, on: date, number: str, recipient: str
) -> tuple[list[documents.Block], documents.Envelope]:
    """The blocks and what stands around them. No address: it may be protected, and the paper goes to others."""
    card = contacts.person_cards(READER, [person_id]).get(person_id)
    blocks = documents.draft_letter(
        kind.key,
        language,
        {
            "person": _name(person_id, found),
            "born_on": card.birth_date if card is not None and card.birth_date else "–",
            "period_from": found.wanted.start,
            "period_to": last_day(found.wanted),
            "rights": "; ".join(_right_text(right, period, language) for right, period in found.rights),
            "recipient": recipient,
            "issued_on": on,
            "attestation_number": number,
        },
        number=kind.number,
    )
    envelope = documents.Envelope(
        language=language,
        recipient=(),
        subject=documents.subject_line(blocks),
        on=on,
        reference=number,
        contact=(actor.label,),
    )
    return blocks, envelope


def _right_text(right: Any, period: Period, language: str) -> str:
    """ "589,05 € par mois, catégorie 1, …, du 1er juin au 30 juin 2026 (décision CSSS 2026/0211 du 3 mars 2026)"."""
    words = texts.ATTESTED[language if language in texts.ATTESTED else "fr"]
    category = documents.category_in_words(category_of(right), language)
    return words.format(
        amount=formats.amount(right.amount, right.currency, language),
        category=f", {category}" if category else "",
        start=documents.fact_text(period.start, language),
        end=documents.fact_text(last_day(period), language),
        number=right.decision.number,
        decided=documents.fact_text(right.decision.decided_on, language),
    )


def frozen(row: Attestation) -> tuple[list[documents.Block], documents.Envelope]:
    """Blocks and envelope as they were handed over."""
    return documents.blocks_from_json(row.blocks), documents.Envelope.from_json(row.envelope)


def attestation_pdf(row: Attestation) -> bytes:
    """From what was frozen alone: the same bytes each time."""
    blocks, envelope = frozen(row)
    return documents.render_letter_pdf(blocks, envelope, date=row.issued_on)


@gesture
def withdraw_attestation(*, actor: Actor, row: Attestation, reason: str) -> Attestation:
    """What the paper says was wrong: whoever checks it reads that it is withdrawn. The copy in the file stays.

    Raises:
        NotAllowed: the actor does not hand attestations over for this file.
        AidError: no reason, or withdrawn already.
    """
    if not may_attest(actor, row.dossier) or not (actor.is_system or Dossier.objects.visible_to(actor).filter(pk=row.dossier_id).exists()):
        raise NotAllowed(_("Attestations are handed over by the clerks and social workers of the service of the file."))
    words = " ".join(reason.split())[:191]
    if not words:
        raise AidError(_("Say why in a few words."), field="reason", code="reason")
    values = {"withdrawn_at": clock.now(), "withdrawn_by_label": actor.label[:191], "withdrawn_reason": words}
    if not Attestation.unscoped.filter(pk=row.pk, withdrawn_at__isnull=True).update(**values):
        raise AidError(_("This attestation is withdrawn already."), code="withdrawn")
    mutations.record(
        stream(row.dossier_id), actor=actor, verb="attestation.withdrawn", subject=row.ref, values={"number": row.number}, note=words
    )
    note_step(actor, row.dossier_id, texts.STEP_ATTESTATION_WITHDRAWN, {"number": row.number, "reason": words}, row.ref)
    row.refresh_from_db()
    return row


@dataclass(frozen=True)
class Checked:
    """All that whoever was handed a paper learns of it."""

    number: str
    issued_on: date
    withdrawn_on: date | None


def check_attestation(number: str, code: str) -> Checked | None:
    """Is there such a paper? Nothing of the person, of the file, of what it says."""
    letters = bare_code(code)
    if not letters:
        return None
    wanted = "-".join(letters[start : start + 4] for start in range(0, 12, 4))
    row = Attestation.unscoped.filter(check_code=wanted).only("number", "issued_on", "withdrawn_at").first()
    if row is None or _plain(row.number) != _plain(number):
        return None
    return Checked(row.number, row.issued_on, clock.date_of(row.withdrawn_at) if row.withdrawn_at else None)


def _plain(number: str) -> str:
    """A number as people copy it: "a 2026-7" is "A2026-0007"."""
    year, _sep, rest = "".join(ch for ch in number.upper() if ch.isalnum() or ch == "-").partition("-")
    return f"{year}-{rest.lstrip('0')}"


@gesture
def keep_paper(*, actor: Actor, row: Attestation, file: documents.StoredFile) -> Attestation:
    """The copy in the file. Repeated, it finds what is there."""
    document = documents.attach(
        actor=actor,
        subject=row.ref,
        file=file,
        title=f"{formats.label(row.title, row.language)} {row.number}",
        kind=documents.DocumentKind.ATTESTATION,
        origin=documents.Origin.PRODUCED,
        language=row.language,
        on=row.issued_on,
        dossier_id=row.dossier_id,
        file_name=f"{row.number}.pdf",
    )
    if Attestation.unscoped.filter(pk=row.pk, document__isnull=True).update(document=document, sha256=file.sha256):
        mutations.record(
            stream(row.dossier_id),
            actor=actor,
            verb="attestation.kept",
            subject=SubjectRef("attestation", row.pk),
            values={"pdf": file.sha256},
        )
    row.refresh_from_db()
    return row
