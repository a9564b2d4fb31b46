"""Accounts, units and published models of the tests."""

from __future__ import annotations

import datetime as dt
import itertools

from parvis.identity.models import Account, FunctionGrant, Unit
from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.subject import SubjectRef
from parvis.workflows import api
from parvis.workflows.models import ProcessVersion

from .support import SEED, SYSTEM

_numbers = itertools.count(1)


def unit(code: str = "") -> Unit:
    code = code or f"U{next(_numbers)}"
    return Unit.objects.create(code=code, name={"fr": f"Équipe {code}"}, path=f"/{code}/")


def account(*functions: str, at: Unit | None = None, name: str = "", active: bool = True) -> Account:
    number = next(_numbers)
    row = Account.objects.create(
        username=f"agent{number}", display_name=name or f"Agent {number}", initials="AG", is_active=active, created_at=clock.now()
    )
    for function in functions:
        grant(row, function, at)
    return row


def grant(row: Account, function: str, at: Unit | None = None) -> FunctionGrant:
    return FunctionGrant.objects.create(
        account=row,
        function=function,
        unit=at,
        unit_key=at.pk if at else 0,
        valid_from=dt.date(2020, 1, 1),
        recorded_at=clock.now(),
        author_label="test",
    )


def actor(row: Account) -> Actor:
    from parvis.identity.api import actor_for

    return actor_for(row)


def subject() -> SubjectRef:
    return SubjectRef("trial", 1000 + next(_numbers))


def published(xml: bytes = SEED) -> ProcessVersion:
    return api.publish_process(actor=SYSTEM, xml=xml)


def item(owner: Account | None = None, *, queue: str = "social_worker", at: Unit | None = None, **values: object) -> api.WorkItem:
    return api.open_item(
        actor=SYSTEM,
        subject=values.pop("subject", None) or subject(),  # type: ignore[arg-type]
        title={"fr": "À faire"},
        owner=owner,
        queue=queue,
        unit_id=at.pk if at else None,
        **values,  # type: ignore[arg-type]
    )
