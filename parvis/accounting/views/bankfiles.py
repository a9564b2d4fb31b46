"""Files of the bank: upload, list, and the report line by line."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from parvis.kernel import asof
from parvis.ui.http import Request, done, errors_on, invalid, page, screen

from .. import access
from ..bankxml import MAX_BYTES
from ..enums import Finding
from ..errors import UnreadableBankFile
from ..explanations import explain
from ..forms import BankFileForm
from ..models import BankFile, BankFileLine
from ..reasons import in_words
from ..services.bankfiles import import_bank_file

PAGE = 100
KINDS = {
    Finding.ACCEPTED: ("ok", "check"),
    Finding.BOOKED: ("ok", "checks"),
    Finding.REJECTED: ("late", "alert"),
    Finding.RETURNED: ("late", "undo"),
    Finding.PENDING: ("info", "hourglass"),
    Finding.REPEATED: ("", "copy"),
    Finding.REFUSED: ("warn", "ban"),
}


@screen(access=access.may_read_bank_files, methods=("GET", "POST"), creates=True, name="accounting.bank_files")
def index(request: Request) -> HttpResponse:
    """Upload a file; those that were read."""
    until = asof.until()
    may_import = until is None and access.may_import(request.actor)
    form = BankFileForm(request.POST or None, request.FILES or None) if request.method == "POST" else BankFileForm()
    if request.method == "POST":
        if not may_import:
            raise Http404("import")
        if form.is_valid():
            with errors_on(form):
                upload = form.cleaned_data["files"]
                if upload.size > MAX_BYTES:
                    raise UnreadableBankFile(
                        _("The file is larger than 20 MB. Ask the bank for smaller files."), field="files", code="size"
                    )
                report = import_bank_file(actor=request.actor, content=upload.read(), name=upload.name.rsplit("/", 1)[-1][:191])
                message = (
                    _("This file was read before: nothing was done a second time.")
                    if report.already
                    else _("Read: %(matched)s matched, %(rejected)s rejected, %(refused)s refused.")
                    % {"matched": report.matched, "rejected": report.rejected, "refused": report.refused}
                )
                return done(request, "accounting:bank_file", message, report.file.uuid)
    after = request.GET.get("after", "")
    rows = BankFile.objects.visible_to(request.actor).defer("content")
    if until is not None:
        rows = rows.filter(received_at__lt=until)
    if after.isdecimal():
        rows = rows.filter(pk__lt=int(after))
    files = list(rows.order_by("-pk")[:51])
    context = {
        "form": form,
        "may_import": may_import,
        "files": files[:50],
        "pager": {"next": f"?after={files[49].pk}" if len(files) > 50 else "", "previous": "?" if after else "", "text": ""}
        if len(files) > 50 or after
        else None,
    }
    return (
        invalid(request, "accounting/bank_files.html", context)
        if request.method == "POST"
        else page(request, "accounting/bank_files.html", context)
    )


@screen(access=access.may_read_bank_files, name="accounting.bank_file")
def report(request: Request, uuid: Any) -> HttpResponse:
    """What became of each line, said once when the file was read; on a day before it came, it is not there."""
    found = BankFile.objects.visible_to(request.actor).defer("content").filter(uuid=uuid).first()
    until = asof.until()
    if found is None or (until is not None and found.received_at >= until):
        raise Http404("bank file")
    rows = BankFileLine.objects.visible_to(request.actor).filter(file=found)
    finding = request.GET.get("finding", "")
    if finding in Finding.values:
        rows = rows.filter(finding=finding)
    after = request.GET.get("after", "")
    if after.isdecimal():
        rows = rows.filter(position__gt=int(after))
    lines = list(rows.select_related("line", "order").order_by("position")[: PAGE + 1])
    more = len(lines) > PAGE
    lines = lines[:PAGE]
    query = f"&finding={finding}" if finding in Finding.values else ""
    return page(
        request,
        "accounting/bank_file.html",
        {
            "file": found,
            "lines": [
                {
                    "row": row,
                    "kind": KINDS[Finding(row.finding)][0],
                    "icon": KINDS[Finding(row.finding)][1],
                    "explanation": explain(row.explanation),
                    "reason": in_words(row.reason_code, row.bank_text) if row.reason_code or row.bank_text else "",
                }
                for row in lines
            ],
            "finding": finding,
            "findings": Finding.choices,
            "pager": {
                "next": f"?after={lines[-1].position}{query}" if more else "",
                "previous": f"?{query.lstrip('&')}" if after else "",
                "text": "",
            }
            if more or after
            else None,
        },
    )
