"""Rights that are there already get the category of their decision."""

from django.db import migrations


def fill(apps, schema_editor):
    rights = apps.get_model("aid", "Entitlement")._base_manager
    rows = rights.filter(decision__isnull=False, category="").values_list("pk", "provision_key", "decision__decided_version__provisions")
    found = {"1": [], "2": [], "3": []}
    for pk, key, provisions in rows.order_by("pk").iterator(chunk_size=500):
        for one in provisions or ():
            category = str((one.get("details") or {}).get("category") or "")
            if one.get("key") == key and category in found:
                found[category].append(pk)
    for category, ids in found.items():
        for start in range(0, len(ids), 500):
            rights.filter(pk__in=ids[start : start + 500]).update(category=category)


class Migration(migrations.Migration):
    dependencies = [("aid", "0008_category_of_a_right"), ("decisions", "0001_initial")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
