"""Statements compiled once: the same rows as the query, other values each time, and a key that forgets something is caught."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from parvis.dossiers.models import Dossier, DossierMember
from parvis.identity.models import Account, FunctionGrant
from parvis.kernel import clock, memo, statements
from parvis.kernel.scope import ScopeError, within
from parvis.kernel.statements import Statement, StatementError, one_of
from tests.contacts.factories import make_person
from tests.dossiers.factories import make_centre, make_dossier

pytestmark = [pytest.mark.db, pytest.mark.django_db]

BY_UUID, MEMBERS, SCOPED, GRANTS, FORGETFUL, UNSAID, ASKING, WORDS = (
    Statement(f"tests.{name}") for name in ("uuid", "members", "scoped", "grants", "forgetful", "unsaid", "asking", "words")
)


@pytest.fixture(autouse=True)
def _nothing_kept():
    statements.forget()
    yield
    statements.forget()


@pytest.fixture
def centre():
    return make_centre()


@pytest.fixture
def two(centre):
    return make_dossier(centre, make_person("Un", "A", None)), make_dossier(centre, make_person("Deux", "B", None))


def kept(statement: Statement) -> int:
    return sum(key[0] == statement.name for key in statements._all)


def test_one_statement_serves_other_values_with_related_rows_and_annotations(centre, two) -> None:
    actor = centre.actor("worker")
    for dossier in (*two, *two):
        found = BY_UUID.one(
            actor, lambda at: Dossier.objects.visible_to(actor).select_related("unit").filter(uuid=at["uuid"]), uuid=dossier.uuid
        )
        with CaptureQueriesContext(connection) as asked:
            assert (found, found.unit) == (dossier, centre.north)
        assert len(asked) == 0
    assert kept(BY_UUID) == 1


def test_lists_days_and_names_are_values_too(centre, two) -> None:
    wanted = [centre.worker.pk, centre.chief.pk]
    for accounts in (wanted, wanted[:1], wanted[1:]):
        rows = GRANTS.rows(
            (),
            lambda at: (
                FunctionGrant.objects.at(at["day"])
                .filter(one_of("account", at["accounts"]))
                .order_by("pk")
                .values_list("account_id", "function")
            ),
            day=clock.today(),
            accounts=accounts,
        )
        assert rows == list(FunctionGrant.objects.filter(account__in=accounts).order_by("pk").values_list("account_id", "function"))
    assert kept(GRANTS) == 2, "one for two accounts, one for one"
    by_name = [WORDS.rows((), lambda at: Account.objects.filter(display_name=at["name"]), name=name) for name in ("Karim Benali", "Nobody")]
    assert by_name == [[centre.chief], []]


def test_what_was_kept_shows_what_was_written_since(centre, two) -> None:
    def read():
        return MEMBERS.rows((), lambda at: DossierMember.unscoped.filter(dossier=at["dossier"], live=1), dossier=two[0].pk)

    before = read()
    DossierMember.unscoped.filter(dossier=two[0].pk).update(live=None)
    assert (len(before), read()) == (1, [])


def test_each_reader_has_a_statement_of_its_own(centre, two) -> None:
    def read(name: str):
        actor = centre.actor(name)
        return SCOPED.rows(actor, lambda at: Dossier.objects.visible_to(actor).filter(pk=at["dossier"]), dossier=two[0].pk)

    assert [read(name) for name in ("worker", "stranger", "worker", "member")] == [[two[0]], [], [two[0]], []]


def test_a_page_about_one_row_tells_its_statements_so(centre, two) -> None:
    actor = centre.actor("worker")
    for dossier in (*two, *two):
        with memo.sharing():
            within(Dossier, actor, dossier.pk)
            rows = SCOPED.rows(actor, lambda at: DossierMember.objects.visible_to(actor).filter(live=at["live"]), live=1)
        assert [row.dossier_id for row in rows] == [dossier.pk]
    assert kept(SCOPED) == 1
    everywhere = SCOPED.rows(actor, lambda at: DossierMember.objects.visible_to(actor).filter(live=at["live"]), live=1)
    assert {row.dossier_id for row in everywhere} == {one.pk for one in two}


def test_a_key_that_forgets_what_shapes_the_query_is_caught(centre, two) -> None:
    def read(pk: int):
        return FORGETFUL.rows((), lambda at: Dossier.unscoped.filter(pk=pk, unit=at["unit"]), unit=centre.north.pk)

    assert read(two[0].pk) == [two[0]]
    with pytest.raises(StatementError, match=r"tests\.forgetful"):
        read(two[1].pk)


def test_a_value_that_is_not_there_yet_is_not_compared(centre, two) -> None:
    with pytest.raises(StatementError, match="dossier"):
        FORGETFUL.rows("compared", lambda at: Dossier.unscoped.filter(pk=two[0].pk if at["dossier"] == two[0].pk else 0), dossier=two[0].pk)


def test_a_scoped_model_without_reader_is_refused(centre) -> None:
    with pytest.raises(ScopeError):
        UNSAID.rows((), lambda at: Dossier.objects.filter(pk=at["dossier"]), dossier=1)


def test_a_condition_that_was_read_from_the_database_holds_once(centre, two) -> None:
    def read():
        def build(at):
            mine = list(Dossier.unscoped.filter(unit=centre.north.pk).values_list("pk", flat=True))
            return Dossier.unscoped.filter(pk__in=mine, status=at["status"]).order_by("pk")

        return ASKING.rows((), build, status="open")

    assert read() == list(two)
    third = make_dossier(centre, make_person("Trois", "C", None))
    assert read() == [*two, third]
    assert kept(ASKING) == 0


def test_the_day_and_the_language_are_part_of_every_key(centre, two) -> None:
    def read():
        return MEMBERS.rows((), lambda at: DossierMember.unscoped.filter(dossier=at["dossier"]).at(clock.today()), dossier=two[0].pk)

    assert len(read()) == 1
    with clock.travel(clock.now() + dt.timedelta(days=1)), translation.override("nl"):
        assert len(read()) == 1
    assert kept(MEMBERS) == 2


def test_nothing_matches_nothing(centre) -> None:
    assert MEMBERS.rows("none", lambda at: DossierMember.unscoped.filter(pk__in=[], dossier=at["dossier"]), dossier=1) == []
