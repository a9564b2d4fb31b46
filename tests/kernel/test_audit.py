"""B38: whoever changes, removes or inserts a line breaks a chain that a command verifies."""

from __future__ import annotations

import json

import pytest
from django.db import DatabaseError, connection, transaction

from parvis.kernel import canonical, clock, gestures, mutations, seals
from parvis.kernel.models import ChainHead, MasterSeal, MutationLine
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
        for _table, name, _create in triggers:
            cursor.execute(f"DROP TRIGGER {name}")
        cursor.execute(statement, parameters)
        for _table, _name, create in triggers:
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
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM kernel_mutationvalue WHERE line_id IN (SELECT id FROM kernel_mutationline WHERE stream = 'dossier:2' AND number = 4)"
        )
    _without_triggers("DELETE FROM kernel_mutationline WHERE stream = 'dossier:2' AND number = 4")
    last = MutationLine.objects.filter(stream="dossier:2").last()
    ChainHead.objects.filter(stream="dossier:2").update(length=3, last_hash=last.hash)
    assert seals.verify().problems == ["dossier:2: line 4 is not the one that seal 1 covers"]


def _record(*streams: str) -> None:
    with gestures.gesture_scope():
        for stream in streams:
            mutations.record(stream, actor=actor("clerk"), verb="account.changed", subject=SubjectRef("account", 1), values={"n": [0, 1]})


def _lines() -> list[dict]:
    (path,) = seals.seals_folder().glob("*.jsonl")
    return [json.loads(text) for text in path.read_text(encoding="utf-8").splitlines()]


def _rewrite(lines: list[dict]) -> None:
    (path,) = seals.seals_folder().glob("*.jsonl")
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


def test_a_seal_names_only_what_moved_and_covers_everything() -> None:
    _record("dossier:2", "dossier:3")
    assert seals.seal() == 2
    assert seals.seal() is None
    first, second = _lines()
    assert [head[:2] for head in first["heads"]] == [["dossier:1", 4], ["dossier:2", 4]]
    assert [head[:2] for head in second["heads"]] == [["dossier:2", 5], ["dossier:3", 1]]
    assert (first["full"], second["full"], second["streams"]) == (True, False, 3)
    assert seals.verify().ok


def test_a_head_taken_out_of_a_line_of_the_folder_is_found() -> None:
    _record("dossier:2", "dossier:3")
    seals.seal()
    first, second = _lines()
    second["heads"] = second["heads"][:1]
    _rewrite([first, second])
    assert [p for p in seals.verify().problems if "seal 2" in p and "its list of heads was changed" in p]


def test_a_lost_line_is_named_and_the_others_are_still_judged_by_their_heads() -> None:
    for _ in range(2):
        _record("dossier:1")
        seals.seal()
    first, _lost, third = _lines()
    _rewrite([first, third])
    assert seals.verify().problems == [f"seal 2 is missing from {seals.seals_folder()}"]


def test_lines_that_name_every_head_still_verify_and_are_still_judged() -> None:
    """As they were written before: one plain digest of the whole list."""
    heads = [list(head) for head in ChainHead.objects.order_by("stream").values_list("stream", "length", "last_hash")]
    last = MasterSeal.objects.get()
    at, digest = clock.now(), canonical.digest(heads)
    signature = seals._sign(canonical.dumps([2, at, digest, len(heads), last.seal]))
    MasterSeal.objects.create(number=2, sealed_at=at, heads_digest=digest, streams=len(heads), previous=last.seal, seal=signature)
    old = {"number": 2, "at": at.isoformat(), "digest": digest, "streams": 2, "previous": last.seal, "seal": signature, "heads": heads}
    _rewrite([*_lines(), old])
    assert (seals.verify().ok, seals.verify().seals) == (True, 2)
    _rewrite([*_lines()[:1], {**old, "heads": heads[:1]}])
    (problem,) = seals.verify().problems
    assert "its list of heads was changed" in problem


def test_ten_thousand_streams_cost_a_short_line_each_minute() -> None:
    """What a large centre has: the line after one gesture does not grow with the number of files."""
    ChainHead.objects.bulk_create(
        [ChainHead(stream=f"dossier:{n}", length=1, last_hash=f"{n:064x}") for n in range(10, 10_010)], batch_size=300
    )
    seals.seal()
    _record("dossier:1")
    seals.seal()
    last = _lines()[-1]
    assert (last["streams"], [head[0] for head in last["heads"]]) == (10_002, ["dossier:1"])
    assert len(json.dumps(last)) < 800
    known = seals.Heads()
    known.put(ChainHead.objects.values_list("stream", "length", "last_hash"))
    assert known.root() == last["digest"]
