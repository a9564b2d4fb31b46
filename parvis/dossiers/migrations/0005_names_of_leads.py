from django.db import migrations
from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce


def fill(apps, schema_editor):
    dossier = apps.get_model("dossiers", "Dossier")
    index = apps.get_model("contacts", "PersonIndex")
    names = index._base_manager.filter(person=OuterRef("lead")).order_by().values("sort_key")[:1]
    dossier._base_manager.update(lead_sort=Coalesce(Subquery(names), Value("")))


class Migration(migrations.Migration):
    """The sort key of each dossier's lead, for the dossiers that are there."""

    dependencies = [("dossiers", "0004_order_of_lists"), ("contacts", "0004_organisations_and_merges")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
