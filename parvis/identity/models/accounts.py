"""The account of an agent."""

import uuid

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from ..enums import LANGUAGES, Density, Theme


class AccountManager(BaseUserManager["Account"]):
    def get_by_natural_key(self, username: str | None) -> "Account":
        return self.get(username=fold_username(username or ""))


def fold_username(value: str) -> str:
    """Sign-in names are stored folded, so that uniqueness is the same on every engine."""
    return value.strip().casefold()


class Account(AbstractBaseUser):
    """A person who works here. What the account may do is only ever a dated FunctionGrant:
    there is no superuser and no staff flag."""

    personal_data = "identity"

    # Removes Django's column and the write that its login signal would do outside our services.
    last_login = None

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    username = models.CharField(
        max_length=150,
        unique=True,
    )
    display_name = models.CharField(max_length=120)
    initials = models.CharField(max_length=4)
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=2, choices=LANGUAGES, default="fr")
    density = models.CharField(max_length=12, choices=Density, default=Density.COMFORTABLE)
    theme = models.CharField(max_length=8, choices=Theme, default=Theme.SYSTEM)
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField()
    last_sign_in_at = models.DateTimeField(null=True, blank=True)

    objects = AccountManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["display_name"]

    class Meta:
        ordering = ["display_name", "pk"]
        indexes = [models.Index(fields=["display_name", "id"], name="identity_account_name")]
        constraints = [
            models.CheckConstraint(condition=~models.Q(username=""), name="identity_account_username_filled"),
        ]

    def __str__(self) -> str:
        return self.display_name

    def get_full_name(self) -> str:
        return self.display_name
