"""Which agents are also persons on file here: kept by the auditor, so that look-ups among colleagues are noticed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from parvis.contacts.api import display_names, search_persons
from parvis.identity.api import OwnPerson, link_own_person, may_audit
from parvis.kernel.actor import Actor
from parvis.ui.http import done, errors_on, invalid, page, screen

from ..forms_access import OwnPersonForm


@screen(access=may_audit, methods=("GET", "POST"), writes=True)
def own_persons(request: HttpRequest) -> HttpResponse:
    """The list, and one form: agent and national number."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    rows = list(OwnPerson.objects.select_related("account").order_by("account__display_name", "pk")[:200])
    names = display_names(row.person_id for row in rows)
    form = OwnPersonForm(request.POST if request.method == "POST" and "number" in request.POST else None)
    context = {"rows": [{"row": row, "name": names.get(row.person_id, "?")} for row in rows], "form": form}
    if request.method != "POST":
        return page(request, "dossiers/own_persons.html", context)
    if "remove" in request.POST:
        account = next((row.account for row in rows if str(row.account.uuid) == request.POST["remove"]), None)
        if account is not None:
            link_own_person(actor=actor, account=account, person_id=None)
        return done(request, "dossiers:own_persons", _("The link is taken away."))
    if form.is_valid():
        number = "".join(char for char in form.cleaned_data["number"] if char.isdecimal())
        found = search_persons(actor=actor, query=number, limit=2) if len(number) == 11 else []
        if len(found) != 1:
            form.add_error("number", _("Nobody on file has this national number."))
        else:
            with errors_on(form):
                link_own_person(actor=actor, account=form.cleaned_data["account"], person_id=found[0][0].pk)
                return done(request, "dossiers:own_persons", _("Noted. Look-ups around this person now ask for a reason."))
    return invalid(request, "dossiers/own_persons.html", context)
