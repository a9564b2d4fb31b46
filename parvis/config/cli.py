"""The command line ``parvis``. What is not a command of its own goes to Django (migrate, check, shell …)."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from parvis.config import cli_backup, instance
from parvis.kernel import deepstack

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parvis.config.settings")

Command = Callable[[list[str]], int]


def _django() -> None:
    import django

    django.setup()


#: What a demo instance begins with, beside the example centre of the settings.
DEMO: dict[str, Any] = {
    "require_mfa": False,
    "court_nl": "Arbeidsrechtbank Luik, place Saint-Lambert 30, 4000 Luik",
    "court_de": "Arbeitsgericht Lüttich, place Saint-Lambert 30, 4000 Lüttich",
}


def _manage(*arguments: str) -> None:
    from django.core.management import execute_from_command_line

    execute_from_command_line(["parvis", *arguments])


def init(arguments: list[str]) -> int:
    """Make the instance folder."""
    parser = argparse.ArgumentParser(prog="parvis init", description=init.__doc__)
    parser.add_argument("--kind", choices=instance.KINDS, default="production")
    parser.add_argument("--name", default=None, help="name of the centre")
    parser.add_argument("--database-url", default=None)
    options = parser.parse_args(arguments)
    given = {key: value for key, value in (("name", options.name), ("database_url", options.database_url)) if value}
    instance.create(instance.folder(), options.kind, **given)
    print(f"Instance made in {instance.folder()} ({options.kind}). Next: parvis migrate, parvis reference load, then parvis serve.")
    return 0


def _child(*arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "parvis", *arguments])


def serve(arguments: list[str]) -> int:
    """Serve the product: web server (2 processes of 4 threads) and one worker, both stopped on SIGTERM."""
    parser = argparse.ArgumentParser(prog="parvis serve", description=serve.__doc__)
    parser.add_argument("--bind", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
    options = parser.parse_args(arguments)
    children = {
        "web": lambda: subprocess.Popen(
            [
                sys.executable,
                "-m",
                "gunicorn",
                "parvis.config.wsgi:application",
                "--workers=2",
                "--threads=4",
                f"--bind={options.bind}:{options.port}",
                "--log-level=warning",
                "--preload",
            ]
        ),
        "worker": lambda: _child("worker"),
    }
    running = {name: start() for name, start in children.items()}
    stopping = False

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    while not stopping:
        time.sleep(0.3)
        for name, process in list(running.items()):
            if process.poll() is not None and not stopping:
                if name == "web":
                    print(f"parvis: the web server stopped (exit {process.returncode})", file=sys.stderr)
                    stopping = True
                else:
                    time.sleep(1)
                    running[name] = children[name]()
    for process in running.values():
        if process.poll() is None:
            process.terminate()
    for process in running.values():
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
    return max(0, running["web"].returncode or 0) if running["web"].returncode not in (None, -15) else 0


def worker(arguments: list[str]) -> int:
    """Run the jobs until SIGTERM."""
    _django()
    from parvis.kernel import jobs

    stopping = False

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    jobs.work(lambda: stopping)
    return 0


def audit(arguments: list[str]) -> int:
    """``audit verify``: recompute every chain and every seal; exit 1 when a line was changed, removed or inserted."""
    if arguments[:1] != ["verify"]:
        print("usage: parvis audit verify [--json]", file=sys.stderr)
        return 2
    _django()
    from parvis.kernel import seals

    report = seals.verify()
    if "--json" in arguments:
        print(json.dumps(report.to_json(), ensure_ascii=False))
    else:
        for problem in report.problems:
            print(f"BROKEN  {problem}")
        print(f"{report.lines} lines in {report.streams} chains, {report.seals} seals: {'intact' if report.ok else 'NOT intact'}")
    return 0 if report.ok else 1


def decisions(arguments: list[str]) -> int:
    """``decisions verify PACK…``: check decision packs without any database; ``--all``: every pack of the instance, against its decision."""
    if arguments[:1] != ["verify"] or len(arguments) < 2:
        print("usage: parvis decisions verify PACK.json [PACK.json …] | --all", file=sys.stderr)
        return 2
    _django()  # settings only: no connection is opened for files
    from parvis.decisions.verify import verify_pack

    if arguments[1:] == ["--all"]:
        return _verify_all_packs()
    bad = 0
    for name in arguments[1:]:
        problems = verify_pack(Path(name))
        bad += bool(problems)
        print(f"{name}: {'intact' if not problems else 'NOT intact'}")
        for problem in problems:
            print(f"  {problem}")
    return 1 if bad else 0


def _verify_all_packs() -> int:
    from django.db.models import QuerySet

    from parvis.decisions.models import Decision, Pack
    from parvis.decisions.services.packs import pack_file
    from parvis.decisions.verify import verify_text
    from parvis.kernel import clock
    from parvis.kernel.erasure import warrant_problems, warranted
    from parvis.kernel.models import MutationValue
    from parvis.kernel.subject import SubjectRef

    # What the chain says each decision was sealed with: whoever rewrites a pack and the hash beside it does not rewrite that.
    chained = dict(
        QuerySet(MutationValue)
        .filter(line__verb="decide", line__subject_type="decision", field="pack", new__isnull=False)
        .values_list("line__subject_id", "new")
    )
    count = bad = 0
    for pack in QuerySet(Pack).select_related("decision").order_by("pk").iterator(chunk_size=200):
        problems = verify_text(pack_file(pack), expected=pack.decision.pack_sha256)
        told = chained.get(pack.decision_id, pack.decision.pack_sha256)
        if told != pack.decision.pack_sha256:
            problems.append(f"not the pack that the journal of changes names: {told}")
        count, bad = count + 1, bad + bool(problems)
        for problem in problems:
            print(f"BROKEN  {pack.decision.number}: {problem}")
    lawful = 0
    for decision in QuerySet(Decision).filter(pack__isnull=True).order_by("pk").iterator(chunk_size=200):
        warrant = warranted(SubjectRef("dossier", decision.dossier_id))
        if warrant is None:
            bad += 1
            print(f"BROKEN  {decision.number}: the pack is missing")
        elif problems := warrant_problems(warrant):
            bad += 1
            print(f"BROKEN  {decision.number}: the pack is missing; {'; '.join(problems)}")
        else:
            lawful += 1
            print(f"{decision.number}: destroyed lawfully on {clock.date_of(warrant.at)}, {warrant.ground}")
    verdict = "intact" if not bad else f"{bad} NOT intact"
    print(f"{count} decision packs: {verdict}{f', {lawful} destroyed lawfully' if lawful else ''}")
    return 1 if bad else 0


def demo(arguments: list[str]) -> int:
    """Fill a demo instance with its stories (once), making it first when it does not exist."""
    parser = argparse.ArgumentParser(prog="parvis demo", description=demo.__doc__)
    parser.add_argument("--reset", action="store_true", help="throw the demo instance away and build it anew")
    options = parser.parse_args(arguments)
    path = instance.folder()
    if options.reset and (path / "settings.toml").exists():
        if instance.load(path)["kind"] != "demo":
            raise instance.SettingError(f"{path} is not a demo instance: not touched")
        shutil.rmtree(path)
    if not (path / "settings.toml").exists():
        instance.create(path, "demo", **DEMO)
    _django()
    from parvis.demo import api as demo_api

    _manage("migrate", "--verbosity=0")
    demo_api.build(print_line=print)
    return 0


def reference(arguments: list[str]) -> int:
    """``reference load``: add the rates, letters, route, form, accounts and committee that an instance needs; ``--check`` only says what is absent."""
    parser = argparse.ArgumentParser(prog="parvis reference", description=reference.__doc__)
    parser.add_argument("what", nargs="?", choices=["load"], default="load")
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 when something is absent")
    options = parser.parse_args(arguments)
    _django()
    from parvis.config import reference as data

    return data.run(check=options.check)


def story(arguments: list[str]) -> int:
    """Play a whole path through the same services: the operator's smoke test."""
    parser = argparse.ArgumentParser(prog="parvis story", description=story.__doc__)
    parser.add_argument("name", choices=["aid-request"])
    parser.add_argument("--out", type=Path, required=True, help="folder for the documents that it makes")
    options = parser.parse_args(arguments)
    path = instance.folder()
    fresh = not (path / "settings.toml").exists()
    if fresh:
        instance.create(path, "demo", **DEMO)
    if instance.load(path)["kind"] == "production":
        raise instance.SettingError("stories are played on a demo or test instance, never in production")
    _django()
    from parvis.demo import api as demo_api

    _manage("migrate", "--verbosity=0")
    print(json.dumps(demo_api.play_aid_request(options.out), ensure_ascii=False, indent=1))
    return 0


