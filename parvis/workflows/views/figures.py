"""How often a file changes hands, and how long a task lies in them: by service and month, for who leads."""

from __future__ import annotations

import csv
import io

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from parvis.kernel import asof
from parvis.ui import formats, stepup
from parvis.ui.http import page, screen
from parvis.ui.logged import export_log
from parvis.ui.sheets import harmless

from .. import access
from ..figures import FEWEST_FILES, FEWEST_HANDS, Line, hand_over_lines

_logged = export_log("workflows", "workflows.figures_exported", "hand_over_figures")


@screen(access=access.may_read_figures)
def hand_overs(request: HttpRequest) -> HttpResponse:
    lines = hand_over_lines(request.actor)  # type: ignore[attr-defined]
    if request.GET.get("export") == "csv":
        stepup.require(request, back=stepup.without(request, "export"))
        _logged(request.actor, "csv", len(lines))  # type: ignore[attr-defined]
        return _csv(lines)
    context = {
        "view": asof.view(),
        "months": [(month, [line for line in lines if line.month == month]) for month in dict.fromkeys(line.month for line in lines)],
        "files": FEWEST_FILES,
        "hands": FEWEST_HANDS,
    }
    return page(request, "workflows/figures.html", context)


def _csv(lines: list[Line]) -> HttpResponse:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow([_("Month"), _("Service"), _("Dossiers"), _("Hand-overs per file"), _("Days with one holder")])
    for line in lines:
        few = _("too few")
        cells = [few] * 3 if line.hidden else [line.files, formats.number(line.per_file, 1), formats.number(line.days, 1)]
        row = [f"{line.month:%Y-%m}", formats.label(line.unit.name), *cells]
        writer.writerow([harmless(str(cell)) for cell in row])
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="hand-overs-{asof.day():%Y-%m-%d}.csv"'
    return response
