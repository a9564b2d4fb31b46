"""What agents can and may take on, how much they have, and who suits a file. Sensitive data of the household is not looked at: only what the
file is about, the language, and its sectors."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any

from babel import Locale
from babel.core import UnknownLocaleError
from django.db.models import Count, Q, QuerySet
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from parvis.contacts.api import letter_language
from parvis.identity.api import Account, AgentSector, Function, FunctionGrant, Unit, agents_with
from parvis.kernel import clock

from ..enums import SPOKEN, AgentFactKind, DossierStatus, ReferentRole, Speciality
from ..models import AgentFact, Departure, Dossier, Referent
from ..selectors import own_agents, sectors_at
from .calculations import Candidate, Need, Ranked, rank


def language_name(code: str) -> str:
    """In the reader's language, from the locale data."""
    try:
        names = Locale.parse((get_language() or "fr")[:2]).languages
    except UnknownLocaleError:
        return code
    return str(names.get(code, code))


def language_choices() -> list[tuple[str, str]]:
    """The four of the centre first, the others by name."""
    others = sorted(((code, language_name(code)) for code in SPOKEN[4:]), key=lambda one: one[1].casefold())
    return [*((code, language_name(code)) for code in SPOKEN[:4]), *others]


def facts_of(account_ids: Collection[int], day: dt.date | None = None) -> dict[int, list[AgentFact]]:
    """What holds on a day, for each account. One query."""
    found: dict[int, list[AgentFact]] = {}
    rows = AgentFact.unscoped.filter(profile__account__in=list(account_ids)).at(day or clock.today()).select_related("profile")
    for row in rows.order_by("kind", "code", "valid_from", "pk"):
        found.setdefault(row.profile.account_id, []).append(row)
    return found


def absences_of(account_ids: list[int], start: dt.date, end: dt.date) -> dict[int, list[tuple[dt.date, dt.date]]]:
    """When these agents are absent between two days (half-open), as it is known today. One query."""
    found: dict[int, list[tuple[dt.date, dt.date]]] = {}
    rows = AgentFact.unscoped.filter(
        profile__account__in=account_ids, kind=AgentFactKind.LEAVE, live=1, valid_from__lt=end, valid_to__gt=start
    )
    for account, first, after in rows.order_by("valid_from", "pk").values_list("profile__account", "valid_from", "valid_to"):
        found.setdefault(account, []).append((first, after))
    return found


def _followed(account_ids: Collection[int], day: dt.date) -> QuerySet[Any, Any]:
    rows = Referent.unscoped.filter(account__in=list(account_ids), dossier__status=DossierStatus.OPEN).at(day)
    return rows.exclude(role=ReferentRole.SUBSTITUTE).order_by()


def loads_of(account_ids: Collection[int], day: dt.date | None = None) -> dict[int, tuple[int, dict[str, int]]]:
    """Open dossiers that agents follow on a day, in all and by speciality; who only stands in is not counted. Two queries."""
    rows = _followed(account_ids, day or clock.today())
    total = dict(rows.values_list("account").annotate(n=Count("dossier", distinct=True)))
    found = {pk: (total.get(pk, 0), dict[str, int]()) for pk in account_ids}
    for account, speciality, number in (
        rows.exclude(speciality="").values_list("account", "speciality").annotate(n=Count("dossier", distinct=True))
    ):
        found[account][1][speciality] = number
    return found


def candidates(accounts: Iterable[Account], day: dt.date | None = None, heads: Collection[int] = ()) -> list[Candidate]:
    """What these agents bring on a day. ``heads``: those who lead and do not follow files, unless a profile says so. Five queries."""
    on = day or clock.today()
    people = {one.pk: one for one in accounts}
    facts, loads = facts_of(people, on), loads_of(people, on)
    sectors: dict[int, set[int]] = {}
    for account, sector in AgentSector.objects.at(on).filter(account__in=list(people)).order_by().values_list("account", "sector"):
        sectors.setdefault(account, set()).add(sector)
    going = set(Departure.unscoped.filter(account__in=list(people), on__gt=on).order_by().values_list("account", flat=True))
    return [
        replace(
            _candidate(one, facts.get(pk, []), sectors.get(pk, set()), *loads[pk]), leads=pk in heads and pk not in facts, going=pk in going
        )
        for pk, one in people.items()
    ]


