"""Dated functions, units, and the last administrator (B26, D13)."""

import datetime as dt

import pytest

from parvis.identity.api import (
    AccountRefused,
    GrantRefused,
    LastAdministrator,
    UnitRefused,
    actor_for,
    agents_with,
    close_account,
    create_account,
    grant_function,
    revoke_function,
)
from parvis.identity.enums import Function
from parvis.identity.errors import AdministratorsOnly
from parvis.identity.models import Account, FunctionGrant, WebSession
from parvis.identity.services.units import create_unit, update_unit
from parvis.kernel import clock
from parvis.kernel.actor import Grant
from parvis.kernel.models import MutationLine

from .factories import SYSTEM, a_unit, an_account, as_actor

pytestmark = [pytest.mark.django_db, pytest.mark.db]
YESTERDAY, TODAY, TOMORROW = (clock.today() + dt.timedelta(days=n) for n in (-1, 0, 1))


def verbs(subject_id):
    return list(
        MutationLine.objects.filter(subject_type="account", subject_id=subject_id).order_by("number").values_list("verb", flat=True)
    )


def test_a_function_works_from_its_first_day_to_its_last():
    account = an_account()
    for function, start, end in (("clerk", YESTERDAY, TODAY), ("lawyer", TODAY, TOMORROW), ("payer", TOMORROW, None)):
        grant_function(actor=SYSTEM, account=account, function=function, valid_from=start, valid_to=end)
    assert actor_for(account).grants == frozenset({Grant("lawyer", None)})
    assert verbs(account.pk) == ["account_created", "function_granted", "function_granted", "function_granted"]


def test_a_unit_covers_those_below_and_not_those_beside():
    top = a_unit("TOP")
    north = a_unit("NORTH", top)
    beside = a_unit("TOPAZ")
    actor = actor_for(an_account("chief", unit=top))
    assert actor.units_for("chief") == {top.pk, north.pk}
    assert not actor.holds(beside.pk, "chief")
    assert actor_for(an_account("chief", unit=north)).units == {north.pk}


def test_agents_with_a_function_for_a_unit_are_its_own_those_above_and_the_whole_centre():
    top = a_unit("TOP")
    north = a_unit("NORTH", top)
    south = a_unit("SOUTH", top)
    whole, above, own = an_account("chief"), an_account("chief", unit=top), an_account("chief", unit=north)
    an_account("chief", unit=south)
    closed = an_account("chief")
    close_account(actor=SYSTEM, account=closed)
    assert {a.pk for a in agents_with("chief", north)} == {whole.pk, above.pk, own.pk}
    assert {a.pk for a in agents_with("chief", north.pk)} == {whole.pk, above.pk, own.pk}
    assert agents_with("payer", north) == []


def test_the_same_function_twice_in_one_period_is_refused():
    account = an_account("clerk")
    with pytest.raises(GrantRefused) as refusal:
        grant_function(actor=SYSTEM, account=account, function="clerk", valid_from=TOMORROW)
    assert refusal.value.code == "overlap"
    assert FunctionGrant.objects.filter(account=account).count() == 1


def test_impossible_dates_and_functions_are_refused():
    account = an_account()
    with pytest.raises(GrantRefused):
        grant_function(actor=SYSTEM, account=account, function="king")
    with pytest.raises(GrantRefused):
        grant_function(actor=SYSTEM, account=account, function="clerk", valid_from=TODAY, valid_to=TODAY)
    with pytest.raises(GrantRefused):
        grant_function(actor=SYSTEM, account=account, function="administrator", unit=a_unit("X"))
    assert not FunctionGrant.objects.filter(account=account).exists()


def test_a_function_ended_today_is_gone_at_once_and_can_come_back():
    account = an_account("clerk")
    grant = account.grants.get()
    revoke_function(actor=SYSTEM, grant=grant)
    assert actor_for(account).grants == frozenset()
    with pytest.raises(GrantRefused):
        revoke_function(actor=SYSTEM, grant=grant)
    grant_function(actor=SYSTEM, account=account, function="clerk")
    assert actor_for(account).has("clerk")


