"""Views and columns of lists, as their reader has them."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.urls import reverse

from parvis.kernel.actor import Actor
from parvis.kernel.statements import Statement
from parvis.ui.listmemory import Memory, View

from .access import may_share_with_centre, may_share_with_unit
from .models import ListChoice, SavedView, Unit

MOST = 60


def views_for(actor: Actor) -> QuerySet[SavedView]:
    """One's own, those of one's services, those of the centre. A view is an address: what it shows depends on the reader's rights."""
    seen = Q(owner=actor.account_id) | Q(shared=SavedView.Shared.CENTRE)
    if actor.units:
        seen |= Q(shared=SavedView.Shared.UNIT, unit__in=sorted(actor.units))
    return SavedView.objects.filter(seen).order_by("name", "pk")


def may_change_view(actor: Actor, view: SavedView) -> bool:
    """Its owner; a shared one also by whoever may share there."""
    if view.owner_id == actor.account_id:
        return True
    if view.shared == SavedView.Shared.UNIT:
        return may_share_with_unit(actor, view.unit_id)
    return view.shared == SavedView.Shared.CENTRE and may_share_with_centre(actor)


def units_to_share_with(actor: Actor) -> list[Unit]:
    """Services whose agents may be given a view. No query for somebody who may give none."""
    held = actor.units_for("chief", "administrator")
    if not held:
        return []
    rows = Unit.objects.filter(is_active=True).order_by("path", "pk")
    return list((rows if None in held else rows.filter(pk__in=[unit for unit in held if unit is not None]))[:200])


_CHOICE, _VIEWS = Statement("identity.list_choice"), Statement("identity.list_views")


def choice_of(actor: Actor, key: str) -> ListChoice | None:
    return _CHOICE.one(
        (),
        lambda at: ListChoice.objects.filter(account=at["account"], list_key=at["list"]).order_by("pk")[:1],
        account=actor.account_id or 0,
        list=key,
    )


def memory_of(actor: Actor, key: str) -> Memory:
    """Two queries."""
    choice = choice_of(actor, key)
    opens = choice.opens_with_id if choice else None
    rows = _VIEWS.rows(actor, lambda at: views_for(actor).filter(list_key=at["list"]).select_related("owner")[:MOST], list=key)
    views = tuple(
        View(
            key=str(row.uuid),
            name=row.name,
            address=row.address,
            shared=row.shared,
            whose="" if row.owner_id == actor.account_id else row.owner.display_name,
            opens=row.pk == opens,
            change_url=reverse("identity:list_view", args=[row.uuid]) if row.owner_id == actor.account_id else "",
        )
        for row in rows
    )
    wanted = choice.columns if choice and isinstance(choice.columns, list) else []
    return Memory(
        views=views,
        columns=tuple(str(one) for one in wanted),
        save_url=reverse("identity:list_save", args=[key]),
        columns_url=reverse("identity:list_columns", args=[key]),
        manage_url=reverse("identity:lists", args=[key]),
    )
