"""Rights as data: classes, sectors; what an administrator changes, and what nobody can (B26, B30, D13)."""

import datetime as dt

import pytest

from parvis.identity.api import (
    RightsRefused,
    add_agent_to_sector,
    class_functions,
    create_sector,
    end_agent_sector,
    set_class_rights,
    update_sector,
)
from parvis.identity.enums import Function
from parvis.identity.errors import AdministratorsOnly
from parvis.identity.models import AgentSector, ClassRight, Sector
from parvis.identity.selectors import actor_on
from parvis.kernel import clock
from parvis.kernel.actor import Actor, Grant
from parvis.kernel.models import MutationLine
from parvis.kernel.scope import DATA_CLASSES, data_classes, may_see

from .factories import SYSTEM, a_unit, an_account, as_actor

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def today() -> dt.date:
    return clock.today()


def functions_of(name: str, day: dt.date | None = None) -> set[str]:
    return class_functions(day or today())[name]


def test_without_any_row_the_rights_are_the_defaults_of_the_product():
    assert {name: functions_of(name) for name in DATA_CLASSES} == {n: {str(f) for f in fs} for n, fs in data_classes().items()}
    for function in Function:
        made_by_hand = Actor(kind="agent", account_id=1, label="x", grants=frozenset({Grant(str(function))}))
        built = as_actor(an_account(str(function)))
        assert [may_see(built, name) for name in DATA_CLASSES] == [may_see(made_by_hand, name) for name in DATA_CLASSES], function


def test_a_function_gains_and_loses_a_class_from_the_day_on():
    lawyer = an_account("lawyer")
    tomorrow = today() + dt.timedelta(days=1)
    assert not may_see(as_actor(lawyer), "health")
    changed = set_class_rights(actor=SYSTEM, rights={"health": {*functions_of("health"), "lawyer"}}, valid_from=tomorrow)
    assert changed == ["health"]
    assert not may_see(as_actor(lawyer), "health")
    assert may_see(actor_on(lawyer, tomorrow), "health")
    set_class_rights(actor=SYSTEM, rights={"health": {*functions_of("health"), "lawyer"}})
    assert may_see(as_actor(lawyer), "health")
    set_class_rights(actor=SYSTEM, rights={"money": functions_of("money") - {"lawyer"}})
    assert not may_see(as_actor(lawyer), "money")
    line = MutationLine.objects.filter(verb="class_rights_set").latest("pk")
    value = line.values.get(field="money")
    assert set(value.old) - set(value.new) == {"lawyer"}


def test_going_back_to_the_default_leaves_no_row_that_holds():
    before = functions_of("health")
    set_class_rights(actor=SYSTEM, rights={"health": {*before, "lawyer"}})
    set_class_rights(actor=SYSTEM, rights={"health": before})
    assert functions_of("health") == before
    assert list(ClassRight.objects.at(today())) == []


