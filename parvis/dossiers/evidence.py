"""A dossier on a day, for a court: what was known of it, and the proof line that ties the sheet to the journal of changes.

The proof names the last line that the chain of the dossier held at the end of the day of knowledge, with its hash, and the first seal made
after it. ``parvis audit verify`` recomputes the chain up to that hash and the seals over it: whoever has the printed sheet and a copy of the
seals sees whether a line was changed since. The digest covers what the sheet says: the same question asked again, by a reader with the same
rights in the same language, gives the same digest.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from parvis.kernel import canonical, clock
from parvis.kernel.asof import PastView, end_of
from parvis.kernel.models import MasterSeal, MutationLine

from .models import Dossier
from .sheet import Part

#: The line that a printed state leaves in the chain. It tells nothing of the dossier, and would else change the proof of the very page printed.
EXTRACT = "dossier.state_printed"


@dataclass(frozen=True)
class Proof:
    """``line``: number in the chain ``stream``; 0 when nothing had been written yet. ``seal``: 0 while the line is not sealed."""

    stream: str
    line: int
    hash: str
    written_at: dt.datetime | None
    seal: int
    sealed_at: dt.datetime | None
    signature: str


def proof_of(dossier: Dossier, view: PastView) -> Proof:
    """The tip of the dossier's chain, extracts left aside, at the end of the day of knowledge (now, when none is asked). Two queries."""
    stream = f"dossier:{dossier.pk}"
    until = end_of(view.known if view.known is not None else clock.today())
    line = MutationLine.objects.filter(stream=stream, recorded_at__lt=until).exclude(verb=EXTRACT).order_by("-number").first()
    if line is None:
        return Proof(stream, 0, "", None, 0, None, "")
    seal = MasterSeal.objects.filter(sealed_at__gte=line.recorded_at).order_by("number").first()
    return Proof(
        stream,
        line.number,
        line.hash,
        line.recorded_at,
        seal.number if seal else 0,
        seal.sealed_at if seal else None,
        seal.seal if seal else "",
    )


def digest_of(dossier: Dossier, view: PastView, proof: Proof, head: Sequence[str], parts: Sequence[Part], hidden: Sequence[str]) -> str:
    """SHA-256 over everything that the sheet says; known now is known at the end of today, so that it is found again tomorrow."""
    said: list[Any] = [
        dossier.number,
        view.day,
        view.known or clock.today(),
        proof.stream,
        proof.line,
        proof.hash,
        list(head),
        sorted(hidden),
    ]
    said += [[str(one.part.key), [[str(line.label), str(line.text), str(line.detail)] for line in one.lines]] for one in parts]
    return canonical.digest(said)
