"""What happened to an appointment is never rewritten; it goes with its file under a warrant of destruction."""

from django.db import migrations

from parvis.kernel.append_only import lock_but_erasure


class Migration(migrations.Migration):
    dependencies = [("agenda", "0001_initial"), ("kernel", "0006_erasure")]
    operations = [lock_but_erasure("agenda_occurred", locked=False)]
