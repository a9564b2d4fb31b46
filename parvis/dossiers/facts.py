"""What processes, rules and letters may ask of dossiers."""

from __future__ import annotations

from parvis.kernel import registries
from parvis.kernel.subject import SubjectRef

from .selectors import household_size, referent_of


def _referent(subject: SubjectRef) -> int | None:
    return referent_of(subject.id) if subject.type == "dossier" else None


def _household_size(subject: SubjectRef) -> int:
    return household_size(subject.id) if subject.type == "dossier" else 0


registries.facts.register("dossiers.household_size", _household_size)
