"""What a person keeps of lists: saving and managing views, choosing columns."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from parvis.kernel.actor import Actor
from parvis.ui import formats
from parvis.ui.http import done, errors_on, invalid, local_url, page, screen
from parvis.ui.listmemory import VIEW

from ..access import may_keep_lists, may_share_with_centre
from ..forms_lists import ViewForm
from ..models import SavedView
from ..selectors_lists import choice_of, may_change_view, units_to_share_with, views_for
from ..services import lists as services

MOST = 60


def _back(request: HttpRequest) -> str:
    return local_url(request, request.POST.get("next") or request.GET.get("next"), "/desk/")


def _path(request: HttpRequest) -> str:
    return _back(request).split("?")[0].split("#")[0]


def _opened(request: HttpRequest, view: SavedView) -> str:
    """The page of the list with a view's address."""
    address = QueryDict(view.address, mutable=True)
    address[VIEW] = str(view.uuid)
    return f"{_path(request)}?{address.urlencode()}"


def _form(actor: Actor, data: Any = None, view: SavedView | None = None) -> ViewForm:
    initial = {}
    if view is not None:
        initial = {"name": view.name, "shared": f"unit:{view.unit_id}" if view.unit_id else view.shared}
    units = units_to_share_with(actor)
    if view is not None and view.unit_id and view.unit_id not in {unit.pk for unit in units} and view.unit is not None:
        units = [*units, view.unit]
    return ViewForm(
        data,
        units=units,
        centre=may_share_with_centre(actor) or (view is not None and view.shared == SavedView.Shared.CENTRE),
        initial=initial,
        prefix=f"v{view.pk}" if view is not None else None,
    )


def _mine(request: HttpRequest, uuid: UUID) -> SavedView:
    """Raises Http404 for a view that is not this person's to change."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    view = views_for(actor).select_related("unit").filter(uuid=uuid).first()
    if view is None:  # shared with a service that one heads without being its agent
        view = SavedView.objects.exclude(shared=SavedView.Shared.MINE).select_related("unit").filter(uuid=uuid).first()
    if view is None or not may_change_view(actor, view):
        raise Http404("view")
    return view


@screen(access=may_keep_lists, methods=("POST",), creates=True)
def save(request: HttpRequest, key: str) -> HttpResponse:
    """Keep the list as it stands under a name; with the same address it opens again tomorrow."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    form = _form(actor, request.POST)
    address, back = request.POST.get("address", ""), _back(request)
    if form.is_valid():
        with errors_on(form):
            view = services.save_view(actor=actor, key=key, name=form.cleaned_data["name"], address=address, **form.sharing())
            if request.POST.get("opens"):
                services.open_list_with(actor=actor, key=key, view=view)
            return done(request, _opened(request, view), _("View kept: %(name)s") % {"name": view.name})
    return invalid(request, "identity/list_save.html", {"form": form, "key": key, "address": address, "back": back})


@screen(access=may_keep_lists, methods=("POST",))
def columns(request: HttpRequest, key: str) -> HttpResponse:
    """Remember which columns this person wants; none, or "usual": those of the product."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    wanted = [] if "usual" in request.POST else request.POST.getlist("column")
    services.choose_columns(actor=actor, key=key, columns=wanted)
    return done(request, _back(request), _("Columns remembered."))


@screen(access=may_keep_lists, methods=("POST",))
def opens(request: HttpRequest, key: str) -> HttpResponse:
    """The view that the list opens with, or none."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    asked = request.POST.get("view", "")
    view = next((one for one in views_for(actor).filter(list_key=key) if str(one.uuid) == asked), None) if asked else None
    if asked and view is None:
        raise Http404("view")
    services.open_list_with(actor=actor, key=key, view=view)
    return done(request, _manage_url(request, key), _("The list opens like this from now on."))


def _manage_url(request: HttpRequest, key: str) -> str:
    return f"{reverse('identity:lists', args=[key])}?{urlencode({'next': _back(request)})}"


def _context(request: HttpRequest, key: str, wrong: ViewForm | None = None, of: SavedView | None = None) -> dict[str, Any]:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    choice = choice_of(actor, key)
    found = []
    for view in views_for(actor).filter(list_key=key).select_related("owner", "unit")[:MOST]:
        changes = may_change_view(actor, view)
        form = (wrong if of is not None and of.pk == view.pk else _form(actor, view=view)) if changes else None
        found.append(
            {
                "view": view,
                "url": _opened(request, view),
                "mine": view.owner_id == actor.account_id,
                "unit": formats.label(view.unit.name) if view.unit_id and view.unit is not None else "",
                "form": form,
                "opens": bool(choice and choice.opens_with_id == view.pk),
            }
        )
    return {"key": key, "rows": found, "back": _back(request)}


@screen(access=may_keep_lists)
def manage(request: HttpRequest, key: str) -> HttpResponse:
    """All views of a list that this person has: rename, share, remove, open the list with one."""
    return page(request, "identity/lists.html", _context(request, key))


@screen(access=may_keep_lists, methods=("POST",))
def change(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Rename or share; with "take", the view takes over what the list shows now."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    view = _mine(request, uuid)
    if "take" in request.POST:
        unit = view.unit if view.unit_id else None
        taken = services.change_view(
            actor=actor, view=view, name=view.name, shared=view.shared, unit=unit, address=request.POST.get("address", "")
        )
        return done(request, _opened(request, taken), _("View kept: %(name)s") % {"name": taken.name})
    form = _form(actor, request.POST, view)
    if form.is_valid():
        with errors_on(form):
            services.change_view(actor=actor, view=view, name=form.cleaned_data["name"], **form.sharing())
            return done(request, _manage_url(request, view.list_key), _("View changed."))
    return invalid(request, "identity/lists.html", _context(request, view.list_key, form, view))


@screen(access=may_keep_lists, methods=("POST",))
def remove(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Remove a view, for all who had it."""
    view = _mine(request, uuid)
    services.remove_view(actor=request.actor, view=view)  # type: ignore[attr-defined]
    return done(request, _manage_url(request, view.list_key), _("View removed."))
