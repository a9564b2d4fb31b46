"""Who acts. Built once per request by ``identity`` and handed down to services and scopes; never looked up below."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date


@dataclass(frozen=True)
class Grant:
    """One function held today, in one unit (None = the whole centre)."""

    function: str
    unit_id: int | None = None


@dataclass(frozen=True)
class Kept:
    """A file that a service of the actor may still read after it went to another one, and the classes of data that stay open."""

    kind: str
    id: int
    unit_id: int
    classes: frozenset[str]


@dataclass(frozen=True)
class Actor:
    kind: str
    account_id: int | None
    label: str
    language: str = "fr"
    grants: frozenset[Grant] = field(default_factory=frozenset)
    on_behalf_of_id: int | None = None
    on_behalf_of_label: str = ""
    purpose: str = ""
    screen: str = ""
    refs: frozenset[tuple[str, int]] = field(default_factory=frozenset)
    origin: str = ""
    # What the centre decided about rights, read with the actor. None: the defaults of the product.
    class_rights: frozenset[tuple[str, str]] | None = None
    sectors: frozenset[int] = field(default_factory=frozenset)
    barred_sectors: frozenset[int] = field(default_factory=frozenset)
    opened: frozenset[tuple[str, int]] = field(default_factory=frozenset)
    only: frozenset[tuple[str, int]] | None = None
    kept: frozenset[Kept] = field(default_factory=frozenset)
    person_id: int | None = None
    # The day that scopes look at, when it is not today: a simulation.
    day: date | None = None

    @property
    def own_id(self) -> int:
        """The account, where only a signed-in agent comes.

        Raises:
            RuntimeError: the system or a citizen came: a fault of the program.
        """
        if self.account_id is None:
            raise RuntimeError(f"{self.label or self.kind} has no account")
        return self.account_id

    @property
    def persons(self) -> frozenset[int]:
        """Accounts that answer for what is done: oneself, and the colleague in whose name one acts. Two pairs of eyes and recusals
        look at all of them."""
        return frozenset(one for one in (self.account_id, self.on_behalf_of_id) if one is not None)

    @property
    def stands_for(self) -> int | None:
        """Whose files, tasks and relations are meant: the colleague's while acting for one."""
        return self.on_behalf_of_id or self.account_id

    @property
    def by_proxy(self) -> bool:
        return self.on_behalf_of_id is not None

    def opened_ids(self, kind: str) -> frozenset[int]:
        """Files opened to this agent exceptionally, for a set time and a reason."""
        return frozenset(number for name, number in self.opened if name == kind)

    def only_ids(self, kind: str) -> frozenset[int] | None:
        """The only files that a proxy covers; None when it is not limited."""
        return None if self.only is None else frozenset(number for name, number in self.only if name == kind)

    @property
    def without_kept(self) -> Actor:
        """The same, without the files that a service of before may still read."""
        return replace(self, kept=frozenset()) if self.kept else self

    @property
    def is_agent(self) -> bool:
        return self.kind == "agent"

    @property
    def is_system(self) -> bool:
        return self.kind == "system"

    @property
    def is_anonymous(self) -> bool:
        return self.kind == "anonymous"

    @property
    def functions(self) -> frozenset[str]:
        return frozenset(str(grant.function) for grant in self.grants)

    @property
    def units(self) -> frozenset[int]:
        return frozenset(grant.unit_id for grant in self.grants if grant.unit_id is not None)

    def has(self, *functions: str) -> bool:
        """True when one of the functions is held, in whatever unit."""
        return not self.functions.isdisjoint(str(name) for name in functions)

    def units_for(self, *functions: str) -> frozenset[int | None]:
        """Units where one of the functions is held. None in the set means the whole centre."""
        wanted = {str(name) for name in functions}
        return frozenset(grant.unit_id for grant in self.grants if str(grant.function) in wanted)

    def holds(self, unit_id: int | None, *functions: str) -> bool:
        """True when one of the functions covers this unit."""
        units = self.units_for(*functions)
        return None in units or (unit_id is not None and unit_id in units)

    def refers_to(self, kind: str) -> frozenset[int]:
        """Ids of this kind that a citizen's tracking session may open."""
        return frozenset(number for name, number in self.refs if name == kind)


ANONYMOUS = Actor(kind="anonymous", account_id=None, label="")


def system_actor(name: str, *, origin: str = "", language: str = "fr") -> Actor:
    """The named system actor as which a job runs; it sees and does what services allow to the system, and is named in the journal."""
    return Actor(kind="system", account_id=None, label=f"system:{name}", language=language, origin=origin)
