"""The right to be heard (law of 26 May 2002, article 20): what the letter may say of it, and whether the law asks for it.

The letter says only what was noted on the proposal: told on which day, by which means, and what the person made of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from parvis.documents import api as documents
from parvis.documents.api import Block, blocks_from_json, blocks_to_json
from parvis.ui import formats

from .enums import GRANTING_OUTCOMES, HearingMeans, Outcome
from .models import Decision, Proposal
from .provisions import provision_from_json

Text = dict[str, str]
BLOCK = "heard"
MENTION = "right_to_be_heard"

MEANS: dict[str, Text] = {
    HearingMeans.LETTER: {"fr": "par lettre", "nl": "per brief", "de": "per Brief", "en": "by letter"},
    HearingMeans.RECEIPT: {
        "fr": "dans l’accusé de réception de votre demande",
        "nl": "in het ontvangstbewijs van uw aanvraag",
        "de": "in der Empfangsbestätigung Ihres Antrags",
        "en": "in the acknowledgement of receipt of your request",
    },
    HearingMeans.HANDED: {
        "fr": "par un écrit remis en main propre",
        "nl": "met een overhandigde brief",
        "de": "mit einem ausgehändigten Schreiben",
        "en": "in writing, handed over to you",
    },
    HearingMeans.EMAIL: {"fr": "par courriel", "nl": "per e-mail", "de": "per E-Mail", "en": "by e-mail"},
}
HEARD: Text = {
    "fr": "Nous vous avons entendu le {day}.",
    "nl": "Wij hebben u gehoord op {day}.",
    "de": "Wir haben Sie am {day} angehört.",
    "en": "We heard you on {day}.",
}
MISSED: Text = {
    "fr": "Nous vous avons invité pour le {day} ; vous n’êtes pas venu.",
    "nl": "Wij hebben u uitgenodigd voor {day}; u bent niet gekomen.",
    "de": "Wir haben Sie für den {day} eingeladen; Sie sind nicht gekommen.",
    "en": "We invited you for {day}; you did not come.",
}
WISHED: Text = {
    "fr": "Vous avez demandé à être entendu. Le lieu et l’heure vous sont communiqués par écrit.",
    "nl": "U hebt gevraagd om gehoord te worden. Plaats en uur worden u schriftelijk meegedeeld.",
    "de": "Sie haben darum gebeten, angehört zu werden. Ort und Uhrzeit werden Ihnen schriftlich mitgeteilt.",
    "en": "You asked to be heard. Place and hour are told to you in writing.",
}


def facts(proposal: Proposal) -> dict[str, Any]:
    """What the letter's paragraph is made of; nothing when nobody noted that the person was told."""
    if not proposal.heard_informed_on or proposal.heard_informed_by not in MEANS:
        return {}
    said: Text | None = None
    if proposal.heard_on:
        said = {code: text.format(day=formats.day(proposal.heard_on, "long", code)) for code, text in HEARD.items()}
    elif proposal.heard_missed_on:
        said = {code: text.format(day=formats.day(proposal.heard_missed_on, "long", code)) for code, text in MISSED.items()}
    elif proposal.wish_to_be_heard:
        said = dict(WISHED)
    return {"informed_on": proposal.heard_informed_on, "informed_by": MEANS[proposal.heard_informed_by], "heard": said}


def said(blocks: list[Block], proposal: Proposal) -> list[Block]:
    """A letter begun with an older template says no more than what was noted."""
    return blocks if facts(proposal) else [block for block in blocks if block.key != BLOCK]


def put(blocks: Sequence[Mapping[str, Any]], proposal: Proposal) -> list[dict[str, Any]]:
    """The same letter with the paragraph as it is noted now: no other word changes, no amount is computed again."""
    before = blocks_from_json(blocks)
    key, number = documents.template_of(before)
    fresh = said(documents.draft_letter(key, proposal.language, facts(proposal), number=number), proposal)
    kept = [block for block in before if block.key != BLOCK]
    for place, block in enumerate(fresh):
        if block.key == BLOCK:
            following = {later.key for later in fresh[place + 1 :]}
            at = next((n for n, other in enumerate(kept) if other.key in following), len(kept))
            kept.insert(at, replace(block, data={}))
    return blocks_to_json(kept)


# What the law asks ------------------------------------------------------------------------------------------------------
def lawful(proposal: Proposal) -> bool:
    """Told in writing, and heard (or invited) if the person wished to be."""
    told = bool(proposal.heard_informed_on and proposal.heard_informed_by)
    return told and not (proposal.wish_to_be_heard and not (proposal.heard_on or proposal.heard_missed_on))


def takes_away(outcome: str, provisions: Sequence[Mapping[str, Any]], previous: Decision | None) -> bool:
    """A refusal, money claimed back from the person, or less per month than the person has now."""
    if outcome == Outcome.REFUSED:
        return True
    if outcome in GRANTING_OUTCOMES and claims_from_person(provisions):
        return True
    if outcome not in GRANTING_OUTCOMES or previous is None or previous.outcome not in GRANTING_OUTCOMES:
        return False
    return _monthly(provisions) < _monthly(previous.decided_version.provisions)


def claims_from_person(provisions: Sequence[Mapping[str, Any]]) -> bool:
    """Money is claimed back from the person (article 24). What an institution refunds is not taken from anybody."""
    found = [provision_from_json(row) for row in provisions if row.get("recover")]
    return any(one.recover is not None and one.recover.from_person(one.beneficiary_name) for one in found)


def _monthly(provisions: Sequence[Mapping[str, Any]]) -> Decimal:
    return sum((Decimal(str(row["amount"])) for row in provisions if row.get("periodicity") == "month"), Decimal(0))
