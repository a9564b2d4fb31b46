"""Read tables, rebuilt from the facts in the gesture that changes them. Nothing of law is read here."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from parvis.kernel.scope import ScopedModel

from .persons import Person


class PersonIndex(ScopedModel):
    """What lists print of a person today: one row, so that a list needs one join."""

    personal_data = "identity"
    scoped_by = "person"

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="index", primary_key=True)
    display_name = models.CharField(max_length=191)
    sort_key = models.CharField(max_length=191)
    birth_date = models.DateField(null=True)
    sex = models.CharField(max_length=1, blank=True)
    language = models.CharField(max_length=2, blank=True)
    specimen = models.BooleanField(default=False)

    class Meta(ScopedModel.Meta):
        ordering = ["sort_key", "pk"]
        indexes = [
            models.Index(fields=["sort_key", "person"], name="contacts_index_sort"),
            models.Index(fields=["birth_date", "sort_key", "person"], name="contacts_index_birth"),
        ]
        verbose_name = _("person in lists")


class PersonToken(ScopedModel):
    """Keys under which a person is found, our own, so that each database answers the same. See ``matching.keys_of_person``."""

    personal_data = "identity"
    scoped_by = "person"

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="tokens")
    kind = models.CharField(max_length=2)
    value = models.CharField(max_length=60)

    class Meta(ScopedModel.Meta):
        ordering = ["kind", "value", "pk"]
        constraints = [models.UniqueConstraint(fields=["kind", "value", "person"], name="contacts_token_once")]
        verbose_name = _("search key of a person")


class NumberPiece(ScopedModel):
    """Where a part of a number finds its owner: every end of an account number (so any six characters in a row begin one), and each
    identifier backwards (so its last digits begin it). Exact look-ups in the order of an index, the same on each database.

    Apart from ``PersonToken``, because who may search it is another matter: accounts belong to the class "money".
    """

    personal_data = "money"
    scoped_by = "person"

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="number_pieces")
    kind = models.CharField(max_length=2)
    value = models.CharField(max_length=40)

    class Meta(ScopedModel.Meta):
        ordering = ["kind", "value", "pk"]
        constraints = [models.UniqueConstraint(fields=["kind", "value", "person"], name="contacts_piece_once")]
        verbose_name = _("part of a number of a person")
