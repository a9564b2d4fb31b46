from django.db import migrations, models


class Migration(migrations.Migration):
    """Tasks that nobody holds, by queue and unit: without it the tasks of every queue were read."""

    dependencies = [("workflows", "0003_lock_evidence")]

    operations = [
        migrations.AddIndex(
            model_name="workitem",
            index=models.Index(fields=["state", "owner", "queue", "unit", "due_sort", "id"], name="workflows_item_free"),
        ),
    ]
