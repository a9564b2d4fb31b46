"""In whose name a line was written, and who read what on a day, found without reading the lines themselves."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("kernel", "0002_append_only")]
    # Nullable without default: SQLite adds the column in place, so the triggers of 0002 stay.
    operations = [
        migrations.AddField("mutationline", "behalf_id", models.BigIntegerField(null=True)),
        migrations.AddField("readline", "behalf_id", models.BigIntegerField(null=True)),
        migrations.AddIndex("mutationline", models.Index(fields=["behalf_id", "recorded_at"], name="kernel_line_behalf")),
        migrations.AddIndex("readline", models.Index(fields=["actor_id", "read_at"], name="kernel_read_actor")),
    ]
