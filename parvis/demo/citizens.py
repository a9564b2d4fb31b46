"""Two citizens with an account at the portal: one who speaks French, with a request begun, and one who speaks Dutch."""

from __future__ import annotations

from django.db.models import Count

from parvis.contacts import api as contacts
from parvis.form_engine import api as forms
from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.portal import services
from parvis.portal.demo import MAILBOXES
from parvis.procedures import api as procedures
from parvis.requests.enums import UNDECIDED, Channel
from parvis.requests.models import Request

from . import stage

PERSON = Actor(kind="citizen", account_id=None, label="portail", language="fr", origin="story")
LANGUAGES = ("fr", "nl")
LOOKED_AT = 200


def load() -> None:
    clerk = stage.agent("sabine.collin")
    for mailbox, language in zip(MAILBOXES, LANGUAGES, strict=True):
        person = _person(language)
        if person is None:
            continue
        opening, _code = services.offer_account(actor=clerk, person=person, way="paper")
        account = services.open_account(actor=PERSON, email=mailbox, language=language, opening=opening)
        if language == LANGUAGES[0]:
            procedure = procedures.latest("aid-request", only_open=True)
            draft, _code = forms.open_draft(
                actor=PERSON,
                form=procedure.form,
                purpose=f"procedure:aid-request:{procedure.pk}",
                language=language,
                answers={"for_whom": "self"},
            )
            services.keep_draft(actor=PERSON, account=account, draft=draft)


def _person(language: str) -> contacts.Person | None:
    """Who asked most often, at the desk or by letter, is still waiting where somebody is, and whose address is not protected."""
    rows = Request.unscoped.filter(applicant__isnull=False, dossier__status="open").exclude(channel=Channel.PORTAL)
    rows = (rows.filter(lines__stage__in=UNDECIDED) if language == LANGUAGES[0] else rows).order_by().values_list("applicant")
    asked = [pk for pk, _count in rows.annotate(count=Count("pk")).order_by("-count", "applicant")[:LOOKED_AT]]
    hidden = contacts.hidden_person_ids(asked, clock.today())
    spoken = contacts.letter_languages(asked)
    chosen = next((pk for pk in asked if pk not in hidden and spoken[pk] == language), None)
    return contacts.Person.unscoped.filter(pk=chosen).first() if chosen else None
