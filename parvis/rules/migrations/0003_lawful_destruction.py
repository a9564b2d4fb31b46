"""Computations go with their dossier, under a warrant of destruction."""

from django.db import migrations

from parvis.kernel.append_only import lock_but_erasure


class Migration(migrations.Migration):
    dependencies = [("rules", "0002_lock_evidence"), ("kernel", "0006_erasure")]
    operations = [
        lock_but_erasure("rules_calculation"),
    ]
