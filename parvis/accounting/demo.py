"""Reference data of every instance: chart of accounts, the centre's account. Idempotent."""

from __future__ import annotations

from django.conf import settings

from parvis.kernel.actor import Actor, system_actor

from .chart import CHART
from .enums import Channel
from .models import CentreAccount, GlAccount
from .services.accounts import set_centre_account
from .services.ledger import set_account

# 4999 is no postcode and 001 no bank that pays: right check digits, nobody's account.
DEMO_IBAN = "BE42001999999954"


def load(*, actor: Actor | None = None) -> None:
    poster = system_actor("reference", origin=actor.origin if actor else "")
    known = list(GlAccount.objects.values_list("book", "code", "role"))
    codes, roles = {(book, code) for book, code, _role in known}, {(book, role) for book, _code, role in known}
    for book, code, kind, role, name in CHART:
        if (book, code) in codes or (book, role) in roles:
            continue  # the centre numbers and names its accounts
        set_account(actor=poster, book=book, code=code, name=name, kind=kind, role=role)
    if not CentreAccount.objects.exists() and settings.PARVIS_KIND != "production":
        set_centre_account(
            actor=poster,
            iban=DEMO_IBAN,
            label="Compte de l’aide sociale",
            holder=settings.PARVIS["name"],
            enterprise_number=settings.PARVIS["enterprise_number"],
            town=settings.PARVIS["town"],
            country=settings.PARVIS["country"],
            channel=Channel.SIMULATOR,
        )
