"""Accounts of the centre are dated and have an address of their own."""

import uuid

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("accounting", "0002_append_only")]
    operations = [
        migrations.AddField("centreaccount", "valid_from", models.DateField(blank=True, null=True)),
        migrations.AddField("centreaccount", "valid_to", models.DateField(blank=True, null=True)),
        migrations.AddField("centreaccount", "uuid", models.UUIDField(default=uuid.uuid4, editable=False, null=True)),
        migrations.AddConstraint(
            "centreaccount",
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="accounting_centre_period",
            ),
        ),
    ]
