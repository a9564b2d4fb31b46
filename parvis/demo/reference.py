"""Reference data in the order in which it needs itself, then the agents and bodies of the demonstration."""

from __future__ import annotations

from datetime import date
from importlib import import_module
from importlib.util import find_spec

from parvis.identity.api import Account
from parvis.kernel.actor import Actor, system_actor
from parvis.rules.api import Parameter, add_parameter

ORDER = ("identity", "rules", "documents", "workflows", "journal", "procedures", "accounting", "connectors", "decisions", "aid", "dossiers")
SINCE = date(2020, 1, 1)
ACTOR = system_actor("demo", origin="story")


def load(actor: Actor = ACTOR) -> None:
    """Units, agents, rates, letters, process, procedure, accounts, committee. Safe to repeat."""
    for name in ORDER:
        if find_spec(f"parvis.{name}.demo"):
            import_module(f"parvis.{name}.demo").load(actor=actor)
    load_committee(actor)
    load_tariffs(actor)


#: What an hour of work and a home visit cost the centre of the demonstration; each centre sets its own.
TARIFFS = (
    ("journal.cost.hour", "EUR/hour", date(2016, 1, 1), "58.00"),
    ("journal.cost.hour", "EUR/hour", date(2026, 1, 1), "64.00"),
    ("journal.cost.act.visit", "EUR/act", date(2016, 1, 1), "85.00"),
)


def load_tariffs(actor: Actor) -> None:
    """Tariffs of services delivered, so that acts tell their cost."""
    for key, unit, since, price in TARIFFS:
        if not Parameter.objects.filter(key=key, live=1, valid_from=since).exists():
            add_parameter(actor=actor, key=key, valid_from=since, value=price, unit=unit, source="House rule: set by each centre")


def load_committee(actor: Actor) -> None:
    """Who sits in the special committee: president, three members, and the secretary without a vote."""
    from parvis.decisions.enums import MemberRole
    from parvis.decisions.models import Committee, Membership
    from parvis.decisions.services import committees
    from parvis.identity.demo import username

    committee = Committee.objects.get(key="csss")
    roles = (
        ("claire.warnant", MemberRole.PRESIDENT, True),
        ("michel.dubuisson", MemberRole.MEMBER, True),
        ("rosa.ferreira", MemberRole.MEMBER, True),
        ("willem.claes", MemberRole.MEMBER, True),
        ("isabelle.thonon", MemberRole.SECRETARY, False),
    )
    if not Membership.objects.filter(committee=committee).exists():
        for order, (login, role, voting) in enumerate(roles, 1):
            account = Account.objects.get(username=username(login))
            committees.add_member(
                actor=actor,
                committee=committee,
                account_id=account.pk,
                label=account.display_name,
                valid_from=SINCE,
                role=role,
                voting=voting,
                order=order,
            )
