"""Make the first administrator of an instance, or another one when all lost their way in."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from parvis.kernel.actor import system_actor
from parvis.kernel.errors import DomainError
from parvis.kernel.gestures import gesture_scope

from ...enums import Function
from ...models import Account
from ...models.accounts import fold_username
from ...services.accounts import create_account
from ...services.functions import grant_function
from ...services.links import issue_link


class Command(BaseCommand):
    help = "Make an administrator and print the address at which to choose a password (48 hours, once). Journaled."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="sign-in name, usually a work e-mail address")
        parser.add_argument("display_name", help="first name and name")
        parser.add_argument("--language", default="fr", choices=["fr", "nl", "de", "en"])

    def handle(self, *args: Any, **options: Any) -> None:
        actor = system_actor("create_administrator")
        try:
            with gesture_scope():
                account = Account.objects.filter(username=fold_username(options["username"])).first()
                if account is None:
                    account = create_account(
                        actor=actor,
                        username=options["username"],
                        display_name=options["display_name"],
                        language=options["language"],
                    )
                if not account.grants.filter(function=Function.ADMINISTRATOR, valid_to__year=9999).exists():
                    grant_function(actor=actor, account=account, function=Function.ADMINISTRATOR)
                token = issue_link(actor=actor, account=account)
        except DomainError as error:
            raise CommandError(str(error)) from None
        host = next((name for name in settings.ALLOWED_HOSTS if name not in {"*", "testserver"}), "")
        site = f"http{'s' if settings.SESSION_COOKIE_SECURE else ''}://{host}" if host else ""
        self.stdout.write(f"Open this address, once, within 48 hours: {site}{reverse('identity:link', args=[token])}")
