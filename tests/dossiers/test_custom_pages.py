"""Own fields as a person meets them: a field with its values in one form, codes of a past day, answers that are needed (A6, A14, B48)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from parvis.dossiers.models import Code, CodeList, CustomFact, CustomVersion, Dossier
from parvis.dossiers.services import custom

from .factories import make_centre, make_dossier

pytestmark = pytest.mark.django_db


@pytest.fixture
def centre():
    return make_centre()


@pytest.fixture
def dossier(centre) -> Dossier:
    return make_dossier(centre)


@pytest.fixture
def energy(centre):
    """A dated section of all files."""
    admin = centre.actor("administrator")
    kind = custom.general_kind(actor=admin)
    custom.add_section(actor=admin, kind=kind, title={"fr": "Énergie", "en": "Energy"}, group="other", dated=True)
    return kind


def test_a_field_and_its_values_are_one_form(client, centre, dossier, energy) -> None:
    client.force_login(centre.administrator)
    url = reverse("dossiers:new_field", args=["general", "energy"])
    sent = {
        "label_fr": "Tuteur",
        "type": "text",
        "values": "Tuteur communal\n\n Tuteur  privé \nTuteur communal",
        "data_class": "social",
        "listed": "on",
    }
    assert client.post(url, sent).status_code == 303
    codes = [(code.value, code.label) for code in CodeList.objects.get().codes.all()]
    assert codes == [("tuteur_communal", {"fr": "Tuteur communal"}), ("tuteur_prive", {"fr": "Tuteur privé"})]
    field = CustomVersion.objects.latest("number").definition["sections"][0]["fields"][0]
    assert (field["type"], field["list"]) == ("choice", CodeList.objects.get().key)
    client.force_login(centre.worker)
    assert "Tuteur privé" in client.get(reverse("dossiers:own_edit", args=[dossier.uuid, "energy"])).content.decode()


def test_values_and_a_list_at_once_are_refused(client, centre, energy) -> None:
    custom.create_code_list(actor=centre.actor("administrator"), label={"fr": "Autres"}, key="others")
    client.force_login(centre.administrator)
    sent = {"label_fr": "Tuteur", "type": "choice", "list": "others", "values": "A", "data_class": "social"}
    assert client.post(reverse("dossiers:new_field", args=["general", "energy"]), sent).status_code == 422
    assert (CodeList.objects.count(), CustomVersion.objects.count()) == (1, 1)


def test_a_past_day_offers_the_codes_of_that_day(client, centre, dossier, energy) -> None:
    """An ended code is not offered today, and is for the days when it was."""
    admin = centre.actor("administrator")
    row = custom.create_code_list(actor=admin, label={"fr": "Tuteurs"}, key="tutors")
    custom.add_code(
        actor=admin, code_list=row, value="OLD", label={"fr": "Ancien"}, valid_from=dt.date(2010, 1, 1), valid_to=dt.date(2020, 1, 1)
    )
    custom.add_code(actor=admin, code_list=row, value="NEW", label={"fr": "Nouveau"}, valid_from=dt.date(2020, 1, 1))
    custom.add_field(
        actor=admin, kind=energy, section="energy", label={"en": "Tutor"}, type="choice", data_class="social", code_list="tutors"
    )
    client.force_login(centre.worker)
    url = reverse("dossiers:own_edit", args=[dossier.uuid, "energy"])
    today, past = client.get(url).content.decode(), client.get(url, {"on": "2015-06-01"}).content.decode()
    assert ('value="OLD"' in today, 'value="NEW"' in today) == (False, True)
    assert ('value="OLD"' in past, 'value="NEW"' in past) == (True, False)
    state = client.get(url).context["at"].fields[0]
    sent = {"shown": "tutor", state.id: "NEW", "valid_from": "2015-06-01", "last_day": "2015-12-31"}
    assert client.post(url, sent).status_code == 422
    assert not CustomFact.unscoped.exists()
    assert client.post(url, sent | {state.id: "OLD"}).status_code == 303
    assert (CustomFact.unscoped.get().value, CustomFact.unscoped.get().valid_to) == ("OLD", dt.date(2016, 1, 1))
    assert Code.objects.get(value="OLD").valid_to == dt.date(2020, 1, 1)


def test_an_answer_of_buttons_can_be_emptied(client, centre, dossier, energy) -> None:
    admin = centre.actor("administrator")
    custom.add_field(
        actor=admin, kind=energy, section="energy", label={"en": "Tutor"}, type="choice", data_class="social", values=["Alpha", "Beta"]
    )
    custom.write_custom(actor=centre.actor("worker"), dossier=dossier, section="energy", answers={"tutor": "alpha"})
    client.force_login(centre.worker)
    url = reverse("dossiers:own_edit", args=[dossier.uuid, "energy"])
    page = client.get(url)
    assert "rien de noté" in page.content.decode()
    held = CustomFact.unscoped.get()
    sent = {"shown": "tutor", page.context["at"].fields[0].id: "", "valid_from": held.valid_from.isoformat()}
    assert client.post(url, sent).status_code == 303
    assert [row.value for row in CustomFact.unscoped.filter(live=1)] == [None]
    assert "Alpha" not in client.get(reverse("dossiers:own_section", args=[dossier.uuid, "energy"])).content.decode()


def test_what_is_needed_is_told_and_another_kind_hides_nothing(client, centre, dossier, energy) -> None:
    admin, worker = centre.actor("administrator"), centre.actor("worker")
    kind = custom.create_kind(actor=admin, label={"fr": "Primo-arrivant"}, key="newcomer")
    other = custom.create_kind(actor=admin, label={"fr": "Autre"}, key="other")
    custom.add_section(actor=admin, kind=kind, title={"fr": "Origine", "en": "Origin"}, group="identity")
    label = {"fr": "Commune d’origine", "en": "Home commune"}
    custom.add_field(actor=admin, kind=kind, section="origin", label=label, type="text", data_class="identity", required=True)
    custom.set_profile(actor=worker, dossier=dossier, kind=kind)
    client.force_login(centre.worker)
    data, section = reverse("dossiers:own_data", args=[dossier.uuid]), reverse("dossiers:own_section", args=[dossier.uuid, "origin"])
    assert "réponse nécessaire" in client.get(data).content.decode()
    dossier.refresh_from_db()
    custom.write_custom(actor=worker, dossier=dossier, section="origin", answers={"home_commune": "Monthey"})
    assert "réponse nécessaire" not in client.get(data).content.decode()
    dossier.refresh_from_db()
    custom.set_profile(actor=worker, dossier=dossier, kind=other)
    assert "Origine" in client.get(data).content.decode()
    page = client.get(section).content.decode()
    edit = reverse("dossiers:own_edit", args=[dossier.uuid, "origin"])
    assert "Monthey" in page and edit not in page
    assert client.get(edit).status_code == 404


def test_two_agents_in_one_section_keep_the_answers_of_both(client, centre, dossier, energy) -> None:
    """Several boxes are one answer too: both are shown in words, and the one that is chosen stands."""
    admin = centre.actor("administrator")
    row = custom.create_code_list(actor=admin, label={"fr": "Tuteurs"}, key="tutors")
    for value, name in (("A", "Communal"), ("B", "Privé"), ("C", "Régional")):
        custom.add_code(actor=admin, code_list=row, value=value, label={"fr": name}, valid_from=dt.date(2010, 1, 1))
    for name, kind in (("Tutor", "choice"), ("Helpers", "choices")):
        custom.add_field(actor=admin, kind=energy, section="energy", label={"en": name}, type=kind, data_class="social", code_list="tutors")
    client.force_login(centre.worker)
    url = reverse("dossiers:own_edit", args=[dossier.uuid, "energy"])
    keys = [one["key"] for one in CustomVersion.objects.latest("number").definition["sections"][0]["fields"]]
    shown = [f"f-{key}" for key in keys]
    seen = Dossier.unscoped.get(pk=dossier.pk).version
    sent = {"version": seen, "valid_from": "2026-01-01", "shown": keys}
    assert client.post(url, sent | {shown[0]: "A", shown[1]: ["A", "C"]}).status_code == 303
    client.force_login(centre.colleague)
    answer = client.post(url, sent | {shown[0]: "B", shown[1]: ["B", "C"]})
    text = answer.content.decode()
    assert answer.status_code == 409
    for told in ("<span>Privé</span>", "<span>Communal</span>", "<span>Privé, Régional</span>", "<span>Communal, Régional</span>"):
        assert told in text
    assert f'name="{shown[1]}"' not in text  # what was typed is not sent beside the choice
    now = Dossier.unscoped.get(pk=dossier.pk).version
    chosen = sent | {"version": now, shown[0]: "B", f"{shown[1]}--all": "A|C"}
    assert client.post(url, chosen).status_code == 303
    held = {fact.field: fact.value for fact in CustomFact.unscoped.filter(dossier=dossier, live=1).order_by("recorded_at")}
    assert held == {keys[0]: "B", keys[1]: ["A", "C"]}
