"""Measures one size in one process, when asked: a line of JSON in (``{"do": "page", "name": …, "rounds": …}``), a line of JSON out.

The sizes take turns, a few rounds each: a machine that is slower for a minute is slower for all of them, and the ratio stays what it is.
"""

from __future__ import annotations

import html
import json
import os
import re
import statistics
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from parvis.kernel import deepstack

SEED = 1
PEOPLE = {
    "worker": "amelie.lambrecht",
    "chief": "benoit.delvaux",
    "secretary": "isabelle.thonon",
    "payer": "pascal.gillet",
    "auditor": "",
    "citizen": "",
}


def prepare(size: int) -> None:
    from parvis.config import instance

    folder = Path(os.environ["PARVIS_INSTANCE"])
    if not (folder / "settings.toml").exists():
        instance.create(folder, "demo", require_mfa=False)


def fill(size: int) -> float:
    """Demonstration, then persons up to the size. Returns persons per second, 0 when it was there."""
    from django.core.management import call_command

    from parvis.demo import api as demo
    from parvis.demo.bulk.run import done_batches

    def say(text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    call_command("migrate", verbosity=0)
    demo.build(print_line=say)
    done, _slots = done_batches(SEED)
    if sum(done.values()) >= size:
        return 0.0
    return float(demo.populate(persons=size, seed=SEED, print_line=say)["per_second"])


def times(call: Callable[[], Any], rounds: int) -> tuple[list[float], list[float]]:
    """Milliseconds after two warm-up calls: by the clock, and of this process's own work (steady on a machine that is shared)."""
    call()
    call()
    spent, worked = [], []
    for _ in range(rounds):
        started, before = time.perf_counter(), time.process_time()
        call()
        spent.append((time.perf_counter() - started) * 1000)
        worked.append((time.process_time() - before) * 1000)
    return spent, worked


def timed(call: Callable[[], Any], rounds: int) -> tuple[float, float]:
    """Medians of ``times``."""
    spent, worked = times(call, rounds)
    return statistics.median(spent), statistics.median(worked)


def raw_floor(statements: list[str], rounds: int) -> float:
    from django.db import connection

    reads = [sql for sql in statements if sql.lstrip().upper().startswith("SELECT")]

    def run() -> None:
        with connection.connection.cursor() if hasattr(connection.connection, "cursor") else connection.cursor() as cursor:
            for sql in reads:
                cursor.execute(sql)
                cursor.fetchall()

    connection.ensure_connection()
    if connection.vendor == "sqlite":

        def run() -> None:
            for sql in reads:
                connection.connection.execute(sql.replace("%%", "%")).fetchall()

    return timed(run, rounds)[1]


def _auditor() -> str:
    """The demonstration's auditor: sees every unit."""
    from parvis.identity.models import FunctionGrant

    return FunctionGrant.objects.filter(function="auditor", account__is_demo=True).order_by("pk").first().account.username.split("@")[0]


def pages() -> list[tuple[str, str, str, dict[str, Any]]]:
    """(name, agent's login, address, session extras)."""
    from django.urls import reverse

    from benchmarks.addresses import ADDRESSES, LISTS
    from parvis.accounting.models import PaymentOrder
    from parvis.decisions.models import AgendaItem, Proposal, Session
    from parvis.dossiers.api import Dossier
    from parvis.kernel import clock
    from parvis.requests.models import Request

    dossier = Dossier.unscoped.filter(unit__code="SSG-NORD", number__startswith="202").order_by("pk").first()
    proposal = Proposal.unscoped.filter(state="draft", unit__code="SSG-NORD").order_by("pk").first()
    session = Session.unscoped.exclude(state="closed").order_by("-starts_at").first()
    item = AgendaItem.unscoped.filter(session=session).order_by("position", "pk").first()
    request = Request.unscoped.filter(channel="portal").order_by("pk").first()
    people = PEOPLE | {"auditor": _auditor()}
    found = [(name, people[who], address, {}) for name, who, address in LISTS]
    order = PaymentOrder.unscoped.order_by("-pk").first()
    things = {"order": order, "dossier": dossier, "proposal": proposal, "session": session, "item": item, "request": request}
    for name, who, view, thing, args in ADDRESSES:
        if things.get(thing) is not None:
            address = reverse(view, args=args(things))
            if "as of" in name:
                address += f"?on={clock.today() - timedelta(days=365)}"
            found.append((name, people[who], address, {"request": request.pk} if who == "citizen" and request else {}))
    return found


def explain(name: str, statements: list[str]) -> None:
    """With PARVIS_BENCH_EXPLAIN=milliseconds: every statement slower than that, with its plan, on standard error."""
    from django.db import connection

    limit = float(os.environ.get("PARVIS_BENCH_EXPLAIN", "0"))
    for sql in statements if limit else []:
        if not sql.lstrip().upper().startswith("SELECT"):
            continue
        with connection.cursor() as cursor:
            cursor = cursor.cursor  # the statement is complete: nothing to interpolate
            started = time.perf_counter()
            cursor.execute(sql.replace("%", "%%") if connection.vendor == "sqlite" else sql)
            cursor.fetchall()
            spent = (time.perf_counter() - started) * 1000
            if spent < limit:
                continue
            cursor.execute(("EXPLAIN QUERY PLAN " + sql.replace("%", "%%")) if connection.vendor == "sqlite" else "EXPLAIN " + sql)
            plan = "\n    ".join(str(row[-1]) for row in cursor.fetchall())
        print(f"{name}: {spent:.1f} ms\n  {sql[:1500]}\n    {plan}", file=sys.stderr, flush=True)


DEEP = 8


def deeper(client: Any, address: str) -> str:
    """The address of a page far down a list, by its own "next" links: ``DEEP`` of them, or as many as lead to a full page (the last one of a
    short list shows fewer rows, and would look quick)."""
    path = address.partition("?")[0]
    full = address
    for _ in range(DEEP):
        following = re.search(r'href="([^"]*[?&;]after=[^"]*)"', client.get(address).content.decode())
        if following is None:
            return full
        link = html.unescape(following[1])
        full, address = address, link if link.startswith("/") else path + link
    return address


class Bench:
    """One size, ready to be asked."""

    def __init__(self, size: int) -> None:
        self.per_second = fill(size)
        self.pages = {name: (login, address, extras) for name, login, address, extras in pages()}
        self.opened: dict[str, tuple[Any, str]] = {}

    def open(self, name: str) -> dict[str, Any]:
        """Opens a page once: its queries, and how long they take when they are sent raw."""
        from django.db import connection
        from django.test import Client
        from django.test.utils import CaptureQueriesContext

        from parvis.identity.api import Account
        from parvis.identity.demo import username

        login, address, extras = self.pages[name]
        client = Client()
        if login:
            client.force_login(Account.objects.get(username=username(login)))
        elif extras:
            session = client.session
            session["portal_refs"] = [["request", extras["request"]]]
            session.save()
        response = client.get(address)
        if response.status_code != 200:
            print(f"{name}: {address} answered {response.status_code}", file=sys.stderr)
            return {}
        if name.endswith("deep page"):
            address = deeper(client, address)
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        statements = [query["sql"] for query in captured.captured_queries]
        explain(name, statements)
        self.opened[name] = client, address
        return {"queries": len(statements), "floor": raw_floor(statements, 15)}

    def page(self, name: str, rounds: int) -> dict[str, Any]:
        client, address = self.opened[name]
        spent, worked = times(lambda: client.get(address), rounds)
        return {"ms": spent, "cpu": worked}

    def work(self, rounds: int) -> dict[str, Any]:
        bulk = {"persons written in bulk, per second": round(self.per_second)} if self.per_second else {}
        return bulk | work(rounds)


def work(rounds: int) -> dict[str, Any]:
    import tempfile

    from parvis.demo import api as demo
    from parvis.kernel import gestures, jobs
    from parvis.kernel.models import Job
    from parvis.kernel.subject import SubjectRef

    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(3):
            story = demo.play_aid_request(Path(folder))
    out: dict[str, Any] = {"story aid-request, seconds (mean of 3)": round((time.perf_counter() - started) / 3, 2)}
    for step in story["steps"]:
        out[f"· {step['step']} with its papers, seconds"] = step["seconds"]

    out |= single(rounds)

    @jobs.job("bench.nothing")
    def nothing(ref: jobs.JobRef) -> None:
        with gestures.gesture_scope():
            ref.complete()

    count = 300
    base = Job.objects.count()
    started = time.perf_counter()
    for number in range(count):
        with gestures.gesture_scope():
            jobs.enqueue("bench.nothing", SubjectRef("bench", base + number), version=str(time.time_ns()))
    queued = count / (time.perf_counter() - started)
    started = time.perf_counter()
    done = jobs.run_pending(kinds={"bench.nothing"})
    out["jobs queued per second"] = round(queued)
    out["jobs done per second"] = round(done / (time.perf_counter() - started))
    Job.objects.filter(kind="bench.nothing").delete()
    return out


def single(rounds: int) -> dict[str, Any]:
    """One gesture, one step, one letter at a time. What is written is taken back: the instance keeps its size."""
    from django.db import transaction

    from parvis.decisions.letters import render_pack_pdf
    from parvis.decisions.models import Pack
    from parvis.documents.api import render_receipt_pdf
    from parvis.dossiers.api import Dossier
    from parvis.journal.api import add_entry
    from parvis.kernel import clock
    from parvis.kernel.actor import system_actor
    from parvis.kernel.subject import SubjectRef
    from parvis.requests.models import Request
    from parvis.requests.services import receipt_of
    from parvis.workflows.api import start_case

    actor = system_actor("bench")
    dossier = Dossier.unscoped.order_by("pk").first()
    request = Request.unscoped.select_related("unit").order_by("pk").first()
    pack = json.loads(Pack.unscoped.order_by("pk").first().content)
    receipt, day = receipt_of(request), clock.date_of(request.received_at)

    def taken_back(gesture: Callable[[], Any]) -> Callable[[], None]:
        def run() -> None:
            with transaction.atomic():
                gesture()
                transaction.set_rollback(True)

        return run

    # A subject number that no request line has: the case is the engine's work alone, its rules and tasks included.
    works = {
        "journal entry added, ms": taken_back(lambda: add_entry(actor=actor, dossier=dossier, kind="note", text="Mesure.")),
        "workflow case started to its first tasks, ms": taken_back(
            lambda: start_case(actor=actor, process_key="aid-request", subject=SubjectRef("bench", 1))
        ),
        "receipt as PDF, ms": lambda: render_receipt_pdf(receipt, date=day),
        "notification as PDF, ms": lambda: render_pack_pdf(pack),
    }
    out: dict[str, Any] = {}
    for name, work in works.items():
        spent, worked = timed(work, rounds)
        out[name] = f"{spent:.1f} (own work {worked:.1f})"
    return out


@deepstack.at_base  # as the commands are; requests begin with their own
def main() -> None:
    size = int(sys.argv[1])
    answers, sys.stdout = sys.stdout, sys.stderr  # what the product prints is no answer
    prepare(size)
    import django

    django.setup()
    from django.conf import settings

    settings.ALLOWED_HOSTS.append("testserver")
    bench = Bench(size)
    from parvis.config.process import settle

    settle()  # as the server does
    print(json.dumps({"pages": list(bench.pages)}), file=answers, flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps(getattr(bench, asked.pop("do"))(**asked)), file=answers, flush=True)


if __name__ == "__main__":
    main()
