"""Writes. Each is a gesture: it writes versions, a mutation line, the search keys, and publishes an event."""

from .banking import add_bank_account, end_bank_account
from .eid import FieldDifference, apply_eid, compare_eid, create_person_from_eid, read_eid
from .finding import Match, match_persons, search_persons
from .households import create_household, join_household, leave_household, relate
from .persons import (
    add_identifier,
    add_point,
    check_point,
    create_person,
    hide_address,
    name_person,
    record_birth,
    reindex,
    reindex_person,
    set_address,
    set_language,
)

__all__ = [
    "FieldDifference",
    "Match",
    "add_bank_account",
    "add_identifier",
    "add_point",
    "apply_eid",
    "check_point",
    "compare_eid",
    "create_household",
    "create_person",
    "create_person_from_eid",
    "end_bank_account",
    "hide_address",
    "join_household",
    "leave_household",
    "match_persons",
    "name_person",
    "read_eid",
    "record_birth",
    "reindex",
    "reindex_person",
    "relate",
    "search_persons",
    "set_address",
    "set_language",
]
