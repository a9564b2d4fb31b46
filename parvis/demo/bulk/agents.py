"""Who works on bulk data: the social workers that are there, and as many more, in teams of twelve, as keep a hundred-odd files each."""

from __future__ import annotations

from datetime import date, datetime
from random import Random

from parvis.contacts.models import Person
from parvis.identity.models import Account, FunctionGrant, Unit
from parvis.kernel.actor import Actor
from parvis.kernel.periods import OPEN_END

from .. import names
from . import surnames

FILES_PER_WORKER = 135
TEAM = 12
SINCE = date(2015, 1, 1)


def workers() -> list[tuple[int, str, int]]:
    """(account, name, unit) of each social worker who has a unit."""
    grants = FunctionGrant.objects.filter(function="social_worker", unit__isnull=False, valid_to=OPEN_END, account__is_active=True)
    return list(grants.order_by("pk").values_list("account_id", "account__display_name", "unit_id"))


def ensure(open_dossiers: int, actor: Actor, at: datetime) -> list[tuple[int, str, int]]:
    """Enough social workers for this many open dossiers, each team with its chief. New accounts cannot log in."""
    there = workers()
    missing = -(-open_dossiers // FILES_PER_WORKER) - len(there)
    if missing <= 0:
        return there
    made = Account.objects.filter(username__startswith="populate-").count()
    teams = Unit.objects.filter(code__startswith="POP-").count()
    rng = Random(made)
    for _ in range(-(-missing // TEAM)):
        teams += 1
        code = f"POP-{teams:03d}"
        unit = Unit.objects.create(
            code=code,
            path=f"/{code}/",
            name={"fr": f"Équipe {teams}", "nl": f"Team {teams}", "de": f"Team {teams}", "en": f"Team {teams}"},
        )
        functions = ["chief", *["social_worker"] * min(TEAM, missing)]
        missing -= TEAM
        accounts = []
        for _function in functions:
            made += 1
            given, family = rng.choice(names.GIVEN_F + names.GIVEN_M), surnames.draw(rng)
            accounts.append(
                Account(
                    username=f"populate-{made:05d}", display_name=f"{given} {family}", initials=(given[0] + family[0]).upper(), password="!",
                    language="fr", created_at=at,
                )
            )  # fmt: skip
        Account.objects.bulk_create(accounts)
        keys = dict(Account.objects.filter(username__in=[one.username for one in accounts]).values_list("username", "pk"))
        FunctionGrant.objects.bulk_create(
            [
                FunctionGrant(
                    account_id=keys[account.username], function=function, unit=unit, unit_key=unit.pk, valid_from=SINCE, valid_to=OPEN_END,
                    recorded_at=at, author_label=actor.label,
                )
                for account, function in zip(accounts, functions, strict=True)
            ]
        )  # fmt: skip
    return workers()


def strangers() -> bool:
    """True when the instance holds persons that were not invented here."""
    return Person.unscoped.exclude(names__author_label="populate").exists()
