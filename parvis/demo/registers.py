"""The cell of the demonstration: three questions answered, two that wait, and two mutations of the register to look at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from parvis.connectors.api import Happening, register_file
from parvis.contacts.api import Identifier
from parvis.documents.api import store_bytes
from parvis.dossiers.models import Dossier
from parvis.kernel import clock
from parvis.socialdata import api
from parvis.socialdata.models import ExtractRequest

from . import cast, stage
from .stage.arriving import scan

if TYPE_CHECKING:
    from .stories import Company

CELL = "ines.marchal"
UNIT = "SSG-NORD"
ON_AGENDA = "bodart"
GROUND = "Enquête sociale (loi du 26 mai 2002, art. 19)"
# days ago and hour of the question, then of the answer; what is asked; the answer
ANSWERED = (
    ((40, 10), (39, 15), ("address", "household"), "answered", ""),
    ((20, 9), (17, 11), ("centres",), "nothing", "Aucun autre centre n’a intégré cette personne."),
    ((5, 14), (4, 16), ("identity", "address", "work"), "answered", ""),
)
WAITING = (((3, 10), ("household", "residence"), -1), ((1, 11), ("benefits", "work"), 2))


def _files(company: Company) -> list[tuple[str, Dossier]]:
    """Open dossiers of the team with their case, the longest known first; the lead has a national number."""
    ids = {play.request.dossier_id: play.case for play in company.plays if play.request is not None and play.case.unit == UNIT}
    rows = Dossier.unscoped.filter(pk__in=[pk for pk in ids if pk], status="open").select_related("unit", "lead").order_by("pk")
    numbered = set(Identifier.unscoped.filter(kind__in=["niss", "bis"], live=1).values_list("person_id", flat=True))
    return [(ids[row.pk].key, row) for row in rows if row.lead_id in numbered]


def _next(company: Company, *, key: str = "") -> Dossier | None:
    used = set(ExtractRequest.unscoped.values_list("dossier_id", flat=True))
    free = [(one, row) for one, row in _files(company) if row.pk not in used]
    named = [row for one, row in free if one == key]
    return named[0] if named else free[0][1] if free else None


def _ask(company: Company, flows: tuple[str, ...], days: int, *, key: str = "") -> ExtractRequest | None:
    dossier = _next(company, key=key)
    if dossier is None:
        return None
    wanted = max(clock.today() + timedelta(days=days), clock.today())
    worker = stage.agent(stage.WORKERS[UNIT])
    return api.ask_extracts(actor=worker, dossier=dossier, person_ids=[dossier.lead_id], flows=flows, purpose=GROUND, wanted_on=wanted)[0]


def script(company: Company) -> Iterator[datetime]:
    cal = company.calendar
    for (asked, ask_hour), (answered, answer_hour), flows, state, words in ANSWERED:
        yield cal.at(asked, ask_hour, 12)
        row = _ask(company, flows, 5, key=ON_AGENDA if state == "answered" and asked < 10 else "")
        if row is None:
            continue
        yield cal.at(answered, answer_hour, 40)
        file = store_bytes(scan("Registre national · extrait", row.dossier.number)) if state == "answered" else None
        fresh = ExtractRequest.unscoped.select_related("dossier").get(pk=row.pk)
        api.answer_extract(
            actor=stage.agent(CELL), extract=fresh, state=state, data_on=clock.today(), words=words, file=file, file_name="extrait.pdf"
        )
    for (asked, hour), flows, days in WAITING:
        yield cal.at(asked, hour, 5)
        _ask(company, flows, days if days > 0 else 1)
    yield cal.at(0, 6, 30)
    _mutations(company)


def _mutations(company: Company) -> None:
    files = _files(company)
    if len(files) < 2:
        return
    paid = {play.case.key for play in company.plays if play.case.state in (cast.PAID, cast.ENDING)}
    moved = files[0][1]
    died = next((row for key, row in reversed(files) if key in paid and row.pk != moved.pk), files[-1][1])
    numbers = dict(Identifier.unscoped.filter(kind__in=["niss", "bis"], live=1).values_list("person_id", "value"))
    home = {"street": "Rue de la Station", "number": "18", "postal_code": "4970", "municipality": "Stavelot"}
    content = register_file(
        [
            Happening("RN-2026-000381", numbers[moved.lead_id], "address", clock.today() - timedelta(days=2), home),
            Happening("RN-2026-000382", numbers[died.lead_id], "death", clock.today() - timedelta(days=1), {"place": "Verviers"}),
            Happening("RN-2026-000383", "75030402197", "civil_status", clock.today(), {"status": "Divorcé"}),
        ],
        made_on=clock.today(),
    )
    api.receive_file(actor=stage.agent(CELL), name=f"registre-{clock.today():%Y%m%d}.json", content=content)
