"""Append-only in the database itself: a posted voucher and its entries are neither changed nor deleted, and only balance is posted."""

from django.db import migrations

SQLITE = [
    """CREATE TRIGGER accounting_voucher_guard BEFORE UPDATE ON accounting_voucher WHEN OLD.posted
    BEGIN SELECT RAISE(ABORT, 'append-only: a posted voucher is reversed, never changed'); END""",
    """CREATE TRIGGER accounting_voucher_balance BEFORE UPDATE OF posted ON accounting_voucher WHEN NEW.posted AND NOT OLD.posted AND (
        (SELECT COUNT(*) FROM accounting_entry WHERE voucher_id = NEW.id) < 2
        OR (SELECT ROUND(COALESCE(SUM(debit), 0) - NEW.total, 2) FROM accounting_entry WHERE voucher_id = NEW.id) <> 0
        OR (SELECT ROUND(COALESCE(SUM(credit), 0) - NEW.total, 2) FROM accounting_entry WHERE voucher_id = NEW.id) <> 0
        OR (SELECT COUNT(*) FROM accounting_entry e JOIN accounting_glaccount a ON a.id = e.account_id WHERE e.voucher_id = NEW.id AND a.book <> NEW.book) > 0)
    BEGIN SELECT RAISE(ABORT, 'unbalanced: debits, credits and total of a voucher are equal, in one book'); END""",
    """CREATE TRIGGER accounting_voucher_born BEFORE INSERT ON accounting_voucher WHEN NEW.posted
    BEGIN SELECT RAISE(ABORT, 'unbalanced: a voucher is posted after its entries'); END""",
    """CREATE TRIGGER accounting_voucher_keep BEFORE DELETE ON accounting_voucher
    BEGIN SELECT RAISE(ABORT, 'append-only: vouchers are never deleted'); END""",
    """CREATE TRIGGER accounting_entry_closed BEFORE INSERT ON accounting_entry WHEN (SELECT posted FROM accounting_voucher WHERE id = NEW.voucher_id)
    BEGIN SELECT RAISE(ABORT, 'append-only: a posted voucher takes no entry'); END""",
    """CREATE TRIGGER accounting_entry_guard BEFORE UPDATE ON accounting_entry
    BEGIN SELECT RAISE(ABORT, 'append-only: entries are never changed'); END""",
    """CREATE TRIGGER accounting_entry_keep BEFORE DELETE ON accounting_entry
    BEGIN SELECT RAISE(ABORT, 'append-only: entries are never deleted'); END""",
]
SQLITE_DROP = [
    f"DROP TRIGGER IF EXISTS {name}"
    for name in (
        "accounting_voucher_guard", "accounting_voucher_balance", "accounting_voucher_born", "accounting_voucher_keep",
        "accounting_entry_closed", "accounting_entry_guard", "accounting_entry_keep",
    )
]

POSTGRESQL = [
    """CREATE FUNCTION accounting_guard_voucher() RETURNS trigger LANGUAGE plpgsql AS $$
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
            RAISE EXCEPTION 'append-only: a posted voucher is reversed, never changed' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF NEW.posted AND (
            (SELECT COUNT(*) FROM accounting_entry WHERE voucher_id = NEW.id) < 2
            OR (SELECT COALESCE(SUM(debit), 0) FROM accounting_entry WHERE voucher_id = NEW.id) <> NEW.total
            OR (SELECT COALESCE(SUM(credit), 0) FROM accounting_entry WHERE voucher_id = NEW.id) <> NEW.total
            OR EXISTS (SELECT 1 FROM accounting_entry e JOIN accounting_glaccount a ON a.id = e.account_id
                       WHERE e.voucher_id = NEW.id AND a.book <> NEW.book)) THEN
            RAISE EXCEPTION 'unbalanced: debits, credits and total of a voucher are equal, in one book' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $$""",
    "CREATE TRIGGER accounting_voucher_guard BEFORE INSERT OR UPDATE OR DELETE ON accounting_voucher FOR EACH ROW EXECUTE FUNCTION accounting_guard_voucher()",
    """CREATE FUNCTION accounting_guard_entry() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            IF (SELECT posted FROM accounting_voucher WHERE id = NEW.voucher_id) THEN
                RAISE EXCEPTION 'append-only: a posted voucher takes no entry' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'append-only: entries are never changed or deleted' USING ERRCODE = 'integrity_constraint_violation';
    END $$""",
    "CREATE TRIGGER accounting_entry_guard BEFORE INSERT OR UPDATE OR DELETE ON accounting_entry FOR EACH ROW EXECUTE FUNCTION accounting_guard_entry()",
]
POSTGRESQL_DROP = [
    "DROP TRIGGER IF EXISTS accounting_voucher_guard ON accounting_voucher",
    "DROP TRIGGER IF EXISTS accounting_entry_guard ON accounting_entry",
    "DROP FUNCTION IF EXISTS accounting_guard_voucher()",
    "DROP FUNCTION IF EXISTS accounting_guard_entry()",
]

