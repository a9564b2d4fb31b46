import pytest

from tests.aid.factories import the_centre
from tests.decisions.factories import at


@pytest.fixture
def today():
    """Monday 2 March 2026."""
    with at(2):
        yield


@pytest.fixture
def world(db, today):
    """(centre, team)"""
    return the_centre()
