"""Documents that are there already become findable by their title and note; papers that came in as PDF are read by the job."""

from django.db import migrations

from parvis.kernel.textmatch import phonetic
from parvis.kernel.wordindex import key_of, words_of

AT_ONCE = 500


def forwards(apps, schema_editor):
    document, row, known = (apps.get_model(*one) for one in (("documents", "Document"), ("documents", "DocumentWord"), ("kernel", "Word")))
    after = 0
    while True:
        fields = ("pk", "title", "note", "file_name")
        found = list(document._base_manager.filter(pk__gt=after).exclude(kind="receipt").order_by("pk").values_list(*fields)[:AT_ONCE])
        if not found:
            return
        words = {pk: words_of(*texts) for pk, *texts in found}
        spelled = {key_of(word): word for listed in words.values() for word in listed}
        known.objects.bulk_create(
            [known(pk=key, word=spelled[key], sound=phonetic(spelled[key])[:12]) for key in sorted(spelled)], ignore_conflicts=True
        )
        row._base_manager.bulk_create(
            [row(document_id=pk, word_key=key_of(word)) for pk, listed in words.items() for word in listed], ignore_conflicts=True
        )
        after = found[-1][0]


class Migration(migrations.Migration):
    dependencies = [("documents", "0003_words_text_and_proposals"), ("kernel", "0005_words")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
