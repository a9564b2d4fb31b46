"""What the chronicle keeps for ever goes with its dossier, under a warrant of destruction."""

from django.db import migrations

from parvis.kernel.append_only import lock_but_erasure


class Migration(migrations.Migration):
    dependencies = [("journal", "0005_words_of_entries"), ("kernel", "0006_erasure")]
    operations = [
        lock_but_erasure("journal_objectivestate", "journal_reading", "journal_urgencyseen"),
    ]
