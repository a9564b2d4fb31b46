"""Names in the ledger are replaced under a warrant of destruction. Accounts, amounts, days and numbers stay as they were posted; no line goes."""

from django.db import migrations

NAMED = "EXISTS (SELECT 1 FROM kernel_erasurepass WHERE table_name = '{table}' AND row_id = OLD.id)"
VOUCHER_KEEPS = (
    "id", "uuid", "book", "journal", "number", "booked_on", "total", "currency", "subject_type", "subject_id", "reverses_id", "posted",
    "created_at", "author_id", "author_label",
)  # fmt: skip
ENTRY_KEEPS = ("id", "voucher_id", "position", "account_id", "debit", "credit", "dossier_ref")


def _lawful(table, keeps, alike):
    return " AND ".join([NAMED.format(table=table), *[f"NEW.{column} {alike} OLD.{column}" for column in keeps]])


def _sqlite():
    voucher, entry = _lawful("accounting_voucher", VOUCHER_KEEPS, "IS"), _lawful("accounting_entry", ENTRY_KEEPS, "IS")
    return [
        "DROP TRIGGER accounting_voucher_guard",
        f"CREATE TRIGGER accounting_voucher_guard BEFORE UPDATE ON accounting_voucher WHEN OLD.posted AND NOT ({voucher}) "
        "BEGIN SELECT RAISE(ABORT, 'append-only: a posted voucher is reversed, never changed'); END",
        "DROP TRIGGER accounting_entry_guard",
        f"CREATE TRIGGER accounting_entry_guard BEFORE UPDATE ON accounting_entry WHEN NOT ({entry}) "
        "BEGIN SELECT RAISE(ABORT, 'append-only: entries are never changed'); END",
    ]


SQLITE_BACK = [
    "DROP TRIGGER accounting_voucher_guard",
    "CREATE TRIGGER accounting_voucher_guard BEFORE UPDATE ON accounting_voucher WHEN OLD.posted "
    "BEGIN SELECT RAISE(ABORT, 'append-only: a posted voucher is reversed, never changed'); END",
    "DROP TRIGGER accounting_entry_guard",
    "CREATE TRIGGER accounting_entry_guard BEFORE UPDATE ON accounting_entry "
    "BEGIN SELECT RAISE(ABORT, 'append-only: entries are never changed'); END",
]

BALANCED = """IF NEW.posted AND (
            (SELECT COUNT(*) FROM accounting_entry WHERE voucher_id = NEW.id) < 2
            OR (SELECT COALESCE(SUM(debit), 0) FROM accounting_entry WHERE voucher_id = NEW.id) <> NEW.total
            OR (SELECT COALESCE(SUM(credit), 0) FROM accounting_entry WHERE voucher_id = NEW.id) <> NEW.total
            OR EXISTS (SELECT 1 FROM accounting_entry e JOIN accounting_glaccount a ON a.id = e.account_id
                       WHERE e.voucher_id = NEW.id AND a.book <> NEW.book)) THEN"""


def _postgresql(lawful):
    """The functions anew; the triggers that call them stay."""
    same = "IS NOT DISTINCT FROM"
    voucher = f"IF {_lawful('accounting_voucher', VOUCHER_KEEPS, same)} THEN RETURN NEW; END IF;" if lawful else ""
    entry = f"IF TG_OP = 'UPDATE' THEN IF {_lawful('accounting_entry', ENTRY_KEEPS, same)} THEN RETURN NEW; END IF; END IF;" if lawful else ""
    return [
        f"""CREATE OR REPLACE FUNCTION accounting_guard_voucher() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' THEN
            RAISE EXCEPTION 'append-only: vouchers are never deleted' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF TG_OP = 'INSERT' THEN
            IF NEW.posted THEN
                RAISE EXCEPTION 'unbalanced: a voucher is posted after its entries' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END IF;
        IF OLD.posted THEN
            {voucher}
            RAISE EXCEPTION 'append-only: a posted voucher is reversed, never changed' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        {BALANCED}
            RAISE EXCEPTION 'unbalanced: debits, credits and total of a voucher are equal, in one book' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $$""",
        f"""CREATE OR REPLACE FUNCTION accounting_guard_entry() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            IF (SELECT posted FROM accounting_voucher WHERE id = NEW.voucher_id) THEN
                RAISE EXCEPTION 'append-only: a posted voucher takes no entry' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END IF;
        {entry}
        RAISE EXCEPTION 'append-only: entries are never changed or deleted' USING ERRCODE = 'integrity_constraint_violation';
    END $$""",
    ]


def _mariadb(lawful):
    voucher = f"NOT ({_lawful('accounting_voucher', VOUCHER_KEEPS, '<=>')})" if lawful else "TRUE"
    entry = f"NOT ({_lawful('accounting_entry', ENTRY_KEEPS, '<=>')})" if lawful else "TRUE"
    signal = "SIGNAL SQLSTATE '23000' SET MYSQL_ERRNO = 4025, MESSAGE_TEXT ="
    return [
        "DROP TRIGGER accounting_voucher_guard",
        f"""CREATE TRIGGER accounting_voucher_guard BEFORE UPDATE ON accounting_voucher FOR EACH ROW
    BEGIN
        IF OLD.posted AND {voucher} THEN
            {signal} 'append-only: a posted voucher is reversed, never changed';
        END IF;
        IF NOT OLD.posted THEN
        {BALANCED}
            {signal} 'unbalanced: debits, credits and total of a voucher are equal, in one book';
        END IF;
        END IF;
    END""",
        "DROP TRIGGER accounting_entry_guard",
        f"""CREATE TRIGGER accounting_entry_guard BEFORE UPDATE ON accounting_entry FOR EACH ROW
    BEGIN
        IF {entry} THEN
            {signal} 'append-only: entries are never changed';
        END IF;
    END""",
    ]


FORWARD = {"sqlite": _sqlite(), "postgresql": _postgresql(True), "mysql": _mariadb(True)}
BACKWARD = {"sqlite": SQLITE_BACK, "postgresql": _postgresql(False), "mysql": _mariadb(False)}


def _run(statements):
    def apply(apps, schema_editor):
        with schema_editor.connection.cursor() as cursor:
            for sql in statements[schema_editor.connection.vendor]:
                cursor.execute(sql)

    return apply


class Migration(migrations.Migration):
    dependencies = [("accounting", "0007_line_recurring"), ("kernel", "0006_erasure")]
    operations = [migrations.RunPython(_run(FORWARD), _run(BACKWARD))]
