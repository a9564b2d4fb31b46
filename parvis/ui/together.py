"""Two who change the same thing at once: what each typed stays.

A form that changes a thing in place carries what it showed (``{% seen form %}``). When it comes back and a colleague changed the thing
meanwhile, field by field: what I left alone is theirs, what they left alone is mine, of several choices each keeps what each ticked and
unticked; a field that both changed is asked, with both values, and nothing is saved before the answer.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from parvis.kernel import mutations
from parvis.kernel.errors import Conflict
from parvis.kernel.subject import SubjectRef
from parvis.ui.said import words_of

SEEN = "seen"


class Both(Conflict):
    """Both changed the same field. ``told``: what the page of the conflict needs beside both values."""

    def __init__(self, message: Any, *, told: dict[str, Any], **both: Any) -> None:
        super().__init__(message, code="both", **both)
        self.told = told


def merged(request: HttpRequest, form: forms.BaseForm, *, subject: SubjectRef, said: Collection[str] = ()) -> QueryDict:
    """What was sent, with what a colleague changed meanwhile in the fields that the sender left alone. What came without ``{% seen %}`` is
    taken as it is.

    Args:
        form: the form as it would be shown now, with the present values as ``initial``.
        subject: the thing, whose journal says who changed it last.
        said: fields that say something also when they were left as proposed.

    Raises:
        Both: a field that both changed.
    """
    sent = request.POST.copy()
    was, now = _decoded(sent.get(SEEN, "")), shown(form)
    if was is None:
        return sent
    mine_of, theirs_of, taken = {}, {}, []
    for name, there in now.items():
        before, mine = was.get(name, there), _plain(sent.getlist(name))
        if there in (before, mine):
            continue
        if _several(form, name):
            wanted = {*mine, *(set(there) - set(before))} - (set(before) - set(there))
            sent.setlist(name, sorted(wanted))
        elif mine == before and name not in said:
            sent.setlist(name, there)
        else:
            mine_of[name], theirs_of[name] = "".join(mine), "".join(there)
            continue
        taken.append(_label(form, name))
    if theirs_of:
        raise _both(form, sent, now, subject, mine_of, theirs_of)
    if taken:
        messages.info(
            request, _("A colleague changed this while you were typing, and it is kept too: %(fields)s") % {"fields": ", ".join(taken)}
        )
    return sent


def _both(form: forms.BaseForm, sent: QueryDict, now: Any, subject: SubjectRef, mine: dict[str, str], theirs: dict[str, str]) -> Both:
    last = next(iter(mutations.history(subject, limit=1)), None)
    told = {
        "labels": {name: _label(form, name) for name in theirs},
        "refresh": {SEEN: encoded(now)},
        "sent": sent,
        "words": {name: words_of(_bound(form, name).field) for name in theirs},
    }
    return Both(
        _("Somebody else changed this meanwhile."),
        who=last.actor_label if last else "",
        when=last.recorded_at if last else None,
        yours=mine,
        theirs=theirs,
        told=told,
    )


# What a form shows -------------------------------------------------------------------------------------------------------
def shown(form: forms.BaseForm) -> dict[str, list[str]]:
    """By name, what a browser would send of this form if nobody touched it."""
    found = {}
    for bound in form:
        widget = bound.field.widget
        if bound.is_hidden or widget.needs_multipart_form or isinstance(widget, forms.MultiWidget):
            continue
        value = bound.field.prepare_value(bound.initial)
        if isinstance(widget, forms.CheckboxInput):
            found[bound.html_name] = ["on"] if value else []
            continue
        formatted = widget.format_value(value)
        found[bound.html_name] = _plain(formatted if isinstance(formatted, list | tuple) else [formatted])
    return found


def encoded(values: dict[str, list[str]]) -> str:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def _decoded(text: str) -> dict[str, list[str]] | None:
    try:
        found = json.loads(text) if text else None
    except (ValueError, RecursionError):  # made up: taken as if nothing had been shown
        return None
    if not isinstance(found, dict):
        return None
    return {str(name): _plain(value) for name, value in found.items() if isinstance(value, list)}


def _plain(values: Iterable[Any]) -> list[str]:
    """As it is compared: without blanks at the ends, lines ended alike, nothing for what is empty."""
    texts = ("" if value is None else str(value).replace("\r\n", "\n").strip() for value in values)
    return sorted(text for text in texts if text)


def _bound(form: forms.BaseForm, name: str) -> forms.BoundField:
    return next(bound for bound in form if bound.html_name == name)


def _several(form: forms.BaseForm, name: str) -> bool:
    return bool(getattr(_bound(form, name).field.widget, "allow_multiple_selected", False))


def _label(form: forms.BaseForm, name: str) -> str:
    return str(_bound(form, name).label)