def test_a_function_is_not_ended_in_the_past():
    account = an_account("clerk")
    with pytest.raises(GrantRefused) as refusal:
        revoke_function(actor=SYSTEM, grant=account.grants.get(), on=YESTERDAY)
    assert refusal.value.code == "past"
    assert actor_for(account).has("clerk")


def test_the_last_administrator_keeps_function_and_account():
    only = an_account("administrator")
    grant = only.grants.get()
    for attempt in (
        lambda: revoke_function(actor=SYSTEM, grant=grant),
        lambda: revoke_function(actor=SYSTEM, grant=grant, on=TOMORROW),
        lambda: close_account(actor=SYSTEM, account=only),
    ):
        with pytest.raises(LastAdministrator):
            attempt()
    only.refresh_from_db()
    grant.refresh_from_db()
    assert only.is_active and grant.is_open
    assert verbs(only.pk) == ["account_created", "function_granted"]


def test_an_administrator_until_a_day_or_from_a_day_or_with_a_closed_account_does_not_count():
    only = an_account("administrator")
    until, later, closed = an_account(), an_account(), an_account("administrator")
    grant_function(actor=SYSTEM, account=until, function="administrator", valid_to=TOMORROW)
    grant_function(actor=SYSTEM, account=later, function="administrator", valid_from=TOMORROW)
    close_account(actor=SYSTEM, account=closed)
    with pytest.raises(LastAdministrator):
        revoke_function(actor=SYSTEM, grant=only.grants.get())
    an_account("administrator")
    revoke_function(actor=SYSTEM, grant=only.grants.get())
    assert not actor_for(only).has("administrator")


@pytest.mark.parametrize("function", [f for f in Function.values if f != "administrator"])
def test_only_an_administrator_changes_accounts(function):
    actor = as_actor(an_account(function))
    before = Account.objects.count()
    with pytest.raises(AdministratorsOnly):
        create_account(actor=actor, username="x@y.example", display_name="X Y")
    with pytest.raises(AdministratorsOnly):
        grant_function(actor=actor, account=Account.objects.get(pk=actor.account_id), function="administrator")
    with pytest.raises(AdministratorsOnly):
        create_unit(actor=actor, code="N", name="N")
    assert Account.objects.count() == before
    assert actor_for(Account.objects.get(pk=actor.account_id)).functions == {function}


def test_sign_in_names_are_folded_and_unique():
    an_account(username="Anne@Valmont.example")
    with pytest.raises(AccountRefused) as refusal:
        create_account(actor=SYSTEM, username=" anne@valmont.EXAMPLE ", display_name="Anne")
    assert refusal.value.field == "username"
    assert Account.objects.filter(username="anne@valmont.example").count() == 1


def test_a_weak_password_is_refused():
    with pytest.raises(AccountRefused) as refusal:
        create_account(actor=SYSTEM, username="z@y.example", display_name="Z", password="court")
    assert refusal.value.code == "weak_password"
    assert not Account.objects.filter(username="z@y.example").exists()


def test_closing_an_account_ends_its_sessions(client):
    account = an_account("clerk")
    client.force_login(account)
    assert client.get("/account/").status_code == 200
    close_account(actor=SYSTEM, account=account)
    assert not WebSession.objects.filter(account=account).exists()
    assert client.get("/account/").status_code == 302


def test_a_unit_code_is_well_formed_and_unique():
    a_unit("ABC")
    for code in ("ABC", "a b", "", "X" * 21):
        with pytest.raises(UnitRefused):
            create_unit(actor=SYSTEM, code=code, name="n")
    with pytest.raises(UnitRefused):
        create_unit(actor=SYSTEM, code="OK", name={"fr": "  "})


def test_a_unit_is_renamed_with_old_and_new_in_the_journal():
    unit = a_unit("ABC")
    update_unit(actor=SYSTEM, unit=unit, name={"fr": "Nouveau nom"}, is_active=False)
    value = MutationLine.objects.get(verb="unit_updated", subject_id=unit.pk).values.get(field="name")
    assert (value.old, value.new) == ({"fr": "Service ABC"}, {"fr": "Nouveau nom"})
