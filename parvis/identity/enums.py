"""Closed lists other contexts may name."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Function(models.TextChoices):
    """What a person may do in the centre; a grant ties it to a unit and a period."""

    CLERK = "clerk", _("Clerk")
    SOCIAL_WORKER = "social_worker", _("Social worker")
    CHIEF = "chief", _("Head social worker")
    NURSE = "nurse", _("Nurse")
    LAWYER = "lawyer", _("Lawyer")
    COMMITTEE_MEMBER = "committee_member", _("Committee member")
    COMMITTEE_SECRETARY = "committee_secretary", _("Committee secretary")
    PRESIDENT = "president", _("President")
    PAYER = "payer", _("Payment preparer")
    RELEASER = "releaser", _("Payment releaser")
    ACCOUNTANT = "accountant", _("Accountant")
    REGISTER_CELL = "register_cell", _("Crossroads Bank cell")
    AUDITOR = "auditor", _("Auditor")
    ADMINISTRATOR = "administrator", _("Administrator")


#: One word or two for each function, where fourteen stand side by side.
SHORT_NAMES = {
    Function.CLERK: pgettext_lazy("short role", "Reception"),
    Function.SOCIAL_WORKER: pgettext_lazy("short role", "Social work"),
    Function.CHIEF: pgettext_lazy("short role", "Head"),
    Function.NURSE: pgettext_lazy("short role", "Care"),
    Function.LAWYER: pgettext_lazy("short role", "Lawyer"),
    Function.COMMITTEE_MEMBER: pgettext_lazy("short role", "Committee"),
    Function.COMMITTEE_SECRETARY: pgettext_lazy("short role", "Secretary"),
    Function.PRESIDENT: pgettext_lazy("short role", "President"),
    Function.PAYER: pgettext_lazy("short role", "Payments"),
    Function.RELEASER: pgettext_lazy("short role", "Release"),
    Function.ACCOUNTANT: pgettext_lazy("short role", "Accounts"),
    Function.REGISTER_CELL: pgettext_lazy("short role", "Registers"),
    Function.AUDITOR: pgettext_lazy("short role", "Audit"),
    Function.ADMINISTRATOR: pgettext_lazy("short role", "IT"),
}


class DataClass(models.TextChoices):
    """What a piece of data is about; each function sees some of them."""

    IDENTITY = "identity", pgettext_lazy("class of data", "Identity")
    SOCIAL = "social", pgettext_lazy("class of data", "Social")
    HEALTH = "health", pgettext_lazy("class of data", "Health")
    MONEY = "money", pgettext_lazy("class of data", "Money")
    LEGAL = "legal", pgettext_lazy("class of data", "Legal")
    SECURITY = "security", pgettext_lazy("class of data", "Security")

    @property
    def help(self) -> Any:
        return {
            DataClass.IDENTITY: _("Who the person is, household, addresses"),
            DataClass.SOCIAL: _("Needs, housing, work, the journal"),
            DataClass.HEALTH: _("Illness, disability, treatment"),
            DataClass.MONEY: _("Income, aid, payments, accounts"),
            DataClass.LEGAL: _("Courts, opinions, appeals"),
            DataClass.SECURITY: _("Accounts, logs"),
        }[self]


class Density(models.TextChoices):
    COMFORTABLE = "comfortable", _("Comfortable")
    COMPACT = "compact", _("Compact")


class Theme(models.TextChoices):
    SYSTEM = "system", _("As the device")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class FactorKind(models.TextChoices):
    TOTP = "totp", _("Authenticator app")
    PASSKEY = "passkey", _("Passkey")


class LinkPurpose(models.TextChoices):
    WELCOME = "welcome", _("First sign-in")
    RESET = "reset", _("New password")


class SignInMethod(models.TextChoices):
    """How a session was opened, shown in the list of sessions."""

    TOTP = "totp", _("Password and code")
    PASSKEY = "passkey", _("Passkey")
    RECOVERY = "recovery", _("Password and recovery code")
    PASSWORD = "password", _("Password only")
    DEMO = "demo", _("Demonstration role bar")


# The languages in which an agent can work; the centre's letters have their own list.
LANGUAGES = (("fr", "Français"), ("nl", "Nederlands"), ("de", "Deutsch"), ("en", "English"))
