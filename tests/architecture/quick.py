"""For thousands of requests of which only the answer's status counts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from django.http import HttpRequest, HttpResponse
from django.template import Template
from django.test.utils import _TestState  # what it replaced, kept for the end of the run
from django.utils.safestring import SafeString

from parvis.config import views


def _bare(request: HttpRequest, status: int) -> HttpResponse:
    return HttpResponse(status=status, content_type="text/html; charset=utf-8")


@contextmanager
def statuses_only() -> Iterator[None]:
    """Pages are drawn without Django's notes of what each template was given, and a refusal without the page around it (its own tests draw that)."""
    with mock.patch.object(Template, "_render", _TestState.saved_data.template_render), mock.patch.object(views, "_error", _bare):
        yield


@contextmanager
def nothing_drawn() -> Iterator[None]:
    """Whether a page is given is decided before its template: here it is given empty. Other tests open every page as it looks."""
    with mock.patch.object(Template, "_render", lambda self, context: SafeString("")):
        yield
