"""Reference data of an instance: what the product brings along, loaded by ``parvis reference load``.

Each context has its own loader (``<context>/demo.py``), which adds what is absent and touches nothing that the centre changed. What a loader
did is read from the journal lines that it wrote: nothing is said that is not kept, and ``--check`` does the same work and takes it back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

#: In the order in which they need each other. ``identity`` is not among them: its loader makes the agents of the demonstration.
CONTEXTS: tuple[tuple[str, str], ...] = (
    ("rules", "rates and terms, dated, with their source"),
    ("documents", "letter templates"),
    ("workflows", "the route of a request"),
    ("procedures", "the form and the procedure"),
    ("accounting", "chart of accounts"),
    ("decisions", "the committee and its example limits"),
    ("dossiers", "rules of retention, to be confirmed by the State Archives"),
)


class _Undo(Exception):
    """Takes back what ``--check`` did."""


@dataclass(frozen=True)
class Loaded:
    """What was, or would be, added for a context, one text a line."""

    context: str
    what: str
    added: tuple[str, ...]


def _words(pending: Any) -> str:
    """A journal line in a few words: the verb, and what names the thing."""
    values = pending.values
    name = next((values[key] for key in ("key", "code", "number", "decider", "iban") if values.get(key)), "")
    since = values.get("valid_from")
    book = f" ({values['book']})" if "code" in values and values.get("book") else ""
    start = f" from {since:%Y-%m-%d}" if since else ""
    return f"{pending.verb.replace('_', ' ')} {name}{book}{start}"


def load_context(name: str, *, check: bool = False) -> tuple[str, ...]:
    """Run the loader of one context in one transaction; with ``check`` it is taken back."""
    from parvis.kernel.actor import system_actor
    from parvis.kernel.gestures import gesture_scope

    added: tuple[str, ...] = ()
    try:
        with gesture_scope() as gesture:
            import_module(f"parvis.{name}.demo").load(actor=system_actor("reference"))
            added = tuple(_words(one) for one in gesture.mutations)
            if check:
                raise _Undo
    except _Undo:
        pass
    return added


def load(*, check: bool = False) -> list[Loaded]:
    """Load everything, or with ``check`` only say what is absent.

    A check takes back each context before the next: what a later one would add on top of an absent earlier one is said all the same, as no loader
    reads what another one wrote, except the procedures, which need their route only when a request is sent.
    """
    return [Loaded(name, what, load_context(name, check=check)) for name, what in CONTEXTS]


def missing_settings() -> list[str]:
    """What reference data cannot bring, because only the centre knows it: said after loading, in the order in which it is needed."""
    from parvis.accounting.models import CentreAccount
    from parvis.decisions.models import Membership
    from parvis.identity.api import Function, Unit, agents_with

    out = []
    if not agents_with(Function.ADMINISTRATOR):
        out.append('no administrator yet: parvis create_administrator NAME@CENTRE "First Last"')
    if not Unit.objects.filter(is_active=True).exists():
        out.append("no service yet: page Accounts, tab Units (the procedure is received by the service with the code SSG)")
    if not Membership.objects.exists():
        out.append("nobody sits in the committee yet: page Accounts, tab Committees (administrator)")
    if not CentreAccount.objects.filter(active=True).exists():
        out.append("no bank account of the centre yet: page Bank accounts of the centre (administrator or accountant)")
    return out


def run(*, check: bool, print_line: Callable[[str], None] = print) -> int:
    """Load or check, saying it line by line. Returns 1 when a check found something absent."""
    total = 0
    for one in load(check=check):
        total += len(one.added)
        print_line(
            f"{one.context}: {one.what}: {'nothing to add' if not one.added else f'{len(one.added)} ' + ('absent' if check else 'added')}"
        )
        for line in one.added:
            print_line(f"  {'-' if check else '+'} {line}")
    if check:
        print_line(f"{total} absent. parvis reference load adds them." if total else "The reference data are complete.")
    else:
        print_line(f"{total} added. What the centre had changed was left as it is.")
        for line in missing_settings():
            print_line(f"Next: {line}")
    return 1 if check and total else 0
