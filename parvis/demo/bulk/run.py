"""``parvis populate``: plans the batches, makes them side by side, writes each in its own transaction."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from random import Random
from typing import Any

from django.conf import settings
from django.db import connection

from parvis.accounting.models import CentreAccount, GlAccount
from parvis.contacts.models import Identifier
from parvis.decisions.models import Committee
from parvis.documents.services.storing import store_bytes
from parvis.identity.models import FunctionGrant
from parvis.kernel import clock, gestures, mutations
from parvis.kernel.actor import system_actor
from parvis.kernel.errors import DomainError
from parvis.kernel.models import MutationValue, Sequence
from parvis.kernel.periods import OPEN_END
from parvis.kernel.subject import SubjectRef
from parvis.kernel.wordindex import learn, words_of
from parvis.procedures.models import Procedure, ProcedureVersion

from . import agents, load, money, worker
from .files import Files, Numbers
from .people import People
from .plan import BATCH, SLOTS, Batch, Setting, plan_for
from .rows import LABEL, Rows, empty
from .texts import NOTES

ACTOR = system_actor(LABEL, origin=LABEL)
STREAM = "context:populate"
ENTRIES = 12
"""Keys kept for the entries of one dossier: seven on average, and a batch has hundreds of dossiers."""


class Refused(DomainError):
    """Bulk data would do harm here, or lacks what it hangs on."""


def make(batch: Batch) -> Rows:
    """The rows of a batch. Pure: the same batch gives the same rows."""
    setting = batch.setting
    rng = Random(f"{setting.seed}:{batch.index}")
    rows, plan = empty(), plan_for(batch.count, setting.today, setting.years)
    homes = People(rng, rows, batch.first, batch.slot, setting.at, setting.today).households(batch.count)
    numbers = Numbers(batch.last)
    granted = Files(rng, rows, batch.first, numbers, setting, homes).write(plan)
    money.write(rng, rows, batch.first, numbers, setting, plan, granted)
    return rows


def keep(batch: Batch, rows: Rows) -> int:
    """Write a batch with its line of the journal. Returns the number of rows."""
    with gestures.gesture_scope():
        _leave_out_known_numbers(rows)
        count = load.write(rows)
        mutations.record(
            STREAM,
            actor=ACTOR,
            verb="populate.batch",
            subject=SubjectRef("instance", 0),
            values={
                "batch": {"seed": batch.setting.seed, "index": batch.index, "slot": batch.slot, "persons": batch.count},
                "rows": count,
                "digest": load.digest(rows),
            },
        )
    return count


def _leave_out_known_numbers(rows: Rows) -> None:
    """A national number that somebody else has already is not given a second time."""
    values = [row[-1] for row in rows["identifier"]]
    known = set()
    for start in range(0, len(values), 500):
        known |= set(Identifier.unscoped.filter(kind="niss", live=1, value__in=values[start : start + 500]).values_list("value", flat=True))
    if known:
        rows["identifier"] = [row for row in rows["identifier"] if row[-1] not in known]
        rows["token"] = [row for row in rows["token"] if not (row[1] == "id" and row[2] in known)]
        rows["piece"] = [row for row in rows["piece"] if not (row[1] == "nb" and row[2][::-1] in known)]


def done_batches(seed: int) -> tuple[dict[int, int], set[int]]:
    """Persons by batch of this seed, and the slots taken by any seed."""
    found, slots = {}, set()
    for value in MutationValue.objects.filter(line__stream=STREAM, field="batch").values_list("new", flat=True):
        slots.add(value["slot"])
        if value["seed"] == seed:
            found[value["index"]] = value["persons"]
    return found, slots


def _missing(persons: int, done: dict[int, int], slots: set[int]) -> list[tuple[int, int, int]]:
    """(index, slot, persons) of the batches still to be written."""
    left, index, slot, found = persons - sum(done.values()), 0, 0, []
    while left > 0:
        while index in done:
            index += 1
        while slot in slots:
            slot += 1
        if slot >= SLOTS:
            raise Refused(f"at most {SLOTS * BATCH:,} invented persons in one instance", code="full")
        found.append((index, slot, min(BATCH, left)))
        left -= BATCH
        index, slot = index + 1, slot + 1
    return found


def _setting(seed: int, years: int, workers: list[tuple[int, str, int]]) -> Setting:
    procedure = ProcedureVersion.objects.order_by("-pk").first() if Procedure.objects.exists() else None
    committee = Committee.objects.order_by("pk").first()
    if procedure is None or committee is None or not workers:
        raise Refused("populate needs agents, a procedure and a committee: run `parvis demo` first", code="empty")
    payers = [
        FunctionGrant.objects.filter(function=name, valid_to=OPEN_END)
        .order_by("pk")
        .values_list("account_id", "account__display_name")
        .first()
        for name in ("payer", "releaser")
    ]
    account = CentreAccount.objects.filter(active=True).order_by("pk").first()
    bank = None
    if account is not None and all(payers):
        roles = {row.role: row.pk for row in GlAccount.objects.filter(book=account.book)}
        bank = (account.pk, account.book, roles["expense:aid.ris"], roles["clearing"], account.gl_account_id, 0)
    return Setting(
        seed=seed,
        years=years,
        at=clock.now().strftime("%Y-%m-%d %H:%M:%S"),
        today=clock.today(),
        agents=tuple(workers),
        procedure=procedure.pk,
        file=_paper(),
        prefix=committee.prefix,
        bank=bank,
        payers=tuple(payers) if bank else (),
    )


def _paper() -> int:
    """The one small page that stands for every paper of bulk data."""
    return int(store_bytes(b"%PDF-1.4\n% populate\n%%EOF\n", pages=1).pk)


def _prepare(seed: int, sizes: list[int], years: int) -> tuple[Setting, dict[tuple[str, int], int]]:
    """Agents and numbers for every batch to come, in one gesture. Returns the numbers given out before."""
    today = clock.today()
    with gestures.gesture_scope():
        opened = sum(one.closed is None for size in sizes for one in plan_for(size, today, years).dossiers)
        learn(word for _kind, text in NOTES for word in words_of(text))
        setting = _setting(seed, years, agents.ensure(opened, ACTOR, clock.now()))
        before: dict[tuple[str, int], int] = {}
        taken: dict[tuple[str, int], int] = {}
        for size in sizes:
            for key, count in plan_for(size, today, years).numbers().items():
                taken[key] = taken.get(key, 0) + count
        for (series, year), count in sorted(taken.items()):
            name = {"decision": f"decision:{setting.prefix}", "order": "accounting.order"}.get(series, series)
            row, _ = Sequence.objects.get_or_create(series=name, year=year, defaults={"last": 0})
            before[series, year] = row.last
            row.last += count
            row.save(update_fields=["last"])
        mutations.record(
            STREAM, actor=ACTOR, verb="populate.started", subject=SubjectRef("instance", 0), values={"seed": seed, "persons": sum(sizes)}
        )
    return setting, before


def _batches(seed: int, years: int, missing: list[tuple[int, int, int]]) -> Iterator[Batch]:
    setting, last = _prepare(seed, [size for _index, _slot, size in missing], years)
    first = load.first_keys()
    strides = _strides(setting)
    load.keep_keys({key: start + strides[key] * len(missing) for key, start in first.items()})
    for index, slot, size in missing:
        yield Batch(index, slot, size, dict(first), dict(last), setting)
        first = {key: start + strides[key] for key, start in first.items()}
        for key, count in plan_for(size, setting.today, setting.years).numbers().items():
            last[key] += count


def _strides(setting: Setting) -> dict[str, int]:
    """How many keys a batch may take of each table."""
    plan = plan_for(BATCH, setting.today, setting.years)
    money_rows = len(plan.requests) + sum(len(one.months) for one in plan.requests)
    few = {"person": BATCH, "household": BATCH, "dossier": len(plan.dossiers), "due": money_rows, "payment": money_rows}
    few["entry"] = len(plan.dossiers) * ENTRIES
    few |= {"order": len(plan.months), "voucher": 2 * len(plan.months)}
    return {key: few.get(key, len(plan.requests)) for key in load.KEYED}


def populate(
    *,
    persons: int,
    seed: int = 1,
    years: int = 10,
    force: bool = False,
    workers: int | None = None,
    print_line: Callable[[str], None] = lambda _text: None,
) -> dict[str, Any]:
    """Bring the invented persons of this seed to ``persons``, with their households, dossiers, requests, decisions and payments.

    Returns counts and seconds. A second call with the same arguments writes nothing.

    Raises:
        Refused: a production instance without ``force``, nothing to hang the data on, or no more room.
    """
    if persons <= 0:
        raise Refused("--persons must be above zero", code="persons")
    if not 2 <= years <= 30:
        raise Refused("--years must be from 2 to 30", code="years")
    if settings.PARVIS_KIND == "production" and not force:
        raise Refused("populate invents persons: it does not run on a production instance without --force", code="production")
    started = time.monotonic()
    done, slots = done_batches(seed)
    missing = _missing(persons, done, slots)
    if not missing:
        print_line(f"Already there: {sum(done.values()):,} persons of seed {seed}.")
        return {"persons": 0, "rows": 0, "seconds": 0.0, "per_second": 0, "there": sum(done.values())}
    if done:
        print_line(f"{sum(done.values()):,} persons of seed {seed} are there; going on.")
    total = sum(size for _index, _slot, size in missing)
    written = rows = 0
    for size, count in _run(_batches(seed, years, missing), workers or (os.cpu_count() or 1), len(missing)):
        written, rows = written + size, rows + count
        spent = time.monotonic() - started
        print_line(f"{written:,} of {total:,} persons, {rows:,} rows, {written / spent:,.0f} persons a second")
    if connection.vendor in {"sqlite", "postgresql"}:
        with connection.cursor() as cursor:
            # PostgreSQL reads an index alone only where it knows that all rows of a page are seen by everybody.
            cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" and not connection.in_atomic_block else "ANALYZE")
    seconds = time.monotonic() - started
    return {
        "persons": written,
        "rows": rows,
        "seconds": round(seconds, 1),
        "per_second": round(written / seconds),
        "there": written + sum(done.values()),
    }


def _run(batches: Iterator[Batch], workers: int, count: int) -> Iterator[tuple[int, int]]:
    """(persons, rows) of each batch written. Servers take several batches side by side; SQLite has one writer, whose rows are made ahead."""
    if count == 1 or workers == 1:
        for batch in batches:
            yield batch.count, keep(batch, make(batch))
        return
    alone = connection.vendor == "sqlite"
    first = next(batches)  # numbers and agents are given out before the processes start
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"), initializer=worker.ready) as pool:
        running: dict[Future[Any], Batch] = {}
        waiting: Iterator[Batch] = iter([first, *batches])
        exhausted = False
        while running or not exhausted:
            while not exhausted and len(running) < workers + 1:
                batch = next(waiting, None)
                if batch is None:
                    exhausted = True
                    break
                running[pool.submit(worker.make if alone else worker.make_and_keep, batch)] = batch
            ready, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in ready:
                batch = running.pop(future)
                yield batch.count, keep(batch, future.result()) if alone else future.result()
