"""Reference data: the special committee, and what the council delegated. Members are added by whoever makes the accounts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from parvis.kernel.actor import Actor

from .enums import Decider
from .models import Committee, DelegationLimit
from .services.committees import create_committee, set_limit

COMMITTEE = "csss"
NAME = {
    "fr": "Comité spécial du service social",
    "nl": "Bijzonder comité voor de sociale dienst",
    "de": "Sonderausschuss für den Sozialdienst",
    "en": "Special committee for social services",
}
SINCE = date(2020, 1, 1)
#: Example limits: each council fixes its own.
COUNCIL = "Conseil de l’action sociale, délibération d’exemple"
URGENT_LIMIT = Decimal("500.00")


def load(*, actor: Actor) -> None:
    """Idempotent. A centre that has a body, or limits of its own, keeps them."""
    if Committee.objects.exclude(key=COMMITTEE).exists() or DelegationLimit.objects.exists():
        return
    committee = create_committee(actor=actor, key=COMMITTEE, name=NAME, prefix="CSSS", quorum=3)
    set_limit(
        actor=actor, committee=committee, decider=Decider.COMMITTEE, provision_kind="*", max_amount=None, valid_from=SINCE, source=COUNCIL
    )
    set_limit(
        actor=actor,
        committee=committee,
        decider=Decider.PRESIDENT,
        provision_kind="aid.one_off",
        max_amount=URGENT_LIMIT,
        valid_from=SINCE,
        source=COUNCIL,
    )
