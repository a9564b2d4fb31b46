"""A dossier in time: members, referents, situation; who may write; what is refused changes nothing."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from parvis.contacts.api import hide_address, person_card, set_address
from parvis.dossiers import api
from parvis.dossiers.errors import DossierIsClosed, InvalidDossier
from parvis.dossiers.models import Dossier, DossierMember, Referent, SituationFact
from parvis.kernel import clock
from parvis.kernel.errors import Conflict, NotAllowed
from parvis.kernel.models import MutationLine
from tests.contacts.factories import WORKER as PERSON_EDITOR
from tests.contacts.factories import make_person

from .factories import BLIND, SEEING, make_centre, make_dossier

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def centre():
    return make_centre()


def at(year: int, month: int, day: int):
    return clock.travel(dt.datetime(year, month, day, 9, tzinfo=dt.UTC))


def income(centre, dossier: Dossier, amount: str, since: dt.date, **more):
    return api.record_situation(
        actor=centre.actor("worker"),
        dossier=dossier,
        kind="resource",
        label="Salaire net",
        amount=Decimal(amount),
        periodicity="month",
        valid_from=since,
        source="document",
        **more,
    )


def test_numbers_are_gapless_per_year(centre) -> None:
    with at(2026, 3, 2):
        numbers = [make_dossier(centre, make_person("Un", "A", None)).number, make_dossier(centre, make_person("Deux", "B", None)).number]
        with pytest.raises(NotAllowed):
            api.open_dossier(actor=centre.actor("stranger"), person=make_person("Trois", "C", None), unit=centre.north)
        numbers.append(make_dossier(centre, make_person("Quatre", "D", None)).number)
    assert numbers == ["2026-00001", "2026-00002", "2026-00003"]


def test_the_household_of_a_past_day(centre) -> None:
    with at(2025, 5, 14):
        dossier = make_dossier(centre)
        child = make_person("Nzeyimana", "Inès", "2007-09-01")
        api.add_member(actor=centre.actor("worker"), dossier=dossier, person=child, role="child")
    with at(2026, 3, 2):
        api.member_leaves(actor=centre.actor("worker"), dossier=dossier, person=child, on=dt.date(2026, 2, 1))
        assert api.household_size(dossier.pk, dt.date(2026, 1, 31)) == 2
        assert api.household_size(dossier.pk, dt.date(2026, 2, 1)) == 1
        views = api.member_views(centre.actor("worker"), dossier.pk, dt.date(2026, 3, 2))
        assert [(view.card.given_names, view.left_on) for view in views] == [("Marie-Ange", None), ("Inès", dt.date(2026, 1, 31))]


def test_a_protected_child_protects_the_address_of_the_household(centre) -> None:
    with at(2026, 3, 2):
        mother = make_person("Nzeyimana", "Marie-Ange", "1987-08-14")
        dossier = make_dossier(centre, mother)
        child = make_person("Nzeyimana", "Inès", "2015-09-01")
        api.add_member(actor=centre.actor("worker"), dossier=dossier, person=child, role="child")
        for person in (mother, child):
            set_address(actor=PERSON_EDITOR, person=person, street="Rue Haute", number="1", municipality="Valmont")
        assert person_card(centre.actor("chief"), mother.pk).address == "Rue Haute 1, Valmont"
        hide_address(actor=PERSON_EDITOR, person=child)
        assert person_card(centre.actor("chief"), mother.pk).address == ""


def test_the_situation_as_of_and_as_known(centre) -> None:
    with at(2026, 1, 10):
        dossier = make_dossier(centre)
        first = income(centre, dossier, "500", dt.date(2026, 1, 1))
    with at(2026, 2, 10):
        income(centre, dossier, "600", dt.date(2026, 2, 1), item=first.item)
    with at(2026, 3, 10):
        income(centre, dossier, "550", dt.date(2026, 1, 1), item=first.item, valid_to=dt.date(2026, 2, 1))

    def amounts(day: dt.date, known: dt.datetime | None = None) -> list[Decimal]:
        return [row.amount for row in api.situation_at(dossier.pk, day, known_on=known)]

    assert amounts(dt.date(2026, 1, 15)) == [Decimal("550.00")]
    assert amounts(dt.date(2026, 2, 15)) == [Decimal("600.00")]
    assert amounts(dt.date(2026, 1, 15), dt.datetime(2026, 2, 28, tzinfo=dt.UTC)) == [Decimal("500.00")]
    assert amounts(dt.date(2026, 2, 15), dt.datetime(2026, 1, 31, tzinfo=dt.UTC)) == [Decimal("500.00")]
    assert amounts(dt.date(2025, 12, 31)) == []


def test_one_referent_per_role_and_day(centre) -> None:
    with at(2026, 1, 10):
        dossier = make_dossier(centre)
    with at(2026, 3, 10):
        api.assign_referent(actor=centre.actor("chief"), dossier=dossier, account=centre.colleague)
        assert api.referent_of(dossier.pk) == centre.colleague.pk
        assert api.referent_of(dossier.pk, dt.date(2026, 3, 9)) == centre.worker.pk
    assert Referent.unscoped.filter(dossier=dossier, live=1).count() == 2


def test_a_referent_of_another_service_sees_the_dossier_while_following_it(centre) -> None:
    with at(2026, 1, 10):
        dossier = make_dossier(centre)
        assert not Dossier.objects.visible_to(centre.actor("stranger")).filter(pk=dossier.pk).exists()
        row = api.assign_referent(actor=centre.actor("chief"), dossier=dossier, account=centre.stranger, role="debts")
        assert Dossier.objects.visible_to(centre.actor("stranger")).filter(pk=dossier.pk).exists()
    with at(2026, 2, 10):
        api.end_referent(actor=centre.actor("chief"), referent=row, on=dt.date(2026, 2, 10))
        assert not Dossier.objects.visible_to(centre.actor("stranger")).filter(pk=dossier.pk).exists()


@pytest.mark.parametrize("name", [*SEEING, *BLIND])
def test_scope_of_list_children_and_count(centre, name: str) -> None:
    dossier = make_dossier(centre)
    income(centre, dossier, "500", clock.today())
    who = centre.actor(name)
    sees = name in SEEING
    assert Dossier.objects.visible_to(who).count() == int(sees)
    assert DossierMember.objects.visible_to(who).count() == int(sees)
    assert Referent.objects.visible_to(who).count() == int(sees)
    assert SituationFact.objects.visible_to(who).count() == int(sees and name != "clerk")
    assert len(api.situation_at(dossier.pk, actor=who)) == int(sees and name != "clerk")


def test_classes_of_data_cut_the_situation(centre) -> None:
    dossier = make_dossier(centre)
    income(centre, dossier, "500", clock.today())
    for kind in ("need", "health", "housing"):
        api.record_situation(actor=centre.actor("worker"), dossier=dossier, kind=kind, label=kind)

    def kinds(name: str) -> set[str]:
        return {row.kind for row in api.situation_at(dossier.pk, actor=centre.actor(name))}

    assert kinds("worker") == {"resource", "need", "health", "housing"}
    assert kinds("payer") == {"resource"}
    assert kinds("lawyer") == {"resource", "need", "housing"}
    assert kinds("clerk") == set()


@pytest.mark.parametrize("name", ["stranger", "clerk", "payer", "auditor", "member"])
def test_who_may_not_write_changes_nothing(centre, name: str) -> None:
    dossier = make_dossier(centre)
    lines = MutationLine.objects.count()
    with pytest.raises(NotAllowed):
        api.record_situation(actor=centre.actor(name), dossier=dossier, kind="need", label="Un frigo")
    with pytest.raises(NotAllowed):
        api.close_dossier(actor=centre.actor(name), dossier=dossier, reason="parce que")
    assert not SituationFact.unscoped.exists()
    assert MutationLine.objects.count() == lines
    assert Dossier.unscoped.get().status == "open"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"label": "  "}, "label"),
        ({"kind": "poésie"}, "kind"),
        ({"amount": Decimal("-1"), "periodicity": "month"}, "amount"),
        ({"amount": Decimal("10")}, "periodicity"),
        ({"valid_from": dt.date(2026, 3, 1), "valid_to": dt.date(2026, 3, 1)}, "period"),
    ],
)
def test_bad_lines_are_refused_with_words(centre, changes: dict[str, object], code: str) -> None:
    dossier = make_dossier(centre)
    version = Dossier.unscoped.get().version
    with pytest.raises(Exception) as caught:
        api.record_situation(**({"actor": centre.actor("worker"), "dossier": dossier, "kind": "resource", "label": "Salaire"} | changes))
    assert caught.value.code == code
    assert len(str(caught.value)) > 10
    assert not SituationFact.unscoped.exists()
    assert Dossier.unscoped.get().version == version


def test_two_agents_changing_the_same_line(centre) -> None:
    dossier = make_dossier(centre)
    row = income(centre, dossier, "500", clock.today())
    seen = Dossier.unscoped.get().version
    income(centre, Dossier.unscoped.get(), "600", clock.today(), item=row.item)
    with pytest.raises(Conflict) as caught:
        api.record_situation(
            actor=centre.actor("colleague"),
            dossier=Dossier.unscoped.get(),
            kind="resource",
            label="Salaire net",
            amount=Decimal("650"),
            periodicity="month",
            item=row.item,
            expected=seen,
        )
    assert caught.value.who == "Amélie Lambrecht"
    assert (caught.value.yours["amount"], caught.value.theirs["amount"]) == (Decimal("650.00"), Decimal("600.00"))
    assert [one.amount for one in api.situation_at(dossier.pk)] == [Decimal("600.00")]


def test_a_closed_dossier_takes_nothing_until_it_is_opened_again(centre) -> None:
    dossier = make_dossier(centre)
    worker = centre.actor("worker")
    with pytest.raises(InvalidDossier):
        api.close_dossier(actor=worker, dossier=dossier, reason=" ")
    api.close_dossier(actor=worker, dossier=dossier, reason="Déménagement")
    with pytest.raises(DossierIsClosed):
        api.record_situation(actor=worker, dossier=dossier, kind="need", label="Un frigo")
    with pytest.raises(DossierIsClosed):
        api.assign_referent(actor=worker, dossier=dossier, account=centre.colleague)
    with pytest.raises(DossierIsClosed):
        api.close_dossier(actor=worker, dossier=dossier, reason="encore")
    api.reopen_dossier(actor=worker, dossier=dossier, reason="Retour")
    with pytest.raises(InvalidDossier):
        api.reopen_dossier(actor=worker, dossier=dossier, reason="encore")
    api.record_situation(actor=worker, dossier=dossier, kind="need", label="Un frigo")
    assert SituationFact.unscoped.count() == 1


def test_a_stranger_does_not_reopen(centre) -> None:
    dossier = make_dossier(centre)
    api.close_dossier(actor=centre.actor("worker"), dossier=dossier, reason="Déménagement")
    with pytest.raises(NotAllowed):
        api.reopen_dossier(actor=centre.actor("stranger"), dossier=dossier, reason="Retour")
    assert Dossier.unscoped.get().status == "closed"


def test_a_second_applicant_is_refused(centre) -> None:
    dossier = make_dossier(centre)
    with pytest.raises(InvalidDossier):
        api.add_member(actor=centre.actor("worker"), dossier=dossier, person=make_person(), role="applicant")
    assert DossierMember.unscoped.count() == 1


def test_each_dossier_has_its_own_chain(centre) -> None:
    dossier = make_dossier(centre)
    income(centre, dossier, "500", clock.today())
    verbs = list(MutationLine.objects.filter(stream=f"dossier:{dossier.pk}").order_by("number").values_list("verb", flat=True))
    assert verbs[:3] == ["dossier.open", "dossier.member", "dossier.referent"]
    assert "dossier.situation" in verbs
