"""Lawful destruction: what was asked about the people of a dossier goes with it, and what the registers told."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from parvis.kernel import registries
from parvis.kernel.erasure import Target
from parvis.kernel.registries import Eraser

from .models import ExtractRequest, RegisterAlert, RegisterMutation


def _collect(target: Target) -> None:
    extracts = ExtractRequest.unscoped.filter(dossier=target.id)
    alerts = RegisterAlert.unscoped.filter(dossier=target.id)
    target.name("extract_request", extracts.values_list("pk", flat=True))
    target.name("register_alert", alerts.values_list("pk", flat=True))
    target.persons |= set(extracts.values_list("person_id", flat=True)) | set(alerts.values_list("mutation__person_id", flat=True))


def _erase(target: Target) -> None:
    target.delete(gettext_noop("Requests for extracts"), ExtractRequest.unscoped.filter(dossier=target.id))
    told = list(RegisterAlert.unscoped.filter(dossier=target.id).values_list("mutation_id", flat=True))
    target.delete(gettext_noop("Alerts of the registers"), RegisterAlert.unscoped.filter(dossier=target.id))
    rest = RegisterMutation.unscoped.filter(pk__in=told, alerts__isnull=True).values_list("pk", flat=True)
    target.delete(gettext_noop("Mutations of the registers"), RegisterMutation.unscoped.filter(pk__in=list(rest)))


registries.erasers.register(
    "socialdata",
    Eraser(
        title=_("Registers"),
        order=35,
        collect=_collect,
        erase=_erase,
        holds={"socialdata.ExtractRequest": "gone", "socialdata.RegisterAlert": "gone", "socialdata.RegisterMutation": "gone"},
    ),
)
