"""Who signed a hand-over and when is never rewritten, whatever the program."""

from django.db import migrations

from parvis.kernel.append_only import lock


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0010_agents_and_departures"), ("kernel", "0002_append_only")]
    operations = [lock("dossiers_handoversignature")]
