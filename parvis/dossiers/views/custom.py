"""Own fields: their administration, and the own data of a file as a dated tree with its sections."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from parvis.form_engine.api import problems, read_page
from parvis.identity.enums import DataClass
from parvis.kernel import asof, clock
from parvis.kernel.errors import Conflict
from parvis.kernel.periods import OPEN_END
from parvis.kernel.subject import SubjectRef
from parvis.ui import formats
from parvis.ui.http import done, errors_on, invalid, page, screen
from parvis.ui.names import label_initial
from parvis.ui.together import merged

from .. import access, custom
from ..custom_persons import of_members
from ..enums import CustomGroup, CustomType
from ..forms_custom import (
    CodeChangeForm,
    CodeForm,
    FieldChangeForm,
    FieldForm,
    LabelForm,
    PeriodForm,
    ProfileForm,
    SectionForm,
)
from ..models import Code, CodeList, CustomFact, Dossier, DossierKind
from ..models.custom import ONCE
from ..services import custom as services
from ._common import asked_day, crumbs, end_of, visible
from .custom_both import both_kept, settled


# Code lists ---------------------------------------------------------------------------------------------------------------
@screen(access=access.may_define_fields)
def lists(request: HttpRequest) -> HttpResponse:
    """Every list with its codes of today, and what is missing in some language."""
    today = clock.today()
    rows = []
    for row in CodeList.objects.prefetch_related("codes"):
        codes = list(row.codes.all())
        current = [code for code in codes if code.valid_from <= today < code.valid_to]
        rows.append(
            {
                "row": row,
                "name": formats.label(row.label),
                "codes": ", ".join(custom.code_label(code) for code in current[:6]) + (" …" if len(current) > 6 else ""),
                "count": len(current),
                "missing": sorted({one for code in current for one in custom.missing_languages(code.label)}),
            }
        )
    return page(request, "dossiers/custom_lists.html", {"rows": rows})


@screen(access=access.may_define_fields, methods=("GET", "POST"), creates=True)
def new_list(request: HttpRequest) -> HttpResponse:
    form = LabelForm(request.POST or None)
    context = {"form": form, "title": _("New list"), "back": "dossiers:lists", "action": _("Make the list")}
    if request.method == "POST":
        if form.is_valid():
            with errors_on(form):
                row = services.create_code_list(actor=request.actor, label=form.label)  # type: ignore[attr-defined]
                return done(request, "dossiers:code_list", _("The list is there. Add its codes."), row.uuid)
        return invalid(request, "dossiers/custom_new.html", context)
    return page(request, "dossiers/custom_new.html", context)


@screen(access=access.may_define_fields, methods=("GET", "POST"), creates=True)
def code_list(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """A list with all its codes, ended ones too, and the form that adds one."""
    row = get_object_or_404(CodeList, uuid=uuid)
    today = clock.today()
    form = CodeForm(request.POST or None)
    codes = [
        {
            "row": code,
            "name": custom.code_label(code),
            "missing": custom.missing_languages(code.label),
            "ended": code.valid_to <= today,
            "last_day": None if code.valid_to == OPEN_END else code.valid_to - dt.timedelta(days=1),
        }
        for code in row.codes.all()
    ]
    context = {"row": row, "name": formats.label(row.label), "codes": codes, "form": form, "uses": _uses(row)}
    if request.method == "POST":
        if form.is_valid():
            data = form.cleaned_data
            with errors_on(form):
                services.add_code(
                    actor=request.actor,  # type: ignore[attr-defined]
                    code_list=row,
                    value=data["value"],
                    label=form.label,
                    valid_from=data["valid_from"],
                    valid_to=form.end,
                )
                return done(request, "dossiers:code_list", _("Code added: it is offered from its first day on."), row.uuid)
        return invalid(request, "dossiers/custom_list.html", context)
    return page(request, "dossiers/custom_list.html", context)


def _uses(row: CodeList) -> list[str]:
    return [
        f"{section.title} · {formats.label(one['label'])}"
        for section in custom.every_section(persons=None)
        for one in section.fields
        if one.get("list") == row.key
    ]


@screen(access=access.may_define_fields, methods=("GET", "POST"), writes=True)
def code(request: HttpRequest, uuid: UUID) -> HttpResponse:
    row = get_object_or_404(Code.objects.select_related("code_list"), uuid=uuid)
    last = None if row.valid_to == OPEN_END else row.valid_to - dt.timedelta(days=1)
    initial = {**label_initial(row.label), "last_day": last}
    sent = None
    if request.method == "POST":
        sent = merged(request, CodeChangeForm(initial=initial), subject=SubjectRef("code_list", row.code_list_id))
    form = CodeChangeForm(sent, initial=initial)
    context = {"form": form, "row": row, "list_name": formats.label(row.code_list.label)}
    if request.method == "POST":
        if form.is_valid():
            with errors_on(form):
                services.change_code(actor=request.actor, code=row, label=form.label, valid_to=form.end)  # type: ignore[attr-defined]
                return done(request, "dossiers:code_list", _("Changed."), row.code_list.uuid)
        return invalid(request, "dossiers/custom_code.html", context)
    return page(request, "dossiers/custom_code.html", context)


# Kinds, sections, fields ----------------------------------------------------------------------------------------------------
@screen(access=access.may_define_fields)
def fields(request: HttpRequest) -> HttpResponse:
    """Kinds of file with their sections and fields, as the latest version defines them."""
    versions = {version.kind_id: version for version in custom.latest_versions()}
    names = {row.key: formats.label(row.label) for row in CodeList.objects.all()}
    kinds = []
    for kind in DossierKind.objects.all():
        version = versions.get(kind.pk)
        sections = [custom.Section(version, raw) for version in [version] if version for raw in version.definition["sections"]]
        kinds.append(
            {
                "kind": kind,
                "name": formats.label(kind.label),
                "version": version,
                "sections": [{"section": one, "fields": [_field(raw, names) for raw in one.all_fields]} for one in sections],
            }
        )
    return page(request, "dossiers/custom_fields.html", {"kinds": kinds, "general": any(one["kind"].is_general for one in kinds)})


def _field(raw: dict[str, Any], lists: dict[str, str]) -> dict[str, Any]:
    return {
        "key": raw["key"],
        "name": formats.label(raw["label"]),
        "type": CustomType(raw["type"]).label,
        "list": lists.get(raw.get("list", ""), ""),
        "class": DataClass(raw["data_class"]).label,
        "missing": custom.missing_languages(raw["label"]),
        "required": raw.get("required"),
        "listed": raw.get("listed"),
        "ended": raw.get("ended"),
    }


@screen(access=access.may_define_fields, methods=("GET", "POST"), creates=True)
def new_kind(request: HttpRequest) -> HttpResponse:
    form = LabelForm(request.POST or None)
    context = {"form": form, "title": _("New kind of file"), "back": "dossiers:fields", "action": _("Make the kind")}
    if request.method == "POST":
        if form.is_valid():
            with errors_on(form):
                services.create_kind(actor=request.actor, label=form.label)  # type: ignore[attr-defined]
                return done(request, "dossiers:fields", _("The kind is there. Add its first section."))
        return invalid(request, "dossiers/custom_new.html", context)
    return page(request, "dossiers/custom_new.html", context)


def _kind(request: HttpRequest, key: str) -> DossierKind:
    if key == "general":
        return services.general_kind(actor=request.actor)  # type: ignore[attr-defined]
    if key == "persons":
        return services.persons_kind(actor=request.actor)  # type: ignore[attr-defined]
    return get_object_or_404(DossierKind, key=key)


@screen(access=access.may_define_fields, methods=("GET", "POST"), creates=True)
def new_section(request: HttpRequest, kind: str) -> HttpResponse:
    form = SectionForm(request.POST or None, persons=kind == "persons")
    context = {"form": form, "title": _("New section"), "back": "dossiers:fields", "action": _("Publish the section")}
    if kind not in ("general", "persons"):
        get_object_or_404(DossierKind, key=kind)
    if request.method == "POST":
        if form.is_valid():
            data = form.cleaned_data
            with errors_on(form):
                services.add_section(
                    actor=request.actor,  # type: ignore[attr-defined]
                    kind=_kind(request, kind),
                    title=form.label,
                    group=data.get("group", CustomGroup.OTHER),
                    dated=data["dated"],
                    repeats=data["repeats"],
                )
                return done(request, "dossiers:fields", _("The section is there. Add its fields."))
        return invalid(request, "dossiers/custom_new.html", context)
    return page(request, "dossiers/custom_new.html", context)


@screen(access=access.may_define_fields, methods=("GET", "POST"), creates=True)
def new_field(request: HttpRequest, kind: str, section: str) -> HttpResponse:
    row = get_object_or_404(DossierKind, key=kind)
    form = FieldForm(request.POST or None, persons=row.for_persons)
    context = {"form": form, "title": _("New field"), "back": "dossiers:fields", "action": _("Publish the field")}
    if request.method == "POST":
        if form.is_valid():
            data = form.cleaned_data
            with errors_on(form):
                services.add_field(
                    actor=request.actor,  # type: ignore[attr-defined]
                    kind=row,
                    section=section,
                    label=form.label,
                    type=data["type"],
                    data_class=data["data_class"],
                    help={formats.language(): data["help_fr"]},
                    code_list=data["list"],
                    required=data["required"],
                    listed=data["listed"],
                    summary=data.get("summary", False),
                    values=data["values"],
                )
                return done(request, "dossiers:fields", _("Published: the field is in the form, the list, exports, letters and imports."))
        return invalid(request, "dossiers/custom_new.html", context)
    return page(request, "dossiers/custom_new.html", context)


@screen(access=access.may_define_fields, methods=("GET", "POST"), writes=True)
def change_field(request: HttpRequest, kind: str, field: str) -> HttpResponse:
    row = get_object_or_404(DossierKind, key=kind)
    version = next(iter(custom.latest_versions([row.pk])), None)
    raw = next(
        (one for section in (version.definition["sections"] if version else ()) for one in section["fields"] if one["key"] == field), None
    )
    if raw is None:
        raise Http404("field")
    shown = {name: raw.get(name, False) for name in ("required", "listed", "ended")}
    initial = {**label_initial(raw["label"]), **shown, "help_fr": formats.label(raw.get("help") or {}), "move": "0"}
    sent = None
    if request.method == "POST":
        fresh = FieldChangeForm(initial=initial, persons=row.for_persons)
        sent = merged(request, fresh, subject=SubjectRef("dossier_kind", row.pk))
    form = FieldChangeForm(sent, initial=initial, persons=row.for_persons)
    context = {"form": form, "title": formats.label(raw["label"]), "back": "dossiers:fields", "action": _("Publish"), "changes": True}
    if request.method == "POST":
        if form.is_valid():
            data = form.cleaned_data
            help_text = {**(raw.get("help") or {}), formats.language(): data["help_fr"]}
            with errors_on(form):
                services.change_field(
                    actor=request.actor,  # type: ignore[attr-defined]
                    kind=row,
                    field=field,
                    label=form.label,
                    help=help_text,
                    **{name: data[name] for name in ("required", "listed", "ended", "move")},
                )
                return done(request, "dossiers:fields", _("Published under the next number. Answers already given keep theirs."))
        return invalid(request, "dossiers/custom_new.html", context)
    return page(request, "dossiers/custom_new.html", context)


# In a file ----------------------------------------------------------------------------------------------------------------
def reading_days(request: HttpRequest) -> tuple[dt.date, dt.date | None, dt.datetime | None]:
    if (view := asof.view()) is not None:
        return view.day, view.known, view.known_on
    day, known = asked_day(request, "on") or clock.today(), asked_day(request, "known")
    return day, known, end_of(known) if known and known < clock.today() else None


@screen(access=access.can_read_dossiers)
def data(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The head of the file and its dated data tree, on a day."""
    dossier = visible(request, uuid, **custom.definitions_beside())
    actor = request.actor  # type: ignore[attr-defined]
    day, known, known_on = reading_days(request)
    profile = custom.kind_of(dossier, actor)
    nodes = custom.tree(actor, dossier, day, known_on, profile=profile)
    context = {
        **crumbs(dossier),
        "day": day,
        "known": known,
        "today": clock.today(),
        "profile": profile,
        "nodes": nodes,
        "empty": custom.still_empty(actor, dossier, nodes),
        "people": of_members(actor, dossier.pk, day, known_on),
        "may_define": asof.view() is None and access.can_open_dossier(actor) and dossier.status == "open",
    }
    return page(request, "dossiers/custom_data.html", context)


