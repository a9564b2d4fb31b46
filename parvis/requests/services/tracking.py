from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from parvis.form_engine import api as forms

from ..errors import NoSuchRequest
from ..models import Request
from .sending import TRACKING


def request_by_code(code: str) -> Request:
    """The request that a tracking code opens.

    Raises:
        NoSuchRequest: no such code; never says more.
    """
    found = Request.unscoped.filter(tracking_hash=forms.code_digest(code, TRACKING)).first() if forms.bare_code(code) else None
    if found is None:
        raise NoSuchRequest(_("No request has this code. Check each letter, or call us."))
    return found


def request_of_draft(draft_id: int) -> Request | None:
    """What a draft became, so that a second click finds the first one's request."""
    return Request.unscoped.filter(draft_id=draft_id).first()