def populate(arguments: list[str]) -> int:
    """Bulk data for measuring: persons with ten years of files. Interrupted, it goes on."""
    parser = argparse.ArgumentParser(prog="parvis populate", description=populate.__doc__)
    parser.add_argument("--persons", type=int, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--years", type=int, default=10, help="years of history")
    parser.add_argument("--workers", type=int, default=None, help="processes (default: one per processor)")
    parser.add_argument("--force", action="store_true", help="also on a production instance: it will hold invented persons for good")
    options = parser.parse_args(arguments)
    if instance.load()["kind"] == "production" and not options.force:
        raise instance.SettingError("populate invents persons: it does not run on a production instance without --force")
    _django()
    from parvis.demo import api as demo_api

    _manage("migrate", "--verbosity=0")
    try:
        told = demo_api.populate(
            persons=options.persons,
            seed=options.seed,
            years=options.years,
            force=options.force,
            workers=options.workers,
            print_line=lambda text: print(text, file=sys.stderr, flush=True),
        )
    except demo_api.Refused as error:
        raise instance.SettingError(str(error)) from None
    print(json.dumps(told, ensure_ascii=False))
    return 0


def eid(arguments: list[str]) -> int:
    """``eid decode FILE… [--json]``: read card files or viewer exports."""
    _django()
    from parvis.contacts import eid_cli

    return int(eid_cli.main(arguments))


def check(arguments: list[str]) -> int:
    """Settings, models and templates, and whether the tables are up to date; each problem with where it is and what to do."""
    _manage("check", *arguments)
    from django.db import DatabaseError, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        reason = str(error).strip().splitlines()[0]
        print(f"parvis: database_url: the database does not answer ({reason}). Start it, or correct the address.", file=sys.stderr)
        return 2
    if waiting:
        print(
            f"parvis: {len(waiting)} migrations are not applied, from {waiting[0][0]}. Make a backup, then run: parvis migrate",
            file=sys.stderr,
        )
        return 1
    return 0


COMMANDS: dict[str, Command] = {
    "init": init,
    "serve": serve,
    "worker": worker,
    "audit": audit,
    "decisions": decisions,
    "reference": reference,
    "demo": demo,
    "story": story,
    "populate": populate,
    "eid": eid,
    "backup": cli_backup.backup,
    "restore": cli_backup.restore,
    "check": check,
}


@deepstack.at_base
def main(argv: list[str] | None = None) -> None:
    arguments = sys.argv[1:] if argv is None else argv
    if not arguments or arguments[0] in {"-h", "--help", "help"}:
        print("Parvis, the open social-services desk.\n\nCommands:")
        for name, command in COMMANDS.items():
            print(f"  {name:<10} {(command.__doc__ or '').strip().splitlines()[0]}")
        print("  …          any Django command: migrate, check, shell, changepassword")
        raise SystemExit(0)
    try:
        command = COMMANDS.get(arguments[0])
        if command is not None:
            raise SystemExit(command(arguments[1:]))
        _manage(*arguments)
    except (instance.SettingError, cli_backup.BackupError) as error:
        print(f"parvis: {error}", file=sys.stderr)
        raise SystemExit(2) from None
