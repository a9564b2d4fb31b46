"""Lawful destruction: documents go; their bytes leave the disk when no other document has them (``services.unstoring``)."""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from parvis.kernel import registries
from parvis.kernel.erasure import Target
from parvis.kernel.registries import Eraser

from .models import Document, DocumentProposal, DocumentWord, FileText, StoredFile


def _rows(target: Target) -> Q:
    return reduce(or_, target.about(), Q(dossier_id=target.id))


def _collect(target: Target) -> None:
    target.name("document", Document.unscoped.filter(_rows(target)).values_list("pk", flat=True))


def _erase(target: Target) -> None:
    rows = Document.unscoped.filter(pk__in=target.ids("document"))
    files = set(rows.values_list("file_id", flat=True))
    target.persons |= set(rows.filter(person__isnull=False).values_list("person_id", flat=True))
    DocumentProposal.unscoped.filter(document__in=target.ids("document")).delete()
    DocumentWord.unscoped.filter(document__in=target.ids("document")).delete()
    target.delete(gettext_noop("Documents"), rows)
    alone = StoredFile.objects.filter(pk__in=files).exclude(Exists(Document.unscoped.filter(file=OuterRef("pk"))))
    FileText.objects.filter(file__in=alone).delete()
    target.files += list(alone.values_list("sha256", flat=True))
    target.delete(gettext_noop("Files"), alone)
    target.counts[gettext_noop("Files kept, another dossier has them too")] += StoredFile.objects.filter(pk__in=files).count()


registries.erasers.register(
    "documents",
    Eraser(
        title=_("Documents"),
        order=80,
        collect=_collect,
        erase=_erase,
        holds={
            "documents.DocumentProposal": "gone",
            "documents.DocumentWord": "gone",
            "documents.FileText": "gone with its file",
            "documents.Document": "gone",
            "documents.StoredFile": "gone when no other document has it",
        },
    ),
)
