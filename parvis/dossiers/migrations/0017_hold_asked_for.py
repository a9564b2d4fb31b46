from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0016_known_names")]
    operations = [
        migrations.AddField(
            model_name="legalhold",
            name="asked_for",
            field=models.DateField(blank=True, null=True),
        ),
    ]
