"""The title that Parvis gives an order is kept in each language. Nullable: orders of before keep theirs, and no table is written anew."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounting", "0008_lawful_destruction")]
    operations = [migrations.AddField("paymentorder", "titles", models.JSONField(blank=True, null=True))]
