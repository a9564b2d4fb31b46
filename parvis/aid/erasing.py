"""Lawful destruction: rights, months and sums stay as figures with their decision's number; names, accounts and words go."""

from __future__ import annotations

from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from parvis.contacts.api import nobody
from parvis.kernel import registries
from parvis.kernel.erasure import Target
from parvis.kernel.registries import Eraser

from .models import Attestation, Claim, ClaimReceipt, ClaimWaiver, DueLine, Entitlement, PaymentAccount, Withholding


def _collect(target: Target) -> None:
    rights = Entitlement.unscoped.filter(dossier=target.id)
    claims = Claim.unscoped.filter(dossier=target.id)
    target.name("entitlement", rights.values_list("pk", flat=True))
    target.name("due_line", DueLine.unscoped.filter(entitlement__dossier=target.id).values_list("pk", flat=True))
    papers = Attestation.unscoped.filter(dossier=target.id)
    target.name("attestation", papers.values_list("pk", flat=True))
    target.persons |= set(papers.values_list("person_id", flat=True))
    target.name("claim", claims.values_list("pk", flat=True))
    target.persons |= set(rights.values_list("beneficiary_id", flat=True)) | set(claims.values_list("beneficiary_id", flat=True))
    accounts = PaymentAccount.unscoped.filter(entitlement__dossier=target.id, payee_person__isnull=False)
    target.persons |= set(accounts.values_list("payee_person_id", flat=True))
    target.persons |= set(claims.filter(debtor_person__isnull=False).values_list("debtor_person_id", flat=True))


def _erase(target: Target) -> None:
    none, label = nobody(), target.label
    target.delete(gettext_noop("Accounts of payment"), PaymentAccount.unscoped.filter(entitlement__dossier=target.id))
    target.delete(gettext_noop("Sums kept back"), Withholding.unscoped.filter(entitlement__dossier=target.id))
    DueLine.unscoped.filter(entitlement__dossier=target.id).update(note="", bank_text="", supplement="")
    target.counts[gettext_noop("Rights, kept without names")] += Entitlement.unscoped.filter(dossier=target.id).update(
        beneficiary=none, beneficiary_name=label, origin_text=""
    )
    target.counts[gettext_noop("Recoveries, kept without names")] += Claim.unscoped.filter(dossier=target.id).update(
        beneficiary=none,
        beneficiary_name=label,
        debtor_name=label,
        debtor_person=None,
        debtor_reference="",
        debtor_address="",
        ground=label,
        letter=None,
        letter_sha256="",
        closing_letter=None,
        told_by_label="",
    )
    target.counts[gettext_noop("Attestations, kept without names")] += Attestation.unscoped.filter(dossier=target.id).update(
        person=none, person_name=label, recipient="", blocks=[], envelope={}, document=None, sha256="", withdrawn_reason=""
    )
    ClaimWaiver.unscoped.filter(claim__dossier=target.id).update(author_label=label)
    receipts = ClaimReceipt.unscoped.filter(claim__dossier=target.id)  # one of its own each: a reference stands once on a claim
    receipts.update(reference=Concat(Value("gone:"), Cast("pk", CharField())))
    receipts.filter(reverses__isnull=False).update(reason=label)


registries.erasers.register(
    "aid",
    Eraser(
        title=_("Aid"),
        order=10,
        collect=_collect,
        erase=_erase,
        holds={
            "aid.PaymentAccount": "gone",
            "aid.Withholding": "gone",
            "aid.Entitlement": "emptied",
            "aid.DueLine": "emptied",
            "aid.Attestation": "emptied",
            "aid.Claim": "emptied",
            "aid.ClaimReceipt": "emptied",
            "aid.ClaimWaiver": "emptied",
        },
    ),
)
