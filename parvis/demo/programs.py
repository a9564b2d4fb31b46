"""Programs that read in the demonstration: a link to the accounts, and the spreadsheet of a social worker. Nobody knows their secrets; make one
on *My account* to try the interface."""

from __future__ import annotations

from datetime import timedelta

from parvis.api.services import create_application, create_token
from parvis.identity.api import grant_function
from parvis.identity.demo import SINCE
from parvis.kernel import clock

from . import stage

ADMINISTRATOR, WORKER = "david.kaiser", "amelie.lambrecht"


def load() -> None:
    """An application with the accountant's rights narrowed to payments, and a personal token."""
    administrator, today = stage.agent(ADMINISTRATOR), clock.today()
    link = create_application(
        actor=administrator,
        username="lien-comptable",
        display_name="Lien comptable",
        about="Reprend les lignes de paiement en comptabilité",
    )
    grant_function(actor=administrator, account=link.account, function="accountant", unit=None, valid_from=SINCE)
    create_token(
        actor=administrator,
        name="Relevé de nuit",
        purpose="Écritures du mois",
        valid_to=today + timedelta(days=300),
        scopes=["payments"],
        classes=["money"],
        application=link,
    )
    create_token(
        actor=stage.agent(WORKER),
        name="Tableur des visites",
        purpose="Liste des visites de la semaine",
        valid_to=today + timedelta(days=90),
        scopes=["dossiers", "search"],
        classes=["identity", "social"],
    )
