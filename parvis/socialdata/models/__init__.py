from .extracts import ExtractRequest
from .mutations import MutationRun, RegisterAlert, RegisterMutation

__all__ = ["ExtractRequest", "MutationRun", "RegisterAlert", "RegisterMutation"]
