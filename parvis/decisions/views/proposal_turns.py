"""Turns of a proposal: taken back, reviewed, heard, put to discussion, asked of the lawyer."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from parvis.kernel.errors import Conflict, DomainError
from parvis.ui import formats
from parvis.ui.http import Request, done, page, screen

from .. import access, forms, letters, neighbours, selectors
from ..enums import ProposalState
from ..models import LegalOpinion
from ..services import drafting, opinions, packs, reviewing
from ..services import hearing as hearings
from .proposal_page import change_rows, context_of, find, may_open, note_reading


@screen(access=may_open, methods=("POST",), name="decisions.take_back")
def take_back(request: Request, uuid: Any) -> HttpResponse:
    found = find(request, uuid)
    reviewing.take_back(actor=request.actor, proposal=found)
    return done(request, "decisions:proposal", _("You have the proposal again."), found.uuid)


@screen(access=access.may_see_queue, methods=("POST",), name="decisions.review")
def review(request: Request, uuid: Any) -> HttpResponse:
    found = find(request, uuid)
    form = forms.ReviewForm(request.POST)
    if form.is_valid():
        try:
            reviewing.review_proposal(
                actor=request.actor, proposal=found, outcome=form.cleaned_data["outcome"], reason=form.cleaned_data["reason"]
            )
        except Conflict:
            raise
        except DomainError as error:
            found.refresh_from_db()
            return page(request, "decisions/proposal.html", context_of(request, found, refused=error), status=422)
        returned = form.cleaned_data["outcome"] == "returned"
        return done(
            request, "decisions:proposals", _("Returned to %(who)s.") % {"who": found.author_label} if returned else _("Validated.")
        )
    return page(request, "decisions/proposal.html", context_of(request, found), status=422)


@screen(access=access.may_draft, methods=("POST",), name="decisions.hearing")
def hearing(request: Request, uuid: Any) -> HttpResponse:
    found = find(request, uuid)
    form = forms.HearingForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            hearings.record_hearing(
                actor=request.actor,
                proposal=found,
                wish=data["wish"],
                informed_on=data["informed_on"],
                informed_by=data["informed_by"],
                missed_on=data["missed_on"],
                heard_on=data["heard_on"],
                note=data["note"],
            )
            return done(request, "decisions:proposal", _("The hearing is noted."), found.uuid)
        except DomainError as error:
            forms.put(form, error)
    context = context_of(request, found) | {"hearing": form, "hearing_open": True}
    return page(request, "decisions/proposal.html", context, status=422)


@screen(access=access.may_draft, methods=("POST",), name="decisions.to_discuss")
def to_discuss(request: Request, uuid: Any) -> HttpResponse:
    found = find(request, uuid)
    drafting.set_to_discuss(actor=request.actor, proposal=found, to_discuss=request.POST.get("to_discuss") == "1")
    return done(request, "decisions:proposal", _("Noted."), found.uuid)


@screen(access=may_open, methods=("POST",), creates=True, name="decisions.ask_opinion")
def ask_opinion(request: Request, uuid: Any) -> HttpResponse:
    found = find(request, uuid)
    form = forms.AskOpinionForm(request.POST)
    if form.is_valid():
        try:
            opinion = opinions.ask_opinion(actor=request.actor, proposal=found, question=form.cleaned_data["question"])
            return done(
                request,
                "decisions:proposal",
                _("Asked. The lawyer has until %(day)s; the proposal goes on meanwhile.") % {"day": formats.day(opinion.due_on)},
                found.uuid,
            )
        except DomainError as error:
            forms.put(form, error)
    return page(request, "decisions/proposal.html", context_of(request, found) | {"ask": form, "ask_open": True}, status=422)


@screen(access=may_open, methods=("GET", "POST"), name="decisions.opinion")
def opinion(request: Request, uuid: Any) -> HttpResponse:
    """The lawyer reads the case, not the dossier, and answers."""
    asked = get_object_or_404(
        LegalOpinion.objects.visible_to(request.actor).select_related("proposal__dossier", "proposal__line"), uuid=uuid
    )
    found = asked.proposal
    form = forms.OpinionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            opinions.give_opinion(actor=request.actor, opinion=asked, value=form.cleaned_data["opinion"], text=form.cleaned_data["text"])
            return done(request, "decisions:proposals", _("Opinion given."))
        except Conflict:
            raise
        except DomainError as error:
            forms.put(form, error)
    note_reading(request, found)
    version = selectors.latest_version(request.actor, found)
    context = {
        "opinion": asked,
        "proposal": found,
        "name": neighbours.person_name(request.actor, found.person_id),
        "form": form,
        "may_give": access.may_give_opinion(request.actor) and not asked.opinion and found.state != ProposalState.DECIDED,
        "letter_html": letters.html(version.blocks, letters.envelope(found, version.blocks)),
        "described": packs.describe_provisions(version.provisions),
        "trees": letters.trees(version, None, formats.language()),
        "changes": change_rows(packs.changes_since(packs.previous_decision(found), version)),
        "hearing_note": found.heard_note,
    }
    return page(request, "decisions/opinion.html", context, status=422 if form.errors else 200)
