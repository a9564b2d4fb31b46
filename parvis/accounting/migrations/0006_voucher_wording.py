"""A voucher's text is also kept as a message with its values, so that each reader gets it in the reader's own language.

Nullable and without default on purpose: SQLite then adds the columns in place, and the triggers that guard posted vouchers stay. Vouchers posted before
are immutable and keep their text.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounting", "0005_centre_account_uuid_unique")]
    operations = [
        migrations.AddField("voucher", "text_key", models.CharField(blank=True, max_length=191, null=True)),
        migrations.AddField("voucher", "text_values", models.JSONField(blank=True, null=True)),
    ]
