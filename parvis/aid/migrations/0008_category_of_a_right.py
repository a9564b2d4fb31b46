from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("aid", "0007_attestations_checked")]
    operations = [
        migrations.AddField(
            model_name="entitlement",
            name="category",
            field=models.CharField(blank=True, max_length=1),
        ),
    ]
