"""Words that are there already go under the service of their dossier."""

from django.db import migrations
from django.db.models import OuterRef, Subquery


def forwards(apps, schema_editor):
    entry, word = apps.get_model("journal", "Entry"), apps.get_model("journal", "EntryWord")
    of = entry._base_manager.filter(pk=OuterRef("entry")).order_by().values("dossier__unit")[:1]
    word._base_manager.order_by().update(unit_key=Subquery(of))


class Migration(migrations.Migration):
    dependencies = [("journal", "0008_service_of_a_word"), ("dossiers", "0006_interventions_archive_transfers")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