def _section(request: HttpRequest, dossier: Dossier, key: str, *, writing: bool = False) -> tuple[custom.Section, bool]:
    """A section that has something for this reader, and whether its questions are asked; one of hidden fields only is not there."""
    actor = request.actor  # type: ignore[attr-defined]
    found, asked = custom.section_of(actor, dossier, key)
    if found is None or not found.seen_by(actor) or (writing and not asked):
        raise Http404("section")
    return found, asked


@screen(access=access.can_read_dossiers)
def section(request: HttpRequest, uuid: UUID, section: str) -> HttpResponse:
    """A section on a day, as known on a day, with every filling before and after."""
    dossier = visible(request, uuid)
    actor = request.actor  # type: ignore[attr-defined]
    own, asked = _section(request, dossier, section)
    day, known, known_on = reading_days(request)
    facts = custom.facts_of(actor, dossier, known_on=known_on, section=own.key)
    if asof.view() is not None:  # what began later had not been filled in
        facts = [fact for fact in facts if fact.valid_from <= day]
    entries = custom.entries(actor, own, facts, day)
    context = {
        **crumbs(dossier),
        "section": own,
        "day": day,
        "known": known,
        "today": clock.today(),
        "now": [one for one in entries if one.holds],
        "others": [one for one in entries if not one.holds],
        "edit_url": reverse("dossiers:own_edit", args=[dossier.uuid, own.key]),
        "may_write": asked and access.can_write_situation(actor) and dossier.status == "open" and known_on is None and asof.view() is None,
    }
    return page(request, "dossiers/custom_section.html", context)


