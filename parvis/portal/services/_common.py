from __future__ import annotations

from typing import Any

from parvis.dossiers import api as dossiers
from parvis.journal.api import add_step
from parvis.kernel import mutations
from parvis.kernel.actor import Actor
from parvis.kernel.subject import SubjectRef

from ..models import CitizenAccount

STREAM = "context:portal"


def fold_email(text: str) -> str:
    """The address as it is compared and written to."""
    return "".join(text.split()).casefold()


def record(actor: Actor, verb: str, account: CitizenAccount, values: dict[str, Any] | None = None, note: str = "") -> None:
    """A line of the journal, never with the e-mail address: of the person once the identity was seen, else of the account."""
    subject = SubjectRef("person", account.person_id) if account.person_id else SubjectRef("citizen_account", account.pk)
    mutations.record(STREAM, actor=actor, verb=verb, subject=subject, values={"account": str(account.uuid), **(values or {})}, note=note)


def tell(actor: Actor, person_id: int, message: str, *, text: str = "", files: Actor | None = None, **values: str) -> None:
    """A step in the chronicle of each open file of the person that the agent may change; of each at all for what the person did, who opens no
    file (``files``: who finds them)."""
    for dossier in dossiers.dossiers_of(files or actor, person_id):
        if dossier.status == "open":
            add_step(
                actor=actor,
                dossier_id=dossier.pk,
                message=message,
                values=values,
                subject=SubjectRef("dossier", dossier.pk),
                data_class="identity",
                text=text,
            )
