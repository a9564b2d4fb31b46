from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("journal", "0007_entry_of_a_word_indexed")]
    operations = [migrations.AddField("entryword", "unit_key", models.BigIntegerField(default=0))]
