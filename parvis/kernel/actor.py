"""Who acts. Built once per request by ``identity`` and handed down to services and scopes; never looked up below."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Grant:
    """One function held today, in one unit (None = the whole centre)."""

    function: str
    unit_id: int | None = None


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