def _candidate(account: Account, facts: list[AgentFact], sectors: set[int], load: int, loads: dict[str, int]) -> Candidate:
    of = {kind: [row for row in facts if row.kind == kind] for kind in AgentFactKind}
    return Candidate(
        id=account.pk,
        name=account.display_name,
        shares={row.code: row.share or 0 for row in of[AgentFactKind.SPECIALITY]},
        quotas={row.code: row.quota for row in of[AgentFactKind.SPECIALITY] if row.quota is not None},
        languages=frozenset({account.language, *(row.code for row in of[AgentFactKind.LANGUAGE])}),
        sectors=frozenset(sectors),
        quota=next((row.quota for row in of[AgentFactKind.QUOTA]), None),
        load=load,
        loads=loads,
        away=bool(of[AgentFactKind.LEAVE]),
    )


def workers_of(unit: Unit, day: dt.date | None = None) -> tuple[dict[int, Account], set[int]]:
    """Who may follow files of a service, and which of them only lead it. Two queries."""
    social = {one.pk: one for one in agents_with(Function.SOCIAL_WORKER, unit, day=day)}
    chiefs = {one.pk: one for one in agents_with(Function.CHIEF, unit, day=day)}
    return {**chiefs, **social}, set(chiefs) - set(social)


def need_of(dossier: Dossier, speciality: str = "", language: str = "", day: dt.date | None = None) -> Need:
    """What a dossier asks for on a day: what it is about, the language of its applicant and its sectors, and who knows the household."""
    sectors = [row.sector for row in sectors_at(dossier.pk, day)]
    return Need(
        speciality=speciality if speciality in Speciality.values else "",
        language=language or letter_language(dossier.lead_id, day),
        sectors=frozenset(one.pk for one in sectors),
        barred=frozenset(one.pk for one in sectors if one.reserved),
        known=frozenset(
            Referent.unscoped.filter(dossier=dossier, live=1, valid_from__lte=day or clock.today())
            .order_by()
            .values_list("account", flat=True)
        ),
        own=frozenset(own_agents([dossier.pk]).get(dossier.pk, ())),
    )


def speciality_of(dossier_id: int) -> str:
    """What the dossier is about for its main referent, or was for the last one."""
    rows = Referent.unscoped.filter(dossier=dossier_id, live=1, role=ReferentRole.MAIN).exclude(speciality="")
    return rows.order_by("-valid_from", "-pk").values_list("speciality", flat=True).first() or ""


def proposals(dossier: Dossier, need: Need, day: dt.date | None = None) -> tuple[list[Ranked], dict[int, Account]]:
    """Agents of the dossier's service for a need: those proposed first."""
    people, heads = workers_of(dossier.unit, day)
    return rank(need, candidates(people.values(), day, heads)), people


# In words --------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Proposal:
    """An agent as a page shows it. ``reasons`` (words, points, most); ``whys`` why not proposed."""

    ranked: Ranked
    place: int
    reasons: list[tuple[str, int, int]]
    whys: list[str]
    load: str

    @property
    def agent(self) -> Candidate:
        return self.ranked.agent


def load_words(agent: Candidate) -> str:
    if agent.quota is None:
        return _("files: %(n)s, no quota noted") % {"n": agent.load}
    return _("files: %(n)s of %(most)s") % {"n": agent.load, "most": agent.quota}


def _reason(need: Need, agent: Candidate, key: str) -> str:
    if key == "speciality":
        name, share = Speciality(need.speciality).label, agent.shares.get(need.speciality)
        if share:
            return _("%(what)s %(share)s %%") % {"what": name, "share": share}
        return _("no speciality noted") if not agent.shares else _("does not work on: %(what)s") % {"what": name}
    if key == "language":
        words = _("speaks: %(language)s") if need.language in agent.languages else _("does not speak: %(language)s")
        return words % {"language": language_name(need.language)}
    if key == "sector":
        return _("works in the sector of the file") if need.sectors & agent.sectors else _("does not work in the sector of the file")
    if key == "known":
        return _("follows or followed this household") if agent.id in need.known else _("does not know this household yet")
    return load_words(agent)


