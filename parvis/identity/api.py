"""What other contexts may use of accounts, functions and units."""

from .enums import Function
from .errors import AccountRefused, GrantRefused, LastAdministrator, UnitRefused
from .models import Account, FunctionGrant, Unit
from .models.units import OPEN_END
from .selectors import actor_for, agents_with, demo_accounts, demo_roles, unit_of, units
from .services.accounts import close_account, create_account, reopen_account, update_account
from .services.functions import grant_function, revoke_function
from .services.links import issue_link
from .services.units import create_unit, update_unit

__all__ = [
    "OPEN_END",
    "Account",
    "AccountRefused",
    "Function",
    "FunctionGrant",
    "GrantRefused",
    "LastAdministrator",
    "Unit",
    "UnitRefused",
    "actor_for",
    "agents_with",
    "close_account",
    "create_account",
    "create_unit",
    "demo_accounts",
    "demo_roles",
    "grant_function",
    "issue_link",
    "reopen_account",
    "revoke_function",
    "unit_of",
    "units",
    "update_account",
    "update_unit",
]