@screen(access=access.can_write_situation, methods=("GET", "POST"), creates=True)
def edit(request: HttpRequest, uuid: UUID, section: str) -> HttpResponse:
    """The questions of a section; ``item`` changes one entry, without it a repeating section gets a new one."""
    dossier = visible(request, uuid)
    actor = request.actor  # type: ignore[attr-defined]
    own, _asked = _section(request, dossier, section, writing=True)
    item = entry_asked(request, own)
    day = asked_day(request, "on") or clock.today()
    rows = (
        CustomFact.objects.visible_to(actor).filter(dossier=dossier, section=own.key, item=item)
        if item
        else CustomFact.objects.visible_to(actor).none()
    )
    held = list(rows.at(day))
    answers = {fact.field: fact.value for fact in held}
    start = max((fact.valid_from for fact in held), default=day)
    end = min((fact.valid_to for fact in held), default=OPEN_END)
    initial = {"valid_from": start, "last_day": None if end == OPEN_END else end - dt.timedelta(days=1)}
    period = PeriodForm(request.POST if request.method == "POST" else None, initial=initial) if own.dated else None
    if period is not None and period.is_bound and period.is_valid():
        day = period.cleaned_data["valid_from"]  # codes are those offered on the first day
    state = custom.form_of(actor, dossier, own, answers, day)
    context = {**crumbs(dossier), "section": own, "period": period, "at": state.pages[0], "version": dossier.version, "item": item}
    if request.method != "POST":
        return page(request, "dossiers/custom_edit.html", context)
    answers = read_page(state.pages[0], settled(request.POST), answers)
    state = custom.form_of(actor, dossier, own, answers, day)
    found = problems(state, today=clock.today())
    context |= {"at": state.pages[0], "errors": [{"text": one.text, "target": one.target, "label": one.label} for one in found]}
    if (period is None or period.is_valid()) and not found:
        version = request.POST.get("version", "")
        try:
            services.write_custom(
                actor=actor,
                dossier=dossier,
                section=own.key,
                answers={key: answers.get(key) for key in (one["key"] for one in own.seen_by(actor))},
                item=item,
                valid_from=period.cleaned_data["valid_from"] if period else None,
                valid_to=period.end if period else None,
                expected=int(version) if version.isdecimal() else None,
            )
        except Conflict as error:
            dossier.refresh_from_db(fields=["version"])
            return both_kept(request, dossier.version, error, state.pages[0], list(rows.at(day)))
        return done(request, "dossiers:own_section", _("Saved."), dossier.uuid, own.key)
    return invalid(request, "dossiers/custom_edit.html", context)


