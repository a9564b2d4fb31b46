"""Lawful destruction: the register keeps number, day, channel and kind of each request; what was answered goes."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from parvis.contacts.api import nobody
from parvis.kernel import registries
from parvis.kernel.erasure import Target
from parvis.kernel.registries import Eraser

from .models import AnswerParty, Clock, Request, RequestDateCorrection, RequestLine, StageMark


def _collect(target: Target) -> None:
    rows = Request.unscoped.filter(dossier=target.id)
    lines = RequestLine.unscoped.filter(request__dossier=target.id)
    target.name("request", rows.values_list("pk", flat=True))
    target.name("request_line", lines.values_list("pk", flat=True))
    target.name("clock", Clock.unscoped.filter(line__request__dossier=target.id).values_list("pk", flat=True))
    target.name("draft", rows.filter(draft__isnull=False).values_list("draft_id", flat=True))
    target.persons |= set(rows.filter(applicant__isnull=False).values_list("applicant_id", flat=True))
    target.persons |= set(lines.filter(person__isnull=False).values_list("person_id", flat=True))


def _erase(target: Target) -> None:
    marks = StageMark.unscoped.filter(line__request__dossier=target.id)
    corrections = RequestDateCorrection.objects.filter(request__dossier=target.id)
    target.delete_guarded(gettext_noop("Steps of requests"), marks)
    target.delete_guarded(gettext_noop("Steps of requests"), corrections)
    RequestLine.unscoped.filter(request__dossier=target.id).update(person=None)
    AnswerParty.unscoped.filter(request__dossier=target.id).delete()
    Clock.unscoped.filter(line__request__dossier=target.id).update(started_by="")
    target.counts[gettext_noop("Answers to forms")] += Request.unscoped.filter(dossier=target.id).exclude(answers={}).count()
    target.counts[gettext_noop("Lines of the register of requests, kept")] += Request.unscoped.filter(dossier=target.id).update(
        answers={},
        applicant=nobody(),
        applicant_name=target.label,
        applicant_sort="",
        urgent_reason="",
        taken_over={},
        tracking_hash=None,
        draft=None,
    )


registries.erasers.register(
    "requests",
    Eraser(
        title=_("Requests"),
        order=30,
        collect=_collect,
        erase=_erase,
        holds={
            "requests.StageMark": "gone",
            "requests.RequestDateCorrection": "gone",
            "requests.AnswerParty": "gone",
            "requests.Request": "emptied",
            "requests.RequestLine": "emptied",
            "requests.Clock": "a term and whether it was met, without names",
        },
    ),
)
