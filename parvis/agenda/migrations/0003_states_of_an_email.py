"""The words for what became of an e-mail are those of every context that writes to people; nothing changes in the rows."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("agenda", "0002_append_only")]

    operations = [
        migrations.AlterField(
            model_name="invitation",
            name="mail_state",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "—"),
                    ("waiting", "will leave"),
                    ("sending", "leaving"),
                    ("sent", "sent"),
                    ("kept", "kept in the folder of this instance, not sent"),
                    ("refused", "refused by the mail server"),
                    ("unsure", "perhaps sent: the work was cut off"),
                    ("stopped", "stopped before it left"),
                ],
                max_length=8,
            ),
        ),
    ]
