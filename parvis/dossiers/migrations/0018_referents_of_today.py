from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0017_hold_asked_for")]
    operations = [
        migrations.AddIndex(
            "referent",
            models.Index(fields=["account", "live", "valid_to", "valid_from", "dossier"], name="dossiers_referent_now"),
        ),
        migrations.RemoveIndex("referent", "dossiers_referent_account"),
    ]
