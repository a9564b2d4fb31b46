"""Who acts: agents by function, the person of a case, and what a play holds so far."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from parvis.decisions.models import Decision, Proposal
from parvis.identity.api import Account, actor_for
from parvis.identity.demo import username
from parvis.kernel import jobs
from parvis.kernel.actor import Actor, system_actor
from parvis.requests.models import Request, RequestLine

from ..cast import Case

WORKERS = {"SSG-NORD": "amelie.lambrecht", "SSG-SUD": "luc.hardy", "SSG": "katrin.schmitz", "INS": "joris.peeters", "MED": "nadia.elamrani"}
CHIEFS = {
    "SSG-NORD": "benoit.delvaux",
    "SSG-SUD": "benoit.delvaux",
    "SSG": "benoit.delvaux",
    "INS": "francoise.michaux",
    "MED": "francoise.michaux",
}
CLERK, LAWYER, SECRETARY, PRESIDENT = "sabine.collin", "olivier.renard", "isabelle.thonon", "claire.warnant"
PAYER, RELEASER, ACCOUNTANT = "pascal.gillet", "veronique.simon", "thierry.maes"
CITIZEN = Actor(kind="citizen", account_id=None, label="portail", language="fr", origin="story")


@cache
def _account(login: str) -> Account:
    return Account.objects.get(username=username(login))


def agent(login: str) -> Actor:
    """The agent as the services see a logged-in colleague; its journal lines say that a story was played."""
    return replace(actor_for(_account(login)), origin="story", screen="story")


def forget() -> None:
    """Accounts are looked up again (another database)."""
    _account.cache_clear()


@dataclass
class Play:
    """What a story has made so far."""

    case: Case
    request: Request | None = None
    code: str = ""
    proposal: Proposal | None = None
    decision: Decision | None = None
    notes: dict[str, Any] = field(default_factory=dict)

    @property
    def line(self) -> RequestLine:
        assert self.request is not None
        return RequestLine.unscoped.filter(request=self.request).order_by("pk").first()

    @property
    def worker(self) -> Actor:
        return agent(WORKERS[self.case.unit])

    @property
    def chief(self) -> Actor:
        return agent(CHIEFS[self.case.unit])


def iban_of(key: str) -> str:
    """A right account number, invented from the key."""
    base = int.from_bytes(key.encode()[:8].ljust(8, b"x"), "big") % 9_000_000_000 + 1_000_000_000
    bban = f"{base:010d}{base % 97 or 97:02d}"
    return f"BE{98 - int(bban + '111400') % 97:02d}{bban}"


def niss_of(case: Case) -> str:
    """A right national number, invented from birth, sex and key."""
    serial = sum(ord(char) * (index + 3) for index, char in enumerate(case.key)) % 990 + 2
    serial += (serial % 2 == 0) == (case.sex == "M")
    base = f"{case.birth:%y%m%d}{serial:03d}"
    return f"{base}{97 - int(('2' if case.birth.year >= 2000 else '') + base) % 97:02d}"


def run_jobs() -> int:
    """Letters, receipts and files that the gestures asked for."""
    return jobs.run_pending(raise_errors=True)


def system() -> Actor:
    return system_actor("demo", origin="story")
