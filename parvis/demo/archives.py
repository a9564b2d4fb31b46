"""Old dossiers, closed and archived long before the stories: one held back, some on a list that waits for its second person, some due."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from functools import partial

from PIL import Image, ImageDraw

from parvis.contacts import api as contacts
from parvis.documents import api as documents
from parvis.dossiers import api as dossiers
from parvis.dossiers import services as keeping
from parvis.dossiers.models import Dossier
from parvis.identity.api import Unit
from parvis.journal import api as journal
from parvis.kernel import clock
from parvis.kernel.actor import system_actor
from parvis.kernel.subject import SubjectRef

from . import stage
from .turns import Turn

ROOT = system_actor("archives", origin="story")

# family, given names, born, street, opened, closed, reason of closing
OLD = (
    ("Delcourt", "Raymond", dt.date(1938, 3, 2), "Rue du Moulin", dt.date(2013, 2, 11), dt.date(2013, 9, 30), "death"),
    ("Mertens", "Godelieve", dt.date(1941, 7, 19), "Rue des Tanneurs", dt.date(2013, 5, 6), dt.date(2014, 1, 20), "moved"),
    ("Schumacher", "Elfriede", dt.date(1947, 11, 3), "Place du Marché", dt.date(2013, 10, 14), dt.date(2014, 6, 16), "autonomy"),
    ("Ndiaye", "Ousmane", dt.date(1969, 1, 25), "Rue de la Gare", dt.date(2014, 3, 3), dt.date(2014, 12, 8), "competence"),
    ("Lecomte", "Yvette", dt.date(1952, 8, 30), "Chemin Vert", dt.date(2014, 9, 22), dt.date(2015, 4, 13), "refused"),
    ("Vanden Bossche", "Marcel", dt.date(1944, 5, 12), "Rue Haute", dt.date(2015, 1, 19), dt.date(2015, 10, 5), "autonomy"),
)
LISTED, HELD = 3, 3
"""How many of them, oldest first, stand on the list; and which one is held back."""


def turns() -> Iterator[Turn]:
    """Opened and noted, then closed and archived, in the years themselves."""
    made: dict[int, Dossier] = {}
    for number, (*_who, opened, closed, _why) in enumerate(OLD):
        yield _at(opened), partial(_begin, made, number)
        yield _at(closed), partial(_end, made, number)


def _begin(made: dict[int, Dossier], number: int) -> None:
    made[number] = _open(number, Unit.objects.get(code="SSG-NORD"))


def _end(made: dict[int, Dossier], number: int) -> None:
    dossier = Dossier.unscoped.select_related("unit").get(pk=made[number].pk)
    dossiers.close_dossier(actor=ROOT, dossier=dossier, code=OLD[number][-1], reason="")
    dossiers.archive_dossier(actor=ROOT, dossier=Dossier.unscoped.select_related("unit").get(pk=dossier.pk))


def _at(day: dt.date) -> dt.datetime:
    return dt.datetime(day.year, day.month, day.day, 10, tzinfo=dt.UTC)


def _open(number: int, unit: Unit) -> Dossier:
    family, given, born, street, *_rest = OLD[number]
    person = contacts.create_person(actor=ROOT, family_name=family, given_names=given, birth_date=born, language="fr")
    contacts.set_address(actor=ROOT, person=person, street=street, number=str(3 + 4 * number), postal_code="4999", municipality="Valmont")
    dossier = dossiers.open_dossier(actor=ROOT, person=person, unit=unit)
    journal.add_entry(
        actor=ROOT, dossier=dossier, kind="note", text="Repris du classeur papier : demande d’aide pour le chauffage, accordée une fois."
    )
    file = documents.store_bytes(_page("Rapport social", f"{given} {family}"))
    documents.attach(
        actor=ROOT, subject=SubjectRef("dossier", dossier.pk), file=file, title="Rapport social", kind=documents.DocumentKind.REPORT
    )
    return dossier


def _page(title: str, name: str) -> bytes:
    page = Image.new("L", (620, 877), 244)
    draw = ImageDraw.Draw(page)
    draw.text((70, 80), title, fill=40)
    draw.text((70, 110), name, fill=40)
    out = io.BytesIO()
    page.save(out, format="PDF", resolution=75)
    return out.getvalue()


def settle() -> None:
    """Today: one is held back, the oldest stand on a list that waits for its second person, the others are due."""
    old = list(
        Dossier.unscoped.filter(archived_on__isnull=False, closed_on__lt=dt.date(2016, 1, 1))
        .select_related("unit")
        .order_by("number", "pk")
    )
    today = clock.today()
    chief, auditor = stage.agent("benoit.delvaux"), stage.agent("anne.bastin")
    keeping.place_hold(
        actor=chief, dossier=old[HELD], reason="Procès en cours au tribunal du travail", review_on=today + dt.timedelta(days=120)
    )
    keeping.propose_list(actor=auditor, dossiers=old[:LISTED], note="Les trois plus anciens ; relus avec la cheffe de service.")
