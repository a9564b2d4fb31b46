from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mailings", "0001_initial")]

    operations = [
        migrations.AddField(model_name="recipient", name="taken_at", field=models.DateTimeField(null=True)),
        migrations.AddField(model_name="recipient", name="mail_claim", field=models.CharField(blank=True, max_length=40)),
    ]
