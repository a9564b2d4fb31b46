"""Parts of the pack of their own: where the money goes, and what was decided and paid before. Only what a committee needs (C1, C10)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from parvis.kernel import clock, registries
from parvis.kernel.identifiers import mask_iban
from parvis.kernel.subject import SubjectRef

from .. import neighbours
from ..models import Decision, Proposal

#: Decisions told of a file, beside the one compared with.
TOLD = 5
PAYMENTS = "aid.last_payments"


def banking(provisions: Iterable[Mapping[str, Any]], person_id: int) -> list[dict[str, Any]]:
    """Each account to be paid, once: its holder, its masked number, since when it is known and from which source. The whole number is for
    those who pay."""
    wanted = {row["payee"]["iban"]: row["payee"] for row in provisions if (row.get("payee") or {}).get("iban")}
    known = neighbours.known_accounts([payee["person_id"] for payee in wanted.values() if payee.get("person_id")])
    told = []
    for iban, payee in wanted.items():
        row = known.get((payee.get("person_id") or 0, iban))
        told.append(
            {
                "holder": row.holder if row is not None and row.holder else payee.get("name", ""),
                "account": mask_iban(iban),
                "own": payee.get("person_id") == person_id,
                "since": row.valid_from if row is not None else None,
                "source": str(row.source) if row is not None else "",
                "noted_by": row.author_label if row is not None else "",
                "noted_on": clock.date_of(row.recorded_at) if row is not None else None,
            }
        )
    return told


def history(proposal: Proposal, *, before: Decision | None = None) -> dict[str, Any]:
    """What was decided in this dossier, and its last payments, newest first."""
    from .packs import describe_provisions

    rows = Decision.unscoped.filter(dossier_id=proposal.dossier_id, outcome__in=("granted", "adjusted", "refused"))
    rows = rows.exclude(proposal=proposal)
    if before is not None and before.pk:
        rows = rows.exclude(pk=before.pk)
    decisions = [
        {
            "number": row.number,
            "decided_on": row.decided_on,
            "outcome": row.outcome,
            "grants": [
                {name: grant[name] for name in ("title", "amount", "currency", "periodicity")}
                for grant in describe_provisions(row.decided_version.provisions)
            ],
        }
        for row in rows.select_related("decided_version").order_by("-decided_at", "-pk")[:TOLD]
    ]
    paid = registries.facts.get(PAYMENTS) if PAYMENTS in registries.facts else None
    return {"decisions": decisions, "payments": paid(SubjectRef("dossier", proposal.dossier_id)) if paid is not None else []}
