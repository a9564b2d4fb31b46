"""What a decision rests on, what the members saw and each version of a proposal: written once."""

from django.db import migrations

from parvis.kernel.append_only import lock


class Migration(migrations.Migration):
    dependencies = [("decisions", "0004_index_notification_state"), ("kernel", "0002_append_only")]
    operations = [lock("decisions_pack", "decisions_memberpack", "decisions_proposalversion")]
