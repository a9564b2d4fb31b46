"""Published processes, read by everybody in the house; a new version checked, then published, by an administrator."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from parvis.kernel import registries
from parvis.ui.http import done, invalid, page, screen

from .. import access, selectors
from ..errors import ModelRefused
from ..forms import PublishForm, PublishTextForm
from ..models import ProcessVersion
from ..services import publishing


@screen(access=access.may_read_models)
def index(request: HttpRequest) -> HttpResponse:
    """Each process in its latest version."""
    rows = selectors.processes()
    return page(request, "workflows/index.html", {"processes": rows, "may_publish": access.may_publish(request.actor)})  # type: ignore[attr-defined]


@screen(access=access.may_read_models)
def process(request: HttpRequest, key: str) -> HttpResponse:
    """The steps of a process as a list, and its versions."""
    versions = selectors.versions(key)
    if not versions:
        raise Http404
    asked = request.GET.get("version", "")
    shown = next((one for one in versions if str(one.number) == asked), versions[0])
    steps = [
        {**data, "queue_name": selectors.queue_label(data["queue"]), "page": _page_name(data["screen"])} for data in shown.outline["steps"]
    ]
    return page(
        request,
        "workflows/process.html",
        {
            "version": shown,
            "versions": versions,
            "running": selectors.running_counts(key),
            "steps": steps,
            "may_publish": access.may_publish(request.actor),  # type: ignore[attr-defined]
        },
    )


def _page_name(key: str) -> Any:
    """What people call the page on which a step is done; empty for the general one."""
    return registries.screens.get(key).title if key in registries.screens else ""


@screen(access=access.may_read_models)
def download(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """The file as it was published."""
    version = ProcessVersion.objects.filter(key=key, number=number).first()
    if version is None:
        raise Http404
    response = HttpResponse(version.xml.encode("utf-8"), content_type="application/xml; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{key}-{number}.bpmn"'
    return response


@screen(access=access.may_publish, methods=("GET", "POST"), creates=True)
def publish(request: HttpRequest) -> HttpResponse:
    """First the check, with every fault by its line; then, of the same text, the publication."""
    template = "workflows/publish.html"
    if request.method == "GET":
        return page(request, template, {"form": PublishForm()})
    if "xml" in request.POST:
        text = PublishTextForm(request.POST)
        if not text.is_valid():
            return invalid(request, template, {"form": PublishForm()})
        try:
            version = publishing.publish_process(
                actor=request.actor,  # type: ignore[attr-defined]
                xml=text.cleaned_data["xml"].replace("\r\n", "\n").encode("utf-8"),
                note=text.cleaned_data["note"],
            )
        except ModelRefused as error:
            return invalid(request, template, {"form": PublishForm(), "problems": error.problems})
        message = _("Version %(number)d is published: new cases take it, running ones keep theirs.") % {"number": version.number}
        return done(request, reverse("workflows:process", args=[version.key]), message)
    form = PublishForm(request.POST, request.FILES)
    if not form.is_valid():
        return invalid(request, template, {"form": form})
    return _checked(request, template, form)


def _checked(request: HttpRequest, template: str, form: PublishForm) -> HttpResponse:
    xml: bytes = form.cleaned_data["file"]
    model, problems = publishing.check_model(xml)
    context: dict[str, Any] = {"form": PublishForm(), "problems": problems}
    if problems or model is None:
        return invalid(request, template, context)
    latest = next(iter(selectors.versions(model.key)), None)
    context |= {
        "model": model,
        "steps": [{"title": step.title, "queue_name": selectors.queue_label(step.queue)} for step in model.ordered_steps()],
        "latest": latest,
        "confirm": PublishTextForm(initial={"xml": xml.decode("utf-8"), "note": form.cleaned_data["note"]}),
    }
    return page(request, template, context)
