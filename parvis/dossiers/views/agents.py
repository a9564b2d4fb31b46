"""Agents: what each is good at and may take on, and how much each has."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.agenda.api import meetings_in_absences
from parvis.identity.api import Account, AgentSector, Function, FunctionGrant
from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.ui.http import done, errors_on, invalid, page, screen
from parvis.workflows.api import falling_within

from .. import access, services
from ..agents.calculations import WEIGHTS
from ..agents.selectors import candidates, fact_words, facts_of, history_of, language_name, led_accounts, load_words, loads_of
from ..enums import AgentFactKind, Speciality
from ..forms import EndForm
from ..forms_agents import FactForm
from ..models import AgentFact, AgentProfile, Departure

MOST = 200
KINDS = (AgentFactKind.SPECIALITY, AgentFactKind.LANGUAGE, AgentFactKind.QUOTA, AgentFactKind.LEAVE)


@screen(access=access.may_lead_agents)
def agents(request: HttpRequest) -> HttpResponse:
    """The agents of the services that one heads, by name: specialities, languages, sectors, load, who is absent."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    people = list(led_accounts(access.agent_units(actor))[:MOST])
    today = clock.today()
    sectors: dict[int, list[str]] = {}
    for row in AgentSector.objects.at(today).filter(account__in=people).select_related("sector").order_by("sector__code", "pk"):
        sectors.setdefault(row.account_id, []).append(row.sector.name)
    facts = facts_of([one.pk for one in people])
    rows = [
        {
            "account": one,
            "what": candidate,
            "specialities": [fact_words(fact) for fact in facts.get(one.pk, []) if fact.kind == AgentFactKind.SPECIALITY],
            "languages": [language_name(code) for code in sorted(candidate.languages)],
            "sectors": sectors.get(one.pk, []),
            "load": load_words(candidate),
            "full": candidate.quota is not None and candidate.load >= candidate.quota,
            "away": next((fact for fact in facts.get(one.pk, []) if fact.kind == AgentFactKind.LEAVE), None),
        }
        for one, candidate in zip(people, candidates(people), strict=True)
    ]
    leaving = list(Departure.objects.visible_to(actor).select_related("account")[:20]) if access.may_plan_departure(actor) else []
    context = {"rows": rows, "leaving": leaving, "may_plan": access.may_plan_departure(actor), "today": today}
    return page(request, "dossiers/agents.html", context)


@screen(access=access.may_read_agent)
def own(request: HttpRequest) -> HttpResponse:
    """One's own profile, to read."""
    account = Account.objects.filter(pk=request.actor.stands_for).first()  # type: ignore[attr-defined]
    if account is None:
        raise Http404("agent")
    return done(request, "dossiers:agent", None, account.uuid)


def _agent(actor: Actor, uuid: UUID) -> tuple[Account, bool]:
    """The agent, and whether this reader changes the profile."""
    account = Account.objects.filter(uuid=uuid).first()
    if account is None:
        raise Http404("agent")
    looks_after = services.looks_after(actor, account)
    if not looks_after and account.pk != actor.stands_for:
        raise Http404("agent")
    return account, looks_after


