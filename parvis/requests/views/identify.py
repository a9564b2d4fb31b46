"""Who is it: known persons side by side with what the request says, an identity card to compare, then join and take over."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.contacts import api as contacts
from parvis.dossiers import api as dossiers
from parvis.form_engine import api as forms
from parvis.identity.api import Function, agents_with, unit_of
from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.bitemporal import Source
from parvis.kernel.errors import Conflict, DomainError
from parvis.kernel.gestures import gesture_scope
from parvis.procedures import api as procedures
from parvis.ui.http import done, invalid, page, screen

from .. import access, services
from ..forms import CardForm
from ..models import Request, RequestLine
from ._common import visible

SALT = "parvis.requests.card"
CARD_AGE = 2 * 3600
CARD_LIMIT = 200_000
SUITING = 5


@dataclass
class Candidate:
    """A known person and her dossiers, to choose from."""

    person: contacts.Person
    card: contacts.PersonCard
    score: int
    reasons: list[str]
    certain: bool
    dossiers: list[dossiers.Dossier]
    differences: list[contacts.FieldDifference] = field(default_factory=list)


@screen(access=access.can_identify, methods=("GET", "POST"), creates=True)
def identify(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Choose the person and the dossier, or open them."""
    mine = visible(request, uuid)
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if mine.joined_at is not None and request.method == "GET":
        return done(request, "requests:detail", None, mine.uuid)
    if not access.registers_in(actor, mine.unit_id):
        raise Http404("request")
    context: dict[str, Any] = {
        "mine": mine,
        "said": _said(mine),
        "card_form": CardForm(),
        "problem": "",
        "opening": _opening(actor, request),
        "query": "",
        **_proposed(request, mine),
    }
    reading: contacts.EidReading | None = None
    if request.method == "POST":
        packed = request.POST.get("packed_card", "")
        try:
            if "read_card" in request.POST:
                files = {upload.name or "card": upload.read(CARD_LIMIT) for upload in request.FILES.getlist("card")}
                reading = contacts.decode_eid(files) if files else None
                if reading is None:
                    raise DomainError(_("Choose the file of the card first."))
                context["packed_card"] = _pack(files)
            elif packed:
                reading = contacts.decode_eid(_unpack(packed))
                context["packed_card"] = packed
            if "join" in request.POST:
                _join(actor, mine, request, reading, context["asked"], context["opening"])
                return done(
                    request, "requests:take_over", _("Request %(number)s is joined to the dossier.") % {"number": mine.number}, mine.uuid
                )
        except Conflict:
            raise
        except DomainError as error:
            context["problem"] = str(error.message)
    # A refusal keeps what was chosen and typed.
    context["chosen_who"], _sep, context["chosen_where"] = request.POST.get("choice", "").partition(":")
    context |= {
        "referent": request.POST.get("referent", ""),
        "note": request.POST.get("note", ""),
        "card_unused": bool(request.POST.get("choice")) and "use_card" not in request.POST,
    }
    context["query"] = request.GET.get("q", "").strip()
    context["candidates"] = _candidates(actor, mine, reading, context["query"])
    context["reading"] = reading
    context["best"] = next((one for one in context["candidates"] if one.certain), None)
    if context["problem"]:
        return invalid(request, "requests/identify.html", context)
    return page(request, "requests/identify.html", context)


def _opening(actor: Actor, request: HttpRequest) -> dossiers.Opening | None:
    """What a new file needs to be told, judged where one is about to be opened."""
    if "join" not in request.POST or not _opens(request):
        return dossiers.opening_questions(actor)
    known = None
    with suppress(DomainError):  # a new person, or one that cannot be read: said when it is joined
        who = _uuid(request.POST["choice"].partition(":")[0])
        known = contacts.Person.objects.visible_to(actor).filter(uuid=who).values_list("pk", flat=True).first()
    return dossiers.opening_questions(actor, post=request.POST, person_id=known)


def _opens(request: HttpRequest) -> bool:
    """Whether what was chosen opens a new file."""
    return request.POST.get("choice", "").endswith(":new")


