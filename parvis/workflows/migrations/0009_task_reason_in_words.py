from django.db import migrations, models


class Migration(migrations.Migration):
    """Why a task is there, in each language of the house: the reader gets it in the reader's own."""

    dependencies = [("workflows", "0008_absences")]

    operations = [
        migrations.AddField(
            model_name="workitem",
            name="why_in",
            field=models.JSONField(blank=True, default=dict),
        ),
    ]
