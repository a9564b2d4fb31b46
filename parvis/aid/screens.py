"""Pages on which steps and tasks of aid are done, and what the subjects are called."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from parvis.kernel import registries
from parvis.kernel.actor import Actor, system_actor
from parvis.kernel.registries import Screen, SubjectCard
from parvis.kernel.statements import Statement, one_of
from parvis.kernel.subject import SubjectRef
from parvis.ui import formats

from .access import may_see_run
from .models import Attestation, Claim, DueLine, Entitlement
from .selectors import EVERYBODY, claim_of_line


def first_payment(subject: SubjectRef) -> str:
    return reverse("aid:first_payment", args=[subject.id])


def recover(subject: SubjectRef) -> str:
    claim = claim_of_line(EVERYBODY, subject.id)
    return reverse("aid:claim", args=[claim.uuid]) if claim else reverse("aid:claims")


def settled(subject: SubjectRef) -> str:
    row = Claim.objects.visible_to(EVERYBODY).filter(pk=subject.id).first()
    return reverse("aid:settled", args=[row.uuid]) if row else reverse("aid:claims")


def rejected(subject: SubjectRef) -> str:
    row = DueLine.objects.visible_to(EVERYBODY).filter(pk=subject.id).first()
    return reverse("aid:rejected", args=[row.uuid]) if row else reverse("aid:unpaid")


def entitlement(subject: SubjectRef) -> str:
    row = Entitlement.objects.visible_to(EVERYBODY).filter(pk=subject.id).first()
    return reverse("aid:entitlement", args=[row.uuid]) if row else reverse("aid:unpaid")


for _key, _title, _url in (
    ("aid.pay", _("First payment"), first_payment),
    ("aid.first_payment", _("First payment"), first_payment),
    ("aid.recover", _("Recovery"), recover),
    ("aid.claim", _("Recovery"), recover),
    ("aid.settled", _("End of a recovery"), settled),
    ("aid.rejected", _("Payment rejected by the bank"), rejected),
    ("aid.entitlement", _("Aid in progress"), entitlement),
    ("aid.continuation", _("Continuation of an aid"), entitlement),
):
    registries.screens.register(_key, Screen(key=_key, title=_title, url=_url))


# What a task is about -------------------------------------------------------------------------------------------------
_CARDS = Statement("aid.cards")


def _entitlement_cards(actor: Actor, subjects: list[SubjectRef]) -> dict[SubjectRef, SubjectCard]:
    rows = _CARDS.rows(
        actor,
        lambda at: Entitlement.objects.visible_to(actor).filter(one_of("pk", at["ids"])).select_related("dossier"),
        ids=[one.id for one in subjects],
    )
    return {row.ref: SubjectCard(row.beneficiary_name, _detail(row), reverse("aid:entitlement", args=[row.uuid])) for row in rows}


def _due_cards(actor: Actor, subjects: list[SubjectRef]) -> dict[SubjectRef, SubjectCard]:
    rows = DueLine.objects.visible_to(actor).filter(pk__in=[one.id for one in subjects]).select_related("entitlement__dossier")
    return {
        row.ref: SubjectCard(
            row.entitlement.beneficiary_name,
            f"{_detail(row.entitlement)} · {formats.day(row.month, 'month')}",
            reverse("aid:rejected", args=[row.uuid]),
        )
        for row in rows
    }


def _claim_cards(actor: Actor, subjects: list[SubjectRef]) -> dict[SubjectRef, SubjectCard]:
    rows = Claim.objects.visible_to(actor).filter(pk__in=[one.id for one in subjects])
    return {row.ref: SubjectCard(row.debtor_name, row.number or "", reverse("aid:claim", args=[row.uuid])) for row in rows}


def _attestation_cards(actor: Actor, subjects: list[SubjectRef]) -> dict[SubjectRef, SubjectCard]:
    rows = Attestation.objects.visible_to(actor).filter(pk__in=[one.id for one in subjects])
    return {row.ref: SubjectCard(row.person_name, row.number, reverse("aid:attestation", args=[row.uuid])) for row in rows}


def _detail(row: Entitlement) -> str:
    return f"{formats.label(row.title)} · {row.dossier.number}"


def _visible(model: Any) -> Any:
    return lambda actor: model.objects.visible_to(actor).order_by().values("pk")


def _run_links(actor: Actor, subjects: list[SubjectRef]) -> dict[SubjectRef, tuple[str, str]]:
    """The list of a month: its subject is 202603."""
    opens = may_see_run(actor)
    return {one: (str(_("Monthly list")), reverse("aid:run", args=divmod(one.id, 100)) if opens else "") for one in subjects}


registries.subject_cards.register("entitlement", _entitlement_cards)
registries.subject_cards.register("due_line", _due_cards)
registries.subject_cards.register("claim", _claim_cards)
registries.subject_cards.register("attestation", _attestation_cards)
registries.subject_scopes.register("attestation", _visible(Attestation))
registries.subject_scopes.register("entitlement", _visible(Entitlement))
registries.subject_scopes.register("due_line", _visible(DueLine))
registries.subject_scopes.register("claim", _visible(Claim))
registries.subject_links.register("aid_run", _run_links)


def _has_part(actor: Actor, dossier_id: int) -> bool:
    rows = (Entitlement.objects.visible_to(actor), Claim.objects.visible_to(actor))
    return any(found.filter(dossier=dossier_id).exists() for found in rows)


registries.dossier_parts.register("aid", _has_part)
_TELLER = system_actor("aid.readings")
registries.read_parts.register(
    "entitlement", lambda dossier_id: Entitlement.objects.visible_to(_TELLER).filter(dossier=dossier_id).order_by().values("pk")
)
registries.read_parts.register(
    "claim", lambda dossier_id: Claim.objects.visible_to(_TELLER).filter(dossier=dossier_id).order_by().values("pk")
)
