"""Own fields that belong to a person: without code on page, form, list, filter, export, letter and takeover (A14, B48)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.urls import reverse
from django.utils import translation

from parvis.contacts import api as contacts
from parvis.dossiers import custom_uses
from parvis.dossiers.custom_persons import own_data, person_facts
from parvis.dossiers.errors import InvalidDossier
from parvis.dossiers.models import CustomFact, Dossier, DossierKind, PersonFact
from parvis.dossiers.services import custom
from parvis.kernel.errors import Conflict, NotAllowed
from tests.contacts.factories import CHIEF, make_person

from .factories import make_centre, make_dossier

pytestmark = pytest.mark.django_db
TUTOR = {"fr": "Tuteur énergie", "nl": "Energiecoach", "de": "Energieberater", "en": "Energy tutor"}


@pytest.fixture
def centre():
    return make_centre()


@pytest.fixture
def fields(centre):
    """A14 as it is written: a field with a list of values, for the client; and one of the class identity, one of money."""
    admin = centre.actor("administrator")
    kind = custom.persons_kind(actor=admin)
    custom.add_section(actor=admin, kind=kind, title={"fr": "Énergie", "en": "Energy"}, group="other", dated=True)
    shared = {"actor": admin, "kind": kind, "section": "energy", "listed": True}
    custom.add_field(**shared, label=TUTOR, type="choice", data_class="social", values=["Tuteur communal", "Tuteur privé"])
    custom.add_field(**shared, label={"en": "Premium"}, type="money", data_class="money")
    custom.add_field(**shared, label={"en": "Nickname"}, type="text", data_class="identity")
    return kind


@pytest.fixture
def dossier(centre, fields) -> Dossier:
    return make_dossier(centre)


def write(centre, person, who="worker", **answers):
    person.refresh_from_db()
    since = answers.pop("since", dt.date(2026, 1, 5))
    return custom.write_person_custom(actor=centre.actor(who), person=person, section="energy", answers=answers, valid_from=since)


def test_a_field_of_the_client_serves_everywhere_without_code(client, centre, dossier) -> None:
    other = make_dossier(centre, make_person("Delcourt", "Zoé", "1990-02-03"))
    client.force_login(centre.worker)
    edit = reverse("dossiers:person_edit", args=[dossier.lead.uuid, "energy"])
    ids = [one.id for one in client.get(edit).context["at"].fields]
    dossier.lead.refresh_from_db()
    sent = {"shown": ["energy_tutor", "premium", "nickname"], ids[0]: "tuteur_communal", ids[1]: "120,50", "valid_from": "2026-01-05"}
    assert client.post(edit, sent | {"version": dossier.lead.version}).status_code == 303
    rows = {row.field: row for row in PersonFact.unscoped.filter(person=dossier.lead)}
    assert {key: row.value for key, row in rows.items()} == {"energy_tutor": "tuteur_communal", "premium": "120.50"}
    assert (rows["energy_tutor"].valid_from, rows["premium"].data_class) == (dt.date(2026, 1, 5), "money")
    assert not CustomFact.unscoped.exists()
    # on the person's page (a part that comes after it, or its own page), on the data page of the file
    person_page = client.get(reverse("contacts:person", args=[dossier.lead.uuid])).content.decode()
    assert f'hx-get="{reverse("dossiers:person_own", args=[dossier.lead.uuid])}"' in person_page
    part = client.get(
        reverse("dossiers:person_own", args=[dossier.lead.uuid]), headers={"HX-Request": "true", "HX-Target": "own-of-person"}
    ).content.decode()
    assert "Tuteur communal" in part and "<html" not in part
    assert "Tuteur communal" in client.get(reverse("dossiers:person_own", args=[dossier.lead.uuid])).content.decode()
    assert "Tuteur communal" in client.get(reverse("dossiers:own_data", args=[dossier.uuid])).content.decode()
    # as a column, a filter, a total and an export of the list of persons
    listing = reverse("dossiers:persons")
    page = client.get(listing).content.decode()
    assert "Tuteur communal" in page and "Delcourt" in page and "120,50" in page
    narrowed = client.get(listing, {"own_energy_tutor": "tuteur_communal"}).content.decode()
    assert "Nzeyimana" in narrowed and "Delcourt" not in narrowed
    nothing = client.get(listing, {"own_energy_tutor": "-"}).content.decode()
    assert "Nzeyimana" not in nothing and "Delcourt" in nothing
    export = b"".join(client.get(listing, {"export": "csv", "own_energy_tutor": "tuteur_communal"}).streaming_content).decode()
    assert "Tuteur communal" in export and "Delcourt" not in export and other.number not in export
    # in a letter, in its language, and in an import
    assert "own_energy_tutor" in custom_uses.template_fields(centre.actor("worker"))
    assert custom_uses.template_values(centre.actor("worker"), dossier, "fr")["own_energy_tutor"] == "Tuteur communal"
    target = next(one for one in custom_uses.custom_targets(centre.actor("worker")) if one.key == "own.energy_tutor")
    assert target.of_person and target.read("Tuteur privé") == "tuteur_prive"
    # not among the fields of files
    assert "own_energy_tutor" not in client.get(reverse("dossiers:index")).content.decode()


def test_an_administrator_makes_it_on_two_pages(client, centre) -> None:
    client.force_login(centre.administrator)
    sent = {"label_fr": "Énergie", "label_en": "Energy", "dated": "on"}
    assert client.post(reverse("dossiers:new_section", args=["persons"]), sent).status_code == 303
    form = client.get(reverse("dossiers:new_field", args=["persons", "energy"])).content.decode()
    assert 'value="person"' not in form and 'value="organisation"' in form
    sent = {"label_fr": "Tuteur énergie", "type": "text", "values": "A\nB", "data_class": "social", "listed": "on"}
    assert client.post(reverse("dossiers:new_field", args=["persons", "energy"]), sent).status_code == 303
    kind = DossierKind.objects.get()
    assert (kind.key, kind.for_persons, kind.is_general) == ("persons", True, False)
    assert "Tuteur énergie" in client.get(reverse("dossiers:fields")).content.decode()


def test_persons_are_no_kind_of_file(client, centre, dossier, fields) -> None:
    with pytest.raises(InvalidDossier):
        custom.set_profile(actor=centre.actor("worker"), dossier=dossier, kind=fields)
    client.force_login(centre.worker)
    page = client.get(reverse("dossiers:own_profile", args=[dossier.uuid])).content.decode()
    assert f'value="{fields.pk}"' not in page
    with pytest.raises(InvalidDossier):
        custom.add_field(
            actor=centre.actor("administrator"), kind=fields, section="energy", label={"en": "Friend"}, type="person", data_class="social"
        )


def test_a_day_is_read_as_it_stood_and_as_it_was_known(centre, dossier) -> None:
    person = dossier.lead
    write(centre, person, energy_tutor="tuteur_communal")
    write(centre, person, energy_tutor="tuteur_prive", since=dt.date(2026, 6, 1))
    worker = centre.actor("worker")
    told = [(row.value, row.valid_from) for row in person_facts(worker, [person.pk])]
    assert told == [("tuteur_communal", dt.date(2026, 1, 5)), ("tuteur_prive", dt.date(2026, 6, 1))]
    past = own_data(worker, person.pk, dt.date(2026, 2, 1)).parts[0]
    assert [line for entry in past.now for line in entry.lines] == [("Tuteur énergie", "Tuteur communal")]
    assert own_data(worker, person.pk, dt.date(2025, 2, 1)).parts[0].now == []


def test_two_agents_who_change_the_same_person_both_keep_their_work(centre, dossier) -> None:
    person = dossier.lead
    person.refresh_from_db()
    seen = person.version
    write(centre, person, energy_tutor="tuteur_communal")
    stale = contacts.Person.unscoped.get(pk=person.pk)
    with pytest.raises(Conflict):
        custom.write_person_custom(
            actor=centre.actor("colleague"), person=stale, section="energy", answers={"energy_tutor": "tuteur_prive"}, expected=seen
        )
    assert PersonFact.unscoped.get(live=1).value == "tuteur_communal"


@pytest.mark.parametrize("who", ["stranger", "clerk", "payer"])
def test_what_is_not_identity_needs_a_file_and_the_class(client, centre, dossier, who) -> None:
    """Another service, or a function without the class: not on the page, not in list, total, export or letter; the name of the class identity is."""
    person = dossier.lead
    write(centre, person, energy_tutor="tuteur_communal", nickname="Mimi")
    actor = centre.actor(who)
    assert {row.field for row in person_facts(actor, [person.pk])} == {"nickname"}
    client.force_login(getattr(centre, who))
    page = client.get(reverse("dossiers:person_own", args=[person.uuid])).content.decode()
    assert "Mimi" in page and "Tuteur communal" not in page
    listed = client.get(reverse("dossiers:persons"), {"own_energy_tutor": "tuteur_communal"})
    assert listed.context["grid"].lines == [] or "own_energy_tutor" not in {one.key for one in listed.context["grid"].filters}
    assert custom_uses.template_values(actor, dossier, "fr").get("own_energy_tutor", "") == ""
    export = client.get(reverse("dossiers:persons"), {"export": "csv"})
    assert "Mimi" in page and "Tuteur communal" not in b"".join(export.streaming_content).decode()
    with pytest.raises(NotAllowed):
        write(centre, person, who=who, energy_tutor="tuteur_prive")
    assert PersonFact.unscoped.get(field="energy_tutor").value == "tuteur_communal"


def test_a_stranger_lists_nobody_of_another_service(client, centre, dossier) -> None:
    client.force_login(centre.stranger)
    assert "Nzeyimana" not in client.get(reverse("dossiers:persons")).content.decode()
    client.force_login(centre.member)
    assert client.get(reverse("dossiers:persons")).status_code in (403, 404)


def test_a_class_closed_by_the_rights_is_not_there(centre, dossier) -> None:
    write(centre, dossier.lead, energy_tutor="tuteur_communal", premium="10.00")
    worker = centre.actor("worker")
    blind = replace(worker, class_rights=frozenset({("money", function) for function in worker.functions}))
    assert {row.field for row in person_facts(blind, [dossier.lead_id])} == {"premium"}


def test_a_closed_file_takes_nothing_of_its_person(centre, dossier) -> None:
    Dossier.unscoped.filter(pk=dossier.pk).update(status="closed", closed_on=dt.date(2026, 1, 1))
    with pytest.raises(NotAllowed):
        write(centre, dossier.lead, energy_tutor="tuteur_communal")
    assert not PersonFact.unscoped.exists()


def test_a_merge_keeps_what_both_say_and_parts_it_again(client, centre, dossier) -> None:
    kept, other = dossier.lead, make_person("Nzeyimana", "Marie", "1987-08-14")
    make_dossier(centre, other)
    write(centre, kept, energy_tutor="tuteur_communal")
    write(centre, other, energy_tutor="tuteur_prive", premium="40.00")
    for person in (kept, other):
        person.refresh_from_db()
    merge = contacts.merge_persons(actor=CHIEF, kept=kept, merged=other, reason="même personne")
    live = {row.field: row.value for row in PersonFact.unscoped.filter(person=kept, live=1)}
    assert live == {"energy_tutor": "tuteur_communal", "premium": "40.00"}
    part = own_data(centre.actor("worker"), kept.pk).parts[0]
    with translation.override("fr"):
        assert [line[1] for entry in part.merged for line in entry.lines] == ["Tuteur privé"]
    client.force_login(centre.worker)
    assert "Tuteur privé" in client.get(reverse("dossiers:person_section", args=[kept.uuid, "energy"])).content.decode()
    assert client.get(reverse("dossiers:person_section", args=[other.uuid, "energy"])).status_code == 404
    contacts.undo_merge(actor=CHIEF, merge=merge)
    assert {row.field: row.value for row in PersonFact.unscoped.filter(person=kept, live=1)} == {"energy_tutor": "tuteur_communal"}
    assert {row.field: row.value for row in PersonFact.unscoped.filter(person=other, live=1)} == {
        "energy_tutor": "tuteur_prive",
        "premium": "40.00",
    }


def test_a_section_of_a_person_repeats(client, centre, dossier, fields) -> None:
    admin = centre.actor("administrator")
    custom.add_section(actor=admin, kind=fields, title={"en": "Vehicles"}, group="other", dated=True, repeats=True)
    for label in ("Plate", "Model"):
        custom.add_field(
            actor=admin, kind=fields, section="vehicles", label={"en": label}, type="text", data_class="social", required=label == "Plate"
        )
    client.force_login(centre.worker)
    edit = reverse("dossiers:person_edit", args=[dossier.lead.uuid, "vehicles"])
    for plate in ("1-ABC-123", "1-XYZ-789"):
        ids = [one.id for one in client.get(edit).context["at"].fields]
        sent = {"shown": ["plate", "model"], ids[0]: plate, "valid_from": "2026-03-01"}
        assert client.post(edit, sent).status_code == 303
    page = client.get(reverse("dossiers:person_own", args=[dossier.lead.uuid])).content.decode()
    assert "1-ABC-123" in page and "1-XYZ-789" in page
    assert len({row.item for row in PersonFact.unscoped.filter(field="plate")}) == 2
    ids = [one.id for one in client.get(edit).context["at"].fields]
    assert client.post(edit, {"shown": ["plate", "model"], ids[1]: "Clio", "valid_from": "2026-03-01"}).status_code == 422
    assert PersonFact.unscoped.filter(section="vehicles").count() == 2
