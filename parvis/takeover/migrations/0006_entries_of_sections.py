from django.db import migrations, models

KINDS = [
    ("persons", "Persons, households, addresses and dossiers"),
    ("rights", "Running aids, one line each"),
    ("entries", "Entries of sections that repeat, one line each"),
    ("payments", "What was paid in a month, one line per payment"),
]


class Migration(migrations.Migration):
    dependencies = [("takeover", "0005_lines_follow_merges")]
    operations = [
        migrations.AlterField(
            model_name=model, name="kind", field=models.CharField(choices=KINDS, default="persons", max_length=10)
        )
        for model in ("import", "profile")
    ]
