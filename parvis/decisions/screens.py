"""The pages on which the steps of a process are done. The subject of a step is the request line."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from parvis.kernel import registries
from parvis.kernel.registries import Screen
from parvis.kernel.subject import SubjectRef

from . import selectors


def draft(subject: SubjectRef) -> str:
    return reverse("decisions:start", args=[subject.id])


def review(subject: SubjectRef) -> str:
    found = selectors.living_proposal(subject.id)
    return reverse("decisions:proposal", args=[found.uuid]) if found else reverse("decisions:proposals")


def opinion(subject: SubjectRef) -> str:
    found = selectors.opinion_of_subject(subject)
    return reverse("decisions:opinion", args=[found.uuid]) if found else reverse("decisions:proposals")


def committee(subject: SubjectRef) -> str:
    item = selectors.item_of_line(subject.id)
    return reverse("decisions:item", args=[item.session.uuid, item.uuid]) if item else reverse("decisions:sessions")


def notify(subject: SubjectRef) -> str:
    decision = selectors.settled_decision(subject.id)
    return reverse("decisions:notify", args=[decision.uuid]) if decision else reverse("decisions:decisions")


def urgent(subject: SubjectRef) -> str:
    return reverse("decisions:urgent", args=[subject.id])


for _key, _title, _url in (
    ("decisions.draft_proposal", _("Proposal"), draft),
    ("decisions.review", _("Review of the proposal"), review),
    ("decisions.opinion", _("Legal opinion"), opinion),
    ("decisions.committee", _("Committee"), committee),
    ("decisions.notify", _("Notification"), notify),
    ("decisions.urgent", _("Urgent aid"), urgent),
):
    registries.screens.register(_key, Screen(key=_key, title=_title, url=_url))
