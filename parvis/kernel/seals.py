"""Sealing and verifying the mutation journal.

Each minute a job chains all heads into a master line, signs it with a key that is not in the database, and appends it to
``instance/seals/``. A line names the heads that moved, and holds a digest over all: in a large centre, kilobytes a minute and not megabytes. Whoever holds database, key and every copy of the seals can rewrite history; so send seals elsewhere.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F

from parvis.kernel import canonical, clock
from parvis.kernel.erasure import VALUES, warrant_problems
from parvis.kernel.mutations import line_hash, value_digest

# Form of a line. 1 (no such key): every head in every line, and a plain digest of that list.
FORM = 2


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


class Heads:
    """All heads under one digest, by bucket: what changes costs its own bucket, not the whole, in sealing and in verifying."""

    BUCKETS = 1024

    def __init__(self) -> None:
        self._heads: list[dict[str, tuple[int, str]]] = [{} for _ in range(self.BUCKETS)]
        self._digests = [""] * self.BUCKETS

    def put(self, heads: Iterable[tuple[str, int, str]]) -> None:
        touched = set()
        for stream, length, last_hash in heads:
            bucket = int(hashlib.sha256(stream.encode()).hexdigest()[:8], 16) % self.BUCKETS
            self._heads[bucket][stream] = (length, last_hash)
            touched.add(bucket)
        for bucket in touched:
            self._digests[bucket] = canonical.digest([[stream, *head] for stream, head in sorted(self._heads[bucket].items())])

    def root(self) -> str:
        return canonical.digest(["heads", FORM, *self._digests])


def seal() -> int | None:
    """Seal the present heads. Returns the seal's number, None when nothing changed since the last one.

    The line names the heads that moved since the last seal and a digest over all of them; the first line of a month names them all, so
    that the file of a month can be verified alone.
    """
    from parvis.kernel.models import ChainHead, MasterSeal

    if not ChainHead.objects.exclude(sealed_length=F("length")).exists():
        return None
    with transaction.atomic():
        heads = list(ChainHead.objects.order_by("stream"))
        moved = [head for head in heads if head.sealed_length != head.length]
        known = Heads()
        known.put((head.stream, head.length, head.last_hash) for head in heads)
        last = MasterSeal.objects.order_by("-number").first()
        number = (last.number if last else 0) + 1
        previous = last.seal if last else ""
        at, digest = clock.now(), known.root()
        signature = _sign(canonical.dumps([number, at, digest, len(heads), previous]))
        MasterSeal.objects.create(number=number, sealed_at=at, heads_digest=digest, streams=len(heads), previous=previous, seal=signature)
        for head in moved:
            head.sealed_length = head.length
        ChainHead.objects.bulk_update(moved, ["sealed_length"], batch_size=300)
        folder = seals_folder()
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{at:%Y-%m}.jsonl"
        full = not path.exists() or len(moved) == len(heads)
        line = {
            "form": FORM,
            "number": number,
            "at": at.isoformat(),
            "digest": digest,
            "streams": len(heads),
            "previous": previous,
            "seal": signature,
            "full": full,
            "heads": [[head.stream, head.length, head.last_hash] for head in (heads if full else moved)],
        }
        # Last in the transaction: a line that cannot be written leaves no seal that would be missing from the folder.
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
    return number


def _verify_chains(report: Report) -> dict[str, dict[int, str]]:
    from parvis.kernel.models import ChainHead, MutationLine

    at_length: dict[str, dict[int, str]] = {}
    stream, previous, number = "", "", 0
    ends: dict[str, tuple[int, str]] = {}
    chained: dict[int, int] = {}  # lines with values, and how many
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
            if body["values"]:
                chained[line.pk] = len(body["values"])
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
    _verify_values(report, chained, _verify_erasures(report))
    return at_length


def _verify_values(report: Report, chained: dict[int, int], lawful: dict[datetime, int]) -> None:
    """Each line has the values that were chained, no more and no fewer; blanked are as many as the destruction of that instant counted."""
    from parvis.kernel.models import MutationLine, MutationValue

    blanked: Counter[datetime] = Counter()
    seen: set[str] = set()
    body: dict[str, Any] = {}
    current = 0
    for value in MutationValue.objects.select_related("line").order_by("line_id", "pk").iterator(chunk_size=5000):
        if value.line_id != current:
            current, seen, body = value.line_id, set(), json.loads(value.line.body)
        where = f"{value.line.stream}: the value of {value.field} in line {value.line.number}"
        told = body["values"].get(value.field)
        if told is None or value.field in seen:
            report.problems.append(f"{where} was added")
            continue
        seen.add(value.field)
        chained[current] = chained.get(current, 0) - 1
        if value.destroyed_at is None:
            if told != value_digest(value.salt, value.field, value.old, value.new):
                report.problems.append(f"{where} was changed")
            continue
        blanked[value.destroyed_at] += 1
        if value.destroyed_at not in lawful or value.old is not None or value.new is not None:
            report.problems.append(f"{where} was blanked without a warrant")
    for pk in sorted(pk for pk, left in chained.items() if left):
        line = MutationLine.objects.get(pk=pk)
        had = set(MutationValue.objects.filter(line=pk).values_list("field", flat=True))
        gone = ", ".join(sorted(set(json.loads(line.body)["values"]) - had))
        report.problems.append(f"{line.stream}: the value of {gone} in line {line.number} is missing")
    for at, count in sorted(lawful.items()):
        if blanked[at] != count:
            report.problems.append(f"destruction of {at.isoformat()}: {blanked[at]} values are blanked, it counted {count}")


def _verify_erasures(report: Report) -> dict[datetime, int]:
    """Instants at which something was destroyed lawfully, and how many values it blanked: each with its line in the chain, and with an
    approval that the context of the thing finds again; no pass may have stayed."""
    from parvis.kernel.models import ErasurePass, ErasureWarrant, MutationLine, MutationValue

    counted: dict[str, int] = {}
    for stream, counts in MutationValue.objects.filter(line__verb="erasure.done", field="counts").values_list("line__stream", "new"):
        counted[stream] = counts.get(VALUES, 0) if isinstance(counts, dict) else 0
    told = set(MutationLine.objects.filter(verb="erasure.done").values_list("stream", flat=True))
    lawful: dict[datetime, int] = {}
    for warrant in ErasureWarrant.objects.order_by("at", "pk").iterator(chunk_size=500):
        lawful[warrant.at] = lawful.get(warrant.at, 0) + counted.get(warrant.stream, 0)
        if warrant.stream not in told:
            report.problems.append(f"{warrant.stream}: a warrant of destruction without its line")
        told.discard(warrant.stream)
        report.problems += [f"{warrant.stream}: {problem}" for problem in warrant_problems(warrant)]
    report.problems += [f"{stream}: a destruction without its warrant" for stream in sorted(told)]
    report.problems += [
        f"a pass of a destruction stayed open: {table} {row}" for table, row in ErasurePass.objects.values_list("table_name", "row_id")
    ]
    return lawful


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
    # What the lines said so far; None where a line is lost, until one that names all heads.
    known: Heads | None = Heads()
    before = 0
    for path in sorted(seals_folder().glob("*.jsonl")):
        for text in path.read_text(encoding="utf-8").splitlines():
            line = json.loads(text)
            seen.add(line["number"])
            kept = rows.get(line["number"])
            if kept is None or kept.seal != line["seal"]:
                report.problems.append(f"seal {line['number']} in {path.name} is not the one in the database")
            if line.get("form", 1) == 1:  # each line named every head
                root: str | None = canonical.digest(line["heads"])
                known = None
            else:
                if line["full"]:
                    known = Heads()
                elif line["number"] != before + 1:
                    known = None
                if known is not None:
                    known.put(line["heads"])
                root = known.root() if known is not None else None
            before = line["number"]
            if root is not None and root != line["digest"]:
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
