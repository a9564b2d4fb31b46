from .attempts import allow_attempt, drop_attempts, wrong_code

__all__ = ["allow_attempt", "drop_attempts", "wrong_code"]
