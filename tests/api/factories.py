"""Programs: a browserless client with a token."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.test import Client

from parvis.api.enums import CLASSES, Scope
from parvis.api.models import Token
from parvis.api.services import create_token
from parvis.identity.models import Account
from parvis.kernel import clock
from tests.identity.factories import as_actor

EVERY_SCOPE = [one.value for one in Scope]
EVERY_CLASS = [one.value for one in CLASSES]


@dataclass
class Program:
    token: Token
    secret: str

    def get(self, path: str, **query: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.secret}", "Accept-Language": "en"}
        return Client().get(path if path.startswith("/") else f"/api/v1/{path}", query, headers=headers)

    def json(self, path: str, **query: Any) -> Any:
        answer = self.get(path, **query)
        assert answer.status_code == 200, (path, answer.status_code, answer.content)
        return answer.json()


def a_program(
    account: Account, *, scopes: Collection[str] = EVERY_SCOPE, classes: Collection[str] = EVERY_CLASS, name: str = "tableur", **more: Any
) -> Program:
    token, secret = create_token(
        actor=as_actor(account),
        name=name,
        purpose="suivi",
        valid_to=more.pop("valid_to", clock.today() + dt.timedelta(days=30)),
        scopes=scopes,
        classes=classes,
        **more,
    )
    return Program(token, secret)
