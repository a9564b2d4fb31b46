"""What other contexts may use of accounts, functions and units."""

from .access import may_audit, may_simulate
from .enums import Function
from .errors import AccountRefused, GrantRefused, LastAdministrator, OpeningRefused, ProxyRefused, RightsRefused, UnitRefused
from .models import Account, AgentSector, FunctionGrant, KeptReading, LookUp, Opening, OwnPerson, Proxy, Sector, Unit
from .models.units import OPEN_END
from .rights import class_functions
from .selectors import (
    actor_by_proxy,
    actor_for,
    actor_on,
    agents_with,
    demo_accounts,
    demo_roles,
    functions_held,
    running_proxies,
    unit_choices,
    unit_of,
    units,
)
from .services.accounts import close_account, create_account, reopen_account, update_account
from .services.functions import end_functions, grant_function, revoke_function
from .services.links import issue_link
from .services.openings import end_kept_reading, end_opening, give_reason, keep_reading, link_own_person, open_exceptionally, settle_look_up
from .services.proxies import answer_proxy, end_proxy, offer_proxy
from .services.rights import add_agent_to_sector, create_sector, end_agent_sector, set_class_rights, update_sector
from .services.units import create_unit, update_unit

__all__ = [
    "OPEN_END",
    "Account",
    "AccountRefused",
    "AgentSector",
    "Function",
    "FunctionGrant",
    "GrantRefused",
    "KeptReading",
    "LastAdministrator",
    "LookUp",
    "Opening",
    "OpeningRefused",
    "OwnPerson",
    "Proxy",
    "ProxyRefused",
    "RightsRefused",
    "Sector",
    "Unit",
    "UnitRefused",
    "actor_by_proxy",
    "actor_for",
    "actor_on",
    "add_agent_to_sector",
    "agents_with",
    "answer_proxy",
    "class_functions",
    "close_account",
    "create_account",
    "create_sector",
    "create_unit",
    "demo_accounts",
    "demo_roles",
    "end_agent_sector",
    "end_functions",
    "end_kept_reading",
    "end_opening",
    "end_proxy",
    "functions_held",
    "give_reason",
    "grant_function",
    "issue_link",
    "keep_reading",
    "link_own_person",
    "may_audit",
    "may_simulate",
    "offer_proxy",
    "open_exceptionally",
    "reopen_account",
    "revoke_function",
    "running_proxies",
    "set_class_rights",
    "settle_look_up",
    "unit_of",
    "unit_choices",
    "units",
    "update_account",
    "update_sector",
    "update_unit",
]
