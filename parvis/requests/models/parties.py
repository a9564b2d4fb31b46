from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from parvis.kernel.scope import ScopedModel

from .requests import Request


class AnswerParty(ScopedModel):
    """Whom an answer names: an entry of the address book, said by an agent. The answer itself stays as it was typed.

    An answer names one entry; another choice replaces it, and the journal keeps both. ``field``: its key, in repeated rows "rows-1-key".
    """

    personal_data = "social"
    scoped_by = "request"

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="parties")
    field = models.CharField(max_length=90)
    organisation = models.ForeignKey("contacts.Organisation", on_delete=models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey("contacts.Person", on_delete=models.PROTECT, null=True, related_name="+")
    linked_at = models.DateTimeField()
    linked_by_id = models.BigIntegerField(null=True)
    linked_by_label = models.CharField(max_length=191)

    class Meta(ScopedModel.Meta):
        ordering = ["request", "field"]
        constraints = [
            models.UniqueConstraint(fields=["request", "field"], name="requests_answer_names_one"),
            models.CheckConstraint(
                condition=Q(organisation__isnull=False, person__isnull=True) | Q(organisation__isnull=True, person__isnull=False),
                name="requests_answer_party_of_one",
            ),
        ]
        verbose_name = _("entry of the address book named in an answer")

    def __str__(self) -> str:
        return f"{self.request_id}#{self.field}"
