"""The pages: what each reader sees of a dossier, and what leaves no trace of what is hidden."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from parvis.contacts.api import add_bank_account, hide_address, set_address
from parvis.dossiers import api
from parvis.dossiers.models import Dossier, DossierMember, SituationFact
from parvis.dossiers.search import search_dossiers
from parvis.journal.api import add_entry
from parvis.kernel import clock
from parvis.kernel.models import MutationLine, ReadLine
from tests.contacts.factories import WORKER as PERSON_EDITOR
from tests.contacts.factories import make_person

from .factories import BLIND, SEEING, make_centre, make_dossier

pytestmark = pytest.mark.django_db
SECRET = "Dispute avec le voisin du deuxième"


@pytest.fixture
def centre():
    return make_centre()


@pytest.fixture
def dossier(centre) -> Dossier:
    lead = make_person("Nzeyimana-Vandenbroucke", "Marie-Ange", "1987-08-14")
    dossier = make_dossier(centre, lead)
    set_address(actor=PERSON_EDITOR, person=lead, street="Rue des Tanneurs", number="27", postal_code="4999", municipality="Valmont")
    api.record_situation(
        actor=centre.actor("worker"),
        dossier=dossier,
        kind="resource",
        label="Titres-services",
        amount=Decimal("612.50"),
        periodicity="month",
    )
    api.record_situation(actor=centre.actor("worker"), dossier=dossier, kind="need", label="Un lit pour Inès")
    add_entry(actor=centre.actor("worker"), dossier=dossier, kind="visit", text=SECRET)
    return dossier


def get(client, account, url: str, **more):
    client.force_login(account)
    return client.get(url, **more)


def url(name: str, dossier: Dossier, *args) -> str:
    return reverse(f"dossiers:{name}", args=[dossier.uuid, *args])


@pytest.mark.parametrize("name", SEEING)
def test_the_page_opens_in_the_scope(client, centre, dossier, name: str) -> None:
    response = get(client, getattr(centre, name), url("detail", dossier))
    assert response.status_code == 200
    assert "Nzeyimana" in response.content.decode()


@pytest.mark.parametrize("name", BLIND)
@pytest.mark.parametrize("page", ["detail", "situation", "situation_add", "members", "referent", "close", "where"])
def test_every_page_is_404_outside_the_scope(client, centre, dossier, name: str, page: str) -> None:
    assert get(client, getattr(centre, name), url(page, dossier)).status_code == 404
    assert client.get(url(page, dossier), headers={"HX-Request": "true", "HX-Target": "drawer"}).status_code == 404
    assert not ReadLine.objects.filter(subject_type="dossier").exists()


@pytest.mark.parametrize("name", BLIND)
def test_posts_outside_the_scope_change_nothing(client, centre, dossier, name: str) -> None:
    client.force_login(getattr(centre, name))
    lines = MutationLine.objects.count()
    for page, data in (
        ("situation_add", {"kind": "need", "label": "x", "valid_from": "2026-01-01", "source": "agent"}),
        ("close", {"reason": "x"}),
        ("referent", {"account": "1"}),
    ):
        assert client.post(url(page, dossier), data).status_code == 404
    assert MutationLine.objects.count() == lines


def test_a_clerk_sees_identity_and_is_told_what_is_hidden(client, centre, dossier) -> None:
    text = get(client, centre.clerk, url("detail", dossier)).content.decode()
    assert "Amélie Lambrecht" in text
    assert SECRET not in text
    assert "Titres-services" not in text
    assert "612,50" not in text
    assert "cachée" in text
    assert get(client, centre.clerk, url("situation", dossier)).status_code == 404


def test_a_payer_sees_no_social_word(client, centre, dossier) -> None:
    text = get(client, centre.payer, url("detail", dossier)).content.decode()
    assert SECRET not in text
    assert "Un lit pour" not in text


def test_nobody_signed_in_is_sent_to_sign_in(client, dossier) -> None:
    response = client.get(url("detail", dossier))
    assert response.status_code == 302
    assert "Nzeyimana" not in response.content.decode()


def test_the_whole_page_as_of_a_past_day(client, centre) -> None:
    with clock.travel(dt.datetime(2026, 1, 5, 9, tzinfo=dt.UTC)):
        lead = make_person("Dupont", "Claire", "1980-05-17")
        dossier = make_dossier(centre, lead)
        set_address(actor=PERSON_EDITOR, person=lead, street="Rue Ancienne", municipality="Valmont")
    with clock.travel(dt.datetime(2026, 3, 5, 9, tzinfo=dt.UTC)):
        set_address(actor=PERSON_EDITOR, person=lead, street="Rue Nouvelle", municipality="Valmont")
        api.assign_referent(actor=centre.actor("chief"), dossier=dossier, account=centre.colleague)
        add_entry(actor=centre.actor("worker"), dossier=dossier, kind="note", text="Écrit en mars")
        today = get(client, centre.worker, url("detail", dossier)).content.decode()
        past = client.get(url("detail", dossier) + "?on=2026-02-01").content.decode()
        bad = client.get(url("detail", dossier) + "?on=31/02/2026").content.decode()
        for nobody_means in ("0001-01-01", "9999-12-31"):  # days before and after them do not exist
            odd = client.get(url("detail", dossier) + f"?on={nobody_means}")
            assert odd.status_code == 200 and "Rue Nouvelle" in odd.content.decode() and nobody_means in odd.content.decode()
            assert client.get(url("changes", dossier) + f"?since={nobody_means}").status_code == 200
    assert "Rue Nouvelle" in today and "Écrit en mars" in today and "Sami Aerts" in today
    assert "Rue Ancienne" in past and "Rue Nouvelle" not in past
    assert "Écrit en mars" not in past and "Sami Aerts" not in past.split("dos-body")[0].split("refs")[1]
    assert 'name="text"' not in past  # nothing is added from a past day
    assert "Rue Nouvelle" in bad and "31/02/2026" in bad


def test_a_hidden_address_is_nowhere(client, centre, dossier) -> None:
    hide_address(actor=PERSON_EDITOR, person=dossier.lead)
    for name in SEEING:
        client.force_login(getattr(centre, name))
        pages = [
            url("detail", dossier),
            url("detail", dossier) + "?on=" + clock.today().isoformat(),
            url("members", dossier),
            reverse("dossiers:index"),
            reverse("dossiers:index") + "?export=csv",
            reverse("contacts:person", args=[dossier.lead.uuid]),
            reverse("journal:index", args=[dossier.uuid]),
        ]
        for page in pages:
            response = client.get(page)
            body = b"".join(response.streaming_content) if response.streaming else response.content
            assert b"Tanneurs" not in body, (name, page)
    client.force_login(centre.worker)
    answer = client.get(reverse("contacts:fact", args=[dossier.lead.uuid, "address"]))
    assert b"Tanneurs" not in answer.content


@pytest.mark.parametrize("name", [*SEEING, *BLIND])
def test_list_export_count_and_search_follow_the_scope(client, centre, dossier, name: str) -> None:
    client.force_login(getattr(centre, name))
    sees = name in SEEING
    page = client.get(reverse("dossiers:index"))
    if name in ("member", "administrator"):
        assert page.status_code == 404
    else:
        assert (dossier.number in page.content.decode()) is sees
        export = b"".join(client.get(reverse("dossiers:index") + "?export=csv").streaming_content).decode()
        assert (dossier.number in export) is sees
        found = client.get(reverse("dossiers:index") + "?q=nzeimana").content.decode()
        assert (dossier.number in found) is sees
    assert bool(search_dossiers(centre.actor(name), "vandenbroucke 87", 5)) is sees
    assert bool(search_dossiers(centre.actor(name), dossier.number, 5)) is sees


def test_exports_are_logged(client, centre, dossier) -> None:
    client.force_login(centre.worker)
    b"".join(client.get(reverse("dossiers:index") + "?export=csv").streaming_content)
    assert MutationLine.objects.filter(verb="dossiers.export", actor_label="Amélie Lambrecht").count() == 1


@pytest.mark.parametrize(
    ("filters", "expected"), [("?status=closed", 0), ("?referent=none", 0), ("?q=2026-", None), ("?q=personne", 0), ("", 1)]
)
def test_the_list_filters(client, centre, dossier, filters: str, expected: int | None) -> None:
    text = get(client, centre.worker, reverse("dossiers:index") + filters).content.decode()
    if expected is not None:
        assert (dossier.number in text) is bool(expected)


def test_adding_to_the_situation_from_the_drawer(client, centre, dossier) -> None:
    client.force_login(centre.worker)
    page = client.get(url("detail", dossier) + "?add=add_situation").content.decode()
    assert 'name="periodicity"' in page
    key = page.split('name="idempotency_key" value="')[1].split('"')[0]
    data = {
        "kind": "resource",
        "label": "Allocations familiales",
        "amount": "1 314,20",
        "periodicity": "month",
        "valid_from": "2026-02-01",
        "source": "document",
        "source_ref": "attestation",
        "idempotency_key": key,
    }
    first = client.post(url("situation_add", dossier), data)
    again = client.post(url("situation_add", dossier), data)
    assert (first.status_code, again.status_code) == (303, 303)
    row = SituationFact.unscoped.get(label="Allocations familiales")
    assert (row.amount, row.source, row.source_ref) == (Decimal("1314.20"), "document", "attestation")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"amount": "beaucoup"}, "montant"),
        ({"valid_from": "31/02/2026"}, "date"),
        ({"label": ""}, ""),
        ({"amount": "10", "periodicity": ""}, ""),
    ],
)
def test_bad_lines_come_back_with_what_was_typed(client, centre, dossier, changes: dict[str, str], words: str) -> None:
    client.force_login(centre.worker)
    before = SituationFact.unscoped.count()
    data = {
        "kind": "resource",
        "label": "Pension",
        "amount": "10",
        "periodicity": "month",
        "valid_from": "2026-02-01",
        "source": "agent",
    } | changes
    response = client.post(url("situation_add", dossier), data)
    assert response.status_code == 422
    assert "err-sum" in response.content.decode()
    assert words in response.content.decode().lower()
    assert SituationFact.unscoped.count() == before


def test_changing_a_line_in_conflict_is_409_and_then_settled(client, centre, dossier) -> None:
    row = SituationFact.unscoped.get(kind="resource")
    client.force_login(centre.colleague)
    page = url("situation_edit", dossier, row.item)
    assert client.get(page).status_code == 200
    seen = Dossier.unscoped.get().version
    api.record_situation(
        actor=centre.actor("worker"),
        dossier=Dossier.unscoped.get(),
        kind="resource",
        label="Titres-services",
        amount=Decimal("700"),
        periodicity="month",
        item=row.item,
        valid_from=row.valid_from,
    )
    data = {
        "kind": "resource",
        "label": "Titres-services",
        "amount": "650",
        "periodicity": "month",
        "valid_from": str(row.valid_from),
        "source": "agent",
    }
    response = client.post(page, data | {"version": seen})
    text = response.content.decode()
    assert response.status_code == 409
    assert "Amélie Lambrecht" in text and "650,00" in text and "700,00" in text  # told in words, sent as they are
    assert 'name="amount" value="650.00"' in text and 'name="amount" value="700.00"' in text
    monthly = client.post(page, data | {"version": seen, "periodicity": "year"}).content.decode()
    assert "<span>par an</span>" in monthly and "<span>par mois</span>" in monthly and "<span>month</span>" not in monthly
    assert [one.amount for one in api.situation_at(dossier.pk, kinds=["resource"])] == [Decimal("700.00")]
    assert client.post(page, data | {"version": Dossier.unscoped.get().version}).status_code == 303
    assert [one.amount for one in api.situation_at(dossier.pk, kinds=["resource"])] == [Decimal("650.00")]


def test_a_household_member_is_searched_and_added(client, centre, dossier) -> None:
    child = make_person("Nzeyimana", "Inès", "2007-09-01")
    client.force_login(centre.worker)
    part = client.get(url("members", dossier) + "?q=nzeimana+07", headers={"HX-Request": "true", "HX-Target": "found"}).content.decode()
    assert "Inès" in part and "<html" not in part
    response = client.post(url("member_add", dossier, child.uuid), {"role": "child", "valid_from": "2026-01-01"})
    assert response.status_code == 303
    assert DossierMember.unscoped.filter(person=child, live=1, role="child").count() == 1


def test_reading_is_logged_once_in_ten_minutes(client, centre, dossier) -> None:
    for _ in range(2):
        get(client, centre.auditor, url("detail", dossier))
    assert ReadLine.objects.filter(subject_type="dossier", subject_id=dossier.pk, actor_label="Paul Henin").count() == 1


def test_the_drawer_part_equals_the_page(client, centre, dossier) -> None:
    page = get(client, centre.worker, url("detail", dossier) + "?add=note").content.decode()
    part = client.get(url("detail", dossier) + "?add=note", headers={"HX-Request": "true", "HX-Target": "drawer"}).content.decode()

    def bare(html: str) -> str:
        import re

        html = re.sub(r'(name="(?:csrfmiddlewaretoken|idempotency_key)" value=")[^"]*', r"\1", html)
        return re.sub(r"\s+", " ", html).strip()

    assert bare(part) in bare(page)


def test_the_page_costs_the_same_with_more_in_it(client, centre, dossier, django_assert_max_num_queries) -> None:
    for number in range(4):
        person = make_person(f"Nzeyimana{number}", "Enfant", "2015-01-01")
        api.add_member(actor=centre.actor("worker"), dossier=Dossier.unscoped.get(), person=person, role="child")
        add_entry(actor=centre.actor("worker"), dossier=dossier, kind="note", text=f"Note {number}")
    client.force_login(centre.worker)
    client.get(url("detail", dossier))
    with django_assert_max_num_queries(25):
        assert client.get(url("detail", dossier)).status_code == 200


def test_the_list_costs_the_same_with_three_rows(client, centre, dossier, django_assert_num_queries) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.force_login(centre.worker)
    client.get(reverse("dossiers:index"))
    with CaptureQueriesContext(
        connection,
    ) as one:
        client.get(reverse("dossiers:index"))
    for number in range(2):
        make_dossier(centre, make_person(f"Autre{number}", "Nom", "1970-01-01"))
    with CaptureQueriesContext(connection) as three:
        client.get(reverse("dossiers:index"))
    assert len(three) == len(one)


def test_the_person_page_leads_to_the_dossier_only_in_the_scope(client, centre, dossier) -> None:
    page = reverse("contacts:person", args=[dossier.lead.uuid])
    assert dossier.number in get(client, centre.worker, page).content.decode()
    assert dossier.number not in get(client, centre.stranger, page).content.decode()


def test_the_person_page_hides_the_bank_account_from_a_clerk(client, centre, dossier) -> None:
    add_bank_account(actor=PERSON_EDITOR, person=dossier.lead, iban="BE71 0961 2345 6769")
    page = reverse("contacts:person", args=[dossier.lead.uuid])
    assert "BE71" not in get(client, centre.clerk, page).content.decode()
    assert "BE71 0961 2345 6769" in get(client, centre.payer, page).content.decode()
    assert get(client, centre.clerk, reverse("contacts:fact", args=[dossier.lead.uuid, "account"])).status_code == 404
