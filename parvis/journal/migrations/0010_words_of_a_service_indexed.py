from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("journal", "0009_words_under_their_service")]
    operations = [migrations.AddIndex("entryword", models.Index(fields=["word_key", "unit_key", "entry"], name="journal_word_in_unit"))]
