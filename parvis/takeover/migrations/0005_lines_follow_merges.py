"""What the old system said of persons who were merged before stands with the kept one, noted so that undoing the merge parts it again."""

from typing import Any

from django.db import migrations

HELD = (
    ("Line", "person_id", {}),
    ("SourceKey", "target_id", {"kind": "person"}),
    ("PastPayment", "person_id", {}),
    ("Difference", "person_id", {}),
)


def follow(apps: Any, schema_editor: Any) -> None:
    step = apps.get_model("contacts", "MergeStep")._base_manager
    merges = apps.get_model("contacts", "Merge")._base_manager.filter(party="person", live=1)
    for merge in merges.order_by("merged_at", "pk"):
        for name, field, among in HELD:
            rows = apps.get_model("takeover", name)._base_manager.filter(**among, **{field: merge.merged_id})
            ids = list(rows.order_by("pk").values_list("pk", flat=True))
            rows.update(**{field: merge.kept_id})
            step.bulk_create(
                step.model(merge=merge, did="repointed", model=f"takeover.{name}", field=field, row_id=pk) for pk in ids
            )


class Migration(migrations.Migration):
    dependencies = [("contacts", "0004_organisations_and_merges"), ("takeover", "0004_certificates_written_once")]
    operations = [migrations.RunPython(follow, migrations.RunPython.noop)]
