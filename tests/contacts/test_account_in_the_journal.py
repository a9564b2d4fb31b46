"""B38: a bank account is changed on a page: who, when, old, new and from which screen; nobody alters the log; its chains hold."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from parvis.contacts import api
from parvis.kernel import clock, seals
from parvis.kernel.models import MutationLine
from tests.contacts.factories import WORKER
from tests.dossiers.factories import make_centre, make_dossier

pytestmark = [pytest.mark.db, pytest.mark.django_db]
OLD, NEW = "BE71096123456769", "BE68539007547034"


def test_an_account_changed_on_a_page_tells_who_when_old_new_and_the_screen(client: Client, settings, tmp_path) -> None:
    settings.PARVIS_INSTANCE = tmp_path  # where its seals lie
    centre = make_centre()
    person = make_dossier(centre).lead
    api.add_bank_account(actor=WORKER, person=person, iban=OLD, valid_from=dt.date(2020, 1, 1))
    person.refresh_from_db()
    url = reverse("contacts:fact", args=[person.uuid, "account"])
    sent = {
        "iban": "BE68 5390 0754 7034",
        "holder": "",
        "valid_from": clock.today().isoformat(),
        "source": "document",
        "source_ref": "carte vue",
    }
    client.force_login(centre.worker)
    before = clock.now()
    assert client.post(url, sent | {"version": person.version}).status_code == 303
    line = MutationLine.objects.filter(verb="person.bank_account").latest("pk")
    values = {value.field: (value.old, value.new) for value in line.values.all()}
    assert values["iban"] == (OLD, NEW)
    assert before <= line.recorded_at <= clock.now()
    assert (line.actor_id, line.actor_label, line.subject_id) == (centre.worker.pk, str(centre.worker), person.pk)
    assert json.loads(line.body)["screen"] == "contacts.edit"

    for statement in ("UPDATE kernel_mutationline SET actor_label = 'x'", "DELETE FROM kernel_mutationline"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    with transaction.atomic():  # the values lie apart, so that they can be destroyed lawfully: one that was altered is found
        line.values.filter(field="iban").update(old=NEW)
        assert not seals.verify().ok
        transaction.set_rollback(True)
    client.force_login(centre.administrator)
    assert client.post(url, sent | {"iban": OLD}).status_code in (403, 404)
    seals.seal()
    assert seals.verify().ok
