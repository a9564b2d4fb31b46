"""A program of a service that gave a file away reads what was left to that service, until its day, and nothing else (B57)."""

from __future__ import annotations

import pytest

from parvis.identity.api import KeptReading
from parvis.kernel import clock
from tests.dossiers.test_former import HEALTH, MONEY, SOCIAL, centre, dossier, give, head, paper  # noqa: F401  (fixtures)

from .factories import a_program

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _files(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def labels(program, number: str) -> set[str]:
    return {line["label"] for line in program.json(f"dossiers/{number}")["situation"]}


def test_a_program_of_the_former_service_reads_the_classes_left_and_no_other(centre, dossier, head):  # noqa: F811
    worker = centre.actor("worker")
    paper(worker, dossier, "Bail", "social")
    paper(worker, dossier, "Rapport médical", "health")
    program = a_program(centre.worker)
    assert labels(program, dossier.number) == {HEALTH, SOCIAL, MONEY}
    give(centre, dossier, head)
    assert labels(program, dossier.number) == {SOCIAL}
    papers = program.json(f"dossiers/{dossier.number}/documents")["items"]
    assert [row["title"] for row in papers] == ["Bail"]
    told = program.get(f"dossiers/{dossier.number}/journal").content.decode()
    assert "Note de chronique du nord" in told and "Note réservée" not in told
    assert [row["number"] for row in program.json("dossiers")["items"]] == [dossier.number]
    for part in ("decisions", "entitlements", "requests"):
        answer = program.get(f"{part}?dossier={dossier.number}")
        assert answer.status_code == 404 or answer.json()["items"] == [], part
    assert labels(a_program(head), dossier.number) == {HEALTH, SOCIAL, MONEY}


def test_a_token_narrower_than_what_was_left_opens_no_more(centre, dossier, head):  # noqa: F811
    give(centre, dossier, head)
    assert labels(a_program(centre.worker, classes=["identity", "health", "money"]), dossier.number) == set()


def test_on_its_day_the_program_finds_no_such_file(centre, dossier, head):  # noqa: F811
    give(centre, dossier, head)
    program = a_program(centre.worker)
    assert program.get(f"dossiers/{dossier.number}").status_code == 200
    KeptReading.objects.update(valid_to=clock.today())
    assert program.get(f"dossiers/{dossier.number}").status_code == 404
    assert program.json("dossiers")["items"] == []
    assert f"/dossiers/{dossier.uuid}/" not in program.get(f"search?q={dossier.number}").content.decode()