@screen(access=access.may_read_agent, methods=("GET", "POST"), creates=True)
def agent(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Specialities, languages, quota and absences of one agent, today and before; to change for who looks after the agent."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    account, may_write = _agent(actor, uuid)
    sent = request.POST.get("kind", "") if request.method == "POST" and may_write else ""
    forms = {
        str(kind): FactForm(request.POST if sent == kind else None, kind=kind, prefix=str(kind), auto_id=f"id_{kind}_%s") for kind in KINDS
    }
    if request.method == "POST":
        if not may_write or sent not in forms:
            raise Http404("agent")
        form = forms[sent]
        if form.is_valid():
            data = form.cleaned_data
            with errors_on(form):
                services.note_agent_fact(
                    actor=actor,
                    account=account,
                    kind=sent,
                    code=data.get("code", ""),
                    share=data.get("share"),
                    quota=data.get("quota"),
                    valid_from=data["valid_from"],
                    valid_to=form.end,
                )
                return _noted(request, account, form if sent == AgentFactKind.LEAVE else None)
        return invalid(request, "dossiers/agent.html", _context(actor, account, may_write, forms))
    return page(request, "dossiers/agent.html", _context(actor, account, may_write, forms))


def _noted(request: HttpRequest, account: Account, absence: FactForm | None) -> HttpResponse:
    """An absence over an appointment is said at once; the page keeps saying it until they are moved (A17)."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    span = [(absence.cleaned_data["valid_from"], absence.end)] if absence is not None else []
    n = len(meetings_in_absences(actor, account.pk, span)) if span else 0
    tasks = falling_within(account.pk, span) if span else 0
    if not n and not tasks:
        return done(request, "dossiers:agent", _("Noted. The days before stay as they were."), account.uuid)
    said = (
        [ngettext("Noted. %(n)s appointment falls into this absence.", "Noted. %(n)s appointments fall into this absence.", n)] if n else []
    )
    texts = [text % {"n": n} for text in said]
    if tasks:
        text = ngettext(
            "%(n)s task due before the return goes to who stands in, else to its queue.",
            "%(n)s tasks due before the return go to who stands in, else to their queue.",
            tasks,
        )
        texts.append(text % {"n": tasks})
    return done(request, "dossiers:agent", " ".join(texts), account.uuid, level=messages.WARNING)


def _context(actor: Actor, account: Account, may_write: bool, forms: dict[str, FactForm]) -> dict[str, Any]:
    today = clock.today()
    rows = history_of(account.pk)
    current = [row for row in rows if row.live == 1 and row.valid_to > today]
    load, loads = loads_of([account.pk])[account.pk]
    most = {row.code: row.quota for row in current if row.kind == AgentFactKind.SPECIALITY and row.valid_from <= today}
    quota = next((row.quota for row in current if row.kind == AgentFactKind.QUOTA and row.valid_from <= today), None)
    return {
        "account": account,
        "own": account.pk == actor.stands_for,
        "may_write": may_write,
        "load": load,
        "quota": quota,
        "free": None if quota is None else max(quota - load, 0),
        "loads": [(Speciality(code).label, number, most.get(code)) for code, number in sorted(loads.items())],
        "grants": FunctionGrant.objects.at(today).filter(account=account).select_related("unit"),
        "sectors": AgentSector.objects.at(today).filter(account=account).select_related("sector"),
        "groups": [
            {
                "kind": kind,
                "label": kind.label,
                "form": forms[str(kind)],
                "rows": [{"fact": row, "words": fact_words(row)} for row in sorted(current, key=_order) if row.kind == kind],
            }
            for kind in KINDS
        ],
        "past": [{"fact": row, "words": fact_words(row)} for row in rows if row not in current],
        "weights": WEIGHTS,
        "meets": meetings_in_absences(
            actor, account.pk, [(row.valid_from, row.valid_to) for row in current if row.kind == AgentFactKind.LEAVE]
        ),
        "may_plan": may_write and access.may_plan_departure(actor) and account.pk != actor.account_id and account.is_active,
        "is_worker": FunctionGrant.objects.at(today).filter(account=account, function=Function.SOCIAL_WORKER).exists(),
    }


def _order(row: AgentFact) -> tuple[Any, ...]:
    return (row.code, row.valid_from, row.pk)


@screen(access=access.may_lead_agents, methods=("GET", "POST"), writes=True)
def agent_end(request: HttpRequest, uuid: UUID, fact: int) -> HttpResponse:
    """Until when it holds."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    account, may_write = _agent(actor, uuid)
    profiles = AgentProfile.objects.visible_to(actor).filter(account=account)
    row = AgentFact.objects.visible_to(actor).filter(profile__in=profiles, pk=fact, live=1).first()
    if row is None or not may_write:
        raise Http404("fact")
    form = EndForm(request.POST if request.method == "POST" else None, initial={"last_day": clock.today()})
    context = {"account": account, "row": row, "words": fact_words(row), "form": form}
    if request.method == "POST":
        if form.is_valid():
            with errors_on(form):
                services.end_agent_fact(actor=actor, row=row, on=form.on)
                return done(request, "dossiers:agent", _("Noted. The days before stay as they were."), account.uuid)
        return invalid(request, "dossiers/agent_end.html", context)
    return page(request, "dossiers/agent_end.html", context)
