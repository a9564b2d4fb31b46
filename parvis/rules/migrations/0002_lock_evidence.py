"""A calculation is evidence: made once, never changed."""

from django.db import migrations

from parvis.kernel.append_only import lock


class Migration(migrations.Migration):
    dependencies = [("rules", "0001_initial"), ("kernel", "0002_append_only")]
    operations = [lock("rules_calculation")]
