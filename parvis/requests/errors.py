from __future__ import annotations

from parvis.kernel.errors import Conflict, DomainError


class RequestError(DomainError):
    """A gesture on a request that the rules do not allow."""


class AlreadyJoined(Conflict):
    """A colleague was faster. Carries who and when."""


class WrongStage(DomainError):
    """The line cannot go there from where it stands."""


class NoSuchRequest(DomainError):
    """Unknown code or number; never says which."""

    status = 404
