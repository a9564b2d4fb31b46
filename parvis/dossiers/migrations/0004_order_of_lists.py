from django.db import migrations, models


class Migration(migrations.Migration):
    """Lists by number and by name in the order of an index: they sorted every dossier of the centre."""

    dependencies = [("dossiers", "0003_index_status_and_day")]

    operations = [
        migrations.AddField(
            model_name="dossier",
            name="lead_sort",
            field=models.CharField(blank=True, default="", editable=False, max_length=191),
        ),
        migrations.AddIndex(
            model_name="dossier",
            index=models.Index(fields=["status", "number", "id"], name="dossiers_status_number"),
        ),
        migrations.AddIndex(
            model_name="dossier",
            index=models.Index(fields=["status", "lead_sort", "id"], name="dossiers_status_name"),
        ),
        migrations.AddIndex(
            model_name="dossier",
            index=models.Index(fields=["lead_sort", "id"], name="dossiers_name"),
        ),
    ]
