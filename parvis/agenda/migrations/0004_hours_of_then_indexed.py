"""Which appointments stood in a week of a past day is found by the hours that their lines tell."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("agenda", "0003_states_of_an_email")]

    operations = [
        migrations.AddIndex(model_name="occurred", index=models.Index(fields=["starts_at"], name="agenda_occurred_start")),
    ]
