"""The form of a view of a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from parvis.ui import formats

from .models import SavedView, Unit


class ViewForm(forms.Form):
    """A name, and for whom. Who may share with nobody has no such field."""

    name = forms.CharField(label=_("Name of the view"), max_length=80)
    shared = forms.ChoiceField(label=_("For whom"))

    def __init__(self, *args: Any, units: Sequence[Unit] = (), centre: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units = {f"unit:{unit.pk}": unit for unit in units}
        choices: list[tuple[str, Any]] = [(SavedView.Shared.MINE, _("Only me"))]
        choices += [(key, formats.label(unit.name) or unit.code) for key, unit in self.units.items()]
        if centre:
            choices.append((SavedView.Shared.CENTRE, _("The whole centre")))
        field = self.fields["shared"]
        field.choices = choices  # type: ignore[attr-defined]
        field.initial = SavedView.Shared.MINE
        field.required = not self.is_bound or self.add_prefix("shared") in self.data  # a list's own bar asks for a name only
        if len(choices) == 1:
            del self.fields["shared"]

    def sharing(self) -> dict[str, Any]:
        """``shared`` and ``unit`` for the service."""
        chosen = self.cleaned_data.get("shared") or SavedView.Shared.MINE
        unit = self.units.get(chosen)
        return {"shared": SavedView.Shared.UNIT if unit else chosen, "unit": unit}
