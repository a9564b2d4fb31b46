"""A published process: numbered, never changed."""

from django.db import migrations

from parvis.kernel.append_only import lock


class Migration(migrations.Migration):
    dependencies = [("workflows", "0002_append_only"), ("kernel", "0002_append_only")]
    operations = [lock("workflows_processversion")]
