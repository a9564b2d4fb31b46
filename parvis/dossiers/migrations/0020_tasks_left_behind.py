from django.db import migrations


def mark(apps, schema_editor):
    """Tasks done before a transfer that was accepted already: left by the service that gave the file away, unless the file came back."""
    transfer, item = apps.get_model("dossiers", "Transfer"), apps.get_model("workflows", "WorkItem")
    rows = transfer._base_manager.filter(state="accepted").order_by("answered_at", "pk")
    for dossier, before, after, at in rows.values_list("dossier", "from_unit", "to_unit", "answered_at").iterator():
        done = item._base_manager.filter(dossier_key=dossier).exclude(state="open")
        done.filter(unit=before, closed_at__lte=at).update(left_at=at)
        done.filter(unit=after).update(left_at=None)


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0019_size_of_each_service"), ("workflows", "0007_left_tasks")]

    operations = [migrations.RunPython(mark, migrations.RunPython.noop)]
