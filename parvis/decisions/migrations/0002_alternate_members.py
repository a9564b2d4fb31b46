"""A member may be an alternate."""

from django.db import migrations, models

ROLES = [("president", "President"), ("member", "Member"), ("alternate", "Alternate"), ("secretary", "Secretary")]


class Migration(migrations.Migration):
    dependencies = [("decisions", "0001_initial")]
    operations = [
        migrations.AlterField("membership", "role", models.CharField(choices=ROLES, default="member", max_length=12)),
        migrations.AlterField("presence", "role", models.CharField(choices=ROLES, max_length=12)),
    ]
