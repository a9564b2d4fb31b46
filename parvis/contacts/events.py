"""What others may react to. ``person_id`` is the anchor."""

from __future__ import annotations

from dataclasses import dataclass

from parvis.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class PersonCreated(Event):
    person_id: int


@dataclass(frozen=True, kw_only=True)
class PersonChanged(Event):
    """A fact of the person got a new version. ``aspect``: name, birth, language, identifier, address, point, bank_account, relation."""

    person_id: int
    aspect: str


@dataclass(frozen=True, kw_only=True)
class HouseholdChanged(Event):
    household_id: int
    person_id: int


@dataclass(frozen=True, kw_only=True)
class OrganisationCreated(Event):
    organisation_id: int


@dataclass(frozen=True, kw_only=True)
class OrganisationChanged(Event):
    """``aspect``: name, profile, kind, number, address, point, role."""

    organisation_id: int
    aspect: str


@dataclass(frozen=True, kw_only=True)
class PersonsMerged(Event):
    """``merged_id`` now leads to ``kept_id``; links of other contexts have been re-pointed."""

    kept_id: int
    merged_id: int


@dataclass(frozen=True, kw_only=True)
class MergeUndone(Event):
    """Both persons stand apart again, each with its links."""

    kept_id: int
    merged_id: int
