"""Official address lists, brought down to their streets. Public data: no person in them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class AddressList(models.Model):
    """One region of one register, in the version that was loaded last."""

    personal_data = "none"

    code = models.CharField(max_length=20, unique=True)
    country = models.CharField(max_length=2)
    file_name = models.CharField(max_length=191)
    sha256 = models.CharField(max_length=64)
    addresses = models.PositiveIntegerField(default=0)
    streets = models.PositiveIntegerField(default=0)
    loaded_at = models.DateTimeField()

    class Meta:
        ordering = ["code", "pk"]
        verbose_name = _("address list")


class ReferenceStreet(models.Model):
    """The proper name of a street in one language. ``key`` is the name as it is compared."""

    personal_data = "none"

    list = models.ForeignKey(AddressList, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=120)
    key = models.CharField(max_length=120)
    language = models.CharField(max_length=2, blank=True)
    postal_code = models.CharField(max_length=12)
    municipality = models.CharField(max_length=80)
    place_key = models.CharField(max_length=80)
    addresses = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["key", "postal_code", "pk"]
        indexes = [
            models.Index(fields=["postal_code", "key"], name="contacts_street_postal"),
            models.Index(fields=["key"], name="contacts_street_key"),
        ]
        verbose_name = _("street of an address list")


class ReferenceWord(models.Model):
    """A word of a street's name, and its sound: the keys under which it is found."""

    personal_data = "none"

    street = models.ForeignKey(ReferenceStreet, on_delete=models.CASCADE, related_name="words")
    word = models.CharField(max_length=40)
    sound = models.CharField(max_length=12, blank=True)

    class Meta:
        ordering = ["word", "street", "pk"]
        indexes = [
            models.Index(fields=["word", "street"], name="contacts_streetword"),
            models.Index(fields=["sound", "street"], name="contacts_streetsound"),
        ]
        verbose_name = _("word of a street")
