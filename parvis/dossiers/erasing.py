"""Lawful destruction: the number, the service and the days of a dossier stay; who was in it and what was noted goes."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from parvis.contacts.api import nobody
from parvis.kernel import clock, registries
from parvis.kernel.erasure import Target
from parvis.kernel.registries import Eraser

from .models import (
    CustomFact,
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
)


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
            "dossiers.Dossier": "emptied",
            "dossiers.Handover": "gone",
            "dossiers.HandoverSignature": "gone",
            "dossiers.DossierProfile": "emptied",
            "dossiers.DestructionLine": "the list of what was destroyed",
        },
    ),
)
