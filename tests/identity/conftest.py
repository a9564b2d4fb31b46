"""Browser fixtures for the tests of passkeys."""

from tests.support.browser import browser_page, chromium, page_without_script

__all__ = ["browser_page", "chromium", "page_without_script"]
