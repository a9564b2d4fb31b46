from .accounts import CitizenAccount, CitizenDraft, CitizenRequest, CitizenSession, MailCode, OpeningCode
from .attempts import CodeAttempt

__all__ = ["CitizenAccount", "CitizenDraft", "CitizenRequest", "CitizenSession", "CodeAttempt", "MailCode", "OpeningCode"]
