import datetime
import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("aid", "0009_category_as_decided")]
    operations = [
        migrations.CreateModel(
            name="AidType",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("key", models.CharField(max_length=36, unique=True)),
                ("label", models.JSONField(default=dict)),
                ("base", models.CharField(max_length=40)),
                ("monthly", models.BooleanField(default=False)),
                ("letter", models.CharField(blank=True, max_length=64)),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(default=datetime.date(9999, 12, 31))),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "kind of aid of the centre",
                "ordering": ["key", "pk"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("valid_to__gt", models.F("valid_from"))), name="aid_type_period")
                ],
            },
        ),
    ]
