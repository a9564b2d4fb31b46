from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("requests", "0006_requests_lie_with_their_file")]
    operations = [migrations.AddField(model_name="request", name="choices_shown", field=models.JSONField(null=True))]
