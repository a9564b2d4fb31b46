"""Letter templates: published in numbered versions, checked before."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from parvis.documents.errors import DocumentError
from parvis.documents.letters.blocks import COMPUTED, KINDS
from parvis.documents.letters.drafting import FIELD, LANGUAGES
from parvis.documents.letters.mentions import MENTIONS
from parvis.documents.models import LetterTemplate
from parvis.kernel import canonical, clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.errors import NotAllowed
from parvis.kernel.gestures import gesture
from parvis.kernel.subject import SubjectRef

PARTS = {"title", "subject", "asked_for", "required", "mailing", "attests", "blocks"}
PARTS_OF_BLOCK = {"key", "kind", "heading", "text", "mentions", "when"}
REFERENCE = Path(__file__).resolve().parent.parent / "reference" / "letters.toml"


@dataclass(frozen=True)
class Fault:
    """What is wrong, in which block, and the word by which it is found in the text."""

    text: str
    block: str = ""
    word: str = ""


def template_faults(definition: dict[str, Any]) -> list[str]:
    """What is wrong with a definition, block by block; empty = fit to be published."""
    return [fault.text for fault in faults_of(definition)]


def faults_of(definition: dict[str, Any]) -> list[Fault]:
    shape = list(_shape(definition))
    return shape or [*_blocks(definition), *_mentions(definition)]


def _label(thing: dict[str, Any], name: str) -> Iterator[Fault]:
    value = thing.get(name)
    for language in LANGUAGES:
        if not isinstance(value, dict) or not isinstance(value.get(language), str) or not value[language].strip():
            yield Fault(_("“%(name)s” has no text in “%(language)s”.") % {"name": name, "language": language}, word=f"{name}.{language}")


def _shape(definition: dict[str, Any]) -> Iterator[Fault]:
    """Whether it is a template at all: the rest looks at it without asking again."""
    for name in sorted(set(definition) - PARTS):
        yield Fault(_("“%(name)s” is no part of a template.") % {"name": name}, word=name)
    for name in ("title", "subject"):
        yield from _label(definition, name)
    if "asked_for" in definition:
        yield from _label(definition, "asked_for")
    blocks = definition.get("blocks", [])
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        yield Fault(_("Each block begins with [[blocks]]."), word="blocks")
        return
    for block in blocks:
        key = str(block.get("key", "?"))
        if not isinstance(block.get("key"), str) or not block["key"]:
            yield Fault(_("A block has no key."), word="[[blocks]]")
        for name in sorted(set(block) - PARTS_OF_BLOCK):
            yield Fault(_("Block “%(key)s”: “%(name)s” is no part of a block.") % {"key": key, "name": name}, key, name)
        for name in ("text", "heading"):
            texts = block.get(name, {})
            if not isinstance(texts, dict) or not all(isinstance(one, str) for one in texts.values()):
                yield Fault(_("Block “%(key)s”: a text in each language is needed.") % {"key": key}, key, name)


def _blocks(definition: dict[str, Any]) -> Iterator[Fault]:
    keys = [block.get("key") for block in definition.get("blocks", [])]
    if not keys:
        yield Fault(_("The template has no block."))
    for key in sorted({k for k in keys if keys.count(k) > 1}):
        yield Fault(_("Block “%(key)s” appears twice.") % {"key": key}, word=f'"{key}"')
    for block in definition.get("blocks", []):
        key = block.get("key", "?")
        if block.get("kind") not in KINDS:
            yield Fault(_("Block “%(key)s”: unknown kind.") % {"key": key}, key, "kind")
            continue
        if block["kind"] != COMPUTED:
            texts = block.get("text", {})
            for language in LANGUAGES:
                if not texts.get(language, "").strip():
                    yield Fault(_("Block “%(key)s”: no text in “%(language)s”.") % {"key": key, "language": language}, key)
            fields = {language: set(FIELD.findall(texts.get(language, ""))) for language in LANGUAGES}
            for language in LANGUAGES[1:]:
                for name in sorted(fields[language] ^ fields["fr"]):
                    text = _("Block “%(key)s”: the field {%(name)s} is not in both “fr” and “%(language)s”.")
                    yield Fault(text % {"key": key, "name": name, "language": language}, key, f"{{{name}}}")
        for mention in block.get("mentions", []):
            if mention not in MENTIONS:
                yield Fault(_("Block “%(key)s”: unknown mention “%(name)s”.") % {"key": key, "name": mention}, key, str(mention))


def _mentions(definition: dict[str, Any]) -> Iterator[Fault]:
    carried = {mention for block in definition.get("blocks", []) for mention in block.get("mentions", [])}
    for mention in definition.get("required", []):
        if mention not in MENTIONS:
            yield Fault(_("Unknown mention “%(name)s”.") % {"name": mention}, word=str(mention))
        elif mention not in carried and mention not in {"no_abbreviations", "facts_of_person", "decision_data"}:
            yield Fault(_("No block carries the mention “%(name)s”.") % {"name": MENTIONS[mention]}, word=str(mention))


@gesture
def publish_template(*, actor: Actor, key: str, definition: dict[str, Any]) -> LetterTemplate:
    """Publish the next number of a template; the same definition again gives the number that exists.

    Raises:
        NotAllowed: the actor is not an administrator.
        DocumentError: the definition has faults, all of them said.
    """
    if not (actor.is_system or actor.has("administrator")):
        raise NotAllowed(_("Only an administrator publishes a letter template."))
    if faults := template_faults(definition):
        raise DocumentError(" ".join(faults), field="definition", code="template")
    digest = canonical.digest(definition)
    latest = LetterTemplate.objects.filter(key=key).order_by("-number").first()
    if latest is not None and latest.digest == digest:
        return latest
    row = LetterTemplate(
        key=key,
        number=latest.number + 1 if latest else 1,
        title=definition["title"],
        definition=definition,
        digest=digest,
        published_at=clock.now(),
        author_label=actor.label[:191],
    )
    row.save(force_insert=True)
    mutations.record(
        "context:documents",
        actor=actor,
        verb="template.published",
        subject=SubjectRef("letter_template", row.pk),
        values={"key": key, "number": row.number, "digest": digest},
    )
    return row


def reference() -> dict[str, dict[str, Any]]:
    """The seeded templates, their shared blocks put in."""
    data = tomllib.loads(REFERENCE.read_text(encoding="utf-8"))
    out = {}
    for key, template in data["template"].items():
        blocks = []
        for name in template["blocks"]:
            block = {"key": name, **data["block"][name]}
            if "text" in block:
                block["text"] = {language: text.strip() for language, text in block["text"].items()}
            blocks.append(block)
        out[key] = {**template, "blocks": blocks}
    return out


@gesture
def load_reference(*, actor: Actor) -> int:
    """Publish the seeded templates that have no version yet. Returns how many."""
    known = set(LetterTemplate.objects.values_list("key", flat=True))
    fresh = {key: definition for key, definition in reference().items() if key not in known}
    for key, definition in fresh.items():
        publish_template(actor=actor, key=key, definition=definition)
    return len(fresh)
