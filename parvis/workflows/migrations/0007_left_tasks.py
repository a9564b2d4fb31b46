from django.db import migrations, models


class Migration(migrations.Migration):
    """A task that was done before its file went to another service."""

    dependencies = [("workflows", "0006_index_due_tasks")]

    operations = [
        migrations.AddField(
            model_name="workitem",
            name="left_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
