from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class FieldType(TextChoices):
    TEXT = "text", _("Short text")
    LONGTEXT = "longtext", _("Long text")
    CHOICE = "choice", _("One choice")
    CHOICES = "choices", _("Several choices")
    YES_NO = "yes_no", _("Yes or no")
    DATE = "date", _("Date")
    NUMBER = "number", _("Number")
    MONEY = "money", _("Amount")
    EMAIL = "email", _("E-mail")
    PHONE = "phone", _("Telephone")
    NISS = "niss", _("National number")
    IBAN = "iban", _("Bank account")
    ADDRESS = "address", _("Address")
    UPLOAD = "upload", _("File")
    ROWS = "rows", _("Repeated rows")
    INFO = "info", _("Text to read")
    COMPUTED = "computed", _("Computed")


#: Types that hold no answer of the person.
SILENT = (FieldType.INFO, FieldType.COMPUTED)

LANGUAGES = ("fr", "nl", "de", "en")
ADDRESS_PARTS = ("street", "number", "box", "postal_code", "municipality", "country")
