"""What the command line calls."""

from __future__ import annotations

import time
from collections.abc import Callable

from parvis.contacts import demo as address_book
from parvis.identity.api import Account, Unit, demo_roles
from parvis.identity.demo import username as demo_username
from parvis.kernel import clock, seals
from parvis.kernel.models import MutationLine

from . import archives, cast, citizens, file_824415, long_file, migration, own_fields, programs, reference, stage, stories, team
from .bulk.run import Refused, populate
from .path import play_aid_request
from .turns import play_turns

PASSWORD = "parvis-demo-valmont"

__all__ = ["Refused", "build", "play_aid_request", "populate"]


def build(print_line: Callable[[str], None] = print) -> None:
    """Fill a demo instance: reference data, agents, stories of two years. Does nothing the second time."""
    if MutationLine.objects.filter(stream="context:demo").exists() or Account.objects.filter(is_demo=True).exists():
        print_line("The demonstration is already there.")
        return _accounts(print_line)
    started = time.monotonic()
    end = clock.now()
    print_line("Old dossiers: a file of twenty years, others closed and archived more than ten years ago")
    play_turns(long_file.BEFORE, [*long_file.turns(), *archives.turns()])
    print_line("Reference data: units, agents, rates, letters, process, procedure, committee")
    with clock.travel(end - (stories.timedelta(days=max(case.asked for case in cast.CASES) + 3))):
        reference.load()
        print_line("Address book, and a family over three generations")
        stage.forget()
        address_book.load(actor=stage.agent(stage.WORKERS["SSG-NORD"]))
    stage.forget()
    for account in Account.objects.filter(is_demo=True):
        account.set_password(PASSWORD)
        account.save(update_fields=["password"])
    print_line(f"Stories: {len(cast.CASES)} cases over two years")
    stories.play_all(cast.CASES, end, print_line)
    print_line(f"A file of another house: {file_824415.NUMBER}")
    file_824415.load(
        administrator=stage.agent("david.kaiser"),
        worker=stage.agent(stage.WORKERS["SSG-NORD"]),
        unit=Unit.objects.get(code="SSG-NORD"),
        referent=Account.objects.get(username=demo_username(stage.WORKERS["SSG-NORD"])),
    )
    print_line("Fields that the centre made for itself")
    own_fields.load(
        administrator=stage.agent("david.kaiser"),
        worker_of=lambda dossier: stage.agent(stage.WORKERS.get(dossier.unit.code, stage.WORKERS["SSG-NORD"])),
    )
    print_line("What agents are good at, and one who leaves")
    team.load()
    programs.load()
    print_line("Files of an old system, with a month that is being rehearsed")
    migration.load(referent=demo_username(stage.WORKERS["SSG-NORD"]))
    print_line("Citizens with an account at the portal")
    citizens.load()
    archives.settle()
    seals.seal()
    print_line(f"The demonstration is ready ({time.monotonic() - started:.0f} s).")
    _accounts(print_line)


def _accounts(print_line: Callable[[str], None]) -> None:
    print_line("")
    print_line(f"Demo accounts (password of all: {PASSWORD}); or one click in the role bar:")
    for role in demo_roles():
        for number, account in enumerate(role.accounts):
            print_line(f"  {'' if number else role.label:<34} {account.display_name:<20} {account.username}")
