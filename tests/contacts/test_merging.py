"""Two files made one: everything leads to the kept one, evidence stays, and the undo parts them exactly."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from parvis.contacts import api, selectors
from parvis.contacts.errors import MergeRefused
from parvis.contacts.models import (
    Address,
    BankAccount,
    HouseholdMember,
    Identifier,
    Merge,
    MergeStep,
    Organisation,
    Person,
    PersonName,
    PersonRole,
    PersonToken,
    Relation,
)
from parvis.dossiers.api import add_member
from parvis.dossiers.models import Dossier, DossierMember
from parvis.kernel import clock
from parvis.kernel.errors import NotAllowed
from parvis.kernel.models import MutationLine
from parvis.kernel.registries import person_aspects, person_holders
from parvis.kernel.subject import SubjectRef
from tests.dossiers.factories import make_centre, make_dossier
from tests.identity.factories import an_account

from .factories import CHIEF, WORKER, make_organisation, make_person, niss

pytestmark = [pytest.mark.db, pytest.mark.django_db]
EARLIER = dt.date(2019, 1, 1)
DAY = dt.date(2026, 3, 9)


@pytest.fixture
def twins() -> tuple[Person, Person]:
    """The same woman, entered twice: once with a number and an address, once with a phone, an account and a former name."""
    kept = make_person("Müller", "Anna", "1980-03-02", national_number=niss("1980-03-02", 4))
    other = make_person("Mueller", "Anna Maria", "1980-03-02")
    api.set_address(actor=WORKER, person=kept, street="Rue Haute", municipality="Valmont", valid_from=dt.date(2022, 1, 1))
    api.set_address(actor=WORKER, person=other, street="Rue Basse", municipality="Valmont", valid_from=EARLIER)
    api.add_point(actor=WORKER, person=other, kind="phone", value="0470 12 34 56", valid_from=EARLIER)
    api.add_bank_account(actor=WORKER, person=other, iban="BE71 0961 2345 6769", valid_from=EARLIER)
    return kept, other


def _merge(kept: Person, other: Person, **more: Any) -> Merge:
    return api.merge_persons(actor=CHIEF, kept=kept, merged=other, reason="même date de naissance, même visage", **more)


def _picture(*persons: Person) -> dict[str, Any]:
    """What holds today of each person, without the keys of rows."""
    found: dict[str, Any] = {}
    for person in persons:
        for model in (PersonName, Identifier, Address, BankAccount, HouseholdMember, PersonRole, Relation):
            rows = model.unscoped.filter(person=person, live=1)
            skipped = {"id", "recorded_at", "author_id", "author_label"}
            fields = [f.attname for f in model._meta.concrete_fields if f.name not in skipped]
            found[f"{person.pk} {model.__name__}"] = sorted(str(row) for row in rows.values_list(*fields))
        tokens = PersonToken.unscoped.filter(person=person).values_list("kind", "value")
        found[f"{person.pk} tokens"] = sorted(tokens)
    return found


def test_the_kept_one_has_what_it_lacked_and_keeps_what_it_had(twins: tuple[Person, Person]) -> None:
    kept, other = twins
    _merge(kept, other)
    card = api.person_card(WORKER, kept.pk, DAY)
    assert (card.display_name, card.address, card.phone) == ("Anna Müller", "Rue Haute, Valmont", "+32470123456")
    assert api.person_card(WORKER, kept.pk, dt.date(2020, 1, 1)).address == "Rue Basse, Valmont"
    assert [row.iban for row in api.bank_accounts(kept.pk, DAY)] == ["BE71096123456769"]
    aliases = PersonName.unscoped.filter(person=kept, live=1, kind="alias").values_list("given_names", "family_name")
    assert list(aliases) == [("Anna Maria", "Mueller")]


def test_the_agent_may_choose_the_other_name_and_address(twins: tuple[Person, Person]) -> None:
    kept, other = twins
    _merge(kept, other, prefer={"name", "address"})
    card = api.person_card(WORKER, kept.pk, DAY)
    assert (card.display_name, card.address) == ("Anna Maria Mueller", "Rue Basse, Valmont")


def test_search_finds_the_person_once_under_either_name(twins: tuple[Person, Person]) -> None:
    from parvis.contacts.search import find_persons

    kept, other = twins
    assert len(find_persons(WORKER, "muller anna", 8)) == 2
    _merge(kept, other)
    for query in ("muller anna", "mueller", "anna maria", "0470 12 34 56", "BE71 0961 2345 6769"):
        assert [hit.url for hit in find_persons(WORKER, query, 8)] == [f"/persons/{kept.uuid}/"], query
    assert [match.person.pk for match in api.match_persons(actor=WORKER, family_name="Mueller", given_names="Anna")] == [kept.pk]


def test_links_of_other_contexts_move_and_come_back(twins: tuple[Person, Person]) -> None:
    kept, other = twins
    dossier = make_dossier(make_centre(), other)
    moved_before = DossierMember.unscoped.filter(dossier=dossier).values_list("person_id", flat=True)
    assert list(moved_before) == [other.pk]
    merge = _merge(kept, other)
    assert Dossier.unscoped.get(pk=dossier.pk).lead_id == kept.pk
    assert DossierMember.unscoped.get(dossier=dossier).person_id == kept.pk
    assert MergeStep.unscoped.filter(merge=merge, did="repointed").count() == 2
    api.undo_merge(actor=CHIEF, merge=merge)
    assert Dossier.unscoped.get(pk=dossier.pk).lead_id == other.pk
    assert DossierMember.unscoped.get(dossier=dossier).person_id == other.pk


def test_a_link_entered_after_the_merge_stays_with_the_kept_one(twins: tuple[Person, Person]) -> None:
    kept, other = twins
    merge = _merge(kept, other)
    later = make_dossier(make_centre(), kept)
    api.undo_merge(actor=CHIEF, merge=merge)
    assert Dossier.unscoped.get(pk=later.pk).lead_id == kept.pk


def test_every_foreign_key_to_a_person_says_what_a_merge_does_with_it() -> None:
    """A context that adds a key without saying so would leave rows behind in silence."""
    from django.apps import apps

    told = {f"{holder.model}.{holder.field}" for holder in person_holders.all()}
    told |= {f"{aspect.model}.person" for aspect in person_aspects.all()}
    keys = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_label != "contacts"
        for field in model._meta.concrete_fields
        if field.related_model is Person
    }
    assert keys - told == set()
    # Numbers: identity lies below, and lines of a takeover may speak of somebody who was never taken over.
    takeover = {f"takeover.{one}" for one in ("Line.person_id", "SourceKey.target_id", "PastPayment.person_id", "Difference.person_id")}
    assert told - keys == {"identity.OwnPerson.person_id", *takeover}


def test_evidence_keeps_the_number_it_was_made_with() -> None:
    kinds = {holder.model.split(".")[0] for holder in person_holders.all() if holder.evidence}
    assert kinds == {"accounting", "decisions"}
    kept, other = make_person(), make_person("Dupond", "Claire")
    _merge(kept, other)
    assert api.resolve_person(other.pk) == kept.pk
    assert selectors.display_names([other.pk]) == {other.pk: "Claire Dupond"}
    assert api.person_card(WORKER, other.pk).display_name == "Claire Dupond"


def test_undo_gives_back_exactly_what_held(twins: tuple[Person, Person]) -> None:
    kept, other = twins
    third = make_person("Schmitz", "Otto", "1950-01-01")
    household = api.create_household(actor=WORKER, head=third, valid_from=EARLIER)
    api.join_household(actor=WORKER, household=household, person=other, role="child", valid_from=EARLIER)
    api.relate(actor=WORKER, person=third, other=other, kind="parent", valid_from=EARLIER)
    school = make_organisation("École des Tilleuls")
    api.set_role(actor=WORKER, person=other, organisation=school, role="trustee", valid_from=EARLIER)
    before = _picture(kept, other, third)
    merge = _merge(kept, other, prefer={"name", "address", "birth"})
    assert [row.person_id for row in api.household_at(household.pk, DAY).members if row.role == "child"] == [kept.pk]
    assert [one.card.id for one in api.relatives(WORKER, third.pk, DAY)] == [kept.pk]
    assert [one.card.id for one in api.roles_in(WORKER, school.pk, DAY)[0] if one.card] == [kept.pk]
    assert _picture(kept, other, third) != before
    api.undo_merge(actor=CHIEF, merge=merge)
    assert _picture(kept, other, third) == before
    assert set(MergeStep.unscoped.filter(merge=merge).values_list("undone", flat=True)) == {True}
    assert Person.unscoped.get(pk=other.pk).merged_into_id is None


def test_what_was_known_before_the_merge_is_still_known_as_it_was(twins: tuple[Person, Person]) -> None:
    kept, other = twins
    then = clock.now()
    with clock.travel(then + dt.timedelta(days=1)):
        _merge(kept, other, prefer={"address"})
        assert api.person_card(WORKER, kept.pk, DAY, known_on=then).address == "Rue Haute, Valmont"
        assert api.person_card(WORKER, kept.pk, DAY).address == "Rue Basse, Valmont"


def test_a_merge_can_be_undone_once_and_not_under_another_one(twins: tuple[Person, Person]) -> None:
    kept, other = twins
    third = make_person("Muller", "Anna", "1980-03-02")
    first = _merge(kept, other)
    second = _merge(third, kept)
    assert api.resolve_person(other.pk) == third.pk
    with pytest.raises(MergeRefused) as caught:
        api.undo_merge(actor=CHIEF, merge=first)
    assert caught.value.code == "merged_since"
    api.undo_merge(actor=CHIEF, merge=second)
    api.undo_merge(actor=CHIEF, merge=first)
    with pytest.raises(MergeRefused) as caught:
        api.undo_merge(actor=CHIEF, merge=first)
    assert caught.value.code == "undone"


def test_what_may_not_become_one() -> None:
    kept = make_person(national_number=niss("1980-05-17", 4))
    twin = make_person("Dupont", "Claire", national_number=niss("1980-05-17", 6))
    plain = make_person("Dupont", "Clara")
    specimen = make_person("Specimen", "Alice")
    api.add_identifier(actor=WORKER, person=specimen, value="71715100070", from_card=True)
    lines = MutationLine.objects.count()
    for one, two, code in ((kept, twin, "two_numbers"), (kept, kept, "same"), (plain, specimen, "specimen")):
        with pytest.raises(MergeRefused) as caught:
            _merge(one, two)
        assert caught.value.code == code
    with pytest.raises(MergeRefused) as caught:
        api.merge_persons(actor=CHIEF, kept=kept, merged=plain, reason="  ")
    assert caught.value.code == "reason"
    with pytest.raises(NotAllowed):
        api.merge_persons(actor=WORKER, kept=kept, merged=plain, reason="doublon")
    assert not Merge.unscoped.exists()
    assert MutationLine.objects.count() == lines
    assert Identifier.unscoped.filter(live=1).count() == 3


def test_a_bis_number_moves_to_the_one_with_the_national_number() -> None:
    kept = make_person(national_number=niss("1980-05-17", 4))
    other = make_person("Dupont", "Claire")
    api.add_identifier(actor=WORKER, person=other, kind="avs", value="756.9217.0769.85")
    merge = _merge(kept, other)
    assert set(Identifier.unscoped.filter(person=kept, live=1).values_list("kind", flat=True)) == {"niss", "avs"}
    assert not Identifier.unscoped.filter(person=other, live=1).exists()
    api.undo_merge(actor=CHIEF, merge=merge)
    assert list(Identifier.unscoped.filter(person=other, live=1).values_list("value", flat=True)) == ["7569217076985"]


def test_the_pages_find_compare_merge_and_part(twins: tuple[Person, Person], client: Any) -> None:
    kept, other = twins
    client.force_login(an_account("chief"))
    url = f"/persons/{kept.uuid}/merge/"
    assert str(other.uuid) in client.get(url).content.decode()
    page = client.get(f"{url}?with={other.uuid}").content.decode()
    assert "Anna Maria Mueller" in page and "Rue Basse" in page and 'name="prefer-address"' in page
    assert client.post(f"{url}?with={other.uuid}", {"reason": "doublon"}).status_code == 422
    assert not Merge.unscoped.exists()
    sent = {"reason": "doublon", "sure": "on", "prefer-name": "right"}
    assert client.post(f"{url}?with={other.uuid}", sent).status_code == 303
    old = client.get(f"/persons/{other.uuid}/")
    assert (old.status_code, old["Location"]) == (302, f"/persons/{kept.uuid}/")
    merge = Merge.unscoped.get()
    assert client.post(f"/persons/{kept.uuid}/merge/undo/", {"merge": "0"}).status_code == 404
    assert client.post(f"/persons/{kept.uuid}/merge/undo/", {"merge": str(merge.pk)}).status_code == 303
    assert client.get(f"/persons/{other.uuid}/").status_code == 200
    client.force_login(an_account("social_worker"))
    assert client.get(url).status_code == 404
    assert client.post(f"/persons/{kept.uuid}/merge/undo/", {"merge": str(merge.pk)}).status_code == 404


def test_an_organisation_entered_twice_becomes_one_and_apart_again(client: Any) -> None:
    """B9: roles, phones and the old spelling all lead to the kept one."""
    kept = make_organisation("Meyer, Dr. med.", kinds=["doctor"])
    twin = make_organisation("Cabinet médical de la Gare", kinds=["doctor", "employer"], enterprise_number="0123.456.749")
    api.add_office_point(actor=WORKER, organisation=twin, kind="phone", value="087 12 34 56")
    patient = make_person()
    api.set_role(actor=WORKER, person=patient, organisation=twin, role="patient", valid_from=EARLIER)
    client.force_login(an_account("chief"))
    url = f"/contacts/{kept.uuid}/merge/?with={twin.uuid}"
    assert client.get(url).status_code == 200
    assert client.post(url, {"reason": "même médecin", "sure": "on"}).status_code == 303
    card = api.organisation_card(WORKER, kept.pk)
    assert (card.name, card.enterprise_number, card.phone) == ("Meyer, Dr. med.", "0123.456.749", "+32 87 12 34 56")
    assert len(card.kinds) == 2
    assert [line.organisation_id for line, _why in api.search_book(actor=WORKER, query="cabinet gare")] == [kept.pk]
    assert [one.card.id for one in api.roles_in(WORKER, kept.pk)[0] if one.card] == [patient.pk]
    assert client.get(f"/contacts/{twin.uuid}/")["Location"] == f"/contacts/{kept.uuid}/"
    assert api.address_for_letter(SubjectRef("organisation", twin.pk), DAY).name == "Meyer, Dr. med."
    merge = Merge.unscoped.get()
    assert client.post(f"/contacts/{kept.uuid}/merge/undo/", {"merge": str(merge.pk)}).status_code == 303
    assert api.organisation_card(WORKER, kept.pk).enterprise_number == ""
    assert api.organisation_card(WORKER, twin.pk).enterprise_number == "0123.456.749"
    assert [one.card.id for one in api.roles_in(WORKER, twin.pk)[0] if one.card] == [patient.pk]
    assert Organisation.unscoped.filter(merged_into__isnull=False).count() == 0


def test_a_protected_kept_one_protects_every_address_of_the_merged_one_later_ones_too(twins: tuple[Person, Person]) -> None:
    kept, other = twins
    api.set_address(
        actor=WORKER, person=other, street="Rue Neuve", municipality="Valmont", valid_from=clock.today() + dt.timedelta(days=30)
    )
    api.hide_address(actor=WORKER, person=kept)
    merge = _merge(kept, other)
    today = clock.today()
    for person in (kept, other):
        assert set(Address.unscoped.filter(person=person, live=1, valid_to__gt=today).values_list("hidden", flat=True)) == {True}
    assert api.hidden_person_ids([kept.pk, other.pk]) == {kept.pk, other.pk}
    api.undo_merge(actor=CHIEF, merge=merge)
    assert api.hidden_person_ids([kept.pk, other.pk]) == {kept.pk}
    streets = Address.unscoped.filter(person=other, live=1, valid_to__gt=today).order_by("valid_from").values_list("street", "hidden")
    assert list(streets) == [("Rue Basse", False), ("Rue Neuve", False)]


def test_a_link_that_the_kept_one_has_already_is_told_and_stays(twins: tuple[Person, Person]) -> None:
    kept, other = twins
    centre = make_centre()
    dossier = make_dossier(centre, kept)
    add_member(actor=centre.actor("worker"), dossier=dossier, person=other, role="cohabitant")
    row = DossierMember.unscoped.get(dossier=dossier, person=other)
    DossierMember.unscoped.filter(pk=row.pk).update(valid_from=DossierMember.unscoped.get(dossier=dossier, person=kept).valid_from)
    merge = _merge(kept, other)
    step = MergeStep.unscoped.get(merge=merge, did="left")
    assert (step.model, step.row_id) == ("dossiers.DossierMember", row.pk)
    assert DossierMember.unscoped.get(pk=row.pk).person_id == other.pk
    line = MutationLine.objects.filter(verb="person.merge").first()
    assert line.values.get(field="links_left").new == [f"dossiers.DossierMember.person:{row.pk}"]


def test_what_a_holder_leaves_out_counts_as_what_stays(twins: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from parvis.contacts.services.comparing import compare_persons

    kept, other = twins
    make_dossier(make_centre(), other)
    holder = next(one for one in person_holders.all() if one.model == "dossiers.DossierMember")
    title = str(holder.title)
    found = compare_persons(CHIEF, kept, other)
    assert (title, 0, 1) in found.links
    monkeypatch.setattr(person_holders, "all", lambda: [replace(holder, where={"live": None})])
    found = compare_persons(CHIEF, kept, other)
    assert found.evidence == [(title, 0, 1)]
    assert title not in [name for name, _left, _right in found.links]
