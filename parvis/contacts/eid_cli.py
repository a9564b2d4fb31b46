"""``parvis eid decode FILE...``: the door of the command line to the command of the same name."""

from __future__ import annotations

import sys

from django.core.management import CommandError, call_command


def main(arguments: list[str]) -> int:
    """Run the command; 0, 1 when one of the files could not be read (the others are), 2 when an option is wrong."""
    try:
        call_command("eid", *arguments)
    except CommandError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 1
    return 0
