from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("aid", "0012_recoveries_given_up")]
    operations = [migrations.AddField(model_name="aidtype", name="in_forms", field=models.BooleanField(default=True))]
