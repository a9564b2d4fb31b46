"""Upload, columns, dry run, apply, report, take back. For administrators only."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from parvis.contacts.api import can_read_persons
from parvis.ui import sheets, stepup
from parvis.ui.http import done, errors_on, invalid, page, screen

from .. import services
from ..access import may_take_over
from ..enums import Choice, FileKind, ImportState, Outcome, Result
from ..forms import ColumnsForm, UndoForm, UploadForm
from ..models import Import, Line, Profile
from ..reading import MAX_BYTES, own
from ..reading.columns import BY_KEY
from ..reading.own import label_of

PAGE = 50
FACES = {
    Outcome.CREATE: ("info", "userplus"),
    Outcome.CHANGE: ("warn", "edit"),
    Outcome.SAME: ("ok", "check"),
    Outcome.DUPLICATE: ("hold", "users"),
    Outcome.ERROR: ("late", "alert"),
}
RESULTS = {Result.DONE: "ok", Result.LEFT: "hold", Result.FAILED: "late", Result.UNDONE: "", Result.KEPT: "warn"}
#: What creating is, for each kind of file.
NEW = {
    FileKind.RIGHTS: pgettext_lazy("line of an import", "New right"),
    FileKind.ENTRIES: pgettext_lazy("line of an import", "New entry"),
    FileKind.PAYMENTS: pgettext_lazy("line of an import", "New payment"),
}
NOTES = {
    "unknown": gettext_lazy("Nobody was taken over under this number: the comparison will show it."),
    "other_aid": gettext_lazy("No aid here has this name: the comparison will show it."),
}
RUNNING = (ImportState.CHECKING, ImportState.APPLYING, ImportState.UNDOING)


def _found(request: HttpRequest, uuid: UUID) -> Import:
    row = Import.objects.visible_to(request.actor).filter(uuid=uuid).first()  # type: ignore[attr-defined]
    if row is None:
        raise Http404("import")
    return row  # type: ignore[no-any-return]


@screen(access=may_take_over, methods=("GET", "POST"), creates=True)
def index(request: HttpRequest) -> HttpResponse:
    """Files taken over so far, and a new one."""
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["file"]
        with errors_on(form):
            data = sent.read(MAX_BYTES + 1)
            row = services.upload(
                actor=request.actor, source=form.cleaned_data["source"], name=sent.name or "", data=data, kind=form.cleaned_data["kind"]
            )  # type: ignore[attr-defined]
            return done(request, "takeover:import", _("The file is read. Confirm what each column is."), row.uuid)
    after = request.GET.get("after", "")
    rows = Import.objects.visible_to(request.actor).order_by("-pk")  # type: ignore[attr-defined]
    if after.isdecimal():
        rows = rows.filter(pk__lt=int(after))
    found = list(rows[: PAGE + 1])
    context = {
        "form": form,
        "imports": [{"row": row, "outcome": row.counts.get("outcome", {}), "result": row.counts.get("result", {})} for row in found[:PAGE]],
        "sources": Profile.objects.order_by("source").values_list("source", flat=True).distinct()[:50],
        "pager": {"next": f"?after={found[PAGE - 1].pk}" if len(found) > PAGE else "", "previous": "?" if after else "", "text": ""}
        if len(found) > PAGE or after
        else None,
    }
    return invalid(request, "takeover/index.html", context) if request.method == "POST" else page(request, "takeover/index.html", context)


@screen(access=may_take_over, methods=("GET", "POST"), writes=True, parts=("progress", "lines"))
def detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One import at its stage: columns, dry run, what became of each line."""
    row = _found(request, uuid)
    may_confirm = row.state in (ImportState.UPLOADED, ImportState.CHECKED)
    form = _columns_form(request, row) if may_confirm else None
    if request.method == "POST":
        if form is None:
            raise Http404("state")
        if form.is_valid():
            with errors_on(form):
                options = {name: form.cleaned_data.get(name, "") for name in ("unit", "replace", "month", "keep")}
                after = services.confirm_columns(
                    actor=request.actor,  # type: ignore[attr-defined]
                    imported=row,
                    mapping=form.mapping,
                    options=options,
                    sheet=form.cleaned_data.get("sheet", ""),
                )
                said = _("The other sheet is read.") if after.state == ImportState.UPLOADED else _("The dry run has started.")
                return done(request, "takeover:import", said, row.uuid)
        return invalid(request, "takeover/import.html", _context(request, row, form))
    return page(request, "takeover/import.html", _context(request, row, form))


