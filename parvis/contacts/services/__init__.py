"""Writes. Each is a gesture: it writes versions, a mutation line, the search keys, and publishes an event."""

from .banking import add_bank_account, end_bank_account
from .book import BookMatch, find_parties, match_organisations, rebook_organisation, rebook_person, search_book
from .choosing import BookChoice, choices_like, chosen_entries, may_tie, parties_of, tie_to_entry
from .comparing import Compared, Comparison, compare_organisations, compare_persons, merges_of
from .eid import FieldDifference, apply_eid, compare_eid, create_person_from_eid, read_eid
from .ending import end_fact
from .finding import Match, match_persons, search_numbers, search_person_ids, search_persons
from .households import create_household, end_relation, join_household, leave_household, relate
from .indexing import indexed_once, reindex, reindex_person
from .merging import merge_organisations, merge_persons, undo_merge
from .nobody import nobody
from .organisations import (
    add_kind,
    add_office_point,
    close_organisation,
    create_organisation,
    end_organisation_fact,
    end_role,
    enter_organisation,
    name_organisation,
    set_capacity,
    set_number,
    set_office,
    set_profile,
    set_role,
)
from .persons import add_identifier, create_person, name_person, record_birth, set_language
from .reaching import add_point, check_point, hide_address, set_address
from .residence import set_residence
from .revealing import reveal_number

__all__ = [
    "BookChoice",
    "choices_like",
    "chosen_entries",
    "may_tie",
    "parties_of",
    "search_numbers",
    "tie_to_entry",
    "BookMatch",
    "Compared",
    "Comparison",
    "FieldDifference",
    "Match",
    "add_bank_account",
    "add_identifier",
    "add_kind",
    "add_office_point",
    "add_point",
    "apply_eid",
    "check_point",
    "close_organisation",
    "compare_eid",
    "compare_organisations",
    "compare_persons",
    "create_household",
    "create_organisation",
    "create_person",
    "nobody",
    "create_person_from_eid",
    "end_bank_account",
    "end_fact",
    "end_organisation_fact",
    "end_relation",
    "end_role",
    "enter_organisation",
    "hide_address",
    "join_household",
    "leave_household",
    "match_organisations",
    "match_persons",
    "merge_organisations",
    "merges_of",
    "merge_persons",
    "name_organisation",
    "name_person",
    "read_eid",
    "rebook_organisation",
    "rebook_person",
    "record_birth",
    "reindex",
    "indexed_once",
    "reindex_person",
    "relate",
    "find_parties",
    "search_book",
    "search_person_ids",
    "search_persons",
    "set_address",
    "reveal_number",
    "set_capacity",
    "set_language",
    "set_residence",
    "set_number",
    "set_office",
    "set_profile",
    "set_role",
    "undo_merge",
]
