"""Realistic data by bulk, for measuring: persons, households, addresses, dossiers, situation, ten years of journal.

Written past the services, in batches, one mutation line per batch with its digest: this never runs on a production instance.
The same seed gives the same data.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection

from parvis.contacts import matching
from parvis.contacts.models import (
    Address,
    BankAccount,
    Household,
    HouseholdMember,
    Identifier,
    Person,
    PersonBirth,
    PersonIndex,
    PersonLanguage,
    PersonName,
    PersonToken,
)
from parvis.dossiers.models import Dossier, DossierMember, Referent, SituationFact
from parvis.identity.models import Account, Unit
from parvis.journal.models import Entry
from parvis.kernel import canonical, clock, gestures, mutations
from parvis.kernel.actor import system_actor
from parvis.kernel.models import Sequence
from parvis.kernel.subject import SubjectRef
from parvis.kernel.textmatch import sort_key

from . import names

ACTOR = system_actor("populate", origin="populate")
BATCH = 2_000
NOTE = "Entretien : situation revue, pièces demandées, prochain contact convenu."


def _niss(rng: random.Random, birth: date, male: bool, serials: dict[date, set[int]]) -> str:
    used = serials.setdefault(birth, set())
    serial = rng.randrange(1, 998)
    while serial in used or (serial % 2 == 1) != male:
        serial = serial % 997 + 1
    used.add(serial)
    base = f"{birth:%y%m%d}{serial:03d}"
    check = 97 - int(("2" if birth.year >= 2000 else "") + base) % 97
    return f"{base}{check:02d}"


def _iban(rng: random.Random) -> str:
    base = rng.randrange(10**9, 10**10)
    bban = f"{base:010d}{base % 97 or 97:02d}"
    return f"BE{98 - int(bban + '111400') % 97:02d}{bban}"


class _Persons:
    """Draws persons one by one."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.serials: dict[date, set[int]] = {}

    def draw(self, family: str, adult: bool) -> dict[str, Any]:
        rng = self.rng
        male = rng.random() < 0.48
        years = rng.randrange(19, 84) if adult else rng.randrange(0, 18)
        birth = date(2025 - years, rng.randrange(1, 13), rng.randrange(1, 29))
        given = rng.choice(names.GIVEN_M if male else names.GIVEN_F)
        if rng.random() < 0.3:
            given += "-" + rng.choice(names.GIVEN_M if male else names.GIVEN_F)
        return {
            "uuid": UUID(int=rng.getrandbits(128), version=4),
            "family": family,
            "given": given,
            "birth": birth,
            "sex": "M" if male else "F",
            "niss": _niss(rng, birth, male, self.serials),
            "nationality": rng.choice(names.NATIONALITIES),
            "language": rng.choices(("fr", "nl", "de", "en"), (88, 4, 6, 2))[0],
        }


def _households(rng: random.Random, count: int) -> Iterator[list[dict[str, Any]]]:
    persons = _Persons(rng)
    made = 0
    while made < count:
        size = min(rng.choices((1, 2, 3, 4, 5), (45, 22, 15, 12, 6))[0], count - made)
        family = names.family(rng.randrange(10_000))
        if rng.random() < 0.12:
            family += "-" + names.family(rng.randrange(10_000))
        adults = 1 if size == 1 or rng.random() < 0.35 else 2
        yield [persons.draw(family if i == 0 or i >= adults else names.family(rng.randrange(10_000)), i < adults) for i in range(size)]
        made += size


def _fact(day: date, at: datetime) -> dict[str, Any]:
    return {"valid_from": day, "recorded_at": at, "live": 1, "source": "import", "author_label": ACTOR.label}