@pytest.mark.parametrize(
    ("rights", "start", "code"),
    [
        ({"health": set()}, 0, "nobody"),
        ({"health": {"king"}}, 0, "unknown"),
        ({"stars": {"chief"}}, 0, "unknown"),
        ({"health": {"lawyer"}}, -1, "RightsRefused"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(rights, start, code):
    with pytest.raises(RightsRefused) as refusal:
        set_class_rights(actor=SYSTEM, rights=rights, valid_from=today() + dt.timedelta(days=start))
    assert refusal.value.code == code
    assert ClassRight.objects.count() == 0


def test_two_administrators_at_once_both_keep_what_they_changed():
    shown = functions_of("legal")
    set_class_rights(actor=SYSTEM, rights={"legal": shown | {"clerk"}})
    set_class_rights(actor=SYSTEM, rights={"legal": (shown | {"payer"}) - {"lawyer"}}, expected={"legal": shown})
    assert functions_of("legal") == (shown | {"clerk", "payer"}) - {"lawyer"}


def test_a_change_planned_for_later_is_no_conflict_and_stands():
    shown, later = functions_of("legal"), today() + dt.timedelta(days=10)
    set_class_rights(actor=SYSTEM, rights={"legal": shown | {"clerk"}}, valid_from=later)
    set_class_rights(actor=SYSTEM, rights={"legal": shown | {"payer"}}, valid_from=later + dt.timedelta(days=5), expected={"legal": shown})
    assert functions_of("legal") == shown
    assert class_functions(later)["legal"] == shown | {"clerk"}
    assert class_functions(later + dt.timedelta(days=5))["legal"] == shown | {"clerk", "payer"}


@pytest.mark.parametrize("function", [f for f in Function.values if f != "administrator"])
def test_only_an_administrator_changes_rights_and_sectors(function):
    actor = as_actor(an_account(function))
    with pytest.raises(AdministratorsOnly):
        set_class_rights(actor=actor, rights={"health": {function}})
    with pytest.raises(AdministratorsOnly):
        create_sector(actor=actor, code="X", name="X")
    assert (ClassRight.objects.count(), Sector.objects.count()) == (0, 0)


def test_sectors_are_dated_and_a_reserved_one_bars_the_others():
    youth, asylum = create_sector(actor=SYSTEM, code="JEUN", name="Jeunesse"), create_sector(actor=SYSTEM, code="ASYL", name="Asile")
    inside, outside = an_account("social_worker"), an_account("social_worker")
    row = add_agent_to_sector(actor=SYSTEM, account=inside, sector=asylum)
    assert (as_actor(inside).sectors, as_actor(outside).barred_sectors) == ({asylum.pk}, frozenset())
    update_sector(actor=SYSTEM, sector=asylum, name={"fr": "Asile"}, reserved=True)
    assert (as_actor(inside).barred_sectors, as_actor(outside).barred_sectors) == (frozenset(), {asylum.pk})
    with pytest.raises(RightsRefused):
        add_agent_to_sector(actor=SYSTEM, account=inside, sector=asylum)
    update_sector(actor=SYSTEM, sector=asylum, name={"fr": "Asile"}, reserved=True, is_active=False)
    assert (as_actor(inside).sectors, as_actor(outside).barred_sectors) == ({asylum.pk}, {asylum.pk})
    end_agent_sector(actor=SYSTEM, row=row)
    assert as_actor(inside).sectors == frozenset()
    assert AgentSector.objects.count() == 1
    assert youth.pk not in as_actor(inside).barred_sectors


def test_the_screen_shows_the_table_keeps_a_change_and_its_before_and_after(client):
    client.force_login(an_account("administrator"))
    page = client.get("/admin/rights/").content.decode()
    assert page.count('name="right"') == len(Function) * len(DATA_CLASSES)
    rights = [f"{name}:{function}" for name in DATA_CLASSES for function in functions_of(name)]
    expected = " ".join(rights)
    answer = client.post("/admin/rights/", {"right": [*rights, "health:lawyer"], "valid_from": today().isoformat(), "expected": expected})
    assert answer.status_code == 303
    assert "lawyer" in functions_of("health")
    unchanged = client.post("/admin/rights/", {"right": rights, "valid_from": today().isoformat(), "expected": expected})
    assert unchanged.status_code == 303
    assert "lawyer" in functions_of("health"), "a colleague's change is not taken back by a page read before it"
    refused = client.post("/admin/rights/", {"right": ["identity:clerk"], "valid_from": today().isoformat()})
    assert refused.status_code == 422
    page = client.get("/admin/rights/").content.decode()
    assert "→" in page


def test_a_unit_s_chief_sees_below_and_with_the_rights_of_the_day_in_three_queries(client, django_assert_max_num_queries):
    from .test_actor import actor_of

    top = a_unit("TOP")
    below = a_unit("BELOW", top)
    sector = create_sector(actor=SYSTEM, code="S", name="S", reserved=True)
    chief = an_account("chief", unit=top)
    add_agent_to_sector(actor=SYSTEM, account=chief, sector=sector)
    client.force_login(chief)
    with django_assert_max_num_queries(3):
        actor = actor_of(client)
    assert (actor.units_for("chief"), actor.sectors) == ({top.pk, below.pk}, {sector.pk})
