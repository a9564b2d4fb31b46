"""What an answer says that is no success: RFC 9457, with what, where and what to do."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext_lazy as _

#: Code to status, title and what to do. The code closes the address in ``type``.
KINDS: dict[str, tuple[int, Any, Any]] = {
    "no-token": (401, _("No token"), _("Send the header “Authorization: Bearer” with a token made on the page “My account”.")),
    "token-unknown": (401, _("This token is not known"), _("Copy it whole, or make a new one: it was shown once.")),
    "token-over": (401, _("This token no longer works"), _("Make a new one on the page “My account”.")),
    "account-closed": (401, _("The account of this token is closed"), _("Ask an administrator of the centre.")),
    "no-function": (403, _("The holder of this token has no function today"), _("Ask an administrator of the centre.")),
    "scope-missing": (403, _("This token does not open this part"), _("Make a token that names it, if the work needs it.")),
    "reason-needed": (
        403,
        _("This file asks for a reason first"),
        _("Open it on the page given here, write why, and ask again: the reason holds for the program too."),
    ),
    "not-found": (404, _("Nothing here for you"), _("Check the number. What lies outside the rights of the holder looks the same as nothing.")),
    "method": (405, _("This interface only reads"), _("Use GET.")),
    "destroyed": (410, _("This file was destroyed lawfully"), _("Delete your copy as well.")),
    "not-understood": (422, _("The question cannot be read"), _("Correct what is named here. Days are written 2026-12-31, instants 2026-12-31T08:00:00Z.")),
    "too-many": (429, _("Too many calls in this minute"), _("Wait as long as the header “Retry-After” says.")),
}  # fmt: skip


class Problem(Exception):
    """Ends a call. ``more`` is added to the document."""

    def __init__(self, code: str, detail: Any = "", **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.more = more


def document(request: HttpRequest, problem: Problem) -> HttpResponse:
    status, title, todo = KINDS[problem.code]
    body = {
        "type": f"/api/#{problem.code}",
        "title": str(title),
        "status": status,
        "detail": str(problem.detail or title),
        "instance": request.path,
        "todo": str(todo),
        **problem.more,
    }
    response = JsonResponse(body, status=status, content_type="application/problem+json")
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="parvis"'
    if status == 405:
        response.headers["Allow"] = "GET"
    return response
