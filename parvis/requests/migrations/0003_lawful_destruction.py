"""Steps and corrected days go with their dossier, under a warrant of destruction; the line of the register stays."""

from django.db import migrations

from parvis.kernel.append_only import lock_but_erasure


class Migration(migrations.Migration):
    dependencies = [("requests", "0002_append_only"), ("kernel", "0006_erasure")]
    operations = [
        lock_but_erasure("requests_stagemark", "requests_requestdatecorrection"),
    ]
