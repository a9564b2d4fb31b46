from django.db import migrations, models


class Migration(migrations.Migration):
    """Open tasks in the order of the list: without it all tasks of a frequent queue were read to show the first 25."""

    dependencies = [("workflows", "0005_lawful_destruction")]

    operations = [
        migrations.AddIndex(
            model_name="workitem",
            index=models.Index(fields=["due_sort", "id"], condition=models.Q(state="open"), name="workflows_item_due"),
        ),
    ]
