from .accounts import Account
from .factors import Factor, RecoveryCode
from .sessions import OneTimeLink, SignInThrottle, WebSession
from .units import FunctionGrant, Unit

__all__ = [
    "Account",
    "Factor",
    "FunctionGrant",
    "OneTimeLink",
    "RecoveryCode",
    "SignInThrottle",
    "Unit",
    "WebSession",
]
