"""A published procedure: numbered, never changed."""

from django.db import migrations

from parvis.kernel.append_only import lock


class Migration(migrations.Migration):
    dependencies = [("procedures", "0001_initial"), ("kernel", "0002_append_only")]
    operations = [lock("procedures_procedureversion")]
