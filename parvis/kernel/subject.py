"""A pointer to a thing of any context, without a foreign key."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class SubjectRef:
    """``type`` is a lower-case model word ("request_line"), ``id`` its integer key. Written "request_line:12"."""

    type: str
    id: int

    def __str__(self) -> str:
        return f"{self.type}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> SubjectRef:
        """Read "type:id".

        Raises:
            ValueError: the text has another shape.
        """
        kind, sep, number = text.partition(":")
        if not sep or not kind or not number.isdecimal():
            raise ValueError(f"not a subject: {text!r} (expected type:id)")
        return cls(kind, int(number))
