"""Names and addresses of things that other contexts own, as far as the reader may go.

Who may not open a thing gets no address: a link that answers 404 is a door painted on the wall. A number may still be said (it is on
letters and lists); a person's name is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import QuerySet

from .actor import Actor, system_actor
from .registries import subject_links
from .subject import SubjectRef

READER = system_actor("kernel.links")


def links(actor: Actor, subjects: Iterable[SubjectRef]) -> dict[SubjectRef, tuple[str, str]]:
    """Name and address of each subject. No address: this reader may not go there. Two empty texts: unknown, or not even named."""
    wanted: dict[str, list[SubjectRef]] = {}
    for subject in dict.fromkeys(subjects):
        wanted.setdefault(subject.type, []).append(subject)
    found: dict[SubjectRef, tuple[str, str]] = {}
    for kind, refs in wanted.items():
        told = subject_links.get(kind)(actor, refs) if kind in subject_links else {}
        found |= {ref: told.get(ref, ("", "")) for ref in refs}
    return found


def link(actor: Actor, subject: SubjectRef) -> tuple[str, str]:
    """The same for one."""
    return links(actor, [subject])[subject]


def row_links(
    rows: Callable[[Actor], QuerySet[Any]],
    *,
    name: Callable[[Any], str],
    url: Callable[[Any], str],
    opens: Callable[[Actor], bool] = lambda actor: actor.is_agent or actor.is_system,
    number: Callable[[Any], str] | None = None,
) -> Callable[[Actor, list[SubjectRef]], dict[SubjectRef, tuple[str, str]]]:
    """What a context registers in ``subject_links`` for its rows: one query for those that the reader may open, one for the others.

    ``rows`` what a reader sees; ``opens`` may open the page of such a thing at all; ``number`` what may be said of a thing to whom may
    not open it (nothing, without it).
    """

    def find(actor: Actor, refs: list[SubjectRef]) -> dict[SubjectRef, tuple[str, str]]:
        by_id = {ref.id: ref for ref in refs}
        told: dict[SubjectRef, tuple[str, str]] = {}
        if opens(actor):
            told = {by_id[row.pk]: (name(row), url(row)) for row in rows(actor).filter(pk__in=by_id)}
        closed = [pk for pk, ref in by_id.items() if ref not in told]
        if number is not None and closed:
            told |= {by_id[row.pk]: (number(row), "") for row in rows(READER).filter(pk__in=closed)}
        return told

    return find
