"""What an agent is good at and may take on, dated; and who was chosen for a file, against the proposal or with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext as _

from parvis.identity.api import Account, Function
from parvis.kernel import clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.bitemporal import end_fact, withdraw_fact, write_fact
from parvis.kernel.errors import NotAllowed
from parvis.kernel.events import publish
from parvis.kernel.gestures import gesture
from parvis.workflows.api import follow_absence

from .. import access
from ..agents.calculations import Need, Ranked, rank
from ..agents.selectors import candidates, followers, in_words, led_accounts, need_of, proposals
from ..enums import SPOKEN, AgentFactKind, Speciality
from ..errors import InvalidDossier
from ..events import AgentChosen
from ..models import AgentFact, AgentProfile, Dossier, Referent
from ._common import record, writable
from .dossiers import assign_referent
from .meetings import follows_still, meetings_follow

STREAM = "context:dossiers"
MOST = 2000


def looks_after(actor: Actor, account: Account) -> bool:
    """The head of a service of this agent, or of one whose files the agent still follows; or an administrator."""
    if actor.is_system:
        return True
    if not access.may_lead_agents(actor):
        return False
    units = access.agent_units(actor)
    return None in units or any(found.filter(pk=account.pk).exists() for found in (led_accounts(units), followers(units)))


def _lead(actor: Actor, account: Account) -> None:
    if not looks_after(actor, account):
        raise NotAllowed(_("The head of the service and administrators say what an agent may take on."))


def _checked(kind: str, code: str, share: int | None, quota: int | None) -> tuple[str, int | None, int | None]:
    """What each kind keeps: a speciality its share and perhaps a quota, a quota its number, the others nothing."""
    if kind not in AgentFactKind.values:
        raise InvalidDossier(_("This value is not in the list."), field="kind", code="kind")
    lists = {AgentFactKind.SPECIALITY: Speciality.values, AgentFactKind.LANGUAGE: SPOKEN}
    allowed = lists.get(AgentFactKind(kind))
    if allowed is not None and code not in allowed:
        raise InvalidDossier(_("This value is not in the list."), field="code", code="code")
    if kind == AgentFactKind.SPECIALITY and not 1 <= (share or 0) <= 100:
        raise InvalidDossier(_("Give a share from 1 to 100 %."), field="share", code="share")
    if kind == AgentFactKind.QUOTA and quota is None:
        raise InvalidDossier(_("Say how many files at most."), field="quota", code="quota")
    if quota is not None and not 0 <= quota <= MOST:
        raise InvalidDossier(_("Give a number of files from 0 to 2,000."), field="quota", code="quota")
    return (
        code if allowed is not None else "",
        share if kind == AgentFactKind.SPECIALITY else None,
        quota if kind in (AgentFactKind.SPECIALITY, AgentFactKind.QUOTA) else None,
    )


@gesture
def note_agent_fact(
    *,
    actor: Actor,
    account: Account,
    kind: str,
    code: str = "",
    share: int | None = None,
    quota: int | None = None,
    valid_from: dt.date | None = None,
    valid_to: dt.date | None = None,
) -> AgentFact:
    """From a day on: a speciality with its share (percent) and the most files of it, a language, the most files in all, an absence. What held
    before stays readable; an absence needs its end.

    Raises:
        NotAllowed: neither the head of a service of this agent nor an administrator.
        InvalidDossier: a value that is not in the list, a share or a number that cannot be.
    """
    _lead(actor, account)
    code, share, quota = _checked(kind, code, share, quota)
    if kind == AgentFactKind.LEAVE and valid_to is None:
        raise InvalidDossier(_("Say until when the absence lasts."), field="last_day", code="last_day")
    start = valid_from or clock.today()
    profile, _made = AgentProfile.unscoped.get_or_create(account=account)
    before = AgentFact.unscoped.filter(profile=profile, kind=kind, code=code).at(start).first()
    row = write_fact(
        AgentFact,
        anchor_field="profile",
        anchor=profile,
        key={"kind": kind, "code": code},
        values={"share": share, "quota": quota},
        valid_from=start,
        valid_to=valid_to,
        actor=actor,
    )
    mutations.record(
        STREAM,
        actor=actor,
        verb="dossiers.agent",
        subject=profile.ref,
        values={
            "account": account.pk,
            "kind": kind,
            "code": code,
            "share": [before.share if before else None, share],
            "quota": [before.quota if before else None, quota],
            "from": start,
            "to": valid_to,
        },
    )
    if kind == AgentFactKind.LEAVE:
        follow_absence(actor=actor, account=account)
    return row


@gesture
def end_agent_fact(*, actor: Actor, row: AgentFact, on: dt.date) -> None:
    """It holds until the day before ``on``; what would then never have held is withdrawn.

    Raises:
        NotAllowed: neither the head of a service of this agent nor an administrator.
    """
    profile = AgentProfile.unscoped.select_related("account").get(pk=row.profile_id)
    _lead(actor, profile.account)
    if on <= row.valid_from:
        withdraw_fact(row, anchor=profile)
    else:
        end_fact(row, valid_to=on, anchor=profile, actor=actor)
    mutations.record(
        STREAM,
        actor=actor,
        verb="dossiers.agent.end",
        subject=profile.ref,
        values={"account": profile.account_id, "kind": row.kind, "code": row.code, "until": [row.valid_to, on]},
    )
    if row.kind == AgentFactKind.LEAVE:
        follow_absence(actor=actor, account=profile.account)


@dataclass(frozen=True)
class Choice:
    """Who was chosen, and what the program had proposed."""

    ranked: Ranked
    first: Ranked | None
    place: int
    note: str
    speciality: str = ""

    @property
    def overruled(self) -> bool:
        return not self.ranked.proposed


def weigh(*, actor: Actor, need: Need, ranked: list[Ranked], account: Account, note: str, unit_id: int | None) -> Choice:
    """The choice of a person, checked: who is not proposed may be chosen by the head of the service, with a word of explanation.

    Raises:
        InvalidDossier: the agent does not work there, or is not proposed and the actor is not the head or says nothing.
    """
    place = next((at for at, row in enumerate(ranked, start=1) if row.agent.id == account.pk), 0)
    if not place:
        raise InvalidDossier(_("This colleague does not work in the service of this dossier."), field="account", code="other_unit")
    row = ranked[place - 1]
    words = " ".join(note.split())[:500]
    if not row.proposed and not actor.is_system:
        why = ", ".join(in_words(need, [row])[0].whys)
        if not actor.holds(unit_id, Function.CHIEF):
            text = _("%(who)s is not proposed (%(why)s). Choose somebody else, or ask the head of the service.")
            raise InvalidDossier(text % {"who": account.display_name, "why": why}, field="account", code="not_proposed")
        if not words:
            text = _("%(who)s is not proposed (%(why)s). Say why you choose this agent all the same.")
            raise InvalidDossier(text % {"who": account.display_name, "why": why}, field="note", code="note")
    first = ranked[0] if ranked and ranked[0].proposed else None
    return Choice(row, first, place if row.proposed else 0, words, need.speciality)


def keep_choice(*, actor: Actor, dossier: Dossier, choice: Choice) -> None:
    """In the chain of the dossier: points, place, who came first, and the note; in its journal too when it goes against the proposal. Within
    the gesture that assigns."""
    record(
        actor,
        "dossier.proposal",
        dossier,
        {
            "account": choice.ranked.agent.id,
            "score": choice.ranked.score,
            "most": choice.ranked.most,
            "place": choice.place,
            "first": choice.first.agent.id if choice.first else None,
            "not_proposed": ",".join(choice.ranked.why_not),
        },
        note=choice.note,
    )
    if choice.overruled or choice.note:
        publish(
            AgentChosen(
                actor=actor,
                dossier_id=dossier.pk,
                account_label=choice.ranked.agent.name,
                overruled=choice.overruled,
                note=choice.note,
            )
        )


@gesture
def choose_referent(
    *,
    actor: Actor,
    dossier: Dossier,
    account: Account,
    role: str,
    valid_from: dt.date | None = None,
    expected: int | None = None,
    speciality: str = "",
    language: str = "",
    note: str = "",
) -> Referent:
    """``assign_referent`` by a person who saw the proposal: what was proposed, and why another was chosen, is kept. The appointments to come of
    the agent of before go along, unless that agent keeps another part in the file.

    Raises:
        InvalidDossier: see ``weigh``.
    """
    writable(actor, dossier, allowed=access.can_assign(actor))
    need = need_of(dossier, speciality, language, valid_from)
    ranked, _people = proposals(dossier, need, valid_from)
    choice = weigh(actor=actor, need=need, ranked=ranked, account=account, note=note, unit_id=dossier.unit_id)
    start = valid_from or clock.today()
    before = Referent.unscoped.filter(dossier=dossier, role=role).at(start).first()
    row = assign_referent(
        actor=actor, dossier=dossier, account=account, role=role, valid_from=valid_from, expected=expected, speciality=speciality
    )
    if before is not None and before.account_id != account.pk and not follows_still(dossier, before.account_id, start):
        meetings_follow(actor=actor, dossier=dossier, leaving={before.account_id}, heir=account, on=start, until=row.valid_to)
    keep_choice(actor=actor, dossier=dossier, choice=choice)
    return row


def weigh_new(
    *, actor: Actor, accounts: Collection[Account], account: Account, speciality: str, language: str, note: str, unit_id: int | None
) -> Choice:
    """The same before the dossier exists: among these agents, for what the request asks."""
    need = Need(speciality=speciality, language=language)
    return weigh(actor=actor, need=need, ranked=rank(need, candidates(accounts)), account=account, note=note, unit_id=unit_id)
