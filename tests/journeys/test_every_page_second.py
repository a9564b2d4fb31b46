"""Every second address of the table, from the second on: at a desk in the light, on a phone in the dark."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from .every_page import Opened, look_at_all, opened_pages

# The mark of the database alone makes the harness create it; the world is in a transaction of the module.
pytestmark = [pytest.mark.browser, pytest.mark.django_db]


@pytest.fixture(scope="module")
def pages(django_db_setup: None, django_db_blocker: Any) -> Iterator[list[Opened]]:
    yield from opened_pages(1, django_db_blocker)


def test_every_page_is_accessible_and_fits_in_the_light_and_small_in_the_dark(pages: list[Opened], chromium: Browser) -> None:
    look_at_all(pages, chromium)
