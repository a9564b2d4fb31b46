from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from .errors import UnknownForm
from .models import FormVersion


def latest_form(key: str) -> FormVersion:
    """Raises UnknownForm when nothing was published under the key."""
    form = FormVersion.objects.filter(key=key).order_by("-number").first()
    if form is None:
        raise UnknownForm(_("There is no form “%(key)s”.") % {"key": key})
    return form
