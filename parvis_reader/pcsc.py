"""The card in a reader of this machine, through PC/SC (package pyscard)."""

from __future__ import annotations

import time

from .card import NotACard, read_card


class NoReader(Exception):
    """No reader, no card in it, or PC/SC is not there. The message says what to do."""


def read_inserted(*, wait: float = 30.0) -> dict[str, bytes]:
    """Files of the first identity card found in any reader; waits for one to be put in.

    Raises:
        NoReader: none within the time.
        NotACard: the only cards are others.
    """
    try:
        from smartcard.Exceptions import CardConnectionException, NoCardException, SmartcardException
        from smartcard.System import readers
    except ImportError as error:
        raise NoReader("The package pyscard is missing: install parvis with its extra, parvis[reader].") from error
    until = time.monotonic() + wait
    other: NotACard | None = None
    seen = False
    while True:
        try:
            found = readers()
        except SmartcardException as error:
            raise NoReader("The card service (PC/SC) does not run on this machine. On Linux, install and start pcscd.") from error
        for reader in found:
            seen = True
            connection = reader.createConnection()
            try:
                connection.connect()
                return read_card(connection.transmit)
            except NotACard as error:
                other = error
            except (NoCardException, CardConnectionException):
                continue
            finally:
                connection.disconnect()
                connection.release()  # now, not when Python forgets it: the service may be gone by then
        if time.monotonic() >= until:
            if other is not None:
                raise other
            raise NoReader("No card was put in." if seen else "No card reader was found. Is it plugged in?")
        time.sleep(0.3)
