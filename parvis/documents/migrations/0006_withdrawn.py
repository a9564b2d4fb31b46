"""A document that was filed in the wrong place is withdrawn with its reason, and stays kept."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("documents", "0005_text_taken")]

    operations = [
        migrations.AddField("document", "withdrawn_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("document", "withdrawn_by_label", models.CharField(blank=True, max_length=191)),
        migrations.AddField("document", "withdrawn_reason", models.CharField(blank=True, max_length=500)),
    ]
