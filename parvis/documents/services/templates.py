"""Letter templates: published in numbered versions, checked before."""

from __future__ import annotations

import tomllib
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

REFERENCE = Path(__file__).resolve().parent.parent / "reference" / "letters.toml"


def template_faults(definition: dict[str, Any]) -> list[str]:
    """What is wrong with a definition, block by block; empty = fit to be published."""
    faults = []
    carried: set[str] = set()
    keys = [block.get("key") for block in definition.get("blocks", [])]
    if not keys:
        faults.append(_("The template has no block."))
    for key in sorted({k for k in keys if keys.count(k) > 1}):
        faults.append(_("Block “%(key)s” appears twice.") % {"key": key})
    for block in definition.get("blocks", []):
        key = block.get("key", "?")
        if block.get("kind") not in KINDS:
            faults.append(_("Block “%(key)s”: unknown kind.") % {"key": key})
            continue
        if block["kind"] != COMPUTED:
            texts = block.get("text", {})
            for language in LANGUAGES:
                if not texts.get(language, "").strip():
                    faults.append(_("Block “%(key)s”: no text in “%(language)s”.") % {"key": key, "language": language})
            fields = {language: set(FIELD.findall(texts.get(language, ""))) for language in LANGUAGES}
            for language in LANGUAGES[1:]:
                for name in sorted(fields[language] ^ fields["fr"]):
                    faults.append(
                        _("Block “%(key)s”: the field {%(name)s} is not in both “fr” and “%(language)s”.")
                        % {"key": key, "name": name, "language": language}
                    )
        for mention in block.get("mentions", []):
            if mention not in MENTIONS:
                faults.append(_("Block “%(key)s”: unknown mention “%(name)s”.") % {"key": key, "name": mention})
        carried |= set(block.get("mentions", []))
    for mention in definition.get("required", []):
        if mention not in MENTIONS:
            faults.append(_("Unknown mention “%(name)s”.") % {"name": mention})
        elif mention not in carried and mention not in {"no_abbreviations", "facts_of_person", "decision_data"}:
            faults.append(_("No block carries the mention “%(name)s”.") % {"name": MENTIONS[mention]})
    return faults


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
