"""Lawful destruction: the register of decisions keeps number, day, body and outcome; what was written, seen and sent goes."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from parvis.contacts.api import nobody
from parvis.kernel import clock, registries
from parvis.kernel.erasure import Target
from parvis.kernel.registries import Eraser, Obstacle
from parvis.ui import formats

from .models import AgendaItem, Decision, LegalOpinion, MemberPack, Notification, Pack, Proposal, ProposalVersion, Recusal, WorkingCopy


def _appeals(dossier_id: int, money_years: int) -> list[Obstacle]:
    """A letter whose term of appeal still runs."""
    rows = Notification.unscoped.filter(decision__dossier=dossier_id, appeal_until__gte=clock.today()).select_related("decision")
    return [
        Obstacle(
            _("Appeal still possible: %(number)s") % {"number": row.decision.number},
            _("until %(day)s") % {"day": formats.day(row.appeal_until)},
            due_on=row.appeal_until,
        )
        for row in rows.order_by("appeal_until", "pk")[:50]
    ]


def _collect(target: Target) -> None:
    proposals = Proposal.unscoped.filter(dossier=target.id)
    target.name("proposal", proposals.values_list("pk", flat=True))
    target.name("decision", Decision.unscoped.filter(dossier=target.id).values_list("pk", flat=True))
    target.name("notification", Notification.unscoped.filter(decision__dossier=target.id).values_list("pk", flat=True))
    target.name("agenda_item", AgendaItem.unscoped.filter(proposal__dossier=target.id).values_list("pk", flat=True))
    target.name("legal_opinion", LegalOpinion.unscoped.filter(proposal__dossier=target.id).values_list("pk", flat=True))
    target.persons |= set(proposals.values_list("person_id", flat=True))
    target.persons |= set(Notification.unscoped.filter(decision__dossier=target.id).values_list("person_id", flat=True))


def _erase(target: Target) -> None:
    none, label = nobody(), target.label
    proposals = Proposal.unscoped.filter(dossier=target.id)
    items = AgendaItem.unscoped.filter(proposal__dossier=target.id)
    target.delete(gettext_noop("Legal opinions"), LegalOpinion.unscoped.filter(proposal__dossier=target.id))
    target.delete_guarded(gettext_noop("Packs that the members saw"), MemberPack.unscoped.filter(item__proposal__dossier=target.id))
    target.delete_guarded(gettext_noop("Packs of decisions"), Pack.unscoped.filter(decision__dossier=target.id))
    Recusal.objects.filter(item__in=items).update(reason="")
    items.update(carry_reason="")
    WorkingCopy.unscoped.filter(proposal__dossier=target.id).delete()
    target.empty_guarded(
        gettext_noop("Versions of proposals and letters, emptied"),
        ProposalVersion.unscoped.filter(proposal__dossier=target.id),
        blocks=[],
        provisions=[],
        facts={},
        calculation=None,
    )
    sent = Notification.unscoped.filter(decision__dossier=target.id)
    sent.filter(~Q(reference="")).update(reference=label[:100])
    sent.update(person=none, letter=None, return_reason="")
    proposals.update(title=label, person=none, heard_note="", return_reason="", ground="")
    Decision.unscoped.filter(dossier=target.id).exclude(reason="").update(reason=label)
    target.counts[gettext_noop("Lines of the register of decisions, kept")] += Decision.unscoped.filter(dossier=target.id).count()


registries.erasers.register(
    "decisions",
    Eraser(
        title=_("Decisions"),
        order=20,
        collect=_collect,
        erase=_erase,
        obstacles=_appeals,
        holds={
            "decisions.LegalOpinion": "gone",
            "decisions.MemberPack": "gone",
            "decisions.Pack": "gone",
            "decisions.WorkingCopy": "gone",
            "decisions.ProposalVersion": "emptied",
            "decisions.Proposal": "emptied",
            "decisions.Decision": "emptied",
            "decisions.Notification": "emptied",
            "decisions.AgendaItem": "emptied",
            "decisions.Recusal": "emptied",
            "decisions.Minutes": "the register of the body: a sitting has other people's cases",
        },
    ),
)