MARIADB = [
    """CREATE TRIGGER accounting_voucher_guard BEFORE UPDATE ON accounting_voucher FOR EACH ROW
    BEGIN
        IF OLD.posted THEN
            SIGNAL SQLSTATE '23000' SET MYSQL_ERRNO = 4025, MESSAGE_TEXT = 'append-only: a posted voucher is reversed, never changed';
        END IF;
        IF NEW.posted AND (
            (SELECT COUNT(*) FROM accounting_entry WHERE voucher_id = NEW.id) < 2
            OR (SELECT COALESCE(SUM(debit), 0) FROM accounting_entry WHERE voucher_id = NEW.id) <> NEW.total
            OR (SELECT COALESCE(SUM(credit), 0) FROM accounting_entry WHERE voucher_id = NEW.id) <> NEW.total
            OR EXISTS (SELECT 1 FROM accounting_entry e JOIN accounting_glaccount a ON a.id = e.account_id
                       WHERE e.voucher_id = NEW.id AND a.book <> NEW.book)) THEN
            SIGNAL SQLSTATE '23000' SET MYSQL_ERRNO = 4025, MESSAGE_TEXT = 'unbalanced: debits, credits and total of a voucher are equal, in one book';
        END IF;
    END""",
    """CREATE TRIGGER accounting_voucher_born BEFORE INSERT ON accounting_voucher FOR EACH ROW
    BEGIN
        IF NEW.posted THEN
            SIGNAL SQLSTATE '23000' SET MYSQL_ERRNO = 4025, MESSAGE_TEXT = 'unbalanced: a voucher is posted after its entries';
        END IF;
    END""",
    """CREATE TRIGGER accounting_voucher_keep BEFORE DELETE ON accounting_voucher FOR EACH ROW
    SIGNAL SQLSTATE '23000' SET MYSQL_ERRNO = 4025, MESSAGE_TEXT = 'append-only: vouchers are never deleted'""",
    """CREATE TRIGGER accounting_entry_closed BEFORE INSERT ON accounting_entry FOR EACH ROW
    BEGIN
        IF (SELECT posted FROM accounting_voucher WHERE id = NEW.voucher_id) THEN
            SIGNAL SQLSTATE '23000' SET MYSQL_ERRNO = 4025, MESSAGE_TEXT = 'append-only: a posted voucher takes no entry';
        END IF;
    END""",
    """CREATE TRIGGER accounting_entry_guard BEFORE UPDATE ON accounting_entry FOR EACH ROW
    SIGNAL SQLSTATE '23000' SET MYSQL_ERRNO = 4025, MESSAGE_TEXT = 'append-only: entries are never changed'""",
    """CREATE TRIGGER accounting_entry_keep BEFORE DELETE ON accounting_entry FOR EACH ROW
    SIGNAL SQLSTATE '23000' SET MYSQL_ERRNO = 4025, MESSAGE_TEXT = 'append-only: entries are never deleted'""",
]

FORWARD = {"sqlite": SQLITE, "postgresql": POSTGRESQL, "mysql": MARIADB}
BACKWARD = {"sqlite": SQLITE_DROP, "postgresql": POSTGRESQL_DROP, "mysql": SQLITE_DROP}


def _run(statements):
    def apply(apps, schema_editor):
        # Not schema_editor.execute: MariaDB's would refuse it inside the migration's transaction, although triggers are fine there.
        with schema_editor.connection.cursor() as cursor:
            for sql in statements[schema_editor.connection.vendor]:
                cursor.execute(sql)

    return apply


class Migration(migrations.Migration):
    dependencies = [("accounting", "0001_initial")]
    operations = [migrations.RunPython(_run(FORWARD), _run(BACKWARD))]