def _columns_form(request: HttpRequest, row: Import) -> ColumnsForm:
    header = row.table["header"]
    initial = {f"column_{at}": row.mapping.get(column, "") for at, column in enumerate(header)} | {"keep": True} | row.options
    if initial.get("month"):
        initial["month"] = str(initial["month"])[:7]
    shape = {"kind": row.kind, "header": header, "sheets": row.table["sheets"], "sheet": row.table["sheet"]}
    return ColumnsForm(request.POST, **shape) if request.method == "POST" else ColumnsForm(initial=initial, **shape)


def _context(request: HttpRequest, row: Import, form: ColumnsForm | None) -> dict[str, Any]:
    running = row.state in RUNNING
    context: dict[str, Any] = {
        "row": row,
        "running": running,
        "stuck": running and services.given_up(row),
        "form": form,
        "columns_open": row.state == ImportState.UPLOADED or bool(form and form.errors),
        "undo_form": UndoForm(),
        "steps": _steps(row),
    }
    if form is not None:
        context["columns"] = [
            {"field": form[f"column_{at}"], "samples": [cells[at] for cells in row.table["sample"] if at < len(cells) and cells[at]][:3]}
            for at in range(len(row.table["header"]))
        ]
    if row.state in (ImportState.CHECKED, ImportState.APPLIED, ImportState.UNDONE):
        context |= _lines(request, row)
    return context


def _steps(row: Import) -> list[dict[str, Any]]:
    at = {"uploaded": 1, "checking": 2, "checked": 2, "applying": 3}.get(row.state, 4)
    titles = [_("File"), _("Columns"), _("Dry run"), _("Takeover")]
    return [{"title": title, "state": "done" if place < at else "current" if place == at else "todo"} for place, title in enumerate(titles)]


def _lines(request: HttpRequest, row: Import) -> dict[str, Any]:
    """A page of lines, by outcome before the takeover and by what became of them after."""
    applied = row.state != ImportState.CHECKED
    field, kinds = ("result", Result) if applied else ("outcome", Outcome)
    counts = row.counts.get(field, {})
    chosen = request.GET.get("kind", "")
    if chosen not in kinds.values:
        order = (Result.FAILED, Result.LEFT, Result.KEPT) if applied else (Outcome.ERROR, Outcome.DUPLICATE, Outcome.CHANGE, Outcome.CREATE)
        chosen = next((str(kind) for kind in order if counts.get(kind)), "") if "kind" not in request.GET else ""
    rows = Line.objects.visible_to(request.actor).filter(imported=row)  # type: ignore[attr-defined]
    if chosen:
        rows = rows.filter(**{field: chosen})
    after = request.GET.get("after", "")
    if after.isdecimal():
        rows = rows.filter(number__gt=int(after))
    found = list(rows.order_by("number")[: PAGE + 1])
    reads = can_read_persons(request.actor)  # type: ignore[attr-defined]
    for line in found:
        line.imported = row
    return {
        "applied": applied,
        "lines": _faces(found[:PAGE], reads),
        "chosen": chosen,
        "kinds": [{"key": str(kind), "label": word_of(row.kind, kind), "n": counts.get(kind, 0)} for kind in kinds if counts.get(kind)],
        "total": sum(counts.values()),
        "choices": Choice.choices,
        "writes": counts.get(Outcome.CREATE, 0) + counts.get(Outcome.CHANGE, 0),
        "pager": {
            "next": f"?kind={chosen}&after={found[PAGE - 1].number}" if len(found) > PAGE else "",
            "previous": f"?kind={chosen}" if after else "",
            "text": "",
        }
        if len(found) > PAGE or after
        else None,
    }


def word_of(kind: str, outcome: Any) -> Any:
    """What a line would do, or did, in the words of its kind of file."""
    return NEW[FileKind(kind)] if outcome == Outcome.CREATE and kind in NEW else outcome.label


def _faces(lines: list[Line], reads: bool) -> list[dict[str, Any]]:
    with own.loaded():
        return [line_face(line, reads) for line in lines]


