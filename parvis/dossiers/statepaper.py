"""The state of a dossier on a day as PDF, to hand to a court: what its page says, with the proof line of its chain."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from parvis.documents import api as documents
from parvis.kernel import clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.asof import PastView
from parvis.kernel.gestures import gesture_scope
from parvis.kernel.subject import SubjectRef
from parvis.ui import formats

from .evidence import EXTRACT, Proof
from .models import Dossier
from .sheet import Part

#: A digest is one long word: in groups it can be read aloud, compared and broken at the end of a line.
GROUP = 16


@dataclass(frozen=True)
class State:
    """What the page of a day shows."""

    dossier: Dossier
    name: str
    view: PastView
    known: dt.date
    parts: Sequence[Part]
    hidden: Sequence[str]
    proof: Proof
    digest: str
    printed_at: dt.datetime


def render(actor: Actor, state: State) -> bytes:
    """The same parts in the same order as on the page; sections that this reader may not see are named, not left out in silence."""
    day = formats.day(state.view.day, "long")
    head = [
        (_("Dossier"), state.dossier.number),
        (_("Person"), state.name),
        (_("Day"), day),
        (_("As it was known at the end of"), formats.day(state.known, "long")),
        (_("Printed by"), f"{actor.label} · {formats.moment(state.printed_at)}"),
    ]
    sections = [documents.Section(pairs=head), *(_section(one) for one in state.parts)]
    if state.hidden:
        sections.append(_left_out(state.hidden))
    sections.append(_proof(state))
    envelope = documents.Envelope(
        language=(get_language() or "fr")[:2],
        subject=_("The dossier as it stood on %(day)s") % {"day": day},
        on=clock.date_of(state.printed_at),
    )
    return documents.render_sheet_pdf("list", envelope, sections, date=envelope.on)


def _section(one: Part) -> documents.Section:
    pairs = [(str(line.label), " · ".join(part for part in (str(line.text), str(line.detail)) if part)) for line in one.lines]
    return documents.Section(heading=str(one.part.title), pairs=pairs, notes=[] if pairs else [_("Nothing noted.")])


def _left_out(hidden: Sequence[str]) -> documents.Section:
    words = ngettext(
        "One section of this dossier is hidden from who printed it:",
        "%(n)d sections of this dossier are hidden from who printed it:",
        len(hidden),
    )
    return documents.Section(notes=[f"{words % {'n': len(hidden)}} {', '.join(hidden)}."])


def _proof(state: State) -> documents.Section:
    proof = state.proof
    pairs: list[tuple[str, str]] = []
    if proof.line and proof.written_at is not None:
        line = _("Line %(n)s of the chain “%(stream)s”, written %(at)s") % {
            "n": proof.line,
            "stream": proof.stream,
            "at": formats.moment(proof.written_at),
        }
        pairs += [(_("Last line of the journal of changes"), line), (_("Its digest (SHA-256)"), grouped(proof.hash))]
        if proof.seal and proof.sealed_at is not None:
            seal = _("Seal %(n)s of %(at)s") % {"n": proof.seal, "at": formats.moment(proof.sealed_at)}
            pairs += [(_("Seal over it"), seal), (pgettext("of a seal", "Its signature"), grouped(proof.signature))]
        else:
            pairs.append((_("Seal over it"), _("Not sealed yet: a seal is made each minute.")))
    else:
        pairs.append((_("Last line of the journal of changes"), _("Nothing had been written in the chain of this dossier by then.")))
    pairs.append((_("Digest of this sheet"), grouped(state.digest)))
    notes = [
        _(
            "To check: “parvis audit verify” recomputes the chain up to this line and the seals over it. The same page, opened again for the same "
            "two days by a reader with the same rights in the same language, gives the same digest."
        ),
        _("Rights and protected addresses are those of today; protected addresses are left out."),
        _("Digests are printed in groups of sixteen signs: the spaces do not count."),
    ]
    return documents.Section(heading=_("Proof"), pairs=pairs, notes=notes)


def grouped(text: str) -> str:
    return " ".join(text[start : start + GROUP] for start in range(0, len(text), GROUP))


def note_extract(actor: Actor, state: State) -> None:
    """What leaves the product leaves a line in the chain of the dossier: of which day, with which digest."""
    values: dict[str, Any] = {"day": state.view.day.isoformat(), "known": state.known.isoformat(), "digest": state.digest}
    with gesture_scope():
        ref = SubjectRef("dossier", state.dossier.pk)
        mutations.record(f"dossier:{state.dossier.pk}", actor=actor, verb=EXTRACT, subject=ref, values=values)
