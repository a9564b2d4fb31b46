"""B38: whoever changes, removes or inserts a line breaks a chain that a command verifies."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from parvis.kernel import gestures, mutations, seals
from parvis.kernel.models import MutationLine
from parvis.kernel.subject import SubjectRef
from tests.support import actor
from tests.support.plugin import _append_only_triggers

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.db]


@pytest.fixture(autouse=True)
def _chain(settings, tmp_path):
    settings.PARVIS_INSTANCE = tmp_path
    for n in range(1, 5):
        with gestures.gesture_scope():
            for stream in ("dossier:1", "dossier:2"):
                mutations.record(
                    stream,
                    actor=actor("clerk"),
                    verb="account.changed",
                    subject=SubjectRef("account", n),
                    values={"iban": [None, f"BE{n}"]},
                )
    seals.seal()


def _without_triggers(statement: str, *parameters: object) -> None:
    """What somebody with every right on the database could do."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(statement, parameters)
            cursor.execute("SET session_replication_role = DEFAULT")
            return
        triggers = _append_only_triggers(cursor, connection.vendor)
        for name, _ in triggers:
            cursor.execute(f"DROP TRIGGER {name}")
        cursor.execute(statement, parameters)
        for _, create in triggers:
            cursor.execute(create)


def test_an_untouched_journal_is_intact() -> None:
    report = seals.verify()
    assert (report.ok, report.lines, report.streams, report.seals) == (True, 8, 2, 1)


@pytest.mark.parametrize("statement", ["UPDATE kernel_mutationline SET verb = 'x'", "DELETE FROM kernel_mutationline"])
def test_the_database_refuses_to_change_or_remove_a_line(statement: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert seals.verify().ok


def test_a_changed_line_is_found() -> None:
    _without_triggers("UPDATE kernel_mutationline SET actor_label = 'Nobody' WHERE stream = 'dossier:1' AND number = 2")
    assert seals.verify().problems == ["dossier:1: the columns of line 2 differ from what was chained"]


def test_a_removed_line_is_found() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM kernel_mutationvalue WHERE line_id IN (SELECT id FROM kernel_mutationline WHERE stream = 'dossier:1' AND number = 3)"
        )
    _without_triggers("DELETE FROM kernel_mutationline WHERE stream = 'dossier:1' AND number = 3")
    assert "dossier:1: line 3 is missing (next is 4)" in seals.verify().problems


def test_an_inserted_line_is_found() -> None:
    last = MutationLine.objects.filter(stream="dossier:1").last()
    MutationLine.objects.create(
        stream="dossier:1",
        number=5,
        recorded_at=last.recorded_at,
        verb=last.verb,
        subject_type="account",
        subject_id=9,
        actor_label="x",
        body=last.body,
        previous_hash=last.hash,
        hash=mutations.line_hash(last.hash, last.body),
    )
    assert "dossier:1: the chain ends at line 5, its head says 4" in seals.verify().problems


def test_a_changed_value_is_found() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE kernel_mutationvalue SET salt = 'other' WHERE line_id = (SELECT MIN(id) FROM kernel_mutationline)")
    assert [p for p in seals.verify().problems if "value of iban" in p]


def test_a_chain_rewritten_with_its_head_is_betrayed_by_the_seals() -> None:
    from parvis.kernel.models import ChainHead

    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM kernel_mutationvalue WHERE line_id IN (SELECT id FROM kernel_mutationline WHERE stream = 'dossier:2' AND number = 4)"
        )
    _without_triggers("DELETE FROM kernel_mutationline WHERE stream = 'dossier:2' AND number = 4")
    last = MutationLine.objects.filter(stream="dossier:2").last()
    ChainHead.objects.filter(stream="dossier:2").update(length=3, last_hash=last.hash)
    assert seals.verify().problems == ["dossier:2: line 4 is not the one that seal 1 covers"]
