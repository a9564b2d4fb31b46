"""Views of lists and columns: kept, shared, changed, removed (A12)."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext as _

from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.kernel.gestures import gesture
from parvis.kernel.mutations import record
from parvis.kernel.subject import SubjectRef
from parvis.ui.listmemory import LONGEST, clean_address

from ..access import may_keep_lists, may_share_with_centre, may_share_with_unit
from ..errors import ViewRefused
from ..models import ListChoice, SavedView, Unit
from ..selectors_lists import may_change_view, views_for
from .guards import STREAM

MOST = 40
Shared = SavedView.Shared


def view_ref(view: SavedView) -> SubjectRef:
    return SubjectRef("saved_view", view.pk)


def _account(actor: Actor) -> int:
    if not may_keep_lists(actor) or actor.account_id is None:
        raise ViewRefused(_("Only somebody who works here keeps views of lists."), code="not_yours")
    return actor.account_id


def _named(name: str, *, owner: int, key: str, but: int | None = None) -> str:
    name = " ".join(name.split())[:80]
    if not name:
        raise ViewRefused(_("Give the view a name."), field="name", code="name")
    others = SavedView.objects.filter(owner=owner, list_key=key, name=name)
    if (others if but is None else others.exclude(pk=but)).exists():
        raise ViewRefused(_("You already have a view of this list with that name."), field="name", code="name_taken")
    return name


def _shared(actor: Actor, shared: str, unit: Unit | None) -> tuple[str, Unit | None]:
    if shared not in Shared.values:
        raise ViewRefused(_("Choose for whom the view is."), field="shared", code="shared")
    if shared == Shared.UNIT and (unit is None or not may_share_with_unit(actor, unit.pk)):
        raise ViewRefused(_("Only the head of a service, or an administrator, shares views with it."), field="shared", code="not_chief")
    if shared == Shared.CENTRE and not may_share_with_centre(actor):
        raise ViewRefused(
            _("Only an administrator, or a head of the whole centre, shares views with everybody."),
            field="shared",
            code="not_administrator",
        )
    return shared, unit if shared == Shared.UNIT else None


@gesture
def save_view(*, actor: Actor, key: str, name: str, address: str, shared: str = Shared.MINE, unit: Unit | None = None) -> SavedView:
    """Keep what a list shows now under a name.

    Raises:
        ViewRefused: no name, a name taken, too many, an address too long, or sharing that is not this person's to do.
    """
    owner = _account(actor)
    shared, unit = _shared(actor, shared, unit)
    name = _named(name, owner=owner, key=key)
    if SavedView.objects.filter(owner=owner, list_key=key).count() >= MOST:
        raise ViewRefused(_("You have as many views of this list as can be kept. Remove one first."), code="too_many")
    if len(address) > LONGEST:
        raise ViewRefused(_("These filters are too long to be kept."), code="too_long")
    now = clock.now()
    view = SavedView.objects.create(
        list_key=key, name=name, owner_id=owner, shared=shared, unit=unit, address=clean_address(address), created_at=now, changed_at=now
    )
    values = {"list": key, "name": name, "shared": shared, "unit": unit.pk if unit else None}
    record(STREAM, actor=actor, verb="view_saved", subject=view_ref(view), values=values)
    return view


@gesture
def change_view(
    *, actor: Actor, view: SavedView, name: str, shared: str, unit: Unit | None = None, address: str | None = None
) -> SavedView:
    """Rename, share with others or with nobody, take over other filters (``address``).

    Raises:
        ViewRefused: not this person's to change or to share, no name, or a name taken.
    """
    _account(actor)
    view = SavedView.objects.select_for_update().get(pk=view.pk)
    if not may_change_view(actor, view):
        raise ViewRefused(_("This view is not yours to change."), code="not_yours")
    if (shared, unit.pk if unit else None) != (view.shared, view.unit_id):
        shared, unit = _shared(actor, shared, unit)
    name = _named(name, owner=view.owner_id, key=view.list_key, but=view.pk)
    values = {"name": [view.name, name], "shared": [view.shared, shared], "unit": [view.unit_id, unit.pk if unit else None]}
    view.name, view.shared, view.unit, view.changed_at = name, shared, unit, clock.now()
    if address is not None:
        if len(address) > LONGEST:
            raise ViewRefused(_("These filters are too long to be kept."), code="too_long")
        view.address = clean_address(address)
    view.save(update_fields=["name", "shared", "unit", "address", "changed_at"])
    if shared != Shared.CENTRE:  # a list opens with a view only for those who have it
        _forget_where_unseen(view)
    record(STREAM, actor=actor, verb="view_changed", subject=view_ref(view), values=values)
    return view


def _forget_where_unseen(view: SavedView) -> None:
    rows = ListChoice.objects.filter(opens_with=view)
    if view.shared == Shared.MINE:
        rows.exclude(account=view.owner_id).update(opens_with=None)


@gesture
def remove_view(*, actor: Actor, view: SavedView) -> None:
    """Remove it, for all who had it.

    Raises:
        ViewRefused: not this person's.
    """
    _account(actor)
    view = SavedView.objects.select_for_update().get(pk=view.pk)
    if not may_change_view(actor, view):
        raise ViewRefused(_("This view is not yours to change."), code="not_yours")
    record(STREAM, actor=actor, verb="view_removed", subject=view_ref(view), values={"list": view.list_key, "name": [view.name, None]})
    ListChoice.objects.filter(opens_with=view).update(opens_with=None)
    view.delete()


@gesture
def open_list_with(*, actor: Actor, key: str, view: SavedView | None) -> None:
    """From now on the list opens with this view; with None, as the product shows it.

    Raises:
        ViewRefused: a view of another list, or one that this person does not have.
    """
    account = _account(actor)
    if view is not None and (view.list_key != key or not views_for(actor).filter(pk=view.pk).exists()):
        raise ViewRefused(_("This view is not yours to change."), code="not_yours")
    ListChoice.objects.update_or_create(account_id=account, list_key=key, defaults={"opens_with": view})


@gesture
def choose_columns(*, actor: Actor, key: str, columns: Collection[str]) -> None:
    """The columns of a list that this person wants from now on; none named: the usual ones."""
    account = _account(actor)
    kept = [name[:60] for name in dict.fromkeys(columns)][:60]
    ListChoice.objects.update_or_create(account_id=account, list_key=key, defaults={"columns": kept})
