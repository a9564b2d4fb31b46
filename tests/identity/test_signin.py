"""Sign-in with two factors, lockout, one-time links (C18)."""

import datetime as dt
import re
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client

from parvis.identity import crypto
from parvis.identity.models import Account, Factor, OneTimeLink, RecoveryCode, SignInThrottle, WebSession
from parvis.identity.services import throttle
from parvis.identity.services.factors import renew_recovery_codes
from parvis.identity.services.links import issue_link
from parvis.kernel import clock
from parvis.kernel.models import MutationLine

from .factories import PASSWORD, SYSTEM, an_account, as_actor, code_of, with_totp

pytestmark = pytest.mark.django_db
LOGIN, SECOND, ENROL = "/account/login/", "/account/second-factor/", "/account/enrol/"


def give_password(client, account, password=PASSWORD, **extra):
    return client.post(LOGIN, {"username": account.username, "password": password}, **extra)


def signed_in(client):
    return client.get("/account/").status_code == 200


def test_password_then_code_opens_a_session_that_says_how(client):
    account = an_account("clerk")
    secret = with_totp(account)
    client.get(LOGIN + "?next=/admin/units/")
    first = give_password(client, account)
    assert (first.status_code, first["Location"]) == (303, SECOND)
    assert not signed_in(client)
    second = client.post(SECOND, {"code": code_of(secret)})
    assert (second.status_code, second["Location"]) == (303, "/admin/units/")
    assert signed_in(client)
    session = WebSession.objects.get(account=account)
    assert (session.method, session.address) == ("totp", "127.0.0.1")
    assert MutationLine.objects.filter(verb="signed_in", subject_id=account.pk).count() == 1


def test_next_never_leads_to_another_site(client):
    account = an_account("clerk")
    secret = with_totp(account)
    client.get(LOGIN + "?next=https://evil.example/")
    give_password(client, account)
    assert client.post(SECOND, {"code": code_of(secret)})["Location"] == "/desk/"


def test_a_code_serves_once(client):
    account = an_account("clerk")
    code = code_of(with_totp(account))
    give_password(client, account)
    assert client.post(SECOND, {"code": code}).status_code == 303
    other = Client()
    give_password(other, account)
    assert other.post(SECOND, {"code": code}).status_code == 422
    assert not signed_in(other)


def test_a_wrong_password_and_an_unknown_name_say_the_same(client):
    account = an_account("clerk")
    wrong = give_password(client, account, "wrong password here")
    unknown = client.post(LOGIN, {"username": "nobody@valmont.example", "password": "wrong password here"})
    strip = lambda r: re.sub(r'value="[^"]*"', "", r.content.decode())  # noqa: E731
    assert wrong.status_code == unknown.status_code == 422
    assert strip(wrong) == strip(unknown)


def test_without_second_factor_the_agent_is_led_to_add_one_before_anything_else(client):
    account = an_account("administrator")
    assert give_password(client, account)["Location"] == ENROL
    for path in ("/admin/", "/account/", "/account/password/", "/gallery/"):
        answer = client.get(path)
        assert (answer.status_code, answer["Location"]) == (302, ENROL)
    assert client.post("/admin/units/new/", {"code": "X", "name_fr": "X"}).status_code == 302
    assert client.get(ENROL).status_code == 200
    client.get(ENROL + "app/")
    secret = crypto.unseal(client.session["totp_secret"])
    refused = client.post(ENROL + "app/", {"code": "000000" if code_of(secret) != "000000" else "111111"})
    assert refused.status_code == 422
    assert not Factor.objects.filter(account=account).exists()
    added = client.post(ENROL + "app/", {"code": code_of(secret), "label": "téléphone"})
    assert added["Location"] == ENROL + "codes/"
    shown = client.get(ENROL + "codes/")
    assert shown.status_code == 200
    codes = re.findall(r"<li>([a-z0-9]{5}-[a-z0-9]{5})</li>", shown.content.decode())
    assert len(codes) == 10
    assert client.post(ENROL + "codes/")["Location"] == "/desk/"
    assert client.get(ENROL + "codes/").status_code == 303
    assert client.get("/admin/").status_code == 200
    assert "secret" not in Factor.objects.get(account=account).secret
    # A code of the list opens once, on another device.
    other = Client()
    give_password(other, account)
    assert other.post(SECOND, {"recovery": codes[3].upper()}).status_code == 303
    assert WebSession.objects.filter(account=account, method="recovery").count() == 1
    third = Client()
    give_password(third, account)
    assert third.post(SECOND, {"recovery": codes[3]}).status_code == 422


