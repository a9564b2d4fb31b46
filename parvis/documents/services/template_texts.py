"""A template edited as text: everything that is wrong with its line, and its publication under the next number."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from parvis.documents.errors import DocumentError
from parvis.documents.letters.drafting import FIELD, usual_fields
from parvis.documents.letters.mentions import LATER
from parvis.documents.letters.source import Unreadable, places, read
from parvis.documents.models import LetterTemplate
from parvis.kernel.actor import Actor
from parvis.kernel.gestures import gesture
from parvis.kernel.registries import letter_fields

from .templates import faults_of, publish_template, reference

BRACES = re.compile(r"\{([^{}\n]*)\}")
MOST = 200_000


@dataclass(frozen=True)
class Found:
    """What is wrong, and the lines on which it stands."""

    text: str
    lines: tuple[int, ...] = ()


@dataclass(frozen=True)
class Checked:
    """A text that was looked at: its definition when it can be read, and everything that keeps it from being published."""

    definition: dict[str, Any] | None
    found: list[Found] = field(default_factory=list)


def fields_for(key: str, *, mailing: bool) -> dict[str, str]:
    """Names that a template of this key may use, with their words where they have some: those of its letter (what any version of it used, and the
    one brought along), those that every letter has, and those of the centre."""
    names: set[str] = {*usual_fields(), *LATER, "asked_for"}
    versions = [*LetterTemplate.objects.filter(key=key).values_list("definition", flat=True), reference().get(key, {})]
    for definition in versions:
        for _block, text in _texts(definition):
            names.update(FIELD.findall(text))
    found = dict.fromkeys(sorted(names), "")
    for more in letter_fields.all():
        found |= more(key, mailing)
    return found


def _texts(definition: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for block in definition.get("blocks", ()):
        for texts in (block.get("text", {}), block.get("heading", {})):
            for text in texts.values():
                yield str(block.get("key", "")), str(text)


def check_text(key: str, text: str) -> Checked:
    """Look at a text without keeping it."""
    if len(text) > MOST:
        return Checked(None, [Found(_("This text is too long for a letter."))])
    try:
        definition = read(text)
    except Unreadable as error:
        return Checked(None, [Found(str(error), (error.line,) if error.line else ())])
    faults = faults_of(definition)
    found = [Found(one.text, tuple(places(text, one.block, one.word) or places(text, one.block))) for one in faults]
    if not faults or all(one.block for one in faults):
        found += _unknown(text, definition, fields_for(key, mailing=bool(definition.get("mailing"))))
    return Checked(definition, found)


def _unknown(text: str, definition: Mapping[str, Any], known: Mapping[str, str]) -> Iterator[Found]:
    """Names in braces that no letter of this kind knows, each with the block and the lines on which it stands."""
    said: set[tuple[str, str]] = set()
    for key, written in _texts(definition):
        for found in BRACES.finditer(written):
            name = found[1]
            if name in known or (key, name) in said:
                continue
            said.add((key, name))
            near = difflib.get_close_matches(name.strip(), list(known), n=1, cutoff=0.6)
            message = _("Block “%(key)s”: {%(name)s} is no field of this letter.") % {"key": key, "name": name}
            if near:
                message = f"{message} {_('Did you mean {%(name)s}?') % {'name': near[0]}}"
            yield Found(message, tuple(places(text, key, f"{{{name}}}")))
        left = BRACES.sub("", written)
        if ("{" in left or "}" in left) and (key, "{") not in said:
            said.add((key, "{"))
            yield Found(_("Block “%(key)s”: a brace { or } has no partner.") % {"key": key}, tuple(places(text, key)))
    for language, subject in definition.get("subject", {}).items():
        if "{" in subject:
            yield Found(_("The subject takes no fields."), tuple(places(text, "", f"subject.{language}")))


@gesture
def publish_text(*, actor: Actor, key: str, text: str, after: int) -> LetterTemplate:
    """Publish a text as the next number of a template that there is.

    Args:
        after: the number that the author had before them.

    Raises:
        NotAllowed: the actor is not an administrator.
        DocumentError: the text has faults, or somebody published in the meantime.
    """
    latest = LetterTemplate.objects.filter(key=key).order_by("-number").first()
    if latest is None or latest.number != after:
        raise DocumentError(_("Somebody published another version in the meantime. Look at it before you publish yours."), code="stale")
    checked = check_text(key, text)
    if checked.definition is None or checked.found:
        raise DocumentError(" ".join(one.text for one in checked.found), field="source", code="template")
    return publish_template(actor=actor, key=key, definition=checked.definition)
