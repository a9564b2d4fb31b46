"""Test data that is written again is the same data, also where numbers do not go back with a test (tests/support/replay.py)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pytest
from django.db import connection, transaction

from parvis.identity.models import Account, FunctionGrant, Unit
from tests.identity.factories import a_unit, an_account
from tests.support import replay

pytestmark = [pytest.mark.db, pytest.mark.django_db]
R = TypeVar("R")


@replay.replayed
def a_service() -> Unit:
    return a_unit("NORD")


@replay.replayed
def a_clerk() -> Account:
    return an_account("clerk", unit=a_service(), name="Sofia Ricci")


def in_a_test(make: Callable[[], R]) -> tuple[R, list[tuple[str, str]]]:
    """What it gives, and who works where then, as in a test of its own: nothing of it stays but numbers that were given."""
    with transaction.atomic():
        replay.begins()
        made = make()
        connection.check_constraints()
        at_work = list(FunctionGrant.objects.values_list("account__display_name", "unit__code"))
        transaction.set_rollback(True)
    return made, at_work


def test_what_is_written_again_inside_something_new_keeps_its_numbers_when_that_is_written_again_too() -> None:
    def others() -> list[Unit]:
        return [a_unit("OUEST"), a_unit("EST")]

    in_a_test(a_service)
    in_a_test(others)
    clerk, at_work = in_a_test(a_clerk)  # new, around the service that is written again
    assert at_work == [("Sofia Ricci", "NORD")]
    in_a_test(others)
    again, at_work = in_a_test(a_clerk)
    assert (again.pk, at_work) == (clerk.pk, [("Sofia Ricci", "NORD")])
