from .accounts import Account
from .factors import Factor, RecoveryCode
from .lists import ListChoice, SavedView
from .rights import AgentSector, ClassRight, KeptReading, LookUp, Opening, OwnPerson, Proxy, Sector
from .sessions import OneTimeLink, SignInThrottle, WebSession
from .units import FunctionGrant, Unit

__all__ = [
    "Account",
    "AgentSector",
    "ClassRight",
    "Factor",
    "FunctionGrant",
    "KeptReading",
    "ListChoice",
    "LookUp",
    "OneTimeLink",
    "Opening",
    "OwnPerson",
    "Proxy",
    "RecoveryCode",
    "SavedView",
    "Sector",
    "SignInThrottle",
    "Unit",
    "WebSession",
]
