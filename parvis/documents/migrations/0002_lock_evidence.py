"""A published letter template: numbered, never changed."""

from django.db import migrations

from parvis.kernel.append_only import lock


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_initial"), ("kernel", "0002_append_only")]
    operations = [lock("documents_lettertemplate")]
