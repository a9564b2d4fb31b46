"""The certificate of a go-live is evidence: written once."""

from django.db import migrations

from parvis.kernel.append_only import lock


class Migration(migrations.Migration):
    dependencies = [("takeover", "0003_payments_and_rehearsals")]
    operations = [lock("takeover_golive")]
