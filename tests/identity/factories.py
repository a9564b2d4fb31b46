"""Accounts for the tests of identity, made through the services."""

from __future__ import annotations

import datetime as dt
from itertools import count

from parvis.identity import crypto
from parvis.identity.models import Account, Factor, Unit
from parvis.identity.services.accounts import create_account
from parvis.identity.services.functions import grant_function
from parvis.identity.services.units import create_unit
from parvis.kernel import clock
from parvis.kernel.actor import Actor, system_actor

PASSWORD = "quatre mots jamais devinés"
SYSTEM = system_actor("tests")
_numbers = count(1)


def an_account(*functions: str, unit: Unit | None = None, password: str | None = PASSWORD, username: str = "", name: str = "") -> Account:
    number = next(_numbers)
    account = create_account(
        actor=SYSTEM,
        username=username or f"agent{number}@valmont.example",
        display_name=name or f"Agent Numéro{number}",
        password=password,
    )
    for function in functions:
        grant_function(actor=SYSTEM, account=account, function=function, unit=unit, valid_from=dt.date(2020, 1, 1))
    return account


def a_unit(code: str, parent: Unit | None = None) -> Unit:
    return create_unit(actor=SYSTEM, code=code, name={"fr": f"Service {code}"}, parent=parent)


def with_totp(account: Account) -> str:
    """Give the account an authenticator app; returns its secret."""
    secret = crypto.new_totp_secret()
    Factor.objects.create(account=account, kind="totp", label="téléphone", secret=crypto.seal(secret), created_at=clock.now())
    return secret


def code_of(secret: str) -> str:
    return crypto.totp_code(secret, crypto.totp_step(clock.now().timestamp()))


def as_actor(account: Account) -> Actor:
    from parvis.identity.api import actor_for

    return actor_for(account)