def _write_persons(batch: list[list[dict[str, Any]]], rng: random.Random, at: datetime) -> list[tuple[list[dict[str, Any]], Any]]:
    """Persons of a batch of households with everything that hangs on them. Returns each household with its row."""
    people = [person for home in batch for person in home]
    day0 = date(2016, 1, 1)
    rows = Person.unscoped.bulk_create([Person(uuid=p["uuid"], created_at=at) for p in people])
    if rows and rows[0].pk is None:
        found = dict(Person.unscoped.filter(uuid__in=[p["uuid"] for p in people]).values_list("uuid", "pk"))
        for row in rows:
            row.pk = found[row.uuid]
    for person, row in zip(people, rows, strict=True):
        person["id"] = row.pk
    PersonName.unscoped.bulk_create(
        [PersonName(person_id=p["id"], family_name=p["family"], given_names=p["given"], **_fact(max(p["birth"], day0), at)) for p in people]
    )
    PersonBirth.unscoped.bulk_create(
        [
            PersonBirth(
                person_id=p["id"], birth_date=p["birth"], sex=p["sex"], nationality=p["nationality"], **_fact(max(p["birth"], day0), at)
            )
            for p in people
        ]
    )
    Identifier.unscoped.bulk_create(
        [Identifier(person_id=p["id"], kind="niss", value=p["niss"], **_fact(max(p["birth"], day0), at)) for p in people]
    )
    PersonLanguage.unscoped.bulk_create(
        [PersonLanguage(person_id=p["id"], language=p["language"], **_fact(max(p["birth"], day0), at)) for p in people]
    )
    PersonIndex.unscoped.bulk_create(
        [
            PersonIndex(
                person_id=p["id"],
                display_name=f"{p['given']} {p['family']}",
                sort_key=sort_key(f"{p['family']} {p['given']}"),
                birth_date=p["birth"],
                sex=p["sex"],
                language=p["language"],
            )
            for p in people
        ]
    )
    tokens = [
        PersonToken(person_id=p["id"], kind=kind, value=value)
        for p in people
        for kind, value in sorted(
            matching.keys_of_person(
                matching.PersonKeys(names=((p["family"], p["given"]),), birth_dates=(p["birth"],), identifiers=(p["niss"],))
            )
        )
    ]
    PersonToken.unscoped.bulk_create(tokens, batch_size=20_000)
    adults = [home[0] for home in batch]
    BankAccount.unscoped.bulk_create(
        [BankAccount(person_id=p["id"], iban=_iban(rng), holder=f"{p['given']} {p['family']}"[:70], **_fact(day0, at)) for p in adults]
    )
    addresses, members = [], []
    homes = Household.unscoped.bulk_create([Household(uuid=UUID(int=rng.getrandbits(128), version=4), created_at=at) for _ in batch])
    if homes and homes[0].pk is None:
        found = dict(Household.unscoped.filter(uuid__in=[h.uuid for h in homes]).values_list("uuid", "pk"))
        for row in homes:
            row.pk = found[row.uuid]
    for home, row in zip(batch, homes, strict=True):
        code, town = rng.choice(names.TOWNS)
        place = {"street": rng.choice(names.STREETS), "number": str(rng.randrange(1, 180)), "postal_code": code, "municipality": town}
        hidden = rng.random() < 0.004
        for index, person in enumerate(home):
            start = max(person["birth"], date(2016 + rng.randrange(8), rng.randrange(1, 13), 1))
            addresses.append(Address(person_id=person["id"], hidden=hidden, **place, **_fact(start, at)))
            role = ("reference", "partner")[min(index, 1)] if person["birth"].year < 2008 else "child"
            members.append(HouseholdMember(household_id=row.pk, person_id=person["id"], role=role, **_fact(start, at)))
    Address.unscoped.bulk_create(addresses)
    HouseholdMember.unscoped.bulk_create(members)
    return list(zip(batch, homes, strict=True))


