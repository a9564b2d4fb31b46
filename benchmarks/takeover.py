"""Taking over 2,000 persons of another system with their households, addresses and dossiers: looked at, written, looked at again, taken back.

In a new instance of its own, which is thrown away. ``python -m benchmarks.takeover`` prints the seconds as JSON; ``make bench`` adds them to its page.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PERSONS = 2_000
WRONG = 20
HEAD = "Id;Nom;Prénom;Date de naissance;Sexe;NISS;Langue;Rue;Numéro;Code postal;Commune;Ménage;Lien ménage;No dossier;Rôle dossier"


def measured(persons: int = PERSONS) -> dict[str, str]:
    """Each step with its seconds, in a process and an instance of its own."""
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {
            "PARVIS_INSTANCE": str(Path(folder) / "instance"),
            "DJANGO_SETTINGS_MODULE": "parvis.config.settings",
            "PARVIS_LOG_LEVEL": "ERROR",
        }
        for name in ("PARVIS_KIND", "PARVIS_DATABASE_URL"):
            environment.pop(name, None)
        for command in (["parvis", "init", "--kind", "test"], ["parvis", "migrate"]):
            subprocess.run([sys.executable, "-m", *command], cwd=ROOT, env=environment, check=True, capture_output=True)
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.takeover", "here", str(persons)],
            cwd=ROOT,
            env=environment,
            check=True,
            stdout=subprocess.PIPE,
        )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def line(n: int) -> str:
    """One of three lives alone with two others: every third line opens a household and a dossier."""
    day, year, serial = 1 + n % 28, 1950 + n % 50, n % 990 + 1
    base = f"{year % 100:02}05{day:02}{serial:03}"
    head = n % 3 == 0
    return (
        f"{n};Nom{n % 37}x{n};Prenom{n};{day:02}/05/{year};{'M' if n % 2 else 'F'};{base}{97 - int(base) % 97:02};fr;Rue Haute;{n + 1};4700;Eupen;"
        f"M{n // 3};{'chef' if head else 'enfant'};D{n // 3};{'demandeur' if head else 'enfant'}"
    )


def here(persons: int) -> dict[str, str]:
    import django

    django.setup()
    from parvis.config.process import settle
    from parvis.identity.api import Unit
    from parvis.kernel import jobs
    from parvis.kernel.actor import Actor, Grant
    from parvis.takeover import services
    from parvis.takeover.models import Import

    settle()
    actor = Actor(kind="agent", account_id=1, label="Bench", grants=frozenset({Grant("administrator")}))
    Unit.objects.get_or_create(code="SSG", defaults={"name": {"fr": "Service social"}, "path": "/SSG/"})
    good = [line(n) for n in range(persons - WRONG)]
    data = "\r\n".join([HEAD, *good, *(f"x{n};;sans nom;;;;;;;;;;;;" for n in range(WRONG)), ""]).encode()
    out: dict[str, str] = {}

    def step(name: str, imported: Import, start: object) -> Import:
        began, worked = time.perf_counter(), time.process_time()
        start(imported)  # type: ignore[operator]
        jobs.run_pending(raise_errors=True)
        out[name] = f"{time.perf_counter() - began:.1f} s (own work {time.process_time() - worked:.1f})"
        return Import.unscoped.get(pk=imported.pk)

    def look(imported: Import) -> None:
        services.confirm_columns(actor=actor, imported=imported, mapping=imported.mapping, options={"unit": "SSG"})

    def upload() -> Import:
        return services.upload(actor=actor, source="Bench", name="personnes.csv", data=data)

    first = step("looked at, errors by line", upload(), look)
    expect(first.counts["outcome"], {"create": persons - WRONG, "error": WRONG})
    first = step("written", first, lambda one: services.start_apply(actor=actor, imported=one))
    expect(first.counts["result"], {"done": persons - WRONG, "failed": WRONG})
    again = step("the same file looked at again: nothing to do", upload(), look)
    expect(again.counts["outcome"], {"same": persons - WRONG, "error": WRONG})
    services.discard(actor=actor, imported=again)
    first = step("taken back", first, lambda one: services.start_undo(actor=actor, imported=one, reason="Mesure"))
    expect(first.counts["result"], {"undone": persons - WRONG, "failed": WRONG})
    return out


def expect(found: dict[str, int], wanted: dict[str, int]) -> None:
    """A figure of work that was not done would say nothing."""
    if found != wanted:
        raise SystemExit(f"{found} instead of {wanted}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["here"]:
        print(json.dumps(here(int(sys.argv[2]))))
    else:
        print(json.dumps(measured(), indent=2))