def entry_asked(request: HttpRequest, own: custom.Section) -> UUID | None:
    if not own.repeats:
        return ONCE
    try:
        return UUID(request.GET.get("item", ""))
    except ValueError:
        return None


@screen(access=access.can_open_dossier, methods=("GET", "POST"), writes=True)
def profile(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Kind of file, number elsewhere, line under the name."""
    dossier = visible(request, uuid)
    actor = request.actor  # type: ignore[attr-defined]
    now = custom.kind_of(dossier, actor)
    initial: dict[str, Any] = {"version": dossier.version}
    if now is not None:
        initial |= {"kind": now.kind_id, "external_number": now.external_number, "description": now.description}
    form = ProfileForm(request.POST if request.method == "POST" else None, initial=initial)
    context = {**crumbs(dossier), "form": form}
    if request.method == "POST":
        if form.is_valid():
            read = form.cleaned_data
            with errors_on(form):
                services.set_profile(
                    actor=actor,
                    dossier=dossier,
                    kind=read["kind"],
                    external_number=read["external_number"],
                    description=read["description"],
                    expected=read["version"],
                )
                return done(request, "dossiers:own_data", _("Saved."), dossier.uuid)
        return invalid(request, "dossiers/custom_profile.html", context)
    return page(request, "dossiers/custom_profile.html", context)
