"""Through whose hands a task went goes with its dossier, under a warrant of destruction."""

from django.db import migrations

from parvis.kernel.append_only import lock_but_erasure


class Migration(migrations.Migration):
    dependencies = [("workflows", "0004_index_free_tasks"), ("kernel", "0006_erasure")]
    operations = [
        lock_but_erasure("workflows_workitemevent"),
    ]
