"""Sealing and verifying the mutation journal.

Each minute a job chains all heads into a master line, signs it with a key that is not in the database, and appends it to
``instance/seals/``. Whoever holds database, key and every copy of the seals can rewrite history; so send seals elsewhere.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

from parvis.kernel import canonical, clock
from parvis.kernel.mutations import line_hash, value_digest


@dataclass
class Report:
    lines: int = 0
    streams: int = 0
    seals: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.problems

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "ok": self.ok}


def _sign(text: str) -> str:
    return hmac.new(settings.PARVIS_SEAL_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


def seals_folder() -> Path:
    return Path(settings.PARVIS_INSTANCE) / "seals"


def seal() -> int | None:
    """Seal the present heads. Returns the seal's number, None when nothing changed since the last one."""
    from parvis.kernel.models import ChainHead, MasterSeal

    heads = list(ChainHead.objects.order_by("stream").values_list("stream", "length", "last_hash"))
    if not heads:
        return None
    digest = canonical.digest([list(head) for head in heads])
    last = MasterSeal.objects.order_by("-number").first()
    if last is not None and last.heads_digest == digest:
        return None
    number = (last.number if last else 0) + 1
    previous = last.seal if last else ""
    at = clock.now()
    signature = _sign(canonical.dumps([number, at, digest, len(heads), previous]))
    row = MasterSeal.objects.create(number=number, sealed_at=at, heads_digest=digest, streams=len(heads), previous=previous, seal=signature)
    folder = seals_folder()
    folder.mkdir(parents=True, exist_ok=True)
    line = {
        "number": number,
        "at": at.isoformat(),
        "digest": digest,
        "streams": len(heads),
        "previous": previous,
        "seal": signature,
        "heads": heads,
    }
    with (folder / f"{at:%Y-%m}.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")
    return row.number


def _verify_chains(report: Report) -> dict[str, dict[int, str]]:
    from parvis.kernel.models import ChainHead, MutationLine, MutationValue

    at_length: dict[str, dict[int, str]] = {}
    stream, previous, number = "", "", 0
    ends: dict[str, tuple[int, str]] = {}
    for line in MutationLine.objects.order_by("stream", "number").iterator(chunk_size=5000):
        if line.stream != stream:
            stream, previous, number = line.stream, "", 0
            report.streams += 1
        report.lines += 1
        if line.number != number + 1:
            report.problems.append(f"{stream}: line {number + 1} is missing (next is {line.number})")
        if line.previous_hash != previous:
            report.problems.append(f"{stream}: line {line.number} does not follow the line before it")
        if line_hash(line.previous_hash, line.body) != line.hash:
            report.problems.append(f"{stream}: line {line.number} was changed")
        else:
            body = json.loads(line.body)
            shown = (
                line.verb,
                f"{line.subject_type}:{line.subject_id}",
                line.actor_id,
                line.actor_label,
                line.recorded_at.isoformat(),
                line.number,
                line.behalf_id,
            )
            told = (
                body["verb"],
                body["subject"],
                body["actor"][0],
                body["actor"][1][:191],
                body["at"],
                body["number"],
                body["for"][0],
            )
            if shown != told:
                report.problems.append(f"{stream}: the columns of line {line.number} differ from what was chained")
        number, previous = line.number, line.hash
        ends[stream] = (number, previous)
        at_length.setdefault(stream, {})[number] = previous
    for head in ChainHead.objects.order_by("stream"):
        if ends.get(head.stream, (0, "")) != (head.length, head.last_hash):
            report.problems.append(
                f"{head.stream}: the chain ends at line {ends.get(head.stream, (0, ''))[0]}, its head says {head.length}"
            )
    for stream in sorted(set(ends) - set(ChainHead.objects.values_list("stream", flat=True))):
        report.problems.append(f"{stream}: the chain has lines but no head")
    for value in MutationValue.objects.select_related("line").iterator(chunk_size=5000):
        told = json.loads(value.line.body)["values"].get(value.field)
        if value.destroyed_at is None and told != value_digest(value.salt, value.field, value.old, value.new):
            report.problems.append(f"{value.line.stream}: the value of {value.field} in line {value.line.number} was changed")
    return at_length


def _verify_seals(report: Report, at_length: dict[str, dict[int, str]]) -> None:
    from parvis.kernel.models import MasterSeal

    rows = {row.number: row for row in MasterSeal.objects.order_by("number")}
    previous = ""
    for number, row in rows.items():
        report.seals += 1
        if row.previous != previous:
            report.problems.append(f"seal {number} does not follow the seal before it")
        if row.seal != _sign(canonical.dumps([row.number, row.sealed_at, row.heads_digest, row.streams, row.previous])):
            report.problems.append(f"seal {number} was not made with this instance's key")
        previous = row.seal
    seen: set[int] = set()
    for path in sorted(seals_folder().glob("*.jsonl")):
        for text in path.read_text(encoding="utf-8").splitlines():
            line = json.loads(text)
            seen.add(line["number"])
            kept = rows.get(line["number"])
            if kept is None or kept.seal != line["seal"]:
                report.problems.append(f"seal {line['number']} in {path.name} is not the one in the database")
            if canonical.digest(line["heads"]) != line["digest"]:
                report.problems.append(f"seal {line['number']} in {path.name}: its list of heads was changed")
            for stream, length, head in line["heads"]:
                if at_length.get(stream, {}).get(length) != head:
                    report.problems.append(f"{stream}: line {length} is not the one that seal {line['number']} covers")
    for number in sorted(set(rows) - seen):
        report.problems.append(f"seal {number} is missing from {seals_folder()}")


def verify() -> Report:
    """Recompute every chain, compare heads and seals, in the database and in the folder."""
    report = Report()
    _verify_seals(report, _verify_chains(report))
    return report