def _said(mine: Request) -> list[tuple[str, str]]:
    """What the request says of the person, in the reader's words."""
    definition = mine.procedure.definition
    fields = {one["key"]: one for at in mine.form_as_shown["pages"] for one in at["fields"]}
    from parvis.ui import formats

    out = []
    for role in ("family_name", "given_names", "birth_date", "niss", "address", "phone", "email"):
        key = definition["person"].get(role)
        if key in mine.answers:
            # The form asks the person ("Your address"); the agent reads the plain word.
            label = _("Address") if role == "address" else formats.label(fields[key]["label"])
            out.append((label, forms.show(fields[key], mine.answers[key])))
    return out


def _agents(mine: Request) -> list[Any]:
    return sorted(agents_with(Function.SOCIAL_WORKER), key=lambda one: (one.display_name, one.pk))


SPECIALITY_OF_LINE = {"ris": "ris", "social_aid": "aid", "urgent_aid": "aid", "debts": "debts"}


def _proposed(request: HttpRequest, mine: Request) -> dict[str, Any]:
    """Social workers of the centre, those who suit the request first (A50): what it is about and the language come from the request, and can be
    said otherwise in the address."""
    kinds = RequestLine.objects.visible_to(request.actor).filter(request=mine).order_by("pk").values_list("kind", flat=True)  # type: ignore[attr-defined]
    about = next((SPECIALITY_OF_LINE[kind] for kind in kinds if kind in SPECIALITY_OF_LINE), "")
    asked = dossiers.AskForm(request.GET if "about" in request.GET else None, initial={"about": about, "language": mine.language})
    said = asked.cleaned_data if asked.is_valid() else asked.initial
    found = dossiers.proposals_among(_agents(mine), said["about"], said["language"])
    return {
        "asked": asked,
        "proposals": found[:SUITING],
        "agents": [(one.agent.id, dossiers.label_of(one)) for one in found],
        "weights": dossiers.WEIGHTS,
        "heads": request.actor.has(Function.CHIEF),  # type: ignore[attr-defined]
    }


def _candidates(actor: Actor, mine: Request, reading: contacts.EidReading | None, query: str) -> list[Candidate]:
    said = procedures.person_answers(mine.procedure.definition, mine.answers)
    if query:
        found = contacts.search_persons(actor=actor, query=query, limit=6)
        people = {one.pk: one for one in contacts.Person.objects.visible_to(actor).filter(pk__in=[row.pk for row, _why in found])}
        cards = contacts.person_cards(actor, people)
        rows = [(people[row.pk], cards[row.pk], 0, [why], False) for row, why in found if row.pk in people]
    else:
        born = said.get("birth_date")
        matches = contacts.match_persons(
            actor=actor,
            family_name=reading.name if reading else str(said.get("family_name", "")),
            given_names=reading.given_names if reading else str(said.get("given_names", "")),
            birth_date=reading.birth_date if reading else _day(born),
            national_number=reading.national_number if reading else str(said.get("niss", "")),
        )
        rows = [(match.person, match.card, match.score, match.reasons, match.certain) for match in matches]
    return [
        Candidate(
            person,
            card,
            score,
            reasons,
            certain,
            [one for one in dossiers.dossiers_of(actor, person.pk) if one.status == dossiers.DossierStatus.OPEN],
            contacts.compare_eid(person.pk, reading) if reading else [],
        )
        for person, card, score, reasons, certain in rows
    ]


def _day(text: Any) -> Any:
    from datetime import date

    return date.fromisoformat(text) if isinstance(text, str) else None


