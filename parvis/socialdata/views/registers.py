"""What the registers say: files and their reports, an alert with old and new side by side, the simulated register."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from parvis.connectors.api import REGISTER_ANSWERED, Happening, may_play_register, register_answer, register_file
from parvis.contacts.api import Person
from parvis.dossiers.api import may_change
from parvis.identity.enums import Function
from parvis.kernel import asof, clock
from parvis.kernel.actor import system_actor
from parvis.kernel.subject import SubjectRef
from parvis.ui.http import Request, done, errors_on, invalid, page, reading, screen

from .. import access, past, selectors
from ..enums import MutationKind, Outcome
from ..errors import InvalidMutation
from ..forms import HappeningForm, MutationFileForm, SettleForm
from ..models import RegisterAlert
from ..mutation_file import line_of
from ..register_answers import YEAR
from ..services import alerts as services
from ..services.mutations import money_runs, receive_file
from ._common import lead_name

SIMULATOR = system_actor("simulated register")


@screen(access=access.may_read_files, methods=("GET", "POST"), creates=True, name="socialdata.files")
def files(request: Request) -> HttpResponse:
    """Files read, and one more."""
    form = MutationFileForm(request.POST if request.method == "POST" else None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            given = form.cleaned_data["file"]
            made = receive_file(actor=request.actor, name=given.name, content=given.read())
            return done(request, "socialdata:file", _("Received. It is being read."), made.uuid)
    view = asof.view()
    plays = view is None and may_play_register(request.actor)
    context = {"form": form, "runs": selectors.runs(request.actor), "plays": plays, "view": view}
    return (
        invalid(request, "socialdata/files.html", context) if request.method == "POST" else page(request, "socialdata/files.html", context)
    )


@screen(access=access.may_read_files, parts=("run",), name="socialdata.file")
def file(request: Request, uuid: UUID) -> HttpResponse:
    """What became of each line. Persons unknown here are a figure."""
    run = selectors.run_by(request.actor, uuid)
    if run is None:
        raise Http404("run")
    outcomes = {str(one): str(one.label) for one in Outcome}
    kinds = {str(one): str(one.label) for one in MutationKind}
    context = {
        "run": run,
        "counts": [(label, run.counts.get(key, 0)) for key, label in outcomes.items()],
        "lines": [
            {
                "place": place,
                "outcome": outcome,
                "label": outcomes.get(outcome, outcome),
                "id": key,
                "kind": kinds.get(kind, ""),
                "why": _why(words),
            }
            for place, outcome, key, kind, words in run.report
        ],
        "total": sum(run.counts.values()),
    }
    return page(request, "socialdata/file.html", context)


def _why(code: str) -> str:
    """Why a line cannot be read, from its code: reports are kept without words of a language."""
    words = {
        "shape": _("The line is not an object."),
        "id": _("The line has no number of its own."),
        "kind": _("The kind of mutation is not known."),
        "on": _("The day of the mutation cannot be read."),
        "value": _("The new value is missing."),
        "number": _("The national number cannot be right."),
        "reused": _("This number was used before for another mutation."),
    }
    return words.get(code, "")


@screen(access=access.may_read, methods=("GET", "POST"), writes=True, name="socialdata.alert")
def alert(request: Request, uuid: UUID) -> HttpResponse:
    """What we hold beside what the register says: take over, or leave with a reason."""
    row: RegisterAlert | None = selectors.alert_by(request.actor, uuid=uuid)
    if row is None:
        raise Http404("alert")
    actor, kind = request.actor, MutationKind(row.mutation.kind)
    reading(request, row.ref, screen="socialdata.alert", within=SubjectRef("dossier", row.dossier_id))
    view = asof.view()
    if view is not None and not past.alerts_stood([row], view):
        raise Http404("alert")  # the register had not told it yet
    settles = view is None and access.may_settle(actor) and may_change(actor, row.dossier)
    form = SettleForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if not settles:
            raise Http404("alert")
        if form.is_valid():
            with errors_on(form):
                if request.POST.get("do") == "take":
                    version = request.POST.get("version", "")
                    services.take_over(actor=actor, alert=row, expected=int(version) if version.isdecimal() else None)
                    return done(request, "socialdata:dossier", _("Taken over, with the National Register as its source."), row.dossier.uuid)
                services.leave(actor=actor, alert=row, words=form.cleaned_data["words"])
                return done(request, "socialdata:dossier", _("Left as it is. The reason is kept."), row.dossier.uuid)
    person = Person.objects.visible_to(actor).filter(pk=row.mutation.person_id).first()
    dead = kind == MutationKind.DEATH
    context = {
        "row": row,
        "dossier": row.dossier,
        "lead_name": lead_name(row.dossier),
        "name": selectors.names_of([row.mutation.person_id]).get(row.mutation.person_id, "?"),
        "compared": selectors.compare(row),
        "person": person,
        "form": form,
        "settles": settles and row.is_open,
        "writes_fact": kind in services.FACTS,
        "is_household": kind == MutationKind.HOUSEHOLD,
        "is_death": dead,
        "view": view,
        # What is still paid is looked at today; on a past day the dossier tells it.
        "money": money_runs(actor, row.dossier_id) if dead and row.is_open and view is None else [],
        "may_add": actor.has(Function.SOCIAL_WORKER, Function.CHIEF),
    }
    return (
        invalid(request, "socialdata/alert.html", context) if request.method == "POST" else page(request, "socialdata/alert.html", context)
    )


@screen(access=may_play_register, methods=("GET", "POST"), creates=True, name="socialdata.simulator")
def simulator(request: Request) -> HttpResponse:
    """A tester says what happened; the file goes the same way as one that comes from outside."""
    form = HappeningForm(request.POST if request.method == "POST" else None, initial={"on": clock.today()})
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            data = form.cleaned_data
            number = "".join(sign for sign in data["number"] if sign.isdecimal())
            happening = Happening(f"SIM-{uuid4().hex[:12]}", number, data["kind"], data["on"], form.value())
            _check(happening)
            name, content = _told(happening)
            made = receive_file(actor=SIMULATOR, name=name, content=content)
            if access.may_read_files(request.actor):
                return done(request, "socialdata:file", _("Sent. It is being read."), made.uuid)
            return done(request, "socialdata:simulator", _("Sent. It is being read."))
    context = {"form": form}
    return (
        invalid(request, "socialdata/simulator.html", context)
        if request.method == "POST"
        else page(request, "socialdata/simulator.html", context)
    )


def _told(happening: Happening) -> tuple[str, bytes]:
    """As the network would answer, where an answer tells it: its form is the real one. Else in the form of the house."""
    today = clock.today()
    if happening.kind in REGISTER_ANSWERED and today - YEAR <= happening.on <= today:
        return f"{happening.id}.xml", register_answer(happening, made_on=today)
    return f"{happening.id}.json", register_file([happening], made_on=today)


def _check(happening: Happening) -> None:
    """Said at once, where a file would say it in its report.

    Raises:
        InvalidMutation: the register itself would not send such a line.
    """
    fields = {"number": "number", "on": "on", "value": "municipality" if happening.kind == MutationKind.ADDRESS else "text"}
    row = {"id": happening.id, "national_number": happening.national_number, "kind": happening.kind, "on": happening.on.isoformat()}
    try:
        line_of({**row, "value": dict(happening.value)})
    except InvalidMutation as fault:
        fault.field = fields.get(fault.code)
        raise
