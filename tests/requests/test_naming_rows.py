"""A question inside repeated rows that names somebody of the address book (B8): as outside rows, and each row keeps its own."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from parvis.contacts.models import PersonRole
from parvis.form_engine import api as forms
from parvis.form_engine.models import Draft
from parvis.kernel import clock
from parvis.kernel.errors import DomainError
from parvis.procedures import api as procedures
from parvis.requests import api as requests
from parvis.requests.models import AnswerParty, Request
from parvis.requests.services import after_removal, name_party, named_in
from tests.requests.factories import ROOT, agent, world
from tests.requests.test_naming import a_joined_request, an_agency, open_draft, ref
from tests.requests.test_pages import get, hidden, login

pytestmark = pytest.mark.django_db
BREWERY, BAKERY = {"kind": "work", "amount": "900.00", "payer": "Brasserie"}, {"kind": "work", "amount": "300.00", "payer": "Boulangerie"}


@pytest.fixture(autouse=True)
def procedure() -> Any:
    """The seeded procedure, whose incomes name an employer."""
    world()
    seeded = procedures.latest("aid-request")
    definition = copy.deepcopy(seeded.form.definition)
    incomes = next(field for page in definition["pages"] for field in page["fields"] if field["key"] == "incomes")
    next(child for child in incomes["fields"] if child["key"] == "payer")["book"] = "employer"
    form = forms.publish_form(actor=ROOT, definition=definition)
    return procedures.publish_procedure(actor=ROOT, definition=copy.deepcopy(seeded.definition), form=form)


@pytest.fixture
def worker() -> Any:
    return agent("Amelie", "social_worker")


def test_a_kind_of_contact_that_does_not_exist_is_refused_in_rows_too(procedure: Any) -> None:
    definition = copy.deepcopy(procedure.form.definition)
    incomes = next(field for page in definition["pages"] for field in page["fields"] if field["key"] == "incomes")
    next(child for child in incomes["fields"] if child["key"] == "payer")["book"] = "wizard"
    form = forms.publish_form(actor=ROOT, definition=definition)
    with pytest.raises(DomainError):
        procedures.publish_procedure(actor=ROOT, definition=copy.deepcopy(procedure.definition), form=form)


def test_the_desk_is_offered_entries_for_a_row(worker: Any) -> None:
    brewery = an_agency(worker, "Brasserie des Deux Ponts", "employer")
    client = login("clerk")
    query = {"field": "incomes-1-payer", "kind": "employer", "f-incomes-1-payer": "brasserie"}
    html = client.get(reverse("requests:book"), query).content.decode()
    assert f"incomes-1-payer={ref(brewery)}" in html and 'id="book-incomes-1-payer"' in html
    assert "incomes-1" not in client.get(reverse("requests:book"), query | {"field": "incomes-1-payer-x"}).content.decode()


def test_choices_of_rows_go_with_their_rows(worker: Any) -> None:
    """Chosen in the second and third row; the first one is taken away, an empty one is not sent."""
    brewery, bakery = (an_agency(worker, name, "employer") for name in ("Brasserie des Deux Ponts", "Boulangerie Martin"))
    client = login("clerk")
    draft = open_draft(client)
    where = reverse("requests:fill", args=[draft.uuid])

    def post(rows: list[str], **more: Any) -> Any:
        shown = ["last_name", "first_name", "has_income", "incomes"]
        shown += [f"incomes-{n}-{child}" for n in range(len(rows)) for child in ("kind", "amount", "payer")]
        data = {"f-last_name": "Benali", "f-first_name": "Aya", "f-has_income": "yes", "f-incomes-count": str(len(rows)), "shown": shown}
        return client.post(where, data | {f"f-incomes-{n}-payer": text for n, text in enumerate(rows)} | more)

    def names() -> Any:
        draft.refresh_from_db()
        return draft.answers["_desk"]["names"]

    Draft.objects.visible_to(ROOT).filter(pk=draft.pk).update(
        answers={**draft.answers, "has_income": True, "incomes": [{"payer": "x"}, {"payer": "bra"}, {"payer": "bou"}]}
    )
    post(["x", "bra", "bou"], pick=f"incomes-1-payer={ref(brewery)}")
    assert names() == {"incomes-1-payer": [ref(brewery), "Brasserie des Deux Ponts"]}
    post(["x", "Brasserie des Deux Ponts", "bou"], pick=f"incomes-2-payer={ref(bakery)}")
    assert set(names()) == {"incomes-1-payer", "incomes-2-payer"}
    post(["x", "Brasserie des Deux Ponts", "Boulangerie Martin"], remove="incomes:0")
    assert names() == {
        "incomes-0-payer": [ref(brewery), "Brasserie des Deux Ponts"],
        "incomes-1-payer": [ref(bakery), "Boulangerie Martin"],
    }
    page = client.get(where).content.decode()
    assert page.count("chip--ok") >= 2 and 'name="unpick" value="incomes-0-payer"' in page
    # The first one emptied: what is typed over a choice undoes it, and a row without an answer is not sent.
    sent = post(["", "Boulangerie Martin"], **hidden(page), channel="desk_visit", incomplete="1")
    assert sent.status_code == 303, sent.content.decode()[:2000]
    request = Request.unscoped.get()
    assert [row.get("payer") for row in request.answers["incomes"]] == ["Boulangerie Martin"]
    party = AnswerParty.unscoped.get()
    assert (party.field, party.organisation_id) == ("incomes-0-payer", bakery.pk)
    assert not PersonRole.unscoped.exists()
    reader = get(login("social_worker", name="Luc"), "detail", request.uuid).content.decode()
    assert reverse("contacts:organisation", args=[bakery.uuid]) in reader


def test_each_row_that_a_citizen_typed_is_matched_and_taken_over_by_itself(worker: Any) -> None:
    brewery, bakery = (an_agency(worker, name, "employer") for name in ("Brasserie des Deux Ponts", "Boulangerie Martin"))
    request = a_joined_request(worker, has_income=True, incomes=[BREWERY, BAKERY])
    assert [(one.field, one.text) for one in named_in(worker, request) if one.kind == "employer"] == [
        ("incomes-0-payer", "Brasserie"),
        ("incomes-1-payer", "Boulangerie"),
    ]
    client = login("social_worker", name="Luc")
    page = get(client, "take_over", request.uuid).content.decode()
    assert "?field=incomes-0-payer" in page and "?field=incomes-1-payer" in page
    where = reverse("requests:named", args=[request.uuid]) + "?field=incomes-1-payer"
    assert ref(bakery) in client.get(where).content.decode()
    assert client.post(where, {"entry": ref(bakery)}).status_code == 303
    name_party(actor=worker, request=request, field="incomes-0-payer", ref=ref(brewery))
    assert requests.take_over(actor=worker, request=request, keys={"book:incomes-1-payer"}) == ["book:incomes-1-payer"]
    role = PersonRole.unscoped.get()
    assert (role.organisation_id, role.role, role.source_ref) == (bakery.pk, "employee", f"request:{request.pk}#incomes-1-payer")


@pytest.mark.parametrize(
    "field", ["incomes-2-payer", "incomes-0-amount", "incomes-x-payer", "incomes", "incomes-0", "-0-payer", "incomes--payer"]
)
def test_a_row_that_was_not_answered_names_nobody(worker: Any, field: str) -> None:
    brewery = an_agency(worker, "Brasserie des Deux Ponts", "employer")
    request = a_joined_request(worker, has_income=True, incomes=[BREWERY])
    with pytest.raises(DomainError):
        name_party(actor=worker, request=request, field=field, ref=ref(brewery))
    assert not AnswerParty.unscoped.exists()


def test_what_was_chosen_moves_up_when_a_row_goes() -> None:
    names = {"landlord": 1, "incomes-0-payer": 2, "incomes-1-payer": 3, "incomes-2-payer": 4, "members-1-school": 5}
    assert after_removal(names, "incomes:1") == {"landlord": 1, "incomes-0-payer": 2, "incomes-1-payer": 4, "members-1-school": 5}
    assert after_removal(names, "") == names
    assert after_removal(names, "incomes:x") == names


def test_the_citizen_s_form_never_speaks_of_the_book_in_rows(worker: Any) -> None:
    """The same template as the desk's, without the desk's address: plain text, whatever the book holds."""
    an_agency(worker, "Brasserie des Deux Ponts", "employer")
    definition = procedures.latest("aid-request").form.definition
    state = forms.resolve(definition, {"has_income": True, "incomes": [{"payer": "bra"}]}, today=clock.today(), channel="portal")
    page = next(page for page in state.pages if any(field.key == "incomes" for field in page.fields))
    html = render_to_string("form_engine/_page.html", {**forms.form_context(state), "page": page})
    assert 'name="f-incomes-0-payer"' in html
    assert [word in html for word in ("hx-get", "book-incomes", "Brasserie")] == [False] * 3
    desk = render_to_string("form_engine/_page.html", {**forms.form_context(state), "page": page, "book_url": "/requests/book/"})
    assert 'hx-get="/requests/book/?kind=employer&amp;field=incomes-0-payer"' in desk
