"""A centre, and the file of a person with a national number."""

import pytest

from parvis.dossiers.models import Dossier
from tests.dossiers.factories import Centre, make_centre

from .factories import a_file


@pytest.fixture
def centre() -> Centre:
    return make_centre()


@pytest.fixture
def dossier(centre: Centre) -> Dossier:
    return a_file(centre)
