"""Administration: the letter templates, their versions, and a new one, looked at with an example before it is published."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from parvis.contacts.enums import ContactLanguage
from parvis.documents.access import may_publish_templates
from parvis.documents.forms import TemplateForm
from parvis.documents.letters.drafting import LANGUAGES, draft_definition, fields_in
from parvis.documents.letters.envelope import sender
from parvis.documents.letters.examples import example_facts
from parvis.documents.letters.html import render_letter_html
from parvis.documents.letters.source import written
from parvis.documents.models import LetterTemplate
from parvis.documents.services.template_texts import Checked, check_text, fields_for, publish_text
from parvis.kernel import memo
from parvis.ui import formats
from parvis.ui.http import done, errors_on, invalid, page, screen

#: The list is read whole: a centre has dozens of templates, each with some versions.
MOST = 2_000


@screen(access=may_publish_templates)
def index(request: HttpRequest) -> HttpResponse:
    """The version in force of each template."""
    newest: dict[str, LetterTemplate] = {}
    for row in LetterTemplate.objects.order_by("key", "number").defer("definition")[:MOST]:
        newest[row.key] = row
    rows = sorted(newest.values(), key=lambda row: formats.label(row.title))
    return page(
        request, "documents/templates.html", {"rows": [{"row": row, "name": formats.label(row.title)} for row in rows], "sender": sender()}
    )


def _versions(key: str) -> list[LetterTemplate]:
    rows = list(LetterTemplate.objects.filter(key=key).order_by("-number"))
    if not rows:
        raise Http404("template")
    return rows


def _preview(key: str, definition: dict[str, Any]) -> list[dict[str, Any]]:
    """The letter of the example in each language, the reader's first."""
    known = fields_for(key, mailing=bool(definition.get("mailing")))
    names = [
        name
        for block in definition["blocks"]
        for texts in (block.get("text", {}), block.get("heading", {}))
        for one in texts.values()
        for name in fields_in(one)
    ]
    facts = example_facts(dict.fromkeys(names), {name: words for name, words in known.items() if words}, definition)
    mine = formats.language()
    order = [mine, *(code for code in LANGUAGES if code != mine)]
    with memo.sharing():
        return _examples(key, definition, order, facts)


def _examples(key: str, definition: dict[str, Any], order: list[str], facts: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "code": code,
            "language": ContactLanguage(code).label,
            "subject": definition["subject"].get(code, ""),
            "html": render_letter_html(
                draft_definition(key, 0, definition, code, facts), label=f"{_('Example')}, {ContactLanguage(code).label}"
            ),
        }
        for code in order
    ]


@screen(access=may_publish_templates)
def template(request: HttpRequest, key: str) -> HttpResponse:
    """One version as a letter, and the others."""
    rows = _versions(key)
    asked = request.GET.get("number", "")
    row = next((one for one in rows if str(one.number) == asked), rows[0])
    context = {"row": row, "rows": rows, "name": formats.label(row.title), "latest": rows[0], "preview": _preview(key, row.definition)}
    return page(request, "documents/template.html", context)


@screen(access=may_publish_templates)
def source(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """A version as the text that is edited."""
    row = LetterTemplate.objects.filter(key=key, number=number).first()
    if row is None:
        raise Http404("template")
    response = HttpResponse(written(row.definition), content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{key}-{number}.toml"'
    return response


@screen(access=may_publish_templates, methods=("GET", "POST"), creates=True)
def new(request: HttpRequest, key: str) -> HttpResponse:
    """The text of the version in force, to change here or in a file; looked at first, then published."""
    latest = _versions(key)[0]
    posted = request.method == "POST"
    form = (
        TemplateForm(request.POST, request.FILES)
        if posted
        else TemplateForm(initial={"source": written(latest.definition), "after": latest.number})
    )
    context: dict[str, Any] = {"row": latest, "name": formats.label(latest.title), "form": form, "fields": _fields(key, latest.definition)}
    if not posted:
        return page(request, "documents/template_new.html", context)
    if not form.is_valid():
        return invalid(request, "documents/template_new.html", context)
    text = form.cleaned_data["text"]
    checked = check_text(key, text)
    if "publish" in request.POST and not checked.found:
        with errors_on(form):
            row = publish_text(actor=request.actor, key=key, text=text, after=form.cleaned_data["after"])  # type: ignore[attr-defined]
            return done(
                request,
                "documents:template",
                _("Version %(number)s is published: letters begun from now on use it.") % {"number": row.number},
                key,
            )
    # What came in a file stands in the box from now on.
    context["form"] = again = TemplateForm(initial={"source": text, "after": form.cleaned_data["after"]})
    again.problems = list(form.non_field_errors())  # type: ignore[attr-defined]
    context |= _looked_at(key, checked, latest, text)
    bad = bool(checked.found or again.problems)  # type: ignore[attr-defined]
    return (invalid if bad else page)(request, "documents/template_new.html", context)


def _fields(key: str, definition: dict[str, Any]) -> list[tuple[str, str]]:
    return sorted(fields_for(key, mailing=bool(definition.get("mailing"))).items())


def _looked_at(key: str, checked: Checked, latest: LetterTemplate, text: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "looked": True,
        "faults": [
            {
                "text": one.text,
                "lines": ", ".join(map(str, one.lines)),
                "quote": text.splitlines()[one.lines[0] - 1].strip() if one.lines else "",
            }
            for one in checked.found
        ],
        "same": checked.definition == latest.definition,
    }
    if checked.definition is not None and not checked.found:
        found["preview"] = _preview(key, checked.definition)
    return found
