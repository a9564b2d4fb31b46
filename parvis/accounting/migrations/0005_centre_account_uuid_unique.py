"""Two accounts of the centre never share an identifier."""

import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounting", "0004_centre_account_uuid_filled")]
    operations = [migrations.AlterField("centreaccount", "uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True))]
