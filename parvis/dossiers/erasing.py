"""Lawful destruction: the number, the service and the days of a dossier stay; who was in it and what was noted goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from parvis.contacts.api import Person, nobody
from parvis.kernel import clock, registries
from parvis.kernel.erasure import Target
from parvis.kernel.models import MutationLine
from parvis.kernel.registries import Eraser

from .enums import LineState
from .models import (
    CustomFact,
    DestructionLine,
    Dossier,
    DossierMember,
    DossierProfile,
    DossierSector,
    Handover,
    HandoverSignature,
    Intervention,
    LegalHold,
    LogDelay,
    Referent,
    SituationFact,
    Transfer,
    WellKnownPerson,
)

if TYPE_CHECKING:
    from parvis.kernel.models import ErasureWarrant

STREAM = "context:dossiers"


def _approved(warrant: ErasureWarrant) -> list[str]:
    """A line of a list that was carried out at that instant, with the same two signers, and their words in the chain: each by the
    account that the warrant names, and the approval naming this dossier."""
    rows = DestructionLine.objects.filter(
        dossier=warrant.subject_id, state__in=(LineState.ERASED, LineState.DESTROYED), destroyed_at=warrant.at
    )
    line = rows.select_related("on_list").first()
    if line is None:
        return ["a warrant of destruction without a line on a destruction list"]
    chosen, found = line.on_list, []
    if (chosen.proposed_by_id, chosen.approved_by_id) != (warrant.proposed_by_id, warrant.approved_by_id):
        found.append(f"the warrant of destruction names other persons than list {chosen.number}")
    for verb, account in (("destruction.propose", warrant.proposed_by_id), ("destruction.approve", warrant.approved_by_id)):
        told = MutationLine.objects.filter(
            stream=STREAM, verb=verb, subject_type=chosen.ref.type, subject_id=chosen.pk, actor_id=account, behalf_id=None
        )
        named = told.filter(values__field="dossiers").values_list("values__new", flat=True)
        if not any(line.number in (numbers or ()) for numbers in named):
            found.append(f"{verb} of list {chosen.number} is not in the chain for {line.number} by the account that the warrant names")
    return found


def _collect(target: Target) -> None:
    target.persons |= set(Dossier.unscoped.filter(pk=target.id).values_list("lead_id", flat=True))
    target.persons |= set(DossierMember.unscoped.filter(dossier=target.id).values_list("person_id", flat=True))
    facts = SituationFact.unscoped.filter(dossier=target.id)
    target.persons |= set(facts.filter(person__isnull=False).values_list("person_id", flat=True))
    target.name("situation", facts.values_list("pk", flat=True))
    target.name("transfer", Transfer.unscoped.filter(dossier=target.id).values_list("pk", flat=True))


def _erase(target: Target) -> None:
    target.delete(gettext_noop("Lines of the situation"), SituationFact.unscoped.filter(dossier=target.id))
    target.delete(gettext_noop("Answers in the organisation's own fields"), CustomFact.unscoped.filter(dossier=target.id))
    DossierProfile.unscoped.filter(dossier=target.id).update(external_number="", external_key="", description="")
    target.delete(gettext_noop("Members, referents and interventions"), DossierMember.unscoped.filter(dossier=target.id))
    target.delete(gettext_noop("Members, referents and interventions"), Referent.unscoped.filter(dossier=target.id))
    target.delete(gettext_noop("Members, referents and interventions"), Intervention.unscoped.filter(dossier=target.id))
    target.delete(gettext_noop("Members, referents and interventions"), DossierSector.unscoped.filter(dossier=target.id))
    target.delete(gettext_noop("Transfers and holds that ended"), Transfer.unscoped.filter(dossier=target.id))
    target.delete(gettext_noop("Transfers and holds that ended"), LegalHold.unscoped.filter(dossier=target.id))
    LogDelay.unscoped.filter(dossier=target.id).delete()
    target.delete_guarded(
        gettext_noop("Members, referents and interventions"), HandoverSignature.unscoped.filter(handover__dossier=target.id)
    )
    target.delete(gettext_noop("Members, referents and interventions"), Handover.unscoped.filter(dossier=target.id))
    Dossier.unscoped.filter(pk=target.id).update(lead=nobody(), lead_sort="", close_reason="", destroyed_on=clock.date_of(target.at))


registries.erasers.register(
    "dossiers",
    Eraser(
        title=_("Dossiers"),
        order=85,
        collect=_collect,
        erase=_erase,
        holds={
            **{
                f"dossiers.{model.__name__}": "gone"
                for model in (
                    SituationFact,
                    CustomFact,
                    DossierMember,
                    Referent,
                    Intervention,
                    DossierSector,
                    Transfer,
                    LegalHold,
                    LogDelay,
                )
            },
            "dossiers.PersonFact": "goes with the person, where nothing else needs them",
            "dossiers.Dossier": "emptied",
            "dossiers.Handover": "gone",
            "dossiers.HandoverSignature": "gone",
            "dossiers.DossierProfile": "emptied",
            "dossiers.DestructionLine": "the list of what was destroyed",
        },
    ),
)


def _forget_known(target: Target) -> None:
    """Whoever is gone bears no name any more. After the persons themselves."""
    left = Person.unscoped.filter(pk__in=target.persons).values_list("pk", flat=True)
    WellKnownPerson.objects.filter(person_id__in=target.persons - set(left)).delete()


registries.erasers.register(
    "dossiers.known",
    Eraser(
        title=_("Well-known names"),
        order=91,
        erase=_forget_known,
        holds={"dossiers.WellKnownPerson": "gone with the person", "dossiers.WellKnownName": "a list of the centre"},
    ),
)
registries.warrant_verifiers.register("dossier", _approved)
