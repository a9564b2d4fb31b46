"""What is paid once is not compared with the month before: the line says which it is."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounting", "0006_voucher_wording")]
    operations = [migrations.AddField("paymentline", "recurring", models.BooleanField(default=True))]
