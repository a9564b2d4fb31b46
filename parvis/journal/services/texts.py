"""Texts of the centre."""

from __future__ import annotations

from django.utils.translation import gettext as _

from parvis.kernel import mutations
from parvis.kernel.actor import Actor
from parvis.kernel.errors import NotAllowed
from parvis.kernel.gestures import gesture
from parvis.kernel.subject import SubjectRef

from .. import access
from ..enums import WRITTEN_KINDS
from ..errors import InvalidEntry
from ..models import NoteTemplate

LANGUAGES = ("fr", "nl", "de", "en")


@gesture
def save_text(
    *,
    actor: Actor,
    kind: str,
    titles: dict[str, str],
    texts: dict[str, str],
    active: bool = True,
    template: NoteTemplate | None = None,
) -> NoteTemplate:
    """Keep a text to begin entries with; a language that is left empty is read in the first one that is filled.

    Raises:
        InvalidEntry: no title or no text in any language.
        NotAllowed: neither a head of service nor an administrator.
    """
    if not (actor.is_system or access.can_keep_texts(actor)):
        raise NotAllowed(_("Only heads of service and administrators keep the texts of the centre."))
    titles = {code: " ".join(titles.get(code, "").split())[:120] for code in LANGUAGES if titles.get(code, "").strip()}
    texts = {code: texts[code].strip()[:5000] for code in LANGUAGES if texts.get(code, "").strip()}
    if kind not in WRITTEN_KINDS:
        raise InvalidEntry(_("This value is not in the list."), field="kind", code="kind")
    if not titles:
        raise InvalidEntry(_("Give the text a title in at least one language."), field="title_fr", code="title")
    if not texts:
        raise InvalidEntry(_("Write the text in at least one language."), field="text_fr", code="text")
    row = template or NoteTemplate()
    row.kind, row.titles, row.texts, row.active = kind, titles, texts, active
    row.save()
    mutations.record(
        "context:journal",
        actor=actor,
        verb="journal.text",
        subject=SubjectRef("journal_text", row.pk),
        values={"kind": kind, "titles": titles, "texts": texts, "active": active},
    )
    return row
