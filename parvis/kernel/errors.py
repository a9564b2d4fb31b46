"""Anticipated failures. Their message is translated, says what is wrong and what to do, and is shown to the user as it is."""

from __future__ import annotations

from typing import Any


class DomainError(Exception):
    """A gesture that the rules do not allow. ``field`` names the form field to mark; ``code`` is stable, for tests and APIs."""

    status = 422

    def __init__(self, message: Any, *, field: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.code = code or type(self).__name__

    def __str__(self) -> str:
        return str(self.message)


class NotAllowed(DomainError):
    """The actor has no right to this gesture. Shown as 404 when the thing itself is outside the scope."""

    status = 403


class Conflict(DomainError):
    """Somebody else changed the thing first. Carries who, when and both values so that nobody's work is lost."""

    status = 409

    def __init__(
        self,
        message: Any,
        *,
        who: str = "",
        when: Any = None,
        yours: dict[str, Any] | None = None,
        theirs: dict[str, Any] | None = None,
        field: str | None = None,
        code: str | None = None,
    ) -> None:
        super().__init__(message, field=field, code=code)
        self.who = who
        self.when = when
        self.yours = yours or {}
        self.theirs = theirs or {}


class StepFirst(Exception):
    """Something is asked of the person before this page: they are led there, and come back. Not a refusal. ``url`` takes ``next``:
    ``back``, or the page that was asked for. ``keeps``: what was typed is kept meanwhile; False where the page does so itself."""

    def __init__(self, url: str, *, back: str = "", keeps: bool = True) -> None:
        super().__init__(url)
        self.url = url
        self.back = back
        self.keeps = keeps
