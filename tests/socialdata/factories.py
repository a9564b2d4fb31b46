"""A dossier, an agent of the cell, and papers that the uploads accept."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from parvis.connectors.api import Happening, register_file
from parvis.documents.api import StoredFile, accept_upload
from parvis.dossiers.models import Dossier
from parvis.kernel import clock, jobs
from parvis.kernel.actor import Actor
from parvis.socialdata import api
from parvis.socialdata.models import MutationRun
from parvis.workflows.models import WorkItem
from tests.contacts.factories import make_person, niss
from tests.dossiers.factories import Centre, make_dossier
from tests.identity.factories import an_account, as_actor

NUMBER = niss("1987-08-14", 12)
PURPOSE = "Enquête sociale, art. 60 de la loi organique"
HOME = {"street": "Rue Basse", "number": "7", "postal_code": "7000", "municipality": "Mons"}
ON = dt.date(2026, 11, 2)
XML = b"<?xml version='1.0' encoding='UTF-8'?><extract><street>Rue Haute</street></extract>"


def a_cell() -> Actor:
    return as_actor(an_account("register_cell", name="Inès Marchal"))


def a_file(centre: Centre, **more: Any) -> Dossier:
    person = make_person("Nzeyimana-Vandenbroucke", "Marie-Ange", "1987-08-14", national_number=NUMBER, **more)
    return make_dossier(centre, person)


def an_upload(name: str = "extrait.xml", content: bytes = XML) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/xml")


def an_extract() -> StoredFile:
    return accept_upload(an_upload(), kinds=("pdf", "xml"))


def ask(actor: Actor, dossier: Dossier, **more: Any) -> api.ExtractRequest:
    given: dict[str, Any] = {
        "person_ids": [dossier.lead_id],
        "flows": ["address", "household"],
        "purpose": PURPOSE,
        "wanted_on": clock.today() + dt.timedelta(days=3),
    }
    return api.ask_extracts(actor=actor, dossier=dossier, **(given | more))[0]


def happening(key: str = "RN-1", number: str = NUMBER, kind: str = "address", on: dt.date = ON, **value) -> Happening:
    """Something that the register tells of a person."""
    return Happening(key, number, kind, on, value or (HOME if kind == "address" else {}))


def read(*happenings: Happening, content: bytes = b"") -> MutationRun:
    """A file of the register, received and read."""
    run = api.receive_file(actor=a_cell(), name="rn.json", content=content or register_file(happenings, made_on=clock.today()))
    jobs.run_pending(kinds={"socialdata.read"}, raise_errors=True)
    return MutationRun.unscoped.get(pk=run.pk)


def looks() -> list[WorkItem]:
    """Tasks to look at an alert."""
    return list(WorkItem.unscoped.filter(state="open", step="look"))
