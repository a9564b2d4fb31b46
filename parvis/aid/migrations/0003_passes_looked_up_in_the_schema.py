"""PostgreSQL: the functions that guard append-only tables look for a pass of destruction in the product's own schema, never in a temporary table."""

from django.db import migrations

from parvis.kernel.append_only import pin_search_path


def forwards(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        with schema_editor.connection.cursor() as cursor:
            pin_search_path(cursor)


class Migration(migrations.Migration):
    dependencies = [
        ("aid", "0002_lines_paid_once"),
        ("accounting", "0008_lawful_destruction"),
        ("decisions", "0007_lawful_destruction"),
        ("dossiers", "0013_lawful_destruction"),
        ("journal", "0006_lawful_destruction"),
        ("kernel", "0007_lawful_destruction"),
        ("requests", "0003_lawful_destruction"),
        ("rules", "0003_lawful_destruction"),
        ("workflows", "0005_lawful_destruction"),
    ]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
