import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Absences that moved tasks, and for whom a task is kept meanwhile."""

    dependencies = [
        ("workflows", "0007_left_tasks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Away",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("first_on", models.DateField()),
                ("until", models.DateField()),
                ("began_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("live", models.PositiveSmallIntegerField(default=1, null=True)),
                (
                    "account",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                "ordering": ["-first_on", "-pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("account", "live"), name="workflows_away_one_at_a_time"),
                    models.CheckConstraint(condition=models.Q(("until__gt", models.F("first_on"))), name="workflows_away_period"),
                ],
            },
        ),
        migrations.AddField(
            model_name="workitem",
            name="away",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="items", to="workflows.away"
            ),
        ),
        migrations.AddField(
            model_name="workitem",
            name="away_name",
            field=models.CharField(blank=True, max_length=120),
        ),
        migrations.AddField(
            model_name="workitem",
            name="away_until",
            field=models.DateField(blank=True, null=True),
        ),
    ]
