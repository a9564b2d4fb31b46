"""A kind of aid that the centre adds is among the answers of the citizen's form at once, in each language (A6)."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest
from django.urls import reverse
from django.utils import translation

from parvis.aid.models import AidType
from parvis.aid.services.types import add_aid_type, change_aid_type
from parvis.form_engine import api as forms
from parvis.procedures import api as procedures
from parvis.procedures import demo as procedures_demo
from parvis.requests import api as requests
from parvis.requests.models import Request, RequestLine
from tests.decisions.factories import at
from tests.portal.test_asking import hidden
from tests.requests.factories import ANSWERS, ROOT, send

pytestmark = pytest.mark.django_db
HEATING = {"fr": "Aide au chauffage", "nl": "Verwarmingshulp", "de": "Heizhilfe"}


def heating(centre, **more) -> str:
    values = {"label": HEATING, "rests_on": "free_once", "valid_from": date(2026, 1, 1)} | more
    return "own." + add_aid_type(actor=centre.administrator, **values).key


def a_draft(client, **answers) -> forms.Draft:
    client.post("/p/aid-request/", {})
    draft = forms.Draft.unscoped.latest("pk")
    draft.answers = {**ANSWERS, **answers}
    draft.done_pages = [page["key"] for page in draft.form.definition["pages"]]
    draft.save(update_fields=["answers", "done_pages"])
    return draft


def question(client, draft, language: str = "fr") -> str:
    client.cookies["parvis_language"] = language
    return client.get(f"/p/draft/{draft.uuid}/page/need/", headers={"accept-language": language}).content.decode()


def texts(html: str) -> list[str]:
    return re.findall(r'<input type="checkbox"[^>]*value="([^"]*)"', html)


def test_it_is_among_the_answers_of_the_form_at_once_in_each_language(world, client) -> None:
    """The test of A6, with the citizen as the user: three names, the fourth is borrowed and says so."""
    centre, _team = world
    draft = a_draft(client)
    version = procedures.latest("aid-request")
    assert texts(question(client, draft)) == ["income", "housing", "energy", "health", "other"]
    key = heating(centre)
    for language, name in {**HEATING, "en": "Aide au chauffage (fr)"}.items():
        html = question(client, draft, language)
        assert texts(html) == ["income", "housing", "energy", "health", key, "other"]
        assert f"<span>{name}</span>" in html
    assert procedures.latest("aid-request") == version  # nothing was published for it


def test_a_citizen_who_asks_for_it_has_a_line_of_it_with_its_term(world, client) -> None:
    centre, _team = world
    key = heating(centre)
    draft = a_draft(client, wants=[])
    url = f"/p/draft/{draft.uuid}/page/need/"
    assert client.post(url, hidden(client.get(url)) | {"f-wants": key, "f-need": "Plus de mazout."}).status_code == 303
    summary = f"/p/draft/{draft.uuid}/summary/"
    assert "Aide au chauffage" in client.get(summary, headers={"accept-language": "fr"}).content.decode()
    assert client.post(summary, hidden(client.get(summary))).status_code == 303
    request = Request.unscoped.get()
    (line,) = RequestLine.unscoped.filter(request=request)
    assert (line.kind, line.provision, line.label["nl"]) == (key, key, "Verwarmingshulp")
    assert requests.clocks_for([line.pk])[line.pk][0].kind == "decide"
    assert request.answers["wants"] == [key]


def test_beside_other_wishes_each_is_a_line(world) -> None:
    centre, _team = world
    key = heating(centre)
    send(answers={"wants": ["income", "energy", key]})
    assert list(RequestLine.unscoped.order_by("pk").values_list("kind", flat=True)) == ["ris", "social_aid", key]


def test_the_request_that_was_sent_keeps_what_was_shown(world, client) -> None:
    centre, _team = world
    key = heating(centre)
    sent = send(answers={"wants": [key]}).request
    row = AidType.objects.get()
    change_aid_type(actor=centre.administrator, row=row, label={"fr": "Chèque énergie"}, letter="", valid_to=date(2026, 3, 2))
    add_aid_type(actor=centre.administrator, label={"fr": "Autre aide"}, rests_on="free_once", valid_from=date(2026, 1, 1))
    client.force_login(centre.account("worker"))
    html = client.get(reverse("requests:detail", args=[sent.uuid]), headers={"accept-language": "fr"}).content.decode()
    assert "Aide au chauffage" in html and "Chèque énergie" not in html
    assert [one["value"] for one in Request.unscoped.get().choices_shown["wants"]] == [key]
    assert "Autre aide" not in html


def test_an_answer_that_ended_before_the_draft_is_sent_is_told_and_nothing_is_sent(world, client) -> None:
    centre, _team = world
    key = heating(centre, valid_to=date(2026, 3, 10))
    draft = a_draft(client, wants=[key])
    with at(12):
        summary = f"/p/draft/{draft.uuid}/summary/"
        with translation.override("en"):
            client.cookies["parvis_language"] = "en"
            response = client.post(summary, hidden(client.get(summary)))
        html = response.content.decode()
        assert response.status_code == 422
        assert "“Aide au chauffage (fr)” was offered until 09/03/2026. Choose another answer." in html
        assert "page/need/?summary#f-wants-0" in html
        assert not Request.unscoped.exists()
        # On the page of the question it still has its name, and says why it must go.
        page = question(client, draft, "en")
        assert texts(page) == ["income", "housing", "energy", "health", key, "other"]
        assert "no longer offered" in page
        url = f"/p/draft/{draft.uuid}/page/need/"
        assert client.post(url, hidden(client.get(url)) | {"f-wants": ["income", key], "f-need": "x"}).status_code == 422
        assert client.post(url, hidden(client.get(url)) | {"f-wants": "income", "f-need": "x"}).status_code == 303
        assert texts(question(client, draft)) == ["income", "housing", "energy", "health", "other"]
        with pytest.raises(requests.RequestError):
            send(answers={"wants": [key]})
        assert not Request.unscoped.exists()


def test_one_for_agents_alone_is_not_offered_in_forms_and_stays_in_a_draft_that_chose_it(world, client) -> None:
    centre, _team = world
    key = heating(centre)
    draft = a_draft(client, wants=[key])
    client.force_login(centre.account("administrator"))
    row = AidType.objects.get()
    change = reverse("aid:type", args=[row.uuid])
    assert client.get(change).context["form"].initial["in_forms"] is True
    sent = {f"label_{code}": name for code, name in HEATING.items()} | {"letter": ""}
    assert client.post(change, sent).status_code == 303  # unticked
    row.refresh_from_db()
    assert row.in_forms is False
    client.logout()
    fresh = a_draft(client)
    assert texts(question(client, fresh)) == ["income", "housing", "energy", "health", "other"]
    state = forms.resolve(draft.form.definition, draft.answers, today=date(2026, 3, 2))
    assert [one.path for one in forms.problems(state, today=date(2026, 3, 2))] == ["wants"]


def test_a_draft_of_the_version_before_goes_on_as_it_was(world, client) -> None:
    """Whoever runs what an earlier release brought along, unchanged, gets the present one; a draft on its way keeps its form."""
    centre, _team = world
    form = json.loads((procedures_demo.REFERENCE / "aid-request.form.json").read_text(encoding="utf-8"))
    procedure = json.loads((procedures_demo.REFERENCE / "aid-request.procedure.json").read_text(encoding="utf-8"))
    wants = next(one for page in form["pages"] for one in page["fields"] if one["key"] == "wants")
    del wants["list"], wants["list_before"], procedure["aids"]
    procedure["lines"][1]["when"] = "any(w in wants: w != 'income')"
    former = procedures.publish_procedure(actor=ROOT, definition=procedure, form=forms.publish_form(actor=ROOT, definition=form))
    assert former.digest in procedures_demo.FORMER
    draft = a_draft(client, wants=["energy"])
    procedures_demo.load(actor=ROOT)
    assert procedures.latest("aid-request").number == former.number + 1
    heating(centre)
    assert texts(question(client, draft)) == ["income", "housing", "energy", "health", "other"]
    summary = f"/p/draft/{draft.uuid}/summary/"
    assert client.post(summary, hidden(client.get(summary))).status_code == 303
    assert (Request.unscoped.get().procedure, Request.unscoped.get().choices_shown) == (former, None)
    # One that the centre changed itself is left alone.
    procedure["summary"]["fr"] = "Notre texte"
    ours = procedures.publish_procedure(actor=ROOT, definition=procedure, form=draft.form)
    procedures_demo.load(actor=ROOT)
    assert procedures.latest("aid-request") == ours
