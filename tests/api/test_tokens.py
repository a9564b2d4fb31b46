"""Tokens: made with the second factor, kept as a digest, narrowed, counted, ended; and what the logs say of what came through them."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from parvis.api.errors import TokenRefused
from parvis.api.models import Application, Token
from parvis.api.selectors import digest_of
from parvis.api.services import create_application, create_token, revoke_token
from parvis.contacts.api import relate
from parvis.dossiers.api import record_situation
from parvis.identity.api import actor_by_proxy, answer_proxy, close_account, end_functions, link_own_person, offer_proxy
from parvis.identity.models import Account
from parvis.identity.stepup import PROVED
from parvis.kernel import clock
from parvis.kernel.models import MutationLine, ReadLine
from tests.access.paths import File, filled
from tests.contacts.factories import make_person
from tests.dossiers.factories import Centre, make_centre, make_dossier
from tests.identity.factories import SYSTEM, an_account, as_actor, with_totp

from .factories import EVERY_CLASS, EVERY_SCOPE, a_program

pytestmark = pytest.mark.django_db
REASON = "Suivi demandé par le chef de service"


@pytest.fixture
def centre(settings, tmp_path) -> Centre:
    settings.MEDIA_ROOT = tmp_path / "media"
    return make_centre()


@pytest.fixture
def file(centre: Centre) -> File:
    return filled(centre, make_dossier(centre))


def browser(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def refused(answer) -> tuple[int, str]:
    assert answer["Content-Type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == answer.status_code
    assert told["title"] and told["detail"] and told["todo"] and told["instance"].startswith("/api/v1/")
    return answer.status_code, told["type"].partition("#")[2]


FORM = {
    "name": "Tableur du vendredi",
    "purpose": "Liste des visites",
    "scopes": ["dossiers", "journal"],
    "classes": ["identity", "social"],
}


def form(**changes: object) -> dict[str, object]:
    return {**FORM, "last_day": (clock.today() + dt.timedelta(days=30)).isoformat(), **changes}


# Made --------------------------------------------------------------------------------------------------------------------
def test_it_is_shown_once_and_only_its_digest_is_kept(centre):
    client = browser(centre.worker)
    answer = client.post("/account/tokens/", form())
    assert (answer.status_code, answer["Cache-Control"]) == (201, "no-store, private")
    token = Token.unscoped.get()
    secret = answer.content.decode().split('readonly value="')[1].split('"')[0]
    assert (token.digest, token.ending) == (digest_of(secret), secret[-4:])
    assert secret not in str(Token.unscoped.values().get()), "no column holds it"
    assert secret not in client.get("/account/tokens/").content.decode()
    assert (token.scopes, token.classes) == (["dossiers", "journal"], ["identity", "social"])
    line = MutationLine.objects.get(verb="token_created")
    assert (line.subject_type, line.subject_id, line.actor_id) == ("api_token", token.pk, centre.worker.pk)
    assert secret not in line.body
    assert Client().get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"}).json()["token"] == "Tableur du vendredi"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"last_day": "2020-01-01"}, "in the past"),
        ({"last_day": "2099-01-01"}, "one year at most"),
        ({"scopes": []}, "required"),
        ({"classes": []}, "required"),
        ({"classes": ["security"]}, "security"),
        ({"purpose": " "}, "required"),
    ],
)
def test_what_is_wrong_is_said_and_no_token_is_made(centre, changes, words):
    client = browser(centre.worker)
    client.cookies["parvis_language"] = "en"
    answer = client.post("/account/tokens/", form(**changes))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert Token.unscoped.count() == 0


def test_the_second_factor_is_asked_again(centre):
    with_totp(centre.worker)
    client = browser(centre.worker)
    for ask in (lambda: client.get("/account/tokens/"), lambda: client.post("/account/tokens/", form())):
        answer = ask()
        assert (answer.status_code, answer["Location"].split("?")[0]) == (303, "/account/prove/")
    assert Token.unscoped.count() == 0
    session = client.session
    session[PROVED] = clock.now().timestamp()
    session.save()
    assert client.post("/account/tokens/", form()).status_code == 201


def test_nobody_makes_one_for_somebody_else_nor_by_proxy(centre):
    proxy = offer_proxy(
        actor=centre.actor("worker"),
        holder=centre.stranger,
        valid_from=clock.today(),
        valid_to=clock.today() + dt.timedelta(1),
        reason="congé",
    )
    answer_proxy(actor=centre.actor("stranger"), proxy=proxy, accept=True)
    acting = actor_by_proxy(proxy)
    assert acting is not None
    given = {"name": "x", "purpose": "y", "valid_to": clock.today() + dt.timedelta(1), "scopes": EVERY_SCOPE, "classes": EVERY_CLASS}
    for actor in (acting, as_actor(an_account())):
        with pytest.raises(TokenRefused):
            create_token(actor=actor, **given)
    app = create_application(actor=centre.actor("administrator"), username="lien-compta", display_name="Lien comptable", about="écritures")
    with pytest.raises(TokenRefused):
        create_token(actor=centre.actor("chief"), application=app, **given)
    assert Token.unscoped.count() == 0
    assert browser(centre.chief).get(f"/admin/applications/{app.uuid}/token/").status_code == 404


def test_an_application_reads_with_the_functions_that_it_was_given(centre, file):
    admin = browser(centre.administrator)
    answer = admin.post("/admin/applications/", {"username": "lien-bi", "display_name": "Tableau de bord", "about": "indicateurs"})
    app = Application.unscoped.select_related("account").get()
    assert answer["Location"] == f"/admin/accounts/{app.account.uuid}/"
    assert not app.account.has_usable_password()
    assert admin.post(f"/admin/applications/{app.uuid}/token/", form()).status_code == 201
    secret = create_token(
        actor=centre.actor("administrator"), name="bi", purpose="indicateurs", valid_to=clock.today() + dt.timedelta(9),
        scopes=["dossiers"], classes=["identity"], application=app,
    )[1]  # fmt: skip
    ask = {"Authorization": f"Bearer {secret}"}
    assert refused(Client().get("/api/v1/dossiers", headers=ask)) == (403, "no-function")
    from parvis.identity.api import grant_function

    grant_function(actor=SYSTEM, account=app.account, function="chief", unit=centre.north, valid_from=clock.today())
    assert [one["number"] for one in Client().get("/api/v1/dossiers", headers=ask).json()["items"]] == [file.dossier.number]
    assert "Tableau de bord" in admin.get("/admin/applications/").content.decode()


# Refused -----------------------------------------------------------------------------------------------------------------
def test_no_token_a_wrong_one_and_a_session_open_nothing(centre, file):
    path = f"/api/v1/dossiers/{file.dossier.number}"
    program = a_program(centre.worker)
    signed_in = browser(centre.worker)
    assert refused(Client().get(path)) == (401, "no-token")
    assert refused(signed_in.get(path)) == (401, "no-token"), "a browser that is signed in is no program"
    for wrong in ("parvis_x", program.secret[:-1], program.token.digest, "Basic abc"):
        answer = Client().get(path, headers={"Authorization": f"Bearer {wrong}"})
        assert refused(answer) == (401, "token-unknown")
        assert answer["WWW-Authenticate"].startswith("Bearer")
    assert ReadLine.objects.count() == 0


def test_only_reading(centre, file):
    program = a_program(centre.worker)
    for method in ("post", "put", "patch", "delete"):
        answer = getattr(Client(), method)("/api/v1/dossiers", headers={"Authorization": f"Bearer {program.secret}"})
        assert refused(answer) == (405, "method")


def test_over_ended_closed_and_without_function_it_stops_at_once(centre, file):
    worker = centre.worker
    over, ended, left = (a_program(worker, name=name) for name in ("a", "b", "c"))
    assert [one.get("me").status_code for one in (over, ended, left)] == [200, 200, 200]
    Token.unscoped.filter(pk=over.token.pk).update(valid_to=clock.today())
    assert refused(over.get("me")) == (401, "token-over")
    assert browser(worker).post(f"/account/tokens/{ended.token.uuid}/end/").status_code == 303
    assert refused(ended.get("me")) == (401, "token-over")
    assert MutationLine.objects.get(verb="token_revoked").subject_id == ended.token.pk
    end_functions(actor=SYSTEM, account=worker, on=clock.today())
    assert refused(left.get("me")) == (403, "no-function")
    close_account(actor=SYSTEM, account=worker)
    assert refused(left.get("me")) == (401, "account-closed")


def test_an_administrator_ends_what_a_colleague_forgot_and_others_do_not_see_it(centre):
    program = a_program(centre.worker)
    assert browser(centre.chief).post(f"/account/tokens/{program.token.uuid}/end/").status_code == 404
    with pytest.raises(TokenRefused):
        revoke_token(actor=centre.actor("chief"), token=program.token)
    assert program.get("me").status_code == 200
    assert browser(centre.administrator).post(f"/account/tokens/{program.token.uuid}/end/").status_code == 303
    assert refused(program.get("me")) == (401, "token-over")


def test_calls_are_counted_by_the_minute(centre, settings):
    settings.PARVIS = {**settings.PARVIS, "api_calls_a_minute": 3}
    now = clock.now().replace(second=10)
    program, other = a_program(centre.worker), a_program(centre.worker, name="autre")
    with clock.travel(now + dt.timedelta(hours=1)):
        assert [program.get("me").status_code for _call in range(5)] == [200, 200, 200, 429, 429]
        answer = program.get("me")
        assert (refused(answer), answer["Retry-After"]) == ((429, "too-many"), "50")
        assert other.get("me").status_code == 200, "each token has its own measure"
    with clock.travel(now + dt.timedelta(hours=1, minutes=1)):
        assert program.get("me").status_code == 200
    assert Token.unscoped.get(pk=program.token.pk).last_used_at == now + dt.timedelta(hours=1, minutes=1)


# Narrowed ----------------------------------------------------------------------------------------------------------------
PARTS = {
    "search?q=bail": "search", "persons": "persons", "persons/{person}": "persons", "dossiers": "dossiers", "dossiers/{number}": "dossiers",
    "dossiers/{number}/members": "dossiers", "dossiers/{number}/journal": "journal", "dossiers/{number}/documents": "documents",
    "documents/{document}/file": "documents", "requests": "requests", "decisions": "decisions", "entitlements": "payments",
}  # fmt: skip


@pytest.mark.parametrize("route", PARTS)
def test_each_part_is_closed_to_a_token_that_does_not_name_it(centre, file, route):
    path = route.format(number=file.dossier.number, person=file.dossier.lead.uuid, document=file.document.uuid)
    with_it = a_program(centre.worker, scopes=[PARTS[route]])
    without = a_program(centre.worker, scopes=[one for one in EVERY_SCOPE if one != PARTS[route]], name="autre")
    assert with_it.get(path).status_code == 200
    before = ReadLine.objects.count()
    assert refused(without.get(path)) == (403, "scope-missing")
    assert ReadLine.objects.count() == before


def test_classes_narrow_lines_documents_names_and_never_widen(centre, file):
    worker = centre.actor("worker")
    for kind, label in (("health", "Dialyse"), ("resource", "Salaire"), ("need", "Logement")):
        record_situation(actor=worker, dossier=file.dossier, kind=kind, label=label, valid_from=clock.today())
    number = file.dossier.number

    def labels(account: Account, classes: list[str]) -> set[str]:
        program = a_program(account, classes=classes, name="x".join(classes))
        return {one["label"] for one in program.json(f"dossiers/{number}")["situation"]}

    assert labels(centre.worker, ["identity", "social", "health", "money"]) == {"Dialyse", "Salaire", "Logement"}
    assert labels(centre.worker, ["social"]) == {"Logement"}
    assert labels(centre.worker, ["identity", "money"]) == {"Salaire"}
    assert labels(centre.payer, EVERY_CLASS) == {"Salaire"}, "a payer's token opens what a payer sees"
    nameless = a_program(centre.worker, classes=["money"])
    assert nameless.json(f"dossiers/{number}")["lead"]["name"] is None
    assert nameless.json(f"dossiers/{number}/members")["items"][0]["person"]["name"] is None
    assert nameless.json(f"dossiers/{number}/documents")["items"] == [], "the lease is of the class “social”"
    assert nameless.get(f"documents/{file.document.uuid}/file").status_code == 404
    for path in ("persons", f"persons/{file.dossier.lead.uuid}", "decisions"):
        assert refused(nameless.get(path)) == (404, "not-found")
    assert nameless.json("search", q="nzeyimana")["items"] == []


# Written down ------------------------------------------------------------------------------------------------------------
def test_who_read_names_the_token(centre, file):
    program = a_program(centre.worker, name="Tableur")
    program.json(f"dossiers/{file.dossier.number}")
    program.get(f"documents/{file.document.uuid}/file")
    lines = {(line.subject_type, line.screen): line for line in ReadLine.objects.all()}
    assert set(lines) == {
        ("api_token", "api.dossier"), ("dossier", "api.dossier"), ("api_token", "api.file"), ("document", "api.file"),
    }  # fmt: skip
    line = lines[("dossier", "api.dossier")]
    assert (line.actor_id, line.purpose, line.subject_id) == (centre.worker.pk, "API: Tableur", file.dossier.pk)
    assert lines[("document", "api.file")].purpose == "API: Tableur"
    page = browser(centre.chief).get(f"/dossiers/{file.dossier.uuid}/access/").content.decode()
    assert "Tableur" in page


def test_an_unusual_look_up_is_refused_until_its_reason_stands_on_the_page(centre, file):
    me = make_person("Aerts", "Sami", "1985-03-02")
    link_own_person(actor=SYSTEM, account=centre.colleague, person_id=me.pk)
    relate(actor=centre.actor("worker"), person=me, other=file.dossier.lead, kind="sibling")
    program, number = a_program(centre.colleague), file.dossier.number
    paths = [f"dossiers/{number}", f"dossiers/{number}/members", f"dossiers/{number}/journal", f"dossiers/{number}/documents"]
    paths += [f"documents/{file.document.uuid}/file", f"persons/{file.dossier.lead.uuid}", f"decisions?dossier={number}"]
    for path in paths:
        answer = program.get(path)
        assert refused(answer) == (403, "reason-needed"), path
        assert "Zanzibar" not in answer.content.decode()
    told = program.get(paths[0]).json()
    assert told["page"] == f"http://testserver/access/why/dossier/{file.dossier.uuid}/"
    assert not ReadLine.objects.exclude(subject_type="api_token").exists()
    browser(centre.colleague).post(f"/access/why/dossier/{file.dossier.uuid}/", {"reason": REASON})
    assert program.get(paths[0]).status_code == 200
    line = ReadLine.objects.get(subject_type="dossier", screen="api.dossier")
    assert line.purpose == f"API: tableur · {REASON}"
