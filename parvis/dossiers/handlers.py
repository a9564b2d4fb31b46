"""What a change of a person changes here: the name by which dossiers are listed."""

from __future__ import annotations

from parvis.contacts.events import MergeUndone, PersonChanged, PersonsMerged
from parvis.kernel.events import subscribe

from .services import match_again, refile


@subscribe(PersonChanged)
def follow_name(event: PersonChanged) -> None:
    if event.aspect == "name":
        refile([event.person_id])
        match_again([event.person_id])


@subscribe(PersonsMerged, MergeUndone)
def follow_merge(event: PersonsMerged | MergeUndone) -> None:
    """The dossiers of one person are listed under the other's name, or under their own again."""
    refile([event.kept_id, event.merged_id])
    match_again([event.kept_id, event.merged_id])
