"""A dossier, an agent of the cell, and papers that the uploads accept."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from parvis.documents.api import StoredFile, accept_upload
from parvis.dossiers.models import Dossier
from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.socialdata import api
from tests.contacts.factories import make_person, niss
from tests.dossiers.factories import Centre, make_dossier
from tests.identity.factories import an_account, as_actor

NUMBER = niss("1987-08-14", 12)
PURPOSE = "Enquête sociale, art. 60 de la loi organique"
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
