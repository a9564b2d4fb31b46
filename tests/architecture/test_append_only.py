"""Evidence is written once: the migrated database refuses changes and deletions, whatever the program (core.md 4, 5)."""

from __future__ import annotations

import re

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction

pytestmark = [pytest.mark.django_db, pytest.mark.db]

LOCKED = {
    "agenda_occurred": "what happened to an appointment",
    "accounting_entry": "entries of a posted voucher",
    "accounting_voucher": "once posted",
    "decisions_memberpack": "what the members saw",
    "decisions_pack": "what the decision rests on",
    "decisions_proposalversion": "what was written, and what was decided",
    "documents_letterhead": "published",
    "documents_lettertemplate": "published",
    "dossiers_customversion": "published",
    "dossiers_handoversignature": "who signed a hand-over",
    "form_engine_formversion": "published",
    "journal_objectivestate": "how an objective stood",
    "journal_reading": "who opened a restricted note",
    "journal_urgencyseen": "who saw an urgent mark",
    "kernel_erasurewarrant": "what was destroyed, and on whose word",
    "kernel_masterseal": "the seals",
    "kernel_mutationline": "the journal of changes",
    "kernel_readline": "the journal of reading",
    "procedures_procedureversion": "published",
    "requests_requestdatecorrection": "a corrected day of the register",
    "requests_stagemark": "the timeline of a request",
    "rules_calculation": "an amount and its explanation",
    "takeover_golive": "the certificate of a go-live",
    "workflows_processversion": "published",
    "workflows_workitemevent": "through whose hands a task went",
}
# Said to be written once, and yet some column moves lawfully: which, and what keeps the rest.
MOVING = {
    "connectors.Call": "its state moves on; request and answers are never written over",
    "decisions.Decision": "the ratification of an urgent decision; its pack and hash are locked",
    "documents.StoredFile": "destroyed with its bytes when the law asks; named by their hash, so never other bytes",
    "journal.Entry": "the person is re-pointed when two files of one person are merged",
    "requests.Request": "its state and clock; the answers stand in the digest of the receipt",
    "rules.Parameter": "superseded_at and live, as every dated fact",
}
PROMISE = re.compile(r"append-only|immutable|never (changed|edited|updated)|written once", re.IGNORECASE)


def _guarded(verb: str) -> set[str]:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")
            return {table for table, sql in cursor.fetchall() if re.search(rf"BEFORE {verb}\b", sql)}
        schema = "current_schema()" if connection.vendor == "postgresql" else "DATABASE()"
        cursor.execute(
            f"SELECT event_object_table FROM information_schema.triggers WHERE trigger_schema = {schema} AND event_manipulation = %s",
            [verb],
        )
        return {table for (table,) in cursor.fetchall()}


@pytest.mark.parametrize("verb", ["UPDATE", "DELETE"])
def test_the_migrated_database_guards_the_evidence(verb: str) -> None:
    """Also after a later migration: SQLite makes an altered table anew without its triggers."""
    assert set(LOCKED) - _guarded(verb) == set()


def test_a_model_that_promises_never_to_change_is_locked_or_says_what_moves() -> None:
    promising = {
        model._meta.db_table: model._meta.label
        for model in apps.get_models()
        if model.__module__.startswith("parvis.") and PROMISE.search(model.__doc__ or "")
    }
    guarded = _guarded("UPDATE") & _guarded("DELETE")
    assert {label for table, label in promising.items() if table not in guarded and label not in MOVING} == set()
    assert [label for label in MOVING if apps.get_model(label)._meta.db_table in guarded] == []


@pytest.mark.parametrize("label", ["workflows.ProcessVersion", "form_engine.FormVersion"])
def test_a_published_version_is_refused_a_change_by_the_database(label: str) -> None:
    from parvis.kernel import clock

    model: type[models.Model] = apps.get_model(label)
    values = {"key": "kept", "number": 1, "digest": "0" * 64, "published_at": clock.now(), "author_label": "Test"}
    extra = {"xml": "<x/>", "spec": {}, "outline": {}} if label == "workflows.ProcessVersion" else {"definition": {}}
    rows = model._base_manager
    row = rows.create(**values, **extra)
    for attempt in (lambda: rows.filter(pk=row.pk).update(digest="1" * 64), lambda: rows.filter(pk=row.pk)._raw_delete(rows.db)):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            attempt()
    assert rows.values_list("digest", flat=True).get(pk=row.pk) == "0" * 64


def test_on_postgresql_a_temporary_table_named_like_the_passes_opens_nothing() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("temporary tables come first on PostgreSQL alone")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = current_schema() "
            "AND p.prosrc LIKE '%kernel_erasurepass%' AND (p.proconfig IS NULL OR NOT 'search_path=' || current_schema() || ', pg_temp' = ANY "
            "(SELECT replace(one, '\"', '') FROM unnest(p.proconfig) one))"
        )
        assert cursor.fetchall() == []
        cursor.execute(
            "INSERT INTO kernel_readline (read_at, slot, actor_label, purpose, screen, subject_type, subject_id) "
            "VALUES (now(), 1, 'x', '', 'x', 'x', 1) RETURNING id"
        )
        row = cursor.fetchone()[0]
        cursor.execute("CREATE TEMP TABLE kernel_erasurepass (table_name text, row_id bigint) ON COMMIT DROP")
        cursor.execute("INSERT INTO pg_temp.kernel_erasurepass VALUES ('kernel_readline', %s)", [row])
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute("DELETE FROM kernel_readline WHERE id = %s", [row])
        cursor.execute("SELECT count(*) FROM kernel_readline WHERE id = %s", [row])
        assert cursor.fetchone()[0] == 1