def _write_dossiers(
    homes: list[tuple[list[dict[str, Any]], Any]],
    rng: random.Random,
    at: datetime,
    units: list[int],
    workers: list[int],
    numbers: dict[int, int],
    journal: int,
) -> int:
    chosen = [home for home, _ in homes if rng.random() < 0.75]
    rows = []
    for home in chosen:
        opened = date(2016, 1, 4) + timedelta(days=rng.randrange(0, 3_900))
        numbers[opened.year] = numbers.get(opened.year, 0) + 1
        closed = rng.random() < 0.45
        rows.append(
            Dossier(
                uuid=UUID(int=rng.getrandbits(128), version=4),
                number=f"{opened.year}-{numbers[opened.year]:05d}",
                unit_id=rng.choice(units),
                lead_id=home[0]["id"],
                opened_on=opened,
                status="closed" if closed else "open",
                closed_on=opened + timedelta(days=rng.randrange(90, 700)) if closed else None,
                close_reason="Fin de l'aide" if closed else "",
            )
        )
    Dossier.unscoped.bulk_create(rows)
    if rows and rows[0].pk is None:
        found = dict(Dossier.unscoped.filter(uuid__in=[r.uuid for r in rows]).values_list("uuid", "pk"))
        for row in rows:
            row.pk = found[row.uuid]
    members, referents, situation, entries = [], [], [], []
    for home, row in zip(chosen, rows, strict=True):
        for index, person in enumerate(home):
            role = "applicant" if index == 0 else "partner" if person["birth"].year < 2008 else "child"
            members.append(DossierMember(dossier_id=row.pk, person_id=person["id"], role=role, **_fact(row.opened_on, at)))
        referents.append(Referent(dossier_id=row.pk, account_id=rng.choice(workers), role="main", **_fact(row.opened_on, at)))
        situation.append(
            SituationFact(
                dossier_id=row.pk,
                item=UUID(int=rng.getrandbits(128), version=4),
                person_id=home[0]["id"],
                kind="resource",
                label=rng.choice(("Allocations familiales", "Salaire à mi-temps", "Pension alimentaire", "Indemnité de mutuelle")),
                amount=Decimal(rng.randrange(5_000, 120_000)) / 100,
                periodicity="month",
                **_fact(row.opened_on, at),
            )
        )
        for step in range(rng.randrange(1, 2 * journal)):
            when = datetime.combine(row.opened_on + timedelta(days=30 * step), datetime.min.time(), UTC) + timedelta(hours=9)
            entries.append(
                Entry(
                    uuid=UUID(int=rng.getrandbits(128), version=4),
                    dossier_id=row.pk,
                    kind=rng.choice(("note", "call", "visit", "interview", "mail")),
                    happened_at=when,
                    recorded_at=at,
                    text=NOTE,
                    author_label=ACTOR.label,
                )
            )
    DossierMember.unscoped.bulk_create(members)
    Referent.unscoped.bulk_create(referents)
    SituationFact.unscoped.bulk_create(situation)
    Entry.unscoped.bulk_create(entries, batch_size=5_000)
    return len(rows)


def populate(*, persons: int, seed: int = 1, journal: int = 5) -> dict[str, Any]:
    """Add ``persons`` persons in households with their dossiers. ``journal``: mean entries per dossier.

    Returns counts and seconds.
    """
    if persons <= 0:
        raise ValueError("--persons must be positive")
    rng = random.Random(seed)
    started = time.monotonic()
    at = clock.now()
    units = list(Unit.objects.order_by("pk").values_list("pk", flat=True))
    workers = list(Account.objects.filter(is_active=True).order_by("pk").values_list("pk", flat=True))
    if not units or not workers:
        raise RuntimeError("populate needs units and agents: run `parvis demo` first, or create them")
    numbers = {row.year: row.last for row in Sequence.objects.filter(series="dossier")}
    stream = _households(rng, persons)
    dossiers = written = 0
    while batch := list(islice(stream, BATCH)):
        with gestures.gesture_scope():
            homes = _write_persons(batch, rng, at)
            made = _write_dossiers(homes, rng, at, units, workers, numbers, journal)
            for year, last in numbers.items():
                Sequence.objects.update_or_create(series="dossier", year=year, defaults={"last": last})
            ids = [person["id"] for home in batch for person in home]
            mutations.record(
                "context:populate",
                actor=ACTOR,
                verb="populate.batch",
                subject=SubjectRef("instance", 0),
                values={"persons": len(ids), "dossiers": made, "digest": canonical.digest(ids)},
            )
        dossiers += made
        written += len(ids)
    if connection.vendor in {"sqlite", "postgresql"}:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    seconds = time.monotonic() - started
    return {"persons": written, "dossiers": dossiers, "seconds": round(seconds, 1), "per_second": round(written / seconds)}
