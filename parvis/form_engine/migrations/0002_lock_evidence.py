"""A published form: numbered, never changed."""

from django.db import migrations

from parvis.kernel.append_only import lock


class Migration(migrations.Migration):
    dependencies = [("form_engine", "0001_initial"), ("kernel", "0002_append_only")]
    operations = [lock("form_engine_formversion")]
