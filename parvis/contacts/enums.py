"""Closed lists other contexts may name."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class NameKind(models.TextChoices):
    OFFICIAL = "official", _("Official name")
    BIRTH = "birth", _("Name at birth")
    ALIAS = "alias", _("Also known as")


class Sex(models.TextChoices):
    FEMALE = "F", _("Woman")
    MALE = "M", _("Man")
    OTHER = "X", _("Other")
    UNKNOWN = "", _("Not known")


class IdentifierKind(models.TextChoices):
    NISS = "niss", _("National number")
    BIS = "bis", _("Bis number")
    SPECIMEN = "specimen", _("Specimen number")
    AVS = "avs", _("Swiss social insurance number")
    CARD = "card", _("Identity card number")


class AddressKind(models.TextChoices):
    DOMICILE = "domicile", _("Domicile")
    RESIDENCE = "residence", _("Actual residence")
    REFERENCE = "reference", _("Reference address")
    POSTAL = "postal", _("Postal address")


class PointKind(models.TextChoices):
    PHONE = "phone", _("Phone")
    EMAIL = "email", _("E-mail address")


class RelationKind(models.TextChoices):
    """What ``person`` is to ``other``."""

    PARENT = "parent", _("parent of")
    CHILD = "child", _("child of")
    PARTNER = "partner", _("partner of")
    EX_PARTNER = "ex_partner", _("former partner of")
    SIBLING = "sibling", _("brother or sister of")
    GRANDPARENT = "grandparent", _("grandparent of")
    GUARDIAN = "guardian", _("guardian of")
    CURATOR = "curator", _("administrator of the property of")
    OTHER = "other", _("other relation with")


class HouseholdRole(models.TextChoices):
    HEAD = "head", _("reference person")
    PARTNER = "partner", pgettext_lazy("role in the household", "partner")
    CHILD = "child", pgettext_lazy("role in the household", "child")
    PARENT = "parent", pgettext_lazy("role in the household", "parent")
    OTHER = "other", pgettext_lazy("role in the household", "other member")


class ContactLanguage(models.TextChoices):
    FRENCH = "fr", _("French")
    DUTCH = "nl", _("Dutch")
    GERMAN = "de", _("German")
    ENGLISH = "en", _("English")
