"""At the desk: the same form in one go, and the short screen of urgency."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from parvis.contacts import api as contacts
from parvis.form_engine import api as forms
from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.procedures import api as procedures
from parvis.ui.http import done, errors_on, invalid, page, part_asked, screen

from .. import access, services
from ..enums import Channel
from ..forms import RegisterForm, UrgentForm
from ._common import keep_code

DESK = "_desk"
ASKED = 4
FIELD = re.compile(r"[a-z][a-z0-9_]{0,39}(-\d{1,2}-[a-z][a-z0-9_]{0,39})?")
LIKELY = 80


@screen(access=access.can_register, methods=("GET", "POST"), creates=True)
def new(request: HttpRequest) -> HttpResponse:
    """Choose what is asked; unfinished entries are listed first."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    versions = procedures.open_procedures()
    if request.method == "POST":
        chosen = next((version for version in versions if version.procedure.key == request.POST.get("procedure")), None)
        if chosen is None:
            raise Http404("procedure")
        channel = request.POST.get("channel", Channel.DESK_VISIT)
        draft, _code = forms.open_draft(
            actor=actor,
            form=chosen.form,
            purpose=f"procedure:{chosen.procedure.key}:{chosen.pk}",
            language=(get_language() or "fr").split("-")[0],
            answers={DESK: {"channel": channel}},
        )
        return done(request, "requests:fill", None, draft.uuid)
    drafts = forms.Draft.objects.visible_to(actor).filter(sent_at__isnull=True).order_by("-saved_at", "-pk")[:10]
    return page(request, "requests/new.html", {"versions": versions, "drafts": list(drafts), "form": RegisterForm()})


