from .clocks import Clock, StageMark
from .requests import Request, RequestDateCorrection, RequestLine

__all__ = ["Clock", "Request", "RequestDateCorrection", "RequestLine", "StageMark"]
