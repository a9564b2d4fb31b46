"""Every page of the address table, 390 px wide, in the dark."""

import pytest
from playwright.sync_api import Browser

from tests.support.browser import PHONE

from .every_page import Opened, look_at_all, pages

# The mark of the database alone makes the harness create it; the world is in a transaction of the module.
pytestmark = [pytest.mark.browser, pytest.mark.django_db]
__all__ = ["pages"]


def test_every_page_is_accessible_and_fits(pages: list[Opened], chromium: Browser) -> None:
    look_at_all(pages, chromium, PHONE, dark=True)