def test_where_no_second_factor_is_required_the_password_is_enough(client, settings):
    settings.PARVIS_REQUIRE_MFA = False
    account = an_account("clerk")
    assert give_password(client, account)["Location"] == "/desk/"
    assert signed_in(client)


def test_the_second_step_expires(client, monkeypatch):
    account = an_account("clerk")
    secret = with_totp(account)
    give_password(client, account)
    session = client.session
    session["sign_in"] = {**session["sign_in"], "at": session["sign_in"]["at"] - 601}
    session.save()
    assert client.post(SECOND, {"code": code_of(secret)})["Location"] == LOGIN
    assert not signed_in(client)


def test_five_failures_lock_the_name_with_the_wait_said_and_journaled(client):
    account = an_account("clerk")
    with_totp(account)
    for _ in range(4):
        assert "incorrect" in give_password(client, account, "wrong").content.decode()
    fifth = give_password(client, account, "wrong")
    assert "Réessayez dans 1 minute." in fifth.content.decode()
    right = Client()
    assert give_password(right, account).status_code == 422
    assert not signed_in(right)
    line = MutationLine.objects.get(verb="sign_in_locked")
    assert (line.subject_id, line.values.get(field="failures").new) == (account.pk, 5)
    with clock.travel(clock.now() + dt.timedelta(seconds=61)):
        assert give_password(right, account)["Location"] == SECOND


def test_the_wait_doubles_and_stops_at_an_hour(client):
    account = an_account("clerk")
    now = clock.now()
    waits = []
    for _ in range(12):
        until = throttle.note_failure(actor=SYSTEM, username=account.username, account=account, address="10.0.0.9", what="test")
        waits.append(round((until - now).total_seconds() / 60) if until else 0)
    assert waits == [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60]


def test_codes_are_counted_like_passwords(client):
    account = an_account("clerk")
    secret = with_totp(account)
    give_password(client, account)
    wrong = f"{(int(code_of(secret)) + 1) % 1000000:06d}"
    statuses = [client.post(SECOND, {"code": wrong}).status_code for _ in range(5)]
    assert statuses == [422] * 5
    assert client.post(SECOND, {"code": code_of(secret)}).status_code == 422
    assert not signed_in(client)


def test_an_address_that_tries_many_names_is_locked_and_another_one_is_not(client):
    account = an_account("clerk")
    with_totp(account)
    for number in range(30):
        client.post(LOGIN, {"username": f"nobody{number}", "password": "x"}, REMOTE_ADDR="192.0.2.7")
    assert give_password(client, account, REMOTE_ADDR="192.0.2.7").status_code == 422
    assert give_password(Client(), account, REMOTE_ADDR="192.0.2.8")["Location"] == SECOND


def test_the_counters_keep_no_name_and_no_address(client):
    client.post(LOGIN, {"username": "nobody.in.clear", "password": "x"}, REMOTE_ADDR="192.0.2.7")
    kept = " ".join(SignInThrottle.objects.values_list("key", flat=True))
    assert "nobody" not in kept and "192.0.2.7" not in kept


