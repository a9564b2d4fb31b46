"""Agents of the demonstration: specialities, languages, quotas, an absence; one who leaves, whose hand-overs wait for signatures; a file that
went to another team, which its team of before still reads."""

from __future__ import annotations

from datetime import timedelta

from parvis.dossiers.briefs import brief_of
from parvis.dossiers.models import Dossier, Handover
from parvis.dossiers.selectors import followed_by
from parvis.dossiers.services import (
    accept_transfer,
    assign_referent,
    carry_out,
    note_agent_fact,
    offer_transfer,
    plan_departure,
    publish_reading_rule,
    sign_handover,
)
from parvis.identity.api import Account, Unit
from parvis.identity.demo import SINCE, username
from parvis.kernel import clock

from . import stage

# login, head of service, specialities with share and quota, further languages, most files
PROFILES: tuple[tuple[str, str, tuple[tuple[str, int, int | None], ...], tuple[str, ...], int], ...] = (
    ("amelie.lambrecht", "benoit.delvaux", (("ris", 100, None), ("aid", 80, None), ("housing", 30, 10)), ("en",), 60),
    ("luc.hardy", "benoit.delvaux", (("ris", 80, None), ("aid", 50, 20)), ("it",), 50),
    ("katrin.schmitz", "benoit.delvaux", (("ris", 80, 20), ("stay", 40, None)), ("fr", "en"), 25),
    ("samira.haddad", "benoit.delvaux", (("ris", 100, None), ("debts", 50, 8), ("aid", 60, None)), ("ar", "nl"), 12),
    ("sophie.dewez", "benoit.delvaux", (("ris", 100, None),), ("en",), 40),
    ("joris.peeters", "francoise.michaux", (("work", 100, None),), ("fr", "en"), 35),
    ("nadia.elamrani", "francoise.michaux", (("debts", 100, 25),), ("ar",), 25),
)
LEAVES, HEAD, FILES = "sophie.dewez", "benoit.delvaux", 6
AWAY, AWAY_DAYS = "luc.hardy", 12


def _account(login: str) -> Account:
    return Account.objects.get(username=username(login))


def load() -> None:
    """Profiles, then the departure: within ten days six files of the North team pass on, and the one who leaves has signed the first."""
    for login, head, specialities, languages, quota in PROFILES:
        actor, account = stage.agent(head), _account(login)
        for code, share, most in specialities:
            note_agent_fact(actor=actor, account=account, kind="speciality", code=code, share=share, quota=most, valid_from=SINCE)
        for language in languages:
            note_agent_fact(actor=actor, account=account, kind="language", code=language, valid_from=SINCE)
        note_agent_fact(actor=actor, account=account, kind="quota", quota=quota, valid_from=SINCE)
    today = clock.today()
    note_agent_fact(actor=stage.agent(HEAD), account=_account(AWAY), kind="leave", valid_to=today + timedelta(days=AWAY_DAYS))
    _leaving()
    _moved()


def _leaving() -> None:
    today, head, leaver = clock.today(), stage.agent(HEAD), _account(LEAVES)
    held = Dossier.unscoped.filter(pk__in=followed_by(_account("amelie.lambrecht").pk), status="open", unit__code="SSG-NORD")
    for dossier in list(held.select_related("unit").order_by("-number")[:FILES]):
        assign_referent(
            actor=head, dossier=dossier, account=leaver, speciality="ris", valid_from=max(dossier.opened_on, today - timedelta(days=90))
        )
    stage.forget()
    departure, _plan = plan_departure(actor=head, account=leaver, on=today + timedelta(days=10))
    carry_out(actor=head, departure=departure)
    first = Handover.unscoped.filter(departure=departure).select_related("dossier__unit", "dossier__lead").order_by("pk").first()
    if first is not None:
        actor = stage.agent(LEAVES)
        sign_handover(actor=actor, handover=first, digest=brief_of(actor, first.dossier).digest)


def _moved() -> None:
    """A household moved to the south: its file went there with its tasks, and the North team reads it for two months."""
    publish_reading_rule(
        actor=stage.agent("david.kaiser"),
        kind=None,
        days=90,
        classes=["social", "money"],
        source="Note de service du comité de direction",
        valid_from=clock.today(),
    )
    worker, south = stage.agent("amelie.lambrecht"), Unit.objects.get(code="SSG-SUD")
    held = Dossier.unscoped.filter(pk__in=followed_by(_account("amelie.lambrecht").pk), status="open", unit__code="SSG-NORD")
    dossier = held.select_related("unit").order_by("number").first()
    if dossier is None:
        return
    offered = offer_transfer(actor=worker, dossier=dossier, unit=south, reason="Le ménage a déménagé dans le quartier sud.")
    accept_transfer(
        actor=stage.agent(HEAD), transfer=offered, referent=_account(AWAY), answer="Bien reçu.", read_days=60, read_classes=["social"]
    )