def _join(
    actor: Actor, mine: Request, request: HttpRequest, reading: contacts.EidReading | None, asked: dossiers.AskForm, opening: Any
) -> Request:
    """The choice of the page, in one gesture: person, dossier, referent, card."""
    post = request.POST
    choice = post.get("choice", "")
    who, _sep, where = choice.partition(":")
    if not who:
        raise DomainError(_("Choose a person, or enter a new one."))
    if opening is not None and opening.problems and _opens(request) and mine.joined_at is None:
        raise DomainError(_("A new file needs these answers: %(what)s.") % {"what": ", ".join(one.label for one in opening.problems)})
    referent = next((one for one in _agents(mine) if str(one.pk) == post.get("referent", "")), None)
    with gesture_scope():
        if mine.joined_at is not None:
            return services.join_dossier(actor=actor, request=mine, person=mine.applicant, dossier=mine.dossier)
        dossier = None
        if who == "new":
            person = _new_person(actor, mine, reading)
        else:
            found = contacts.Person.objects.visible_to(actor).filter(uuid=_uuid(who)).first()
            if found is None:
                raise DomainError(_("Choose a person, or enter a new one."))
            person = found
            if where != "new":
                dossier = dossiers.Dossier.objects.visible_to(actor).filter(uuid=_uuid(where)).first()
                if dossier is None:
                    raise DomainError(_("You may not open this dossier."))
            if reading is not None and "use_card" in post:
                wanted = [one.field for one in contacts.compare_eid(person.pk, reading) if not one.same]
                contacts.apply_eid(actor=actor, person_id=person.pk, reading=reading, fields=wanted)
                person.refresh_from_db()
        picked = _picked(actor, mine, referent, asked, post.get("note", ""), dossier) if referent is not None else None
        joined = services.join_dossier(
            actor=actor,
            request=mine,
            person=person,
            dossier=dossier,
            referent=referent,
            speciality=picked.speciality if picked else "",
            own=opening.answers if opening is not None else None,
        )
        if picked is not None and joined.dossier is not None:
            dossiers.keep_choice(actor=actor, dossier=joined.dossier, choice=picked)
        return joined


def _picked(
    actor: Actor, mine: Request, referent: Any, asked: dossiers.AskForm, note: str, dossier: dossiers.Dossier | None
) -> dossiers.Choice:
    said = asked.cleaned_data if asked.is_valid() else asked.initial
    unit = dossier.unit if dossier is not None else unit_of(referent, Function.SOCIAL_WORKER, mine.unit)
    return dossiers.weigh_new(
        actor=actor,
        accounts=_agents(mine),
        account=referent,
        speciality=said["about"],
        language=said["language"],
        note=note,
        unit_id=unit.pk,
    )


def _new_person(actor: Actor, mine: Request, reading: contacts.EidReading | None) -> contacts.Person:
    said = procedures.person_answers(mine.procedure.definition, mine.answers)
    if reading is not None:
        return contacts.create_person_from_eid(actor=actor, reading=reading, language=str(said.get("language") or mine.language))
    return contacts.create_person(
        actor=actor,
        family_name=str(said.get("family_name", "")),
        given_names=str(said.get("given_names", "")),
        birth_date=_day(said.get("birth_date")),
        language=str(said.get("language") or mine.language),
        national_number=str(said.get("niss", "")),
        source=Source.SUBMISSION,
        source_ref=f"request:{mine.pk}",
    )


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise DomainError(_("Choose a person, or enter a new one.")) from None


def _pack(files: Mapping[str, bytes]) -> str:
    """The card's files travel signed in the page: nothing of them is kept here."""
    return signing.dumps({name: base64.b64encode(data).decode() for name, data in files.items()}, salt=SALT, compress=True)


def _unpack(text: str) -> dict[str, bytes]:
    try:
        found = signing.loads(text, salt=SALT, max_age=CARD_AGE)
    except signing.BadSignature:
        raise DomainError(_("The card was read too long ago. Read it again.")) from None
    return {name: base64.b64decode(data) for name, data in found.items()}


@screen(access=access.can_identify, methods=("GET", "POST"), creates=True)
def take_over(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Answers beside what the file says; what is ticked becomes facts, with the request as source."""
    mine = visible(request, uuid)
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not access.registers_in(actor, mine.unit_id):
        raise Http404("request")
    if mine.joined_at is None:
        return done(request, "requests:identify", None, mine.uuid)
    everything = services.takings(actor, mine)
    offered = [one for one in everything if one.allowed]
    context: dict[str, Any] = {
        "mine": mine,
        "offered": offered,
        "withheld": len(everything) - len(offered),
        "problem": "",
        "today": clock.today(),
    }
    if request.method == "POST":
        keys = {one.key for one in offered if not one.done} & set(request.POST.getlist("keys"))
        try:
            written = services.take_over(actor=actor, request=mine, keys=keys)
        except Conflict:
            raise
        except DomainError as error:
            context["problem"] = str(error.message)
            return invalid(request, "requests/take_over.html", {**context, "chosen": keys})
        return done(
            request,
            "requests:detail",
            ngettext("%(count)d answer is now in the file.", "%(count)d answers are now in the file.", len(written))
            % {"count": len(written)},
            mine.uuid,
        )
    return page(request, "requests/take_over.html", context)
