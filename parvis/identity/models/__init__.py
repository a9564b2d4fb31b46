from .accounts import Account
from .factors import Factor, RecoveryCode
from .rights import AgentSector, ClassRight, LookUp, Opening, OwnPerson, Proxy, Sector
from .sessions import OneTimeLink, SignInThrottle, WebSession
from .units import FunctionGrant, Unit

__all__ = [
    "Account",
    "AgentSector",
    "ClassRight",
    "Factor",
    "FunctionGrant",
    "LookUp",
    "OneTimeLink",
    "Opening",
    "OwnPerson",
    "Proxy",
    "RecoveryCode",
    "Sector",
    "SignInThrottle",
    "Unit",
    "WebSession",
]
