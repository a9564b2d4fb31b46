"""The person that stands in what is kept of a destroyed dossier: one row, without facts, found by no search."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext, override

from parvis.kernel import clock

from ..models import Person, PersonIndex

NOBODY = UUID("00000000-0000-4000-8000-00000000dead")


def nobody() -> Person:
    """Made the first time; its name is in the centre's language."""
    person, made = Person.unscoped.get_or_create(uuid=NOBODY, defaults={"created_at": clock.now()})
    if made:
        with override(settings.LANGUAGE_CODE):
            name = gettext("(dossier destroyed)")
        PersonIndex.unscoped.create(person=person, display_name=name, sort_key=name.casefold())
    return person
