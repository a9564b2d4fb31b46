"""Signatures of a hand-over go with their dossier, under a warrant of destruction."""

from django.db import migrations

from parvis.kernel.append_only import lock_but_erasure


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0012_retention"), ("kernel", "0006_erasure")]
    operations = [lock_but_erasure("dossiers_handoversignature")]
