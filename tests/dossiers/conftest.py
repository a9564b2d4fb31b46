"""What most tests of dossiers begin with; one that needs more of it makes its own."""

import pytest

from parvis.dossiers.models import Dossier

from .factories import Centre, make_centre, make_dossier


@pytest.fixture
def centre() -> Centre:
    return make_centre()


@pytest.fixture
def dossier(centre: Centre) -> Dossier:
    return make_dossier(centre)
