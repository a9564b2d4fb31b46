"""The address book: entered once, dated, found however it is spelled; a letter takes the address of its day."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from parvis.contacts import api
from parvis.contacts.enums import CLIENT_ROLES
from parvis.contacts.errors import InvalidOrganisation, NumberTaken
from parvis.contacts.models import BookEntry, Organisation, OrganisationAddress, OrganisationNumber, PersonRole
from parvis.kernel import clock
from parvis.kernel.errors import Conflict, NotAllowed
from parvis.kernel.identifiers import InvalidIdentifier
from parvis.kernel.models import MutationLine, ReadLine
from parvis.kernel.subject import SubjectRef
from tests.identity.factories import an_account

from .factories import AUDITOR, CHIEF, CLERK, MEMBER, PAYER, WORKER, make_organisation, make_person

pytestmark = [pytest.mark.db, pytest.mark.django_db]
DAY = dt.date(2026, 3, 1)
EARLIER = dt.date(2020, 1, 1)


def org(organisation: Organisation) -> SubjectRef:
    return SubjectRef("organisation", organisation.pk)


def _office(organisation: Organisation, street: str, since: dt.date, kind: str = "seat", **more: Any) -> OrganisationAddress:
    return api.set_office(
        actor=WORKER,
        organisation=organisation,
        kind=kind,
        street=street,
        number="4",
        postal_code="4999",
        municipality="Valmont",
        valid_from=since,
        **more,
    )


def test_a_letter_takes_the_address_of_its_day() -> None:
    """A16, B8: one change reaches every next letter; the old one keeps the old address."""
    doctor = make_organisation("Cabinet Meyer", kinds=["doctor"])
    _office(doctor, "Rue Haute", EARLIER)
    _office(doctor, "Rue Basse", dt.date(2026, 2, 1))
    before, after = (api.address_for_letter(org(doctor), day) for day in (dt.date(2026, 1, 31), dt.date(2026, 2, 1)))
    assert (before.name, before.lines, before.kind) == ("Cabinet Meyer", ("Rue Haute 4", "4999 Valmont"), "seat")
    assert after.lines == ("Rue Basse 4", "4999 Valmont")


def test_each_purpose_has_its_order_of_addresses() -> None:
    insurer = make_organisation("Mutualité Solidaire", kinds=["insurer"], language="de")
    _office(insurer, "Siège", EARLIER)
    _office(insurer, "Facturation", EARLIER, kind="billing")
    _office(insurer, "Boîte", EARLIER, kind="postal", care_of="Service du courrier")
    found = {purpose: api.address_for_letter(org(insurer), DAY, purpose) for purpose in ("letter", "notification", "invoice")}
    assert {purpose: one.kind for purpose, one in found.items()} == {"letter": "postal", "notification": "seat", "invoice": "billing"}
    assert found["letter"].lines[0] == "c/o Service du courrier"
    assert found["letter"].language == "de"
    with pytest.raises(ValueError, match="leaflet"):
        api.address_for_letter(org(insurer), DAY, "leaflet")


def test_a_letter_to_a_person_goes_to_the_address_of_its_purpose() -> None:
    person = make_person()
    ref = SubjectRef("person", person.pk)
    for kind, street in (("domicile", "Rue du Domicile"), ("residence", "Rue de la Résidence"), ("reference", "Place du CPAS")):
        api.set_address(actor=WORKER, person=person, kind=kind, street=street, municipality="Valmont", valid_from=EARLIER)
    assert api.address_for_letter(ref, DAY).lines[0] == "Rue de la Résidence"
    assert api.address_for_letter(ref, DAY, "notification").lines[0] == "Rue du Domicile"
    api.set_address(
        actor=WORKER, person=person, kind="postal", care_of="Anne Dupont", street="Rue Haute", municipality="Valmont", valid_from=DAY
    )
    assert api.address_for_letter(ref, DAY, "notification").lines == ("c/o Anne Dupont", "Rue Haute", "Valmont")
    assert api.address_for_letter(ref, dt.date(2026, 2, 28), "notification").lines[0] == "Rue du Domicile"


def test_one_person_has_three_roles_in_two_organisations() -> None:
    """A16: each with its days; ending one leaves the others."""
    person = make_person("Meyer", "Anne")
    practice, school = make_organisation("Cabinet Meyer"), make_organisation("École des Tilleuls", kinds=["school"])
    for organisation, role in ((practice, "director"), (practice, "practitioner"), (school, "trustee")):
        api.set_role(actor=WORKER, person=person, organisation=organisation, role=role, valid_from=EARLIER)
    ended = next(one for one in api.roles_of(WORKER, person.pk) if one.row.role == "practitioner")
    with clock.travel(dt.datetime(2026, 3, 9, tzinfo=dt.UTC)):
        api.end_role(actor=WORKER, row=ended.row, on=DAY)
        roles = {(one.organisation.name, one.row.role, one.past) for one in api.roles_of(WORKER, person.pk) if one.organisation}
        assert roles == {
            ("Cabinet Meyer", "director", False),
            ("Cabinet Meyer", "practitioner", True),
            ("École des Tilleuls", "trustee", False),
        }
        assert [one.row.role for one in api.roles_in(WORKER, practice.pk)[0]] == ["director"]
    assert PersonRole.unscoped.filter(person=person, live=1).count() == 3


def test_a_name_of_before_stays_for_the_letters_of_before() -> None:
    school = make_organisation("Athénée royal", kinds=["school"], valid_from=EARLIER)
    api.name_organisation(actor=WORKER, organisation=school, name="Athénée de Valmont", legal_form="ASBL", valid_from=DAY)
    assert api.organisation_card(WORKER, school.pk, dt.date(2026, 2, 28)).name == "Athénée royal"
    assert api.address_for_letter(org(school), DAY).name == "Athénée de Valmont ASBL"
    assert api.organisation_card(WORKER, school.pk, dt.date(1999, 1, 1)).name == "Athénée royal"


def test_two_agents_editing_the_same_organisation_conflict() -> None:
    school = make_organisation("Athénée royal")
    seen = school.version
    api.name_organisation(actor=WORKER, organisation=school, name="Athénée de Valmont")
    with pytest.raises(Conflict) as caught:
        api.name_organisation(actor=CLERK, organisation=Organisation.unscoped.get(pk=school.pk), name="Autre", expected=seen)
    assert (caught.value.who, caught.value.theirs["name"], caught.value.yours["name"]) == (
        "Amélie Lambrecht",
        "Athénée de Valmont",
        "Autre",
    )
    assert BookEntry.unscoped.get(organisation=school).display_name == "Athénée de Valmont"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": " - "}, "name_empty"),
        ({"name": "A" * 161}, "name_long"),
        ({"language": "xx"}, "language"),
        ({"website": "no address"}, "website"),
        ({"kinds": ["wizard"]}, "kind"),
        ({"enterprise_number": "0123.456.788"}, "enterprise"),
    ],
)
def test_an_impossible_organisation_is_not_made(changes: dict[str, Any], code: str) -> None:
    with pytest.raises((InvalidOrganisation, InvalidIdentifier)) as caught:
        make_organisation(**({"name": "Cabinet Meyer"} | changes))
    assert caught.value.code == code
    assert not Organisation.unscoped.exists()
    assert not BookEntry.unscoped.exists()
    assert not MutationLine.objects.filter(verb__startswith="organisation.").exists()


@pytest.mark.parametrize(
    ("kind", "typed", "bare"),
    [
        ("enterprise", "0123.456.749", "0123456749"),
        ("vat", "be 0123.456.749", "BE0123456749"),
        ("vat", "LU 15027442", "LU15027442"),
        ("uid", "CHE-107.787.577", "CHE107787577"),
        ("siret", "732 829 320 00074", "73282932000074"),
        ("inami", "1-23456-25-001", "12345625001"),
    ],
)
def test_a_number_is_stored_bare_and_belongs_to_one(kind: str, typed: str, bare: str) -> None:
    first, second = make_organisation("Une"), make_organisation("Deux")
    assert api.set_number(actor=WORKER, organisation=first, kind=kind, value=typed).value == bare
    with pytest.raises(NumberTaken) as caught:
        api.set_number(actor=WORKER, organisation=second, kind=kind, value=typed)
    assert caught.value.organisation_id == first.pk
    wrong = typed[:-1] + ("1" if typed[-1] != "1" else "2")
    if kind != "inami":
        with pytest.raises(InvalidIdentifier):
            api.set_number(actor=WORKER, organisation=second, kind=kind, value=wrong)
    assert OrganisationNumber.unscoped.count() == 1


# Duplicates -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("typed", ["Dr. Meyer", "Docteur Meyer", "MEYER Dr", "Dr. med. Méyer", "Dr Meier", "Cabinet Meyer SRL"])
def test_the_same_practice_is_recognised_before_it_is_saved(typed: str) -> None:
    """B9."""
    known = make_organisation("Meyer, Dr. med.", kinds=["doctor"])
    make_organisation("Dr. Lambert", kinds=["doctor"])
    found = api.match_organisations(actor=WORKER, name=typed)
    assert [match.entry.organisation_id for match in found] == [known.pk]
    assert found[0].score >= 70
    assert not found[0].certain


def test_the_same_enterprise_number_or_phone_is_enough() -> None:
    known = make_organisation("Immo du Parc", kinds=["landlord"], enterprise_number="0123.456.749")
    api.add_office_point(actor=WORKER, organisation=known, kind="phone", value="087 12 34 56")
    by_number = api.match_organisations(actor=WORKER, name="Tout autre nom", enterprise_number="0123.456.749")
    by_phone = api.match_organisations(actor=WORKER, name="Tout autre nom", phone="+3287123456")
    assert [(match.entry.organisation_id, match.certain) for match in by_number] == [(known.pk, True)]
    assert [(match.entry.organisation_id, match.certain) for match in by_phone] == [(known.pk, False)]
    assert api.match_organisations(actor=WORKER, name="Tout autre nom") == []


def test_the_form_shows_who_is_like_it_and_saves_nothing_until_it_is_confirmed(client: Any) -> None:
    known = make_organisation("Meyer, Dr. med.", kinds=["doctor"])
    client.force_login(an_account("clerk"))
    typed = {"name": "Dr. Meyer", "kinds": ["doctor"], "language": "fr", "municipality": "Valmont", "email": "meyer@example.org"}
    shown = client.post("/contacts/new/", typed)
    assert shown.status_code == 422
    assert "Meyer, Dr. med." in shown.content.decode()
    assert str(known.uuid) in shown.content.decode()
    assert Organisation.unscoped.count() == 1
    saved = client.post("/contacts/new/", typed | {"confirmed": "on"})
    assert saved.status_code == 303
    made = Organisation.unscoped.exclude(pk=known.pk).get()
    card = api.organisation_card(WORKER, made.pk)
    assert (card.name, card.address, card.email, card.kinds) == ("Dr. Meyer", "Valmont", "meyer@example.org", card.kinds)
    assert [point.value for point in api.contact_points(org(made))] == ["meyer@example.org"]


def test_a_form_that_fails_half_way_keeps_nothing(client: Any) -> None:
    make_organisation("Autre", enterprise_number="0123.456.749")
    client.force_login(an_account("clerk"))
    typed = {"name": "Immo Neuve", "kinds": ["landlord"], "language": "fr", "enterprise_number": "0123.456.749", "confirmed": "on"}
    assert client.post("/contacts/new/", typed).status_code == 422
    assert Organisation.unscoped.count() == 1


# Search and list --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("query", ["immo parc", "parc immo", "Imo Park", "0123.456.749", "123456749"])
def test_the_search_box_finds_an_organisation(query: str) -> None:
    known = make_organisation("Immo du Parc", kinds=["landlord"], enterprise_number="0123.456.749")
    make_organisation("École des Tilleuls")
    assert [line.organisation_id for line, _why in api.search_book(actor=WORKER, query=query)] == [known.pk]


def test_a_client_who_is_also_a_landlord_is_one_person_found_once() -> None:
    """A21."""
    from parvis.contacts.search import find_organisations, find_persons

    person = make_person("Delporte", "Georges", "1950-01-02")
    api.set_capacity(actor=WORKER, person=person, kind="landlord")
    hits = [*find_persons(WORKER, "delporte", 8), *find_organisations(WORKER, "delporte", 8)]
    assert [hit.url for hit in hits] == [f"/persons/{person.uuid}/"]
    assert BookEntry.unscoped.get().person_id == person.pk


def _names(response: Any) -> list[str]:
    return [line.row.display_name for line in response.context["grid"].lines]


def test_the_list_filters_by_kind_place_and_state(client: Any) -> None:
    with clock.travel(dt.datetime(2026, 3, 9, tzinfo=dt.UTC)):
        here, there = (
            make_organisation("Immo du Parc", kinds=["landlord"]),
            make_organisation("Immo Lointaine", kinds=["landlord", "employer"]),
        )
        _office(here, "Rue Haute", EARLIER)
        api.set_office(actor=WORKER, organisation=there, municipality="Monthey", country="CH", valid_from=EARLIER)
        closed = make_organisation("Immo Fermée", kinds=["landlord"])
        api.close_organisation(actor=WORKER, organisation=closed, on=dt.date(2026, 3, 9), reason="cessation")
        make_organisation("École des Tilleuls", kinds=["school"])
        client.force_login(an_account("social_worker"))
        assert _names(client.get("/contacts/?kind=landlord")) == ["Immo du Parc", "Immo Lointaine"]
        assert _names(client.get("/contacts/?kind=landlord&town=monthey")) == ["Immo Lointaine"]
        assert _names(client.get("/contacts/?state=closed")) == ["Immo Fermée"]
        assert _names(client.get("/contacts/?q=parc")) == ["Immo du Parc"]
        api.set_profile(actor=WORKER, organisation=closed, language="fr", note="Liquidateur : Me Haas", valid_from=dt.date(2026, 3, 9))
        assert _names(client.get("/contacts/?state=closed")) == ["Immo Fermée"]  # a word more about it does not open it again
        api.close_organisation(actor=WORKER, organisation=closed, on=dt.date(2026, 3, 9), closed=False)
        assert "Immo Fermée" in _names(client.get("/contacts/?kind=landlord"))


def test_mailing_phone_list_and_export_are_written_down(client: Any) -> None:
    """B11."""
    one, two = make_organisation("Immo A", kinds=["landlord"]), make_organisation("Immo B", kinds=["landlord"])
    api.add_office_point(actor=WORKER, organisation=one, kind="email", value="a@example.org")
    api.add_office_point(actor=WORKER, organisation=two, kind="phone", value="087 12 34 56")
    client.force_login(an_account("clerk"))
    mailing = client.get("/contacts/mailing/?kind=landlord")
    assert mailing.context["addresses"] == ["a@example.org"]
    assert [line.display_name for line in mailing.context["without"]] == ["Immo B"]
    phones = client.get("/contacts/phones/?kind=landlord").content.decode()
    assert "+32 87 12 34 56" in phones
    text = b"".join(client.get("/contacts/?kind=landlord&export=csv").streaming_content).decode()
    assert text.count("Immo") == 2
    lines = MutationLine.objects.filter(verb="contacts.export").order_by("number")
    written = [{value.field: value.new for value in line.values.all()} for line in lines]
    assert written == [{"format": "e-mail", "rows": 1}, {"format": "phone list", "rows": 2}, {"format": "csv", "rows": 2}]


def test_those_opened_most_come_first(client: Any) -> None:
    often, seldom = make_organisation("Souvent"), make_organisation("Rarement")
    account = an_account("clerk")
    client.force_login(account)
    for hour, organisation in ((8, seldom), (9, often), (11, often), (13, often)):
        with clock.travel(dt.datetime(2026, 3, 9, hour, tzinfo=dt.UTC)):
            client.get(f"/contacts/{organisation.uuid}/")
    assert ReadLine.objects.filter(subject_type="organisation").count() == 4
    with clock.travel(dt.datetime(2026, 3, 9, 14, tzinfo=dt.UTC)):
        assert [line.display_name for line in client.get("/contacts/").context["frequent"]] == ["Souvent", "Rarement"]


def test_the_list_costs_the_same_for_one_row_and_for_six(client: Any, django_assert_max_num_queries: Any) -> None:
    for number in range(6):
        organisation = make_organisation(f"Immo {number}", kinds=["landlord"])
        _office(organisation, "Rue Haute", EARLIER)
    client.force_login(an_account("clerk"))
    client.get("/contacts/")
    with django_assert_max_num_queries(16):
        client.get("/contacts/")


# Who may what -----------------------------------------------------------------------------------------------------------
def test_whose_patient_somebody_is_is_a_matter_of_health() -> None:
    patient, doctor = make_person(), make_organisation("Cabinet Meyer", kinds=["doctor"])
    api.set_role(actor=WORKER, person=patient, organisation=doctor, role="patient")
    with pytest.raises(NotAllowed):
        api.set_role(actor=CLERK, person=patient, organisation=doctor, role="patient")
    assert [one.row.role for one in api.roles_of(WORKER, patient.pk)] == ["patient"]
    for who in (CLERK, PAYER, AUDITOR):
        assert api.roles_of(who, patient.pk) == []
        assert api.roles_in(who, doctor.pk) == ([], 0)
    assert "patient" in CLIENT_ROLES


def test_a_payer_reads_the_address_book_and_changes_nothing(client: Any) -> None:
    known = make_organisation("Immo du Parc")
    with pytest.raises(NotAllowed):
        api.name_organisation(actor=PAYER, organisation=known, name="Autre")
    client.force_login(an_account("payer"))
    assert client.get(f"/contacts/{known.uuid}/").status_code == 200
    for path in ("facts/name/", "close/", "roles/", "merge/"):
        assert client.get(f"/contacts/{known.uuid}/{path}").status_code == 404
    assert api.organisation_card(CHIEF, known.pk).name == "Immo du Parc"


def test_a_committee_member_has_no_address_book(client: Any) -> None:
    known = make_organisation("Immo du Parc")
    with pytest.raises(Organisation.DoesNotExist):
        api.organisation_card(MEMBER, known.pk)
    assert api.search_book(actor=MEMBER, query="immo") == []
    client.force_login(an_account("committee_member"))
    for path in ("/contacts/", "/contacts/phones/", "/contacts/mailing/", f"/contacts/{known.uuid}/"):
        assert client.get(path).status_code == 404


def test_the_pages_change_an_organisation_fact_by_fact(client: Any) -> None:
    known = make_organisation("Immo du Parc")
    client.force_login(an_account("clerk"))
    base = f"/contacts/{known.uuid}"
    dated = {"valid_from": "2026-03-01", "source": "agent"}
    assert client.post(f"{base}/facts/point/", {"kind": "phone", "value": "087123456", "label": "garde", **dated}).status_code == 303
    assert client.post(f"{base}/facts/kind/", {"kind": "landlord", **dated}).status_code == 303
    assert client.post(f"{base}/facts/address/", {"kind": "seat", "municipality": "Valmont", "country": "BE", **dated}).status_code == 303
    wrong = client.post(f"{base}/facts/number/", {"kind": "enterprise", "value": "12", **dated})
    assert wrong.status_code == 422
    page = client.get(f"{base}/").content.decode()
    assert "+32 87 12 34 56 (garde)" in page and "Valmont" in page
    row = known.points.model.unscoped.get(live=1)
    assert client.post(f"{base}/facts/point/end/?row={row.pk}", {"last_day": "2026-03-31"}).status_code == 303
    assert [point.value for point in api.contact_points(org(known), dt.date(2026, 3, 31))] == ["+3287123456"]
    assert api.contact_points(org(known), dt.date(2026, 4, 1)) == []


def test_a_role_is_added_and_ended_from_the_pages(client: Any) -> None:
    person, school = make_person("Nzeyimana", "Inès", "2007-02-02"), make_organisation("École des Tilleuls", kinds=["school"])
    client.force_login(an_account("social_worker"))
    page = client.get(f"/contacts/{school.uuid}/roles/?q=nzeyimana").content.decode()
    assert str(person.uuid) in page
    sent = {"picked": str(person.uuid), "role": "pupil", "valid_from": "2026-01-01"}
    assert client.post(f"/contacts/{school.uuid}/roles/?q=nzeyimana", sent | {"picked": "nobody"}).status_code == 422
    assert client.post(f"/contacts/{school.uuid}/roles/?q=nzeyimana", sent).status_code == 303
    row = PersonRole.unscoped.get(live=1)
    assert client.post(f"/persons/{person.uuid}/roles/end/?row={row.pk}", {"last_day": "2026-06-30"}).status_code == 303
    assert PersonRole.unscoped.get(live=1).valid_to == dt.date(2026, 7, 1)
    assert client.get(f"/persons/{person.uuid}/roles/?q=tilleuls").status_code == 200


def test_the_demonstration_has_an_address_book_and_a_family_and_may_be_loaded_twice() -> None:
    from parvis.contacts import demo
    from parvis.contacts.models import Person, Relation

    demo.load(actor=WORKER)
    counts = (Organisation.unscoped.count(), Person.unscoped.count(), Relation.unscoped.filter(live=1).count())
    demo.load(actor=WORKER)
    assert counts == (14, 11, 18)
    assert (Organisation.unscoped.count(), Person.unscoped.count(), Relation.unscoped.filter(live=1).count()) == counts
