"""An attestation carries a code by which whoever is handed it checks it; one that was wrong is withdrawn."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("aid", "0006_end_of_claims")]

    operations = [
        migrations.AddField("attestation", "check_code", models.CharField(blank=True, max_length=14, null=True, unique=True)),
        migrations.AddField("attestation", "withdrawn_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("attestation", "withdrawn_by_label", models.CharField(blank=True, max_length=191)),
        migrations.AddField("attestation", "withdrawn_reason", models.CharField(blank=True, max_length=191)),
    ]
