"""The second factor is asked again before much leaves the house; nothing stays on the computer after signing out (C18)."""

import datetime as dt

import pytest
from django.test import Client

from parvis.identity.api import Opening
from parvis.identity.models import RecoveryCode
from parvis.identity.services.factors import renew_recovery_codes
from parvis.kernel import clock
from parvis.kernel.models import MutationLine
from tests.dossiers.factories import Centre, make_centre, make_dossier

from .factories import as_actor, code_of, with_totp

pytestmark = pytest.mark.django_db
EXPORT = "/dossiers/?export=csv"
REASON = "Garde de ce soir, la personne appelle"


@pytest.fixture
def centre() -> Centre:
    return make_centre()


def signed_in(account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def exports(client: Client) -> bool:
    answer = client.get(EXPORT)
    if answer.status_code == 200:
        return answer["Content-Type"].startswith("text/csv")
    assert (answer.status_code, answer["Location"]) == (303, "/account/prove/?next=%2Fdossiers%2F")
    return False


def test_an_export_asks_the_code_again_and_the_proof_holds_for_ten_minutes(centre):
    secret = with_totp(centre.worker)
    client = signed_in(centre.worker)
    lines = MutationLine.objects.filter(verb="dossiers.export")
    assert not exports(client)
    assert lines.count() == 0, "nothing left"
    refused = client.post("/account/prove/", {"code": "000000", "next": "/dossiers/"})
    assert refused.status_code == 422 and not exports(client)
    proved = client.post("/account/prove/", {"code": code_of(secret), "next": "/dossiers/"})
    assert (proved.status_code, proved["Location"]) == (303, "/dossiers/")
    assert MutationLine.objects.filter(verb="proved_again", actor_id=centre.worker.pk).count() == 1
    assert exports(client) and lines.count() == 1
    with clock.travel(clock.now() + dt.timedelta(minutes=9, seconds=55)):
        assert exports(client)
    with clock.travel(clock.now() + dt.timedelta(minutes=10, seconds=5)):
        assert not exports(client)


def test_a_recovery_code_proves_once(centre):
    with_totp(centre.worker)
    codes = renew_recovery_codes(actor=as_actor(centre.worker), account=centre.worker)
    client = signed_in(centre.worker)
    assert client.post("/account/prove/", {"recovery": codes[0], "next": "/dossiers/"}).status_code == 303
    assert exports(client)
    other = signed_in(centre.worker)
    assert client.post("/account/prove/", {"recovery": codes[0], "next": "/dossiers/"}).status_code == 422
    assert not exports(other), "a proof belongs to its session"
    assert RecoveryCode.objects.filter(used_at__isnull=False).count() == 1


def test_the_way_back_is_an_address_of_ours(centre):
    secret = with_totp(centre.worker)
    client = signed_in(centre.worker)
    assert client.post("/account/prove/", {"code": code_of(secret), "next": "https://elsewhere.example/"})["Location"] == "/desk/"


def test_wrong_codes_are_counted_like_a_sign_in(centre):
    secret = with_totp(centre.worker)
    client = signed_in(centre.worker)
    for _n in range(6):
        client.post("/account/prove/", {"code": "000000"})
    assert client.post("/account/prove/", {"code": code_of(secret)}).status_code == 422


def test_an_exceptional_opening_asks_it_and_what_was_typed_waits(centre):
    dossier = make_dossier(centre)
    secret = with_totp(centre.stranger)
    client = signed_in(centre.stranger)
    url = "/access/exceptional/"
    assert client.get(url)["Location"].startswith("/account/prove/")
    asked = client.post(url, {"number": dossier.number, "reason": REASON})
    assert (asked.status_code, asked["Location"]) == (303, "/account/prove/?next=%2Faccess%2Fexceptional%2F")
    assert Opening.objects.count() == 0
    client.post("/account/prove/", {"code": code_of(secret), "next": url})
    page = client.get(url).content.decode()
    assert REASON in page and dossier.number in page
    assert client.post(url, {"number": dossier.number, "reason": REASON}).status_code == 303
    assert Opening.objects.count() == 1


def test_who_has_no_second_factor_is_asked_nothing(centre):
    assert exports(signed_in(centre.worker))
    assert signed_in(centre.worker).get("/account/prove/?next=/dossiers/")["Location"] == "/dossiers/"


# Nothing stays ---------------------------------------------------------------------------------------------------------
def test_signing_out_tells_the_browser_to_forget(centre):
    client = signed_in(centre.worker)
    answer = client.post("/account/logout/")
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert client.get("/dossiers/")["Location"].startswith("/account/login/")


def test_leaving_the_portal_does_too():
    assert Client().post("/p/leave/")["Clear-Site-Data"] == '"cache", "storage"'


def test_pages_lists_parts_and_files_are_never_kept_by_the_browser(centre):
    dossier = make_dossier(centre)
    client = signed_in(centre.worker)
    for url in ("/desk/", "/dossiers/", EXPORT, f"/dossiers/{dossier.uuid}/", f"/dossiers/{dossier.uuid}/journal/acts/?export=csv"):
        answer = client.get(url)
        assert answer.status_code == 200 and "no-store" in answer["Cache-Control"], url
