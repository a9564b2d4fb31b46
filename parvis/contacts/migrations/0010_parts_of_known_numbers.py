"""Parts of the accounts, identifiers and numbers of organisations that are known already, so that these are found too."""

from django.db import migrations

AT_ONCE = 2_000
LEAST_OF_ACCOUNT, LEAST_OF_NUMBER = 6, 5


def fill(apps, schema_editor):
    alias = schema_editor.connection.alias
    piece = apps.get_model("contacts", "NumberPiece")._base_manager.using(alias)
    rows = []

    def write(model, least):
        nonlocal rows
        if len(rows) >= least:
            model.bulk_create(rows, batch_size=AT_ONCE, ignore_conflicts=True)
            rows = []

    accounts = apps.get_model("contacts", "BankAccount")._base_manager.using(alias).filter(live=1, person__merged_into=None)
    for person, iban in accounts.order_by("pk").values_list("person_id", "iban").iterator(AT_ONCE):
        for at in range(len(iban) - LEAST_OF_ACCOUNT + 1):
            rows.append(piece.model(person_id=person, kind="ac", value=iban[at:].lower()))
        write(piece, AT_ONCE)
    numbers = apps.get_model("contacts", "Identifier")._base_manager.using(alias).filter(live=1, person__merged_into=None)
    for person, value in numbers.order_by("pk").values_list("person_id", "value").iterator(AT_ONCE):
        if len(value) > LEAST_OF_NUMBER:
            rows.append(piece.model(person_id=person, kind="nb", value=value[::-1][:40].lower()))
        write(piece, AT_ONCE)
    write(piece, 1)
    token = apps.get_model("contacts", "BookToken")._base_manager.using(alias)
    known = token.filter(kind="id").order_by("pk").values_list("entry_id", "value")
    for entry, value in list(known):
        rows.append(token.model(entry_id=entry, kind="nb", value=value[::-1].lower()))
        write(token, AT_ONCE)
    write(token, 1)


class Migration(migrations.Migration):
    dependencies = [("contacts", "0009_parts_of_numbers")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
