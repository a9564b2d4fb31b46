import pytest

from tests.decisions.factories import Centre, at, kinds, make_centre


@pytest.fixture(autouse=True)
def _kinds():
    with kinds():
        yield


@pytest.fixture
def today():
    """Monday 2 March 2026."""
    with at(2):
        yield


@pytest.fixture
def centre(db, today) -> Centre:
    return make_centre()
