"""What other contexts may use of procedures."""

from .definition import (
    Urgency,
    applicant_name,
    asked_aids,
    line_wanted,
    person_answers,
    piece_kind,
    pieces_wanted,
    urgency,
    wants_hearing,
)
from .errors import InvalidProcedure, UnknownProcedure
from .models import Procedure, ProcedureVersion
from .selectors import all_procedures, latest, open_procedures, receiving_unit, version
from .services import publish_procedure, set_open

__all__ = [
    "InvalidProcedure",
    "Procedure",
    "ProcedureVersion",
    "UnknownProcedure",
    "Urgency",
    "all_procedures",
    "applicant_name",
    "asked_aids",
    "latest",
    "line_wanted",
    "open_procedures",
    "person_answers",
    "piece_kind",
    "pieces_wanted",
    "publish_procedure",
    "receiving_unit",
    "set_open",
    "urgency",
    "version",
    "wants_hearing",
]
