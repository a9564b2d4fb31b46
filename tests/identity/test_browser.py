"""Passkeys with Chromium's virtual authenticator, and every page of this context looked at by axe."""

import pytest

from parvis.identity.models import Factor, WebSession
from parvis.identity.services.links import issue_link
from tests.support.browser import DESKTOP, PHONE, axe, no_sideways_scroll, open_page

from .factories import PASSWORD, SYSTEM, a_unit, an_account, code_of, with_totp

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def virtual_device(page):
    """An authenticator inside the browser that verifies its user without asking."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    return cdp, cdp.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {**options, "isUserVerified": True, "automaticPresenceSimulation": True}},
    )["authenticatorId"]


def give_password(page, live_server, account):
    page.goto(f"{live_server.url}/account/login/?next=/account/")
    page.fill("#id_username", account.username)
    page.fill("#id_password", PASSWORD)
    page.press("#id_password", "Enter")


def test_a_passkey_is_enrolled_at_the_first_sign_in_then_opens_alone_and_as_second_step(live_server, browser_page):
    page, account = browser_page, an_account("clerk")
    cdp, device = virtual_device(page)
    give_password(page, live_server, account)
    page.wait_for_url("**/account/enrol/")
    axe(page)
    page.click("text=Ajouter une clé d’accès")
    page.fill("#id_label", "ordinateur de test")
    page.click("text=Créer la clé d’accès")
    page.wait_for_url("**/account/enrol/codes/")
    axe(page)
    page.click("text=Je les ai conservés")
    page.wait_for_url(f"{live_server.url}/account/")
    assert Factor.objects.get(account=account).label == "ordinateur de test"
    assert WebSession.objects.get(account=account).method == "passkey"

    page.context.clear_cookies()
    page.goto(f"{live_server.url}/account/login/?next=/account/")
    page.click("text=Se connecter avec une clé d’accès")
    page.wait_for_url(f"{live_server.url}/account/")
    assert WebSession.objects.filter(account=account, method="passkey").count() == 2

    page.context.clear_cookies()
    give_password(page, live_server, account)
    page.wait_for_url("**/account/second-factor/")
    page.click("text=Utiliser ma clé d’accès")
    page.wait_for_url(f"{live_server.url}/account/")
    assert WebSession.objects.filter(account=account, method="passkey").count() == 3

    # A copied key: its counter starts again.
    page.context.clear_cookies()
    Factor.objects.filter(account=account).update(counter=10_000)
    page.goto(f"{live_server.url}/account/login/")
    page.click("text=Se connecter avec une clé d’accès")
    page.wait_for_selector(".alert--late")
    assert WebSession.objects.filter(account=account).count() == 3

    # A device that holds nothing for this site: the page says so and stays.
    cdp.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": device})
    assert page.url.endswith("/account/login/")


def test_a_passkey_of_another_site_or_a_forged_answer_opens_nothing(live_server, browser_page, client):
    account = an_account("clerk")
    with_totp(account)
    client.post("/account/passkey-options/", {"purpose": "signin"})
    forged = client.post("/account/login/", {"answer": '{"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": {}}'})
    unasked = client.post("/account/login/", {"answer": "{}"})
    broken = client.post("/account/login/", {"answer": "[1"})
    assert {r.status_code for r in (forged, unasked, broken)} == {422}
    assert not WebSession.objects.filter(account__isnull=False).exists()


def test_without_script_password_and_code_are_enough(live_server, page_without_script):
    page, account = page_without_script, an_account("clerk")
    secret = with_totp(account)
    give_password(page, live_server, account)
    page.wait_for_url("**/account/second-factor/")
    page.fill("#id_code", code_of(secret))
    page.press("#id_code", "Enter")
    page.wait_for_url(f"{live_server.url}/account/")


# The other two looks of the same pages: tests/journeys/test_every_page.py.
@pytest.mark.parametrize(("viewport", "dark"), [(DESKTOP, True), (PHONE, False)], ids=["1440-dark", "390-light"])
def test_every_page_is_accessible(live_server, chromium, client, viewport, dark):
    account = an_account("administrator", name="Dora Chef")
    secret = with_totp(account)
    unit = a_unit("NORD")
    other = an_account("social_worker", unit=unit, name="Amélie Lambrecht")
    token = issue_link(actor=SYSTEM, account=other)
    page = open_page(chromium, viewport=viewport, dark=dark)
    try:
        page.goto(live_server.url + "/account/login/")
        axe(page)
        page.click("button[type=submit] >> text=Continuer")
        axe(page)
        for path in (f"/account/link/{token}/", "/account/link/nothing/"):
            page.goto(live_server.url + path)
            axe(page)
        give_password(page, live_server, account)
        page.wait_for_url("**/account/second-factor/")
        axe(page)
        page.fill("#id_code", code_of(secret))
        page.press("#id_code", "Enter")
        page.wait_for_url(f"{live_server.url}/account/")
        for path in (
            "/account/",
            "/account/password/",
            "/account/enrol/",
            "/account/enrol/app/",
            "/account/enrol/passkey/",
            "/account/codes/",
            f"/account/factors/{account.factors.get().uuid}/remove/",
            "/admin/",
            "/admin/?q=personne",
            "/admin/accounts/new/",
            f"/admin/accounts/{other.uuid}/",
            "/admin/units/",
            "/admin/units/new/",
            f"/admin/units/{unit.uuid}/",
        ):
            page.goto(live_server.url + path)
            axe(page)
            no_sideways_scroll(page)
    finally:
        page.context.close()
