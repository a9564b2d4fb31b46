from .attempts import CodeAttempt

__all__ = ["CodeAttempt"]