def test_a_complete_sign_in_forgets_the_failures_of_the_name(client):
    account = an_account("clerk")
    secret = with_totp(account)
    for _ in range(4):
        give_password(client, account, "wrong")
    give_password(client, account)
    assert SignInThrottle.objects.get(key=throttle.account_key(account.username)).failures == 4
    client.post(SECOND, {"code": code_of(secret)})
    assert not SignInThrottle.objects.filter(key=throttle.account_key(account.username)).exists()


def test_a_closed_account_does_not_sign_in(client):
    account = an_account("clerk")
    with_totp(account)
    Account.objects.filter(pk=account.pk).update(is_active=False)
    assert give_password(client, account).status_code == 422


def test_signing_in_drops_what_a_citizen_had_in_the_browser(client):
    client.get(LOGIN)
    session = client.session
    session["portal_refs"] = [["request", 12]]
    session.save()
    before = session.session_key
    account = an_account("clerk")
    secret = with_totp(account)
    give_password(client, account)
    client.post(SECOND, {"code": code_of(secret)})
    assert signed_in(client)
    assert "portal_refs" not in client.session
    assert client.session.session_key != before
    assert not WebSession.objects.filter(session_key=before).exists()


def test_signing_out_ends_the_session(client):
    account = an_account("clerk")
    client.force_login(account)
    assert client.post("/account/logout/")["Location"] == LOGIN
    assert not WebSession.objects.filter(account=account).exists()
    assert client.get("/account/").status_code == 302


def test_a_one_time_link_sets_a_password_once(client):
    account = an_account("clerk", password=None)
    assert give_password(client, account, "").status_code == 422
    first, token = issue_link(actor=SYSTEM, account=account), issue_link(actor=SYSTEM, account=account)
    assert token not in str(list(OneTimeLink.objects.values()))
    assert client.get(f"/account/link/{first}/").status_code == 404
    assert client.get(f"/account/link/{token}/").status_code == 200
    weak = client.post(f"/account/link/{token}/", {"password": "court", "again": "court"})
    differ = client.post(f"/account/link/{token}/", {"password": PASSWORD, "again": PASSWORD + "x"})
    assert (weak.status_code, differ.status_code) == (422, 422)
    assert client.post(f"/account/link/{token}/", {"password": PASSWORD, "again": PASSWORD})["Location"] == LOGIN
    assert client.get(f"/account/link/{token}/").status_code == 404
    assert client.post(f"/account/link/{token}/", {"password": "autre " + PASSWORD, "again": "autre " + PASSWORD}).status_code == 404
    assert give_password(client, account)["Location"] == ENROL


def test_a_one_time_link_dies_after_48_hours(client):
    account = an_account("clerk", password=None)
    token = issue_link(actor=SYSTEM, account=account)
    with clock.travel(clock.now() + dt.timedelta(hours=48, seconds=1)):
        assert client.post(f"/account/link/{token}/", {"password": PASSWORD, "again": PASSWORD}).status_code == 404
    account.refresh_from_db()
    assert not account.has_usable_password()


def test_new_codes_void_the_former_ones():
    account = an_account("clerk")
    old = renew_recovery_codes(actor=as_actor(account), account=account)
    renew_recovery_codes(actor=as_actor(account), account=account)
    assert RecoveryCode.objects.filter(account=account).count() == 10
    assert not RecoveryCode.objects.filter(digest=crypto.recovery_digest(old[0])).exists()


def test_the_first_administrator_is_made_by_a_command_that_prints_a_link(client):
    out = StringIO()
    call_command("create_administrator", "Eva@valmont.example", "Eva Lux", stdout=out)
    call_command("create_administrator", "eva@valmont.example", "Eva Lux", stdout=out)
    account = Account.objects.get()
    assert account.grants.filter(function="administrator").count() == 1
    first, second = re.findall(r"/account/link/\S+", out.getvalue())
    assert client.get(first).status_code == 404
    assert client.post(second, {"password": PASSWORD, "again": PASSWORD}).status_code == 303
    assert give_password(client, account)["Location"] == ENROL
