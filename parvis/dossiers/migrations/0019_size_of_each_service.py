"""PostgreSQL counts how many files each service has, not only the hundred largest: else it reads the list of the whole centre for the
fifty files of a small one."""

from django.db import migrations


def set_to(number):
    def run(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"ALTER TABLE dossiers_dossier ALTER COLUMN unit_id SET STATISTICS {number}")

    return run


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0018_referents_of_today")]
    operations = [migrations.RunPython(set_to(1000), set_to(-1))]
