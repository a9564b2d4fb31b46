"""The verifier of decision packs. Reads files only: no database, no network.

A pack file is one canonical JSON object {"format", "pack", "sha256"}. Its bytes must be exactly the canonical bytes, its hash
the hash of the pack, and the pack must agree with itself: outcome, letter, votes, amounts.
"""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from parvis.kernel import canonical

FORMAT = "parvis.decision-pack/1"
OUTCOMES = {"granted", "adjusted", "refused", "postponed", "more_info"}
SECTIONS = ("decision", "request", "dossier", "person", "proposed", "decided", "facts", "calculations", "roll", "annexes")


def envelope(pack: dict[str, Any]) -> str:
    """The file text of a pack: canonical, hash included, with a final newline."""
    return canonical.dumps({"format": FORMAT, "pack": pack, "sha256": canonical.digest(pack)}) + "\n"


def verify_text(text: str, *, expected: str | None = None) -> list[str]:
    """Problems of a pack file's text; empty = sound. `expected`: the hash from the decision row or the minutes."""
    try:
        document = json.loads(text, parse_float=Decimal)
    except ValueError as error:
        return [f"not JSON: {error}"]
    if not isinstance(document, dict) or set(document) != {"format", "pack", "sha256"}:
        return ["not a decision pack: format, pack and sha256 are expected"]
    if document["format"] != FORMAT:
        return [f"unknown format {document['format']!r}, expected {FORMAT!r}"]
    pack = document["pack"]
    problems: list[str] = []
    try:
        digest, same_bytes = canonical.digest(pack), canonical.dumps(document) + "\n" == text
    except TypeError as error:
        return [f"not canonical: {error}"]
    if digest != document["sha256"]:
        problems.append(f"the hash does not match: the file says {document['sha256']}, its content gives {digest}")
    if expected is not None and digest != expected:
        problems.append(f"not the pack of this decision: expected {expected}, got {digest}")
    if not same_bytes:
        problems.append("the bytes are not the canonical bytes: the file was rewritten")
    if not isinstance(pack, dict):
        return [*problems, "the pack is not an object"]
    missing = [name for name in SECTIONS if name not in pack]
    if missing:
        return [*problems, "missing sections: " + ", ".join(missing)]
    return problems + _coherence(pack)


def _coherence(pack: dict[str, Any]) -> list[str]:
    problems: list[str] = []
    try:
        decision = pack["decision"]
        if decision["outcome"] not in OUTCOMES:
            problems.append(f"unknown outcome {decision['outcome']!r}")
        if decision["deviates"] and not decision["reason"].strip():
            problems.append("the decision deviates from the proposal without words")
        votes = pack.get("votes") or {}
        cast = sum(int(votes.get(name) or 0) for name in ("for", "against", "abstain"))
        entitled = [m for m in pack["roll"] if m["present"] and m["voting"] and not m["recused"]]
        if pack.get("quorum") and len(entitled) != pack["quorum"]["counted"]:
            problems.append("the quorum does not agree with the roll")
        if pack.get("quorum") and len(entitled) < pack["quorum"]["needed"]:
            problems.append("the case had no quorum")
        if cast > len(entitled):
            problems.append("more votes than entitled members")
        for calculation in pack["calculations"]:
            problems += _calculation(calculation)
        amounts = {str(c["id"]): Decimal(str(c["amount"])) for c in pack["calculations"]}
        if decision["outcome"] == "granted":
            for provision in pack["decided"]["provisions"]:
                known = amounts.get(str(provision.get("calculation_id")))
                if known is not None and known != Decimal(provision["amount"]):
                    problems.append(f"provision {provision['key']}: {provision['amount']} is not the computed {known}")
        if decision["outcome"] in {"granted", "adjusted", "refused"} and not pack["decided"]["blocks"]:
            problems.append("the letter is empty")
    except (KeyError, TypeError, ValueError, InvalidOperation, AttributeError) as error:
        problems.append(f"the pack is damaged: {type(error).__name__} {error}")
    return problems


def _calculation(calculation: dict[str, Any]) -> list[str]:
    from parvis.rules.api import recompute_from_tree

    try:
        amount = recompute_from_tree(calculation["tree"])
    except Exception as error:  # whatever a foreign tree does, it is a finding and not a crash
        return [f"calculation {calculation.get('id')}: the tree cannot be recomputed ({type(error).__name__}: {error})"]
    if amount != Decimal(str(calculation["amount"])):
        return [f"calculation {calculation.get('id')}: the tree gives {amount}, the pack says {calculation['amount']}"]
    return []


def verify_pack(path: str | Path, pdf: str | Path | None = None, *, expected: str | None = None) -> list[str]:
    """Problems of the pack in a file; empty = sound. With `pdf`, the letter is rendered again from the pack and compared byte by byte."""
    try:
        text = Path(path).read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return [f"cannot read {path}: {error}"]
    problems = verify_text(text, expected=expected)
    if pdf is not None and not problems:
        from .letters import render_pack_pdf

        try:
            given = Path(pdf).read_bytes()
        except OSError as error:
            return [f"cannot read {pdf}: {error}"]
        if render_pack_pdf(json.loads(text)["pack"]) != given:
            problems.append("the PDF is not the letter of this pack")
    return problems
