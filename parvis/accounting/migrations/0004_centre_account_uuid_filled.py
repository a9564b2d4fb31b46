"""Each account of the centre gets an identifier of its own."""

import uuid

from django.db import migrations


def fill(apps, schema_editor):
    model = apps.get_model("accounting", "CentreAccount")
    for pk in model.objects.values_list("pk", flat=True):
        model.objects.filter(pk=pk).update(uuid=uuid.uuid4())


class Migration(migrations.Migration):
    dependencies = [("accounting", "0003_centre_account_dates")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