@screen(access=access.can_register, methods=("GET", "POST"), creates=True, parts=("questions",))
def fill(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Every question on one page. What is typed is kept at each step, and the entry can be taken up again."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    draft = forms.Draft.objects.visible_to(actor).select_related("form").filter(uuid=uuid).first()
    if draft is None:
        raise Http404("draft")
    if draft.sent_at is not None:
        sent = services.request_of_draft(draft.pk)
        if sent is None:
            raise Http404("draft")
        return done(request, "requests:detail", None, sent.uuid)
    procedure = procedures.version(int(draft.purpose.rsplit(":", 1)[1]))
    kept, asked = draft.answers.get(DESK, {}), bool(procedure.definition.get("aids"))
    if request.method != "POST":
        state = _state(draft)
        return page(request, "requests/fill.html", _context(actor, draft, procedure, RegisterForm(initial=kept, asked=asked), state))
    form = RegisterForm(request.POST, asked=asked)
    post = request.POST.copy()
    names, picked = _names(actor, draft, post)
    draft.answers = {
        **draft.answers,
        DESK: {name: post.get(name, "") for name in ("channel", "made_on", "made_why")} | {"names": names, "aids": post.getlist("aids")},
    }
    before = _state(draft)
    keys = [at.key for at in before.visible_pages]
    result = forms.handle_post(actor=actor, draft=draft, pages=keys, post=post, files=request.FILES, channel="desk")
    incomplete = "incomplete" in request.POST
    if result.kind == "again" and part_asked(request) == "questions":
        # An answer changed: the questions that depend on it appear or go. Nothing is drawn anew while somebody types elsewhere.
        if _same(result.state, before, set(post.getlist("shown"))) and not request.FILES and names == kept.get("names", {}):
            return HttpResponse(status=204)
        return page(request, "requests/fill.html", {**_context(actor, result.draft, procedure, form, result.state), "picked": picked})
    if result.kind in {"rows", "again"} and not (incomplete and result.kind == "again"):
        where = reverse("requests:fill", args=[draft.uuid])
        return done(request, f"{where}#{result.anchor}" if result.anchor else where)
    if result.kind == "later":
        return done(request, "requests:new", _("Kept. You find it here again."))
    wrong = [problem for problem in result.problems if not incomplete or not forms.is_unanswered(result.state, problem.path)]
    if wrong or not form.is_valid():
        return invalid(request, "requests/fill.html", _context(actor, result.draft, procedure, form, result.state, wrong))
    with errors_on(form):
        try:
            sent_now = services.send_request(
                actor=actor,
                procedure=procedure,
                answers=result.draft.answers,
                language=str(
                    procedures.person_answers(procedure.definition, result.draft.answers).get("language") or result.draft.language
                ),
                channel=form.cleaned_data["channel"],
                draft=result.draft,
                made_on=form.cleaned_data["made_on"],
                made_why=form.cleaned_data["made_why"],
                incomplete=incomplete,
                names={path: ref for path, (ref, _text) in names.items()},
                aids=form.cleaned_data.get("aids", ()),
            )
        except forms.AlreadySent:
            first = services.request_of_draft(draft.pk)
            return done(request, "requests:detail", None, first.uuid) if first else done(request, "requests:index")
        keep_code(request, sent_now.request, sent_now.tracking_code)
        return done(
            request,
            "requests:detail",
            _("Request %(number)s is registered. Its receipt is ready to be handed over or sent.") % {"number": sent_now.request.number},
            sent_now.request.uuid,
        )
    return invalid(request, "requests/fill.html", _context(actor, result.draft, procedure, form, result.state, []))


def _state(draft: forms.Draft) -> forms.FormState:
    return forms.resolve(draft.form.definition, draft.answers, today=clock.today(), channel="desk")


def _paths(state: forms.FormState) -> Iterator[tuple[str, str]]:
    """Everything that stands on the page: its path, and what was computed."""
    for at in state.visible_pages:
        for one in at.shown:
            yield one.path, one.text if one.type == "computed" else ""
            for row in one.rows:
                for child in row.fields:
                    if child.visible:
                        yield child.path, child.text if child.type == "computed" else ""


def _same(state: forms.FormState, before: forms.FormState, shown: set[str]) -> bool:
    """Whether the page in front of the agent (``shown``: the questions that it holds) says all that the answers ask for."""
    now, then = dict(_paths(state)), dict(_paths(before))
    return now == then and shown <= now.keys()


def _context(
    actor: Actor,
    draft: forms.Draft,
    procedure: procedures.ProcedureVersion,
    form: RegisterForm,
    state: forms.FormState,
    problems: list[forms.Problem] | None = None,
) -> dict[str, Any]:
    names = draft.answers.get(DESK, {}).get("names", {})
    entries = contacts.chosen_entries(actor, [ref for ref, _text in names.values()]) if names else {}
    return {
        **forms.form_context(state, problems),
        "draft": draft,
        "procedure": procedure,
        "register": form,
        "pages": state.visible_pages,
        "book_url": reverse("requests:book"),
        "book_chosen": {path: entries[ref] for path, (ref, _text) in names.items() if ref in entries},
    }


def _names(actor: Actor, draft: forms.Draft, post: QueryDict) -> tuple[dict[str, list[str]], str]:
    """Question → [entry of the address book, its name], after this POST, and the question that was just answered by a choice. Whatever is
    typed over a choice undoes it."""
    names = {path: list(pair) for path, pair in draft.answers.get(DESK, {}).get("names", {}).items()}
    path, _sep, ref = post.get("pick", "").partition("=")
    if services.named_field(draft.form.definition, path) is not None:
        entry = contacts.chosen_entries(actor, [ref]).get(ref)
        if entry is not None:
            names[path] = [ref, entry.name]
            post[f"f-{path}"] = entry.name
    undone = post.get("unpick", "")
    picked = path or undone
    if picked:
        post["refresh"] = "1"
    names.pop(undone, None)
    kept = {path: pair for path, pair in names.items() if f"f-{path}" not in post or " ".join(post[f"f-{path}"].split()) == pair[1]}
    return services.after_removal(kept, post.get("remove", "")), picked


@screen(access=access.can_register)
def book(request: HttpRequest) -> HttpResponse:
    """What the address book knows like the words typed in a question: for the agent at the desk. The person who asks never sees it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    field, kind = request.GET.get("field", ""), request.GET.get("kind", "")
    if not FIELD.fullmatch(field):
        field = ""
    text = request.GET.get(f"f-{field}", "").strip()
    choices = contacts.choices_like(actor, kind, text)
    return render(request, "requests/_book_choices.html", {"choices": choices, "field": field, "asked": len(text) >= ASKED})


@screen(access=access.can_register, methods=("GET", "POST"), creates=True)
def urgent(request: HttpRequest) -> HttpResponse:
    """Who, what need, how much, account or cash: then it is with the president."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    form = UrgentForm(request.POST if request.method == "POST" else None, initial={"language": (get_language() or "fr")[:2]})
    context: dict[str, Any] = {"form": form, "matches": [], "asked": False}
    if request.method != "POST":
        return page(request, "requests/urgent.html", context)
    if not form.is_valid():
        return invalid(request, "requests/urgent.html", context)
    data = form.cleaned_data
    person: contacts.Person | None = None
    choice = request.POST.get("person", "")
    matches = [
        match
        for match in contacts.match_persons(
            actor=actor,
            family_name=data["family_name"],
            given_names=data["given_names"],
            birth_date=data["birth_date"],
            national_number=data["niss"],
        )
        if match.score >= LIKELY
    ]
    if choice and choice != "new":
        person = next((match.person for match in matches if str(match.person.uuid) == choice), None)
    elif not choice and matches:
        certain = [match for match in matches if match.certain and data["niss"]]
        if len(certain) == 1:
            person = certain[0].person
        else:
            text = ngettext("A person like this is known. Choose.", "Persons like this are known. Choose.", len(matches))
            return invalid(request, "requests/urgent.html", {**context, "matches": matches, "asked": True, "ask": text})
    with errors_on(form):
        mine = services.register_urgent(
            actor=actor,
            need=services.Need(
                family_name=data["family_name"],
                given_names=data["given_names"],
                birth_date=data["birth_date"],
                niss=data["niss"],
                reason=data["reason"],
                amount=data["amount"],
                iban=data["iban"],
                cash=data["paid"] == "cash",
                language=data["language"],
                channel=data["channel"],
            ),
            person=person,
        )
        return done(request, "requests:detail", _("Request %(number)s is with the president.") % {"number": mine.number}, mine.uuid)
    return invalid(request, "requests/urgent.html", {**context, "matches": matches, "asked": bool(choice)})
