"""What this context adds to the menu and the palette."""

from django.utils.translation import gettext_lazy as _

from parvis.kernel import registries
from parvis.kernel.registries import MenuEntry, PaletteAction, PersonHolder

from .access import may_see_rehearsals, may_take_over
from .services.old_system import may_read_old

registries.menu.register("takeover", MenuEntry("takeover", _("Takeover"), "upload", "takeover:index", may_take_over, 910, "/takeover/"))
registries.palette.register(
    "takeover.new", PaletteAction("takeover.new", _("Take data over from a file"), "takeover:index", may_take_over, 910, "upload")
)
registries.palette.register(
    "takeover.rehearsals",
    PaletteAction("takeover.rehearsals", _("Rehearsal and go-live"), "takeover:rehearsals", may_see_rehearsals, 911, "scale"),
)
registries.palette.register(
    "takeover.old", PaletteAction("takeover.old", _("As in the old system"), "takeover:old", may_read_old, 912, "archive")
)

# What the old system said of a person follows a merge, and its undo; it goes with the person, and keeps nobody.
for _model, _field, _title, _among in (
    ("takeover.Line", "person_id", _("Lines of the takeover"), {}),
    ("takeover.SourceKey", "target_id", _("Numbers of the old system"), {"kind": "person"}),
    ("takeover.PastPayment", "person_id", _("Payments of the old system"), {}),
    ("takeover.Difference", "person_id", _("Differences of a rehearsal"), {}),
):
    registries.person_holders.register(f"{_model}.{_field}", PersonHolder(_model, _field, _title, among=_among, holds=False))