def _why(need: Need, agent: Candidate, key: str) -> str:
    if key == "own":
        return _("belongs to this household")
    if key == "away":
        return _("absent on that day")
    if key == "going":
        return _("leaves the service")
    if key == "full":
        return _("quota reached: %(load)s") % {"load": load_words(agent)}
    if key == "full_speciality":
        words = _("quota of this speciality reached: %(n)s of %(most)s")
        return words % {"n": agent.loads.get(need.speciality, 0), "most": agent.quotas[need.speciality]}
    if key == "other_speciality":
        return _("works on other things")
    if key == "reserved":
        return _("does not work in the reserved sector of the file")
    return _("heads the service")


def in_words(need: Need, ranked: list[Ranked]) -> list[Proposal]:
    found = []
    place = 0
    for row in ranked:
        place += row.proposed
        found.append(
            Proposal(
                row,
                place if row.proposed else 0,
                [(_reason(need, row.agent, mark.key), mark.points, mark.most) for mark in row.marks],
                [_why(need, row.agent, key) for key in row.why_not],
                load_words(row.agent),
            )
        )
    return found


def label_of(proposal: Proposal) -> str:
    """One line of a list to choose from."""
    if proposal.ranked.proposed:
        text = pgettext("agent proposed", "%(place)s. %(name)s · %(score)s of %(most)s points · %(load)s")
        values = {"place": proposal.place, "score": proposal.ranked.score, "most": proposal.ranked.most}
        return text % {**values, "name": proposal.agent.name, "load": proposal.load}
    return pgettext("agent not proposed", "%(name)s · not proposed: %(why)s") % {
        "name": proposal.agent.name,
        "why": ", ".join(proposal.whys),
    }


def proposals_among(accounts: Iterable[Account], speciality: str, language: str) -> list[Proposal]:
    """The same before there is a dossier: these agents, for what a request asks."""
    need = Need(speciality=speciality, language=language)
    return in_words(need, rank(need, candidates(accounts)))


# Pages of agents -------------------------------------------------------------------------------------------------------
def led_accounts(units: Collection[int | None], day: dt.date | None = None) -> QuerySet[Account]:
    """Who follows files in these services (None among them: everywhere), by name."""
    grants = FunctionGrant.objects.at(day or clock.today()).filter(function=Function.SOCIAL_WORKER).order_by()
    if None not in units:
        grants = grants.filter(Q(unit__in=sorted(one for one in units if one is not None)) | Q(unit__isnull=True))
    return Account.objects.filter(is_active=True, pk__in=grants.values("account_id")).order_by("display_name", "pk")


def followers(units: Collection[int | None], day: dt.date | None = None) -> QuerySet[Account]:
    """Who stands as following an open file of these services, even after the functions ended or the account was closed."""
    rows = Referent.unscoped.filter(live=1, valid_to__gt=day or clock.today(), dossier__status=DossierStatus.OPEN).order_by()
    if None not in units:
        rows = rows.filter(dossier__unit__in=sorted(one for one in units if one is not None))
    return Account.objects.filter(pk__in=rows.values("account_id")).order_by("display_name", "pk")


def history_of(account_id: int) -> list[AgentFact]:
    """Everything noted about an agent, known now or then, the latest first."""
    rows = AgentFact.unscoped.filter(profile__account=account_id)
    return list(rows.order_by("-recorded_at", "-pk")[:200])


def fact_words(row: AgentFact) -> str:
    if row.kind == AgentFactKind.SPECIALITY:
        text = _("%(what)s %(share)s %%") % {"what": Speciality(row.code).label, "share": row.share}
        return text if row.quota is None else _("%(text)s, at most %(n)s files") % {"text": text, "n": row.quota}
    if row.kind == AgentFactKind.LANGUAGE:
        return language_name(row.code)
    if row.kind == AgentFactKind.QUOTA:
        return _("at most %(n)s files") % {"n": row.quota}
    return _("absent")
