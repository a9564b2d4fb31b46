"""The sample file 824415 DEM: the same tree with the same dates (B19)."""

from __future__ import annotations

import datetime as dt
import os
import re
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import translation

from parvis.demo import file_824415
from parvis.dossiers import custom
from parvis.dossiers.models import CustomFact
from parvis.dossiers.search import search_dossiers

from .factories import make_centre

pytestmark = pytest.mark.django_db
SAMPLES = os.environ.get("PARVIS_SAMPLES", "")
LITERAL = [
    (0, "Identité"), (0, "Référents"), (1, "Débiteur (P0002)"), (1, "Référents internes (01/01/2013)"), (0, "Santé"),
    (1, "Handicap (Handicap mental)"), (1, "Prestations AI et autres"), (1, "Alloc. pour impotent (01/01/2013)"), (0, "Administration"),
    (1, "Ouverture compta pers."), (1, "Placement (01/01/2013 Home avec occupation DEM)"), (0, "Structures"),
    (1, "Atelier (01/01/2013 DEM-ATB-001)"), (1, "LT (01/01/2013 DEM-APLAC-002)"),
]  # fmt: skip


def wanted() -> list[tuple[int, str]]:
    """The tree of the document when it is at hand, else its text."""
    found = sorted(Path(SAMPLES).parent.glob("seeds/001*")) if SAMPLES else []
    if not found:
        return LITERAL
    part = found[0].read_text(encoding="utf-8").split("Données personnelles\n", 1)[1].split("\nAtelier\n", 1)[0]
    return [(len(match[1]), match[2].strip()) for match in re.finditer(r"^( ?)- (.+)$", part, re.M)]


@pytest.fixture
def centre():
    return make_centre()


@pytest.fixture
def dossier(centre):
    return file_824415.load(
        administrator=centre.actor("administrator"), worker=centre.actor("worker"), unit=centre.north, referent=centre.worker
    )


def test_the_text_of_the_document_is_the_one_known_here() -> None:
    assert wanted() == LITERAL


@pytest.mark.parametrize("day", [dt.date(2015, 6, 1), dt.date(2026, 11, 23)])
def test_the_tree_is_the_one_of_the_document(centre, dossier, day: dt.date) -> None:
    with translation.override("fr"):
        nodes = custom.tree(centre.actor("worker"), dossier, day)
        assert [line for node in nodes for line in node.outline()] == wanted()
    workshop = next(node for node in nodes[-1].children if "ATB" in node.note)
    assert (workshop.on, workshop.until) == (dt.date(2013, 1, 1), dt.date(2018, 12, 31))
    assert workshop.ended is (day.year > 2018)


def test_before_its_first_day_nothing_dated_is_there(centre, dossier) -> None:
    with translation.override("fr"):
        lines = [line for node in custom.tree(centre.actor("worker"), dossier, dt.date(2012, 12, 31)) for line in node.outline()]
    assert (1, "Débiteur (P0002)") in lines
    assert not [text for _depth, text in lines if "2013" in text]


def test_the_workshop_form_holds_what_the_document_shows(client, centre, dossier) -> None:
    client.force_login(centre.worker)
    with translation.override("fr"):
        section = next(
            one for one in custom.sections_of(dossier, custom.kind_of(dossier, centre.actor("worker"))) if one.title == "Atelier"
        )
        facts = custom.facts_of(centre.actor("worker"), dossier, section=section.key)
        entry = custom.entries(centre.actor("worker"), section, facts, dt.date(2015, 6, 1))[0]
    assert (entry.valid_from, entry.last_day) == (dt.date(2013, 1, 1), dt.date(2018, 12, 31))
    assert entry.lines == [
        ("Place atelier", "DEM-ATB-001"),
        ("Nom de la place", "DEM-ATB place 001"),
        ("Occupation", "2 Selon planning type"),
        ("Planning", "A.STAND-100 Atelier standard 100%"),
        ("Jours intégrés", "Lundi, Mardi, Mercredi, Jeudi, Vendredi"),
    ]
    url = reverse("dossiers:own_section", args=[dossier.uuid, section.key])
    assert "DEM-ATB place 001" in client.get(url, {"on": "2015-06-01"}).content.decode()


@pytest.mark.parametrize("query", ["824415 DEM", "824415", "824415dem"])
def test_search_finds_the_number_of_the_paper_file(centre, dossier, query: str) -> None:
    hits = search_dossiers(centre.actor("worker"), query, 5)
    assert [hit.url for hit in hits] == [reverse("dossiers:detail", args=[dossier.uuid])]
    assert "ARMENGAUD" in hits[0].title.upper()
    assert search_dossiers(centre.actor("stranger"), query, 5) == []


def test_the_page_shows_head_and_tree(client, centre, dossier) -> None:
    client.force_login(centre.worker)
    text = client.get(reverse("dossiers:own_data", args=[dossier.uuid])).content.decode()
    for part in ("824415 DEM", "Muraz (Collombey)", "DEM-APLAC-002"):
        assert part in text
    client.force_login(centre.clerk)  # a clerk sees no health
    text = client.get(reverse("dossiers:own_data", args=[dossier.uuid])).content.decode()
    assert "Handicap mental" not in text and "DEM-APLAC-002" not in text


def test_loading_twice_makes_one_file(centre, dossier) -> None:
    count = CustomFact.unscoped.count()
    again = file_824415.load(administrator=centre.actor("administrator"), worker=centre.actor("worker"), unit=centre.north)
    assert again.pk == dossier.pk
    assert CustomFact.unscoped.count() == count
