"""What decisions reads and asks of the contexts below, in one place: requests, dossiers, contacts, rules, journal, documents."""

from ..provisions import Payee
from .common import LANGUAGES, READER, ZERO, amount, kept, label
from .files import Piece, pieces
from .lines import (
    STAGES,
    Line,
    clock_of,
    clocks,
    clocks_json,
    due_dates,
    due_on,
    line,
    line_kind,
    meet_clock,
    next_due,
    progress,
    start_clock,
)
from .people import bank_accounts, household_accounts, members, person, person_name, person_names, postal_lines, situation, visits
from .rates import calculation, calculation_json, calculations, chief_level, default_details, legal_term, saved_calculation
from .tasks import OPINION_TITLE, STEPS, opinion_asked, opinion_given, step

__all__ = [
    "LANGUAGES",
    "Line",
    "OPINION_TITLE",
    "Piece",
    "READER",
    "STAGES",
    "STEPS",
    "ZERO",
    "amount",
    "bank_accounts",
    "calculation",
    "calculation_json",
    "calculations",
    "chief_level",
    "clock_of",
    "clocks",
    "clocks_json",
    "default_details",
    "due_dates",
    "due_on",
    "household_accounts",
    "kept",
    "label",
    "legal_term",
    "line",
    "line_kind",
    "meet_clock",
    "members",
    "next_due",
    "opinion_asked",
    "opinion_given",
    "person",
    "person_name",
    "person_names",
    "pieces",
    "postal_lines",
    "progress",
    "saved_calculation",
    "situation",
    "start_clock",
    "step",
    "visits",
    "Payee",
]
