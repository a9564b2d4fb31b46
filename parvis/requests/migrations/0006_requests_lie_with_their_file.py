"""Requests that were decided before their file went to another service stayed with the old one: they follow the file."""

from typing import Any

from django.db import migrations
from django.db.models import F, OuterRef, Subquery


def follow(apps: Any, schema_editor: Any) -> None:
    request, dossier = apps.get_model("requests", "Request"), apps.get_model("dossiers", "Dossier")
    units = dossier._base_manager.filter(pk=OuterRef("dossier")).values("unit")[:1]
    strayed = request._base_manager.filter(dossier__isnull=False).exclude(unit=F("dossier__unit"))
    ids = list(strayed.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), 500):
        request._base_manager.filter(pk__in=ids[start : start + 500]).update(unit=Subquery(units))


class Migration(migrations.Migration):
    dependencies = [
        ("dossiers", "0001_initial"),
        ("requests", "0005_answers_of_rows_name_entries"),
    ]
    operations = [migrations.RunPython(follow, migrations.RunPython.noop)]
