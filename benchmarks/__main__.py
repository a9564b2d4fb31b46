"""``make bench``: pages against the raw SQL of the same data, at several sizes; stories, workflow steps, letters and jobs per second.

Each size has a process of its own and an instance of its own (kept in ``build/bench`` and reused); for each page they take turns, so that
a machine that slows down for a minute slows down all sizes. Figures are ratios
against a stated floor: the page's own SQL sent raw to the same database. Nothing is asserted here.

    python -m benchmarks                                   1,000 and 100,000 persons on SQLite, then the table
    python -m benchmarks --sizes 1000                      one size
    python -m benchmarks --engine postgresql --sizes 1000,1000000 --server postgresql://user:password@host:port
                                                           a database "parvis_bench_SIZE" is made for each size and kept
    PARVIS_BENCH_EXPLAIN=5 python -m benchmarks --sizes …  prints every statement slower than 5 ms, with its plan
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from benchmarks import takeover

ROOT = Path(__file__).resolve().parents[1]
TURNS = 5


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--sizes", default="1000,100000")
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument(
        "--server",
        default=os.environ.get("PARVIS_TEST_POSTGRESQL", ""),
        help="postgresql://user@host:port, whose user may create databases",
    )
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--write", action="store_true", help="write docs/reference/benchmarks.md, or benchmarks-postgresql.md")
    options = parser.parse_args()
    if options.engine == "postgresql" and not options.server:
        parser.error("--engine postgresql needs --server postgresql://user@host:port")
    children = {}
    for size in (int(text) for text in options.sizes.split(",")):
        folder = ROOT / "build" / "bench" / f"{options.engine}-{size}"
        environment = os.environ | {
            "PARVIS_INSTANCE": str(folder),
            "DJANGO_SETTINGS_MODULE": "parvis.config.settings",
            "PARVIS_LOG_LEVEL": "ERROR",
        }
        environment.pop("PARVIS_KIND", None)
        environment.pop("PARVIS_DATABASE_URL", None)
        if options.engine == "postgresql":
            environment["PARVIS_DATABASE_URL"] = database(options.server, f"parvis_bench_{size}")
        children[size] = Child(size, environment)
    results = measured(children, options.rounds)
    text = table(results, options.engine)
    if options.engine == "sqlite":
        text += taken_over(takeover.measured())
    print(text)
    if options.write:
        name = "benchmarks.md" if options.engine == "sqlite" else f"benchmarks-{options.engine}.md"
        (ROOT / "docs" / "reference" / name).write_text(text, encoding="utf-8")
    return 0


class Child:
    """The process that measures one size."""

    def __init__(self, size: int, environment: dict[str, str]) -> None:
        command = [sys.executable, "-m", "benchmarks.measure", str(size)]
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.pages: list[str] = self._answer()["pages"]

    def ask(self, do: str, **what: object) -> dict:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"do": do} | what) + "\n")
        self.process.stdin.flush()
        return self._answer()

    def _answer(self) -> dict:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(self.process.wait() or 1)
        return json.loads(line)


def measured(children: dict[int, Child], rounds: int) -> dict[int, dict]:
    """Every page of every size, the sizes in turns; then the other work, one size after the other."""
    results: dict[int, dict] = {size: {"pages": {}, "work": {}} for size in children}
    for name in next(iter(children.values())).pages:
        rows = {size: child.ask("open", name=name) for size, child in children.items() if name in child.pages}
        rows = {size: row | {"ms": [], "cpu": []} for size, row in rows.items() if row}
        for _ in range(TURNS):
            for size, row in rows.items():
                found = children[size].ask("page", name=name, rounds=max(rounds // TURNS, 1))
                row["ms"] += found["ms"]
                row["cpu"] += found["cpu"]
        for size, row in rows.items():
            results[size]["pages"][name] = row | {"ms": statistics.median(row["ms"]), "cpu": statistics.median(row["cpu"])}
    for size, child in children.items():
        results[size]["work"] = child.ask("work", rounds=rounds)
    return results


def database(server: str, name: str) -> str:
    """Address of a database of this name, made when it is not there."""
    import psycopg

    parts = urlsplit(server)
    with psycopg.connect(urlunsplit(parts._replace(path="/postgres")), autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            connection.execute(f"CREATE DATABASE \"{name}\" ENCODING 'UTF8' TEMPLATE template0")
    return urlunsplit(parts._replace(path=f"/{name}"))


def table(results: dict[int, dict], engine: str) -> str:
    sizes = sorted(results)
    out = [
        "# Benchmarks",
        "",
        f"{os.cpu_count()} cores, {'embedded database (SQLite)' if engine == 'sqlite' else 'PostgreSQL on the same machine'}, Python {sys.version.split()[0]}. Median server time of a page through the whole stack (middleware, access, template), "
        "without network; the sizes are measured in turns. Own work is the time of the processor in this process, which other programs of the machine disturb little; the floor, "
        "in the same time, is the page's own SQL sent raw. Counts of the backlog that take more than 5 ms, and sums over thousands of rows, are kept for a minute: most rounds find them there.",
        "",
    ]
    head = "| Page |" + "".join(f" {size:,} persons: ms | own work, ms | queries | × floor |" for size in sizes)
    ratio = len(sizes) > 1
    out += [head + (" larger / smaller | own work, larger / smaller |" if ratio else ""), "|---|" + "---:|" * (4 * len(sizes) + 2 * ratio)]
    for page in (name for name in results[sizes[0]]["pages"] if all(name in results[size]["pages"] for size in sizes)):
        cells = [f"| {page} |"]
        for size in sizes:
            row = results[size]["pages"].get(page)
            cells.append(
                f" {row['ms']:.1f} | {row['cpu']:.1f} | {row['queries']} | {row['cpu'] / max(row['floor'], 0.001):.1f} |"
                if row
                else " – | – | – | – |"
            )
        if ratio:
            small, large = results[sizes[0]]["pages"][page], results[sizes[-1]]["pages"].get(page)
            cells.append(f" {large['ms'] / small['ms']:.2f} | {large['cpu'] / small['cpu']:.2f} |" if large else " – | – |")
        out.append("".join(cells))
    out += ["", "| Work |" + "".join(f" {size:,} persons |" for size in sizes), "|---|" + "---:|" * len(sizes)]
    for name in dict.fromkeys(name for size in sizes for name in results[size]["work"]):
        out.append(f"| {name} |" + "".join(f" {results[size]['work'].get(name, '–')} |" for size in sizes))
    return "\n".join(out) + "\n"


def taken_over(steps: dict[str, str]) -> str:
    rows = "".join(f"| {name} | {seconds} |\n" for name, seconds in steps.items())
    return f"\n| {takeover.PERSONS:,} lines of another system, in a new instance | |\n|---|---:|\n{rows}"


if __name__ == "__main__":
    raise SystemExit(main())
