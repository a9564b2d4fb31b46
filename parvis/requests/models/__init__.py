from .clocks import Clock, StageMark
from .parties import AnswerParty
from .requests import Request, RequestDateCorrection, RequestLine

__all__ = ["AnswerParty", "Clock", "Request", "RequestDateCorrection", "RequestLine", "StageMark"]
