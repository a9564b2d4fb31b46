"""Own fields: code lists, definitions, and one field in form, list, filter, export, letter and import (A6, A14, B48)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pypdfium2
import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import translation

from parvis.dossiers import custom as reading
from parvis.dossiers import custom_uses
from parvis.dossiers.errors import InvalidDossier
from parvis.dossiers.models import Code, CodeList, CustomFact, CustomVersion, Dossier
from parvis.dossiers.services import custom
from parvis.kernel import clock
from parvis.kernel.errors import Conflict, NotAllowed
from parvis.takeover.reading import xlsx
from tests.contacts.factories import make_person

from .factories import make_centre, make_dossier

pytestmark = pytest.mark.django_db
TUTORS = [("TE", {"fr": "Tuteur communal", "nl": "Gemeentelijke coach"}), ("TP", {"fr": "Tuteur privé"})]


@pytest.fixture
def centre():
    return make_centre()


@pytest.fixture
def dossier(centre) -> Dossier:
    return make_dossier(centre)


@pytest.fixture
def tutor(centre):
    """The test of A14: a list, a section, a field; every step is a gesture of an administrator."""
    admin = centre.actor("administrator")
    row = custom.create_code_list(actor=admin, label={"fr": "Tuteurs énergie", "en": "Energy tutors"})
    for value, label in TUTORS:
        custom.add_code(actor=admin, code_list=row, value=value, label=label, valid_from=dt.date(2020, 1, 1))
    kind = custom.general_kind(actor=admin)
    custom.add_section(actor=admin, kind=kind, title={"fr": "Énergie", "en": "Energy"}, group="other", dated=True)
    custom.add_field(
        actor=admin,
        kind=kind,
        section="energy",
        label={"fr": "Tuteur énergie", "nl": "Energiecoach", "de": "Energieberater", "en": "Energy tutor"},
        type="choice",
        code_list=row.key,
        data_class="social",
        listed=True,
        summary=True,
    )
    return kind


def write(centre, dossier, value="TE", who="worker", **more):
    dossier.refresh_from_db()
    return custom.write_custom(actor=centre.actor(who), dossier=dossier, section="energy", answers={"energy_tutor": value}, **more)


def test_a_code_falls_back_to_another_language_and_says_so(centre, tutor) -> None:
    private = Code.objects.get(value="TP")
    with translation.override("fr"):
        assert reading.code_label(private) == "Tuteur privé"
    with translation.override("nl"):
        assert reading.code_label(private) == "Tuteur privé (fr)"
        assert reading.code_label(Code.objects.get(value="TE")) == "Gemeentelijke coach"
    assert reading.missing_languages(private.label) == ["nl", "de", "en"]


def test_lists_say_what_is_missing_and_add_codes(client, centre, tutor) -> None:
    row = CodeList.objects.get(key="energy_tutors")
    client.force_login(centre.administrator)
    assert "nl" in client.get(reverse("dossiers:lists")).content.decode()
    data = {"value": "TX", "label_fr": "Autre", "valid_from": "2026-01-01"}
    assert client.post(reverse("dossiers:code_list", args=[row.uuid]), data).status_code == 303
    assert Code.objects.get(value="TX").label == {"fr": "Autre"}
    again = client.post(reverse("dossiers:code_list", args=[row.uuid]), data)
    assert again.status_code == 422
    assert Code.objects.filter(value="TX").count() == 1


def test_a_code_in_use_is_ended_and_its_answers_keep_their_name(centre, dossier, tutor) -> None:
    write(centre, dossier, "TP")
    private = Code.objects.get(value="TP")
    custom.change_code(actor=centre.actor("administrator"), code=private, label=private.label, valid_to=clock.today())
    section = reading.every_section()[0]
    words = reading.Words(centre.actor("worker"), section.fields)
    assert [value for value, _name in words.options(section.fields[0])] == ["TE"]
    assert [value for value, _name in words.options(section.fields[0], "TP")] == ["TE", "TP"]
    with translation.override("fr"):
        assert custom_uses.template_values(centre.actor("worker"), dossier, "fr")["own_energy_tutor"] == "Tuteur privé"
    other = make_dossier(centre, make_person("Autre", "Personne", "1980-01-01"))
    with pytest.raises(InvalidDossier):
        write(centre, other, "TP")
    assert not CustomFact.unscoped.filter(dossier=other).exists()


def test_a_new_field_serves_everywhere_without_code(client, centre, dossier, tutor) -> None:
    other = make_dossier(centre, make_person("Delcourt", "Zoé", "1990-02-03"))
    client.force_login(centre.worker)
    edit = reverse("dossiers:own_edit", args=[dossier.uuid, "energy"])
    with translation.override("fr"):
        form = client.get(edit, headers={"Accept-Language": "fr"})
    assert 'value="TE"' in form.content.decode()
    state = form.context["at"].fields[0]
    dossier.refresh_from_db()
    sent = {"shown": "energy_tutor", state.id: "TE", "valid_from": "2026-01-05", "version": dossier.version}
    assert client.post(edit, sent).status_code == 303
    fact = CustomFact.unscoped.get(dossier=dossier)
    assert (fact.value, fact.valid_from, fact.data_class, fact.version.number) == ("TE", dt.date(2026, 1, 5), "social", 2)
    # on the page of the file, as a column, a filter and an export
    assert "Tuteur communal" in client.get(reverse("dossiers:detail", args=[dossier.uuid])).content.decode()
    listing = reverse("dossiers:index")
    assert "Tuteur communal" in client.get(listing).content.decode()
    narrowed = client.get(listing, {"own_energy_tutor": "TE"}).content.decode()
    assert dossier.number in narrowed
    assert other.number not in narrowed
    export = b"".join(client.get(listing, {"export": "csv", "own_energy_tutor": "TE"}).streaming_content).decode()
    lines = export.strip().splitlines()
    head = next(one for one in lines if "Tuteur énergie" in one or "Energy tutor" in one)
    line = next(one for one in lines if dossier.number in one)
    assert other.number not in export
    assert head.split(";")[-1] in ("Tuteur énergie", "Energy tutor")
    assert line.split(";")[-1].startswith("Tuteur communal")
    # in a letter and in an import
    assert "own_energy_tutor" in custom_uses.template_fields(centre.actor("worker"))
    target = next(one for one in custom_uses.custom_targets(centre.actor("worker")) if one.key == "own.energy_tutor")
    assert target.read("Gemeentelijke coach") == "TE"
    with pytest.raises(ValueError, match="Inconnu"):
        target.read("Inconnu")


def premium(centre, tutor) -> None:
    label = {"fr": "Prime énergie", "en": "Energy premium"}
    custom.add_field(
        actor=centre.actor("administrator"), kind=tutor, section="energy", label=label, type="money", data_class="money", listed=True
    )


def test_the_own_column_is_in_the_three_files_with_its_total(client, centre, dossier, tutor) -> None:
    premium(centre, tutor)
    other = make_dossier(centre, make_person("Delcourt", "Zoé", "1990-02-03"))
    for row, amount in ((dossier, "120.50"), (other, "79.25")):
        row.refresh_from_db()
        answers = {"energy_tutor": "TP", "energy_premium": amount}
        custom.write_custom(actor=centre.actor("worker"), dossier=row, section="energy", answers=answers)
    client.force_login(centre.worker)
    page = client.get(reverse("dossiers:index"))
    column = next(one for one in page.context["grid"].columns if one.key == "own_energy_premium")
    assert page.context["grid"].sum_of(column) == Decimal("199.75")
    narrowed = client.get(reverse("dossiers:index"), {"q": other.number})
    assert narrowed.context["grid"].sum_of(column) == Decimal("79.25")
    book = client.get(reverse("dossiers:index"), {"export": "xlsx"})
    cells = [one.cells for one in xlsx.rows(book.content, xlsx.sheet_names(book.content)[0])]
    assert cells[0][-2:] in (("Tuteur énergie", "Prime énergie"), ("Energy tutor", "Energy premium"))
    line = next(one for one in cells if one[0] == dossier.number)
    assert line[-2].startswith("Tuteur privé") and Decimal(line[-1]) == Decimal("120.50")
    assert Decimal(cells[-1][-1]) == Decimal("199.75")
    paper = client.get(reverse("dossiers:index"), {"export": "pdf"})
    text = "".join(sheet.get_textpage().get_text_range() for sheet in pypdfium2.PdfDocument(paper.content))
    assert "Tuteur privé" in text and "199,75" in text.replace(".", ",")


def test_a_filter_finds_the_files_without_an_answer_and_all_that_match_obeys_it(client, centre, dossier, tutor) -> None:
    other = make_dossier(centre, make_person("Delcourt", "Zoé", "1990-02-03"))
    write(centre, dossier)
    client.force_login(centre.chief)
    page = client.get(reverse("dossiers:index"), {"own_energy_tutor": "-"}).content.decode()
    assert other.number in page and dossier.number not in page
    for value, expected, left in (("TE", dossier, other), ("-", other, dossier)):
        shown = client.post(reverse("dossiers:give"), {"all": "1", "address": f"own_energy_tutor={value}", "next": "/dossiers/"})
        text = shown.content.decode()
        assert f'value="{expected.uuid}"' in text and str(left.uuid) not in text


def test_list_costs_the_same_with_more_files(client, centre, dossier, tutor, django_assert_max_num_queries) -> None:
    write(centre, dossier)
    for name in ("Un", "Deux", "Trois"):
        write(centre, make_dossier(centre, make_person(name, "Jean", "1980-01-01")))
    client.force_login(centre.worker)
    with django_assert_max_num_queries(25):
        client.get(reverse("dossiers:index"))
    with django_assert_max_num_queries(25):
        client.get(reverse("dossiers:own_data", args=[dossier.uuid]))
    with django_assert_max_num_queries(25):
        client.get(reverse("dossiers:own_section", args=[dossier.uuid, "energy"]))


def test_a_hidden_class_of_data_is_nowhere(client, centre, dossier, tutor) -> None:
    """A field of health: not in the form, the tree, the list, the filter, the export, the letter or the import of who may not see health."""
    admin = centre.actor("administrator")
    custom.add_field(
        actor=admin, kind=tutor, section="energy", label={"en": "Illness"}, type="text", data_class="health", listed=True, summary=False
    )
    dossier.refresh_from_db()
    custom.write_custom(actor=centre.actor("worker"), dossier=dossier, section="energy", answers={"illness": "asthme sévère"})
    client.force_login(centre.worker)
    assert "asthme" in client.get(reverse("dossiers:own_section", args=[dossier.uuid, "energy"])).content.decode()
    client.force_login(centre.clerk)
    for url in (
        reverse("dossiers:own_data", args=[dossier.uuid]),
        reverse("dossiers:detail", args=[dossier.uuid]),
        reverse("dossiers:index"),
    ):
        text = client.get(url).content.decode()
        assert "asthme" not in text
        assert "Illness" not in text
    export = b"".join(client.get(reverse("dossiers:index"), {"export": "csv"}).streaming_content).decode()
    assert "asthme" not in export and "Illness" not in export
    assert dossier.number in client.get(reverse("dossiers:index"), {"own_illness": "nothing like it"}).content.decode()
    clerk = centre.actor("clerk")
    assert "own_illness" not in custom_uses.template_values(clerk, dossier, "fr")
    assert "own_illness" not in custom_uses.template_fields(clerk)
    assert "own.illness" not in {one.key for one in custom_uses.custom_targets(clerk)}
    assert not [fact for fact in reading.facts_of(clerk, dossier) if fact.data_class == "health"]
    # a chief whose functions lost the class may write the file, but not this field
    chief = replace(centre.actor("chief"), class_rights=frozenset({("identity", "chief"), ("social", "chief")}))
    before = CustomFact.unscoped.count()
    dossier.refresh_from_db()
    with pytest.raises(NotAllowed):
        custom.write_custom(actor=chief, dossier=dossier, section="energy", answers={"illness": "rien"})
    assert CustomFact.unscoped.count() == before


def test_outside_the_scope_there_is_nothing(client, centre, dossier, tutor) -> None:
    write(centre, dossier)
    before = CustomFact.unscoped.count()
    for name in ("stranger", "member", "administrator"):
        client.force_login(getattr(centre, name))
        for page in ("own_data", "own_profile"):
            assert client.get(reverse(f"dossiers:{page}", args=[dossier.uuid])).status_code == 404
        for page in ("own_section", "own_edit"):
            assert client.get(reverse(f"dossiers:{page}", args=[dossier.uuid, "energy"])).status_code == 404
        with pytest.raises(NotAllowed):
            write(centre, dossier, "TP", who=name)
        assert not reading.facts_of(centre.actor(name), dossier)
    assert CustomFact.unscoped.count() == before


@pytest.mark.parametrize("name", ["worker", "chief", "clerk", "auditor"])
def test_only_the_administration_defines(client, centre, tutor, name: str) -> None:
    client.force_login(getattr(centre, name))
    for page in ("lists", "fields", "new_list", "new_kind"):
        assert client.get(reverse(f"dossiers:{page}")).status_code == 404
    with pytest.raises(NotAllowed):
        custom.create_code_list(actor=centre.actor(name), label={"fr": "x"})
    with pytest.raises(NotAllowed):
        custom.add_section(actor=centre.actor(name), kind=tutor, title={"fr": "x"}, group="other")
    assert CodeList.objects.count() == 1
    assert CustomVersion.objects.count() == 2


def test_a_published_version_never_changes_and_old_answers_keep_theirs(centre, dossier, tutor) -> None:
    write(centre, dossier)
    admin = centre.actor("administrator")
    new = custom.change_field(actor=admin, kind=tutor, field="energy_tutor", label={"fr": "Conseiller"}, listed=False, ended=True)
    assert new.number == 3
    assert CustomFact.unscoped.get().version.number == 2
    section = reading.every_section()[0]
    assert section.fields == []
    found = reading.entries(centre.actor("worker"), section, reading.facts_of(centre.actor("worker"), dossier), clock.today())
    assert found[0].lines[0][1].startswith("Tuteur communal")
    old = CustomVersion.objects.get(number=2)
    with pytest.raises(DatabaseError), transaction.atomic():
        CustomVersion.objects.filter(pk=old.pk).update(note="x")
    with pytest.raises(DatabaseError), transaction.atomic():
        old.delete()
    assert CustomVersion.objects.get(number=2).note == old.note


@pytest.mark.parametrize("change", [{"type": "text"}, {"data_class": "identity"}, {"list": "other"}])
def test_what_a_field_holds_cannot_change(centre, tutor, change) -> None:
    definition = CustomVersion.objects.get(number=2).definition
    definition["sections"][0]["fields"][0] |= change
    with pytest.raises(InvalidDossier):
        custom.publish_custom(actor=centre.actor("administrator"), kind=tutor, definition=definition)
    definition["sections"][0]["fields"] = []
    with pytest.raises(InvalidDossier):
        custom.publish_custom(actor=centre.actor("administrator"), kind=tutor, definition=definition)
    assert CustomVersion.objects.count() == 2


def test_answers_are_read_on_a_day_and_as_known(centre, dossier, tutor) -> None:
    start = clock.now()
    write(centre, dossier, "TE", valid_from=dt.date(2024, 1, 1))
    with clock.travel(start + dt.timedelta(days=2)):
        write(centre, dossier, "TP", valid_from=dt.date(2025, 1, 1))
        actor = centre.actor("worker")

        def at(day: dt.date, known: dt.datetime | None = None) -> list[str]:
            return [fact.value for fact in reading.facts_of(actor, dossier, day=day, known_on=known)]

        assert at(dt.date(2023, 12, 31)) == []
        assert at(dt.date(2024, 6, 1)) == ["TE"]
        assert at(dt.date(2025, 6, 1)) == ["TP"]
        assert at(dt.date(2025, 6, 1), start + dt.timedelta(days=1)) == ["TE"]


def test_an_earlier_end_is_an_end(centre, dossier, tutor) -> None:
    write(centre, dossier, "TE", valid_from=dt.date(2024, 1, 1))
    write(centre, dossier, "TE", valid_from=dt.date(2024, 1, 1), valid_to=dt.date(2024, 7, 1))
    facts = reading.facts_of(centre.actor("worker"), dossier)
    assert [(fact.valid_from, fact.valid_to) for fact in facts] == [(dt.date(2024, 1, 1), dt.date(2024, 7, 1))]


def test_two_agents_on_the_same_file_do_not_overwrite(centre, dossier, tutor) -> None:
    seen = dossier.version
    write(centre, dossier, "TE")
    with pytest.raises(Conflict):
        write(centre, dossier, "TP", expected=seen)
    assert CustomFact.unscoped.get(live=1).value == "TE"


def test_a_mandatory_field_of_one_kind_is_asked_in_that_kind_only(client, centre, dossier, tutor) -> None:
    """B48: "commune d'origine", mandatory for one kind of file."""
    admin = centre.actor("administrator")
    kind = custom.create_kind(actor=admin, label={"fr": "Aide aux réfugiés", "en": "Refugees"})
    custom.add_section(actor=admin, kind=kind, title={"en": "Origin"}, group="identity")
    custom.add_field(
        actor=admin,
        kind=kind,
        section="origin",
        label={"en": "Home commune"},
        type="text",
        data_class="identity",
        required=True,
        listed=True,
    )
    client.force_login(centre.worker)
    url = reverse("dossiers:own_edit", args=[dossier.uuid, "origin"])
    assert client.get(url).status_code == 404
    dossier.refresh_from_db()
    custom.set_profile(actor=centre.actor("worker"), dossier=dossier, kind=kind)
    state = client.get(url).context["at"].fields[0]
    refused = client.post(url, {"shown": "home_commune", state.id: ""})
    assert refused.status_code == 422
    assert not CustomFact.unscoped.exists()
    assert client.post(url, {"shown": "home_commune", state.id: "Monthey"}).status_code == 303
    assert CustomFact.unscoped.get().value == "Monthey"
    found = client.get(reverse("dossiers:index"), {"own_home_commune": "monthey"}).content.decode()
    assert dossier.number in found
    assert dossier.number not in client.get(reverse("dossiers:index"), {"own_home_commune": "sion"}).content.decode()


def test_an_administrator_makes_it_all_on_the_pages(client, centre) -> None:
    client.force_login(centre.administrator)
    assert client.post(reverse("dossiers:new_list"), {"label_en": "Tutors"}).status_code == 303
    assert client.post(reverse("dossiers:new_section", args=["general"]), {"label_en": "Energy", "group": "other"}).status_code == 303
    sent = {"label_en": "Tutor", "type": "choice", "list": "tutors", "data_class": "social", "listed": "on"}
    assert client.post(reverse("dossiers:new_field", args=["general", "energy"]), sent).status_code == 303
    sent = {"label_en": "Energy tutor", "move": "0"}
    assert client.post(reverse("dossiers:change_field", args=["general", "tutor"]), sent).status_code == 303
    text = client.get(reverse("dossiers:fields")).content.decode()
    assert "Energy tutor" in text
    assert CustomVersion.objects.count() == 3
