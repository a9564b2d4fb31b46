from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("identity", "0006_nurse")]
    operations = [migrations.AddIndex("account", models.Index(fields=["display_name", "id"], name="identity_account_name"))]
