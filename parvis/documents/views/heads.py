"""Administration: the letter head, looked at on a letter before it is published, and its versions."""

from __future__ import annotations

import base64
from typing import Any

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from parvis.documents.access import may_publish_templates
from parvis.documents.errors import DocumentError
from parvis.documents.forms import LetterHeadForm
from parvis.documents.letters.envelope import Sender, settings_sender
from parvis.documents.letters.head import logo_of
from parvis.documents.models import LetterHead
from parvis.documents.services.heads import NewLogo, head_faults, logo_from, publish_letter_head
from parvis.ui.http import done, errors_on, invalid, page, refuse, screen

MOST = 200
PAGE = "documents/letter_head.html"
SALT = "documents.letter_head"


@screen(access=may_publish_templates, methods=("GET", "POST"), creates=True)
def letter_head(request: HttpRequest) -> HttpResponse:
    """What stands at the top of every letter: look at it, then publish it as the next version."""
    rows = list(LetterHead.objects.order_by("-number").defer("logo")[:MOST])
    held = _sender_of(rows[0]) if rows else settings_sender()
    context: dict[str, Any] = {"rows": rows, "held": held}
    if request.method != "POST":
        asked = next((one for one in rows if str(one.number) == request.GET.get("number", "")), None)
        shown = _sender_of(asked) if asked else held
        said = {"name": shown.name, "lines": "\n".join(shown.lines), "phone": shown.phone, "email": shown.email, "after": held.head}
        older = asked if asked is not None and asked.number != held.head else None
        # An older version shown is one to publish again: the number before the author is the one in force all the same.
        return page(request, PAGE, context | {"form": LetterHeadForm(initial=said), "shown": shown, "older": older})
    form = LetterHeadForm(request.POST, request.FILES)
    context |= {"form": form, "shown": held}
    if not form.is_valid():
        return invalid(request, PAGE, context)
    data = form.cleaned_data
    new = _logo(form)
    for field, text in head_faults(data["name"], data["lines"], data["email"]):
        form.add_error(field, text)
    if form.errors:
        return invalid(request, PAGE, context)
    kept = "" if data["no_logo"] or new is not None else held.logo
    context |= {
        "looked": True,
        "shown": Sender(data["name"], tuple(data["lines"]), data["phone"], data["email"], kept, held.head),
        "new_logo": _inline(new),
        "packed": signing.dumps([base64.b64encode(new.png).decode(), new.width, new.height], salt=SALT, compress=True) if new else "",
    }
    if "publish" not in request.POST:
        return page(request, PAGE, context)
    with errors_on(form):
        row = publish_letter_head(
            actor=request.actor,  # type: ignore[attr-defined]
            name=data["name"],
            lines=data["lines"],
            phone=data["phone"],
            email=data["email"],
            logo=new,
            keep_logo=not data["no_logo"],
            after=data["after"],
        )
        return done(
            request,
            "documents:letter_head",
            _("Version %(number)s is published: letters made from now on bear it.") % {"number": row.number},
        )
    return invalid(request, PAGE, context)


def _logo(form: LetterHeadForm) -> NewLogo | None:
    """The picture just sent; else the one that was looked at and travels signed in the page."""
    data = form.cleaned_data
    if data["logo"] is not None:
        try:
            return logo_from(data["logo"].read(), data["logo"].name or "logo")
        except DocumentError as error:
            refuse(form, type(error)(str(error.message), field="logo"))
            return None
    if data["looked_logo"] and not data["no_logo"]:
        try:
            packed, width, height = signing.loads(data["looked_logo"], salt=SALT, max_age=12 * 3600)
        except signing.BadSignature:
            form.add_error("logo", _("Choose the picture again."))
            return None
        return NewLogo(base64.b64decode(packed), width, height)
    return None


def _inline(logo: NewLogo | None) -> str:
    return f"data:image/png;base64,{base64.b64encode(logo.png).decode()}" if logo is not None else ""


def _sender_of(row: LetterHead) -> Sender:
    return Sender(row.name, tuple(row.lines), row.phone, row.email, row.logo_sha256, row.number)


@screen(access=lambda actor: actor.is_agent and bool(actor.grants))
def logo(request: HttpRequest) -> HttpResponse:
    """The picture of a letter head, by its name: for letters on the screen."""
    found = logo_of(request.GET.get("v", "")[:64])
    if found is None:
        raise Http404("logo")
    response = HttpResponse(found.png, content_type="image/png")
    response.headers["Cache-Control"] = "private, max-age=86400, immutable"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
