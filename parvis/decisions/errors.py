"""Refusals of this context. Each says what is missing and what to do."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from parvis.kernel.errors import Conflict, DomainError, NotAllowed

__all__ = [
    "AboveDelegation",
    "AlreadyDecided",
    "Conflict",
    "DeviationNeedsWords",
    "ForbiddenTransition",
    "HearingMissing",
    "NoAutomaticDecision",
    "NoQuorum",
    "NotAllowed",
    "NotificationRefused",
    "ProposalIncomplete",
    "ReasonsUnreadable",
    "SessionHasUndecided",
    "TallyRefused",
    "WrongProvision",
]


class ForbiddenTransition(DomainError):
    """The thing is in a state that does not allow the gesture."""

    def __init__(self, state: str, gesture: str) -> None:
        super().__init__(_("This is not possible any more: the state is now “%(state)s”. Reload the page.") % {"state": state})
        self.state, self.gesture = state, gesture


class ProposalIncomplete(DomainError):
    """Named pieces, mentions or provisions are missing."""

    def __init__(self, *, pieces: Sequence[str] = (), mentions: Sequence[str] = (), provisions: Sequence[str] = ()) -> None:
        self.pieces, self.mentions, self.provisions = list(pieces), list(mentions), list(provisions)
        parts = []
        if self.pieces:
            parts.append(_("missing pieces: %(names)s") % {"names": ", ".join(self.pieces)})
        if self.mentions:
            parts.append(_("missing mentions: %(names)s") % {"names": ", ".join(self.mentions)})
        parts.extend(self.provisions)
        super().__init__(_("The proposal cannot leave yet: %(what)s.") % {"what": "; ".join(parts)})


class HearingMissing(DomainError):
    """A refusal, a reduction or a recovery before the person could be heard (law of 26 May 2002, article 20): it would be void."""

    def __init__(self, *, wished: bool) -> None:
        super().__init__(hearing_text(wished=wished), field="reason")


def hearing_text(*, wished: bool) -> str:
    if wished:
        return _(
            "The person asked to be heard and was not heard yet. Before a refusal, a reduction or a recovery the law requires it (law of 26 May 2002, article 20): postpone the case, or note the hearing on the proposal."
        )
    return _(
        "Nobody noted that the person was told, in writing, of the right to be heard. Before a refusal, a reduction or a recovery the law requires it (law of 26 May 2002, article 20): postpone the case, or note it on the proposal."
    )


class WrongProvision(DomainError):
    """What the proposal grants is not complete or not known."""


class NoAutomaticDecision(NotAllowed):
    """Only a named person or body decides."""

    def __init__(self) -> None:
        super().__init__(_("Only a named person or body can decide. A job can only prepare a proposal."))


class AlreadyDecided(Conflict):
    """Somebody else decided the same item first."""


class NoQuorum(DomainError):
    def __init__(self, *, counted: int, needed: int) -> None:
        super().__init__(
            _("No quorum for this case: %(counted)s members present and not recused, %(needed)s needed. Carry it over to the next session.")
            % {"counted": counted, "needed": needed}
        )
        self.counted, self.needed = counted, needed


class TallyRefused(DomainError):
    """The votes do not add up."""


class DeviationNeedsWords(DomainError):
    def __init__(self) -> None:
        super().__init__(_("The decision differs from the proposal: say why, in words the person can read."), field="reason")


class ReasonsUnreadable(DomainError):
    def __init__(self) -> None:
        super().__init__(
            _("A refusal must say which facts of this person led to it. A standard sentence alone is not a reason."),
            field="reason",
        )


class AboveDelegation(DomainError):
    """The amount or the kind of aid is not delegated to this decider."""


class SessionHasUndecided(DomainError):
    def __init__(self, count: int) -> None:
        self.count = count
        super().__init__(
            _("%(count)s cases are not decided. A session never decides by closing: decide them, or carry them over to another session.")
            % {"count": count}
        )


class NotificationRefused(DomainError):
    """The letter may not leave: something mandatory is missing."""
