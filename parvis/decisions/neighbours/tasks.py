"""Chronicle and tasks: what a gesture leaves for others to see or do."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_noop

from parvis.journal import api as journal
from parvis.kernel.actor import Actor
from parvis.kernel.subject import SubjectRef
from parvis.workflows import api as workflows

STEPS = {
    "proposal_submitted": gettext_noop("Proposal sent: %(what)s"),
    "proposal_validated": gettext_noop("Proposal validated by the chief: %(what)s"),
    "proposal_returned": gettext_noop("Proposal returned by the chief: %(what)s"),
    "opinion_given": gettext_noop("Legal opinion given: %(what)s"),
    "decision_granted": gettext_noop("Granted: %(what)s"),
    "decision_adjusted": gettext_noop("Granted with changes: %(what)s"),
    "decision_refused": gettext_noop("Refused: %(what)s"),
    "decision_postponed": gettext_noop("Postponed by the committee: %(what)s"),
    "decision_more_info": gettext_noop("The committee asks for more information: %(what)s"),
    "ratification_granted": gettext_noop("Urgent aid ratified: %(what)s"),
    "ratification_refused": gettext_noop("Urgent aid not ratified: %(what)s"),
    "ratification_postponed": gettext_noop("Ratification postponed: %(what)s"),
    "notified": gettext_noop("Decision notified: %(what)s"),
    "letter_returned": gettext_noop("Letter returned by the post: %(what)s"),
}


def step(actor: Actor, dossier_id: int, name: str, what: str | dict[str, str], text: str = "") -> None:
    """One line of the chronicle. ``what`` by language is read in the reader's."""
    journal.add_step(actor=actor, dossier_id=dossier_id, message=STEPS[name], values={"what": what}, text=text)


OPINION_TITLE = {
    "fr": "Donner un avis juridique",
    "nl": "Een juridisch advies geven",
    "de": "Eine Rechtsauskunft geben",
    "en": "Give a legal opinion",
}


def opinion_asked(actor: Actor, proposal: Any, opinion: Any) -> None:
    """The lawyer's task, for a question asked after the process passed the place where it opens one by itself."""
    workflows.open_item(
        actor=actor,
        subject=SubjectRef("legal_opinion", opinion.pk),
        title=OPINION_TITLE,
        screen="decisions.opinion",
        queue="lawyer",
        dossier_id=proposal.dossier_id,
        due_on=opinion.due_on,
        why=opinion.question,
        key="opinion",
    )


def opinion_given(actor: Actor, opinion: Any) -> None:
    workflows.close_item(actor=actor, subject=SubjectRef("legal_opinion", opinion.pk), key="opinion", outcome=opinion.opinion)