def line_face(line: Line, reads: bool) -> dict[str, Any]:
    """A line as it is printed. What was known already is shown to whoever may read persons, or when it came from a file itself."""
    kind, icon = FACES[Outcome(line.outcome)]
    name = (
        " ".join(filter(None, (line.data.get("given_names"), line.data.get("family_name"))))
        or line.data.get("name")
        or line.data.get("dossier_key")
        or "—"
    )
    notes = []
    for one in line.findings:
        label = label_of(one["field"])
        if one["kind"] == "error":
            notes.append(
                {"kind": "error", "label": label, "text": one["problem"], "advice": one["advice"], "cell": line.data.get(one["field"], "")}
            )
        elif one["kind"] == "note":
            notes.append({"kind": "note", "label": label, "text": NOTES[one["text"]]})
        elif one["kind"] == "like":
            notes.append({"kind": "like", "label": "", "text": ", ".join(one["reasons"]), "advice": "", "cell": ""})
        else:
            known = one["known"] if one["ours"] or reads else (_("another value") if one["known"] else "")
            notes.append({"kind": one["kind"], "label": label, "known": known, "new": one["new"], "who": one.get("who", "")})
    return {
        "row": line,
        "name": name,
        "kind": kind,
        "icon": "plus" if line.outcome == Outcome.CREATE and line.imported.kind in NEW else icon,
        "notes": notes,
        "result_kind": RESULTS.get(Result(line.result), ""),
        "word": word_of(line.imported.kind if line.imported_id else "", Outcome(line.outcome)),
        "asks": line.outcome == Outcome.DUPLICATE,
    }


@screen(access=may_take_over, methods=("POST",), writes=True)
def apply(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take over what the dry run showed."""
    row = _found(request, uuid)
    services.start_apply(actor=request.actor, imported=row)  # type: ignore[attr-defined]
    return done(request, "takeover:import", _("The takeover has started. You may leave this page."), row.uuid)


@screen(access=may_take_over, methods=("POST",), writes=True)
def undo(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take the import back."""
    row = _found(request, uuid)
    services.start_undo(actor=request.actor, imported=row, reason=request.POST.get("reason", ""))  # type: ignore[attr-defined]
    return done(request, "takeover:import", _("The import is being taken back."), row.uuid)


@screen(access=may_take_over, methods=("POST",), writes=True)
def discard(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Throw the file away."""
    services.discard(actor=request.actor, imported=_found(request, uuid))  # type: ignore[attr-defined]
    return done(request, "takeover:index", _("The file is thrown away. Nothing was taken over."))


@screen(access=may_take_over, methods=("POST",), writes=True)
def choose(request: HttpRequest, uuid: UUID, number: int) -> HttpResponse:
    """Decide about one line."""
    row = _found(request, uuid)
    line = Line.objects.visible_to(request.actor).select_related("imported").filter(imported=row, number=number).first()  # type: ignore[attr-defined]
    if line is None:
        raise Http404("line")
    services.choose(actor=request.actor, line=line, choice=request.POST.get("choice", ""))  # type: ignore[attr-defined]
    return done(request, f"/takeover/{row.uuid}/?kind=duplicate#line-{number}", _("Noted."))


@screen(access=may_take_over)
def report(request: HttpRequest, uuid: UUID) -> HttpResponse | StreamingHttpResponse:
    """Every line with what it is, what became of it and what to do, for a spreadsheet."""
    row = _found(request, uuid)
    rows = Line.objects.visible_to(request.actor).filter(imported=row).order_by("number")  # type: ignore[attr-defined]
    reads = can_read_persons(request.actor)  # type: ignore[attr-defined]
    stepup.require(request, back=reverse("takeover:import", args=[row.uuid]))
    services.note_report(actor=request.actor, imported=row)  # type: ignore[attr-defined]
    response = StreamingHttpResponse(_report(row, rows, reads), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="takeover-{row.pk}.csv"'
    return response


def _report(row: Import, rows: Any, reads: bool) -> Iterator[bytes]:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(
        [
            _("Line"),
            str(BY_KEY["key"].label),
            _("Person"),
            _("What it is"),
            _("What became of it"),
            _("Column"),
            _("In the file"),
            _("Known"),
            _("Explanation"),
        ]
    )
    yield b"\xef\xbb\xbf"
    fields = own.definitions()
    for line in rows.iterator(chunk_size=500):
        line.imported = row
        with own.loaded(fields):
            face = line_face(line, reads)
        start = [line.number, line.data.get("key", ""), face["name"], face["word"], line.get_result_display()]
        notes = face["notes"] or [{}]
        for note in notes:
            told = note.get("text", "") + (f" {note['advice']}" if note.get("advice") else "")
            cells = [*start, note.get("label", ""), note.get("cell", note.get("new", "")), note.get("known", ""), told or line.message]
            writer.writerow([sheets.harmless(str(cell)) for cell in cells])
        yield out.getvalue().encode()
        out.seek(0)
        out.truncate()
