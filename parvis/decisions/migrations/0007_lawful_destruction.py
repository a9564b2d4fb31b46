"""Packs go under a warrant of destruction; versions are emptied of words, amounts and facts, so that the register of decisions stands."""

from django.db import migrations

from parvis.kernel.append_only import lock_but_erasure


class Migration(migrations.Migration):
    dependencies = [("decisions", "0006_working_copy"), ("kernel", "0006_erasure")]
    operations = [
        lock_but_erasure("decisions_pack", "decisions_memberpack"),
        lock_but_erasure("decisions_proposalversion", same=("id", "proposal_id", "no", "reason", "author_id", "author_label", "at")),
    ]
