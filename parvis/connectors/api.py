"""What other contexts may use of connectors."""

from .access import may_play_bank, may_play_register
from .erasing import empty_calls
from .errors import ConnectorError
from .models import Answer, Call
from .register_simulator import ANSWERED as REGISTER_ANSWERED
from .register_simulator import FORMAT as REGISTER_FORMAT
from .register_simulator import Happening, register_answer, register_file
from .registry import Connector, connectors, purposes
from .selectors import call_about
from .services.calls import answers_of, receive, submit
from .services.simulator import answer_as_bank

__all__ = [
    "Answer",
    "Call",
    "Connector",
    "ConnectorError",
    "Happening",
    "REGISTER_ANSWERED",
    "REGISTER_FORMAT",
    "answer_as_bank",
    "answers_of",
    "call_about",
    "connectors",
    "empty_calls",
    "may_play_bank",
    "may_play_register",
    "purposes",
    "receive",
    "register_answer",
    "register_file",
    "submit",
]
