"""The first lines of a file, shown while its columns are named, go once it is taken over: also of the imports made before."""

from django.db import migrations


def forwards(apps, schema_editor):
    imports = apps.get_model("takeover", "Import")._base_manager
    for row in imports.filter(state__in=("applied", "undoing", "undone")).iterator():
        if row.table.get("sample"):
            imports.filter(pk=row.pk).update(table={**row.table, "sample": []})


class Migration(migrations.Migration):
    dependencies = [("takeover", "0001_initial")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
