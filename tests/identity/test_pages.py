"""Own account, administration, role bar: who may, what happens."""

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import translation

from parvis.identity.api import demo_roles
from parvis.identity.demo import AGENTS, load
from parvis.identity.enums import Function
from parvis.identity.models import Account, Factor, FunctionGrant, OneTimeLink, Unit, WebSession
from parvis.identity.views.demo import role_bar
from parvis.kernel.models import MutationLine

from .factories import PASSWORD, SYSTEM, a_unit, an_account, with_totp

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client):
    account = an_account("administrator", name="Dora Chef")
    client.force_login(account)
    return account


def admin_paths():
    other = an_account("clerk")
    unit = a_unit("P")
    grant = other.grants.get()
    base = f"/admin/accounts/{other.uuid}/"
    return [
        ("get", "/admin/"),
        ("get", "/admin/accounts/new/"),
        ("post", "/admin/accounts/new/"),
        ("get", base),
        ("post", base),
        ("post", base + "grant/"),
        ("post", base + "link/"),
        ("post", base + "reset-factors/"),
        ("post", base + "active/"),
        ("post", f"/admin/grants/{grant.uuid}/revoke/"),
        ("get", "/admin/units/"),
        ("get", "/admin/units/new/"),
        ("post", "/admin/units/new/"),
        ("get", f"/admin/units/{unit.uuid}/"),
        ("post", f"/admin/units/{unit.uuid}/"),
    ]


@pytest.mark.parametrize("function", [f for f in Function.values if f != "administrator"] + [""])
def test_administration_does_not_exist_for_other_functions(client, function):
    paths = admin_paths()
    client.force_login(an_account(*([function] if function else [])))
    lines = MutationLine.objects.count()
    assert {(m, p): getattr(client, m)(p).status_code for m, p in paths} == {(m, p): 404 for m, p in paths}
    assert MutationLine.objects.count() == lines


def test_administration_asks_a_stranger_to_sign_in():
    stranger = Client()
    for method, path in admin_paths():
        answer = getattr(stranger, method)(path)
        assert answer.status_code in (302, 303) and answer["Location"].startswith("/account/login/")


def test_an_account_is_made_granted_and_given_a_link(client, admin):
    unit = a_unit("NORD")
    made = client.post(
        "/admin/accounts/new/",
        {"username": "Eva.Lux@valmont.example", "display_name": "Eva Lux", "language": "de", "email": "", "initials": ""},
    )
    account = Account.objects.get(username="eva.lux@valmont.example")
    base = f"/admin/accounts/{account.uuid}/"
    assert made["Location"] == base
    assert (account.initials, account.language, account.email) == ("EL", "de", "eva.lux@valmont.example")
    granted = client.post(base + "grant/", {"grant-function": "social_worker", "grant-unit": unit.pk, "grant-last_day": "2099-12-31"})
    assert granted.status_code == 303
    grant = FunctionGrant.objects.get(account=account)
    assert (grant.function, grant.unit, str(grant.valid_to), grant.author_label) == ("social_worker", unit, "2100-01-01", "Dora Chef")
    client.post(base + "link/")
    shown = client.get(base).content.decode()
    assert "/account/link/" in shown
    assert "/account/link/" not in client.get(base).content.decode()
    assert OneTimeLink.objects.get(account=account).purpose == "welcome"
    verbs = list(
        MutationLine.objects.filter(subject_type="account", subject_id=account.pk).order_by("number").values_list("verb", flat=True)
    )
    assert verbs == ["account_created", "function_granted", "link_issued"]
    assert set(MutationLine.objects.filter(subject_id=account.pk, subject_type="account").values_list("actor_id", flat=True)) == {admin.pk}


def test_bad_input_is_said_and_changes_nothing(client, admin):
    other = an_account("clerk")
    before = Account.objects.count(), FunctionGrant.objects.count()
    assert client.post("/admin/accounts/new/", {"username": other.username, "display_name": "X", "language": "fr"}).status_code == 422
    assert client.post("/admin/accounts/new/", {"username": "a b", "display_name": "", "language": "xx"}).status_code == 422
    base = f"/admin/accounts/{other.uuid}/"
    assert client.post(base + "grant/", {"grant-function": "clerk"}).status_code == 422
    assert client.post(base + "grant/", {"grant-function": "payer", "grant-last_day": "31/02"}).status_code == 422
    for day in ("demain", "9999-12-31", "0026-12-31"):
        assert client.post(f"/admin/grants/{other.grants.get().uuid}/revoke/", {"last_day": day}).status_code == 422, day
    assert client.post(base, {"display_name": "", "language": "fr"}).status_code == 422
    assert (Account.objects.count(), FunctionGrant.objects.count()) == before
    assert other.grants.get().is_open


def test_a_double_click_makes_one_account(client, admin):
    form = {"username": "eva@valmont.example", "display_name": "Eva", "language": "fr", "idempotency_key": "a" * 32}
    first, second = client.post("/admin/accounts/new/", form), client.post("/admin/accounts/new/", form)
    assert first["Location"] == second["Location"]
    assert Account.objects.filter(username="eva@valmont.example").count() == 1


def test_the_last_administrator_is_refused_on_the_page(client, admin):
    revoked = client.post(f"/admin/grants/{admin.grants.get().uuid}/revoke/")
    closed = client.post(f"/admin/accounts/{admin.uuid}/active/", {"active": "0"})
    assert (revoked.status_code, closed.status_code) == (422, 422)
    assert "dernier administrateur" in revoked.content.decode()
    assert client.get("/admin/").status_code == 200


def test_an_account_is_closed_and_opened_again(client, admin):
    other = an_account("clerk")
    theirs = Client()
    theirs.force_login(other)
    client.post(f"/admin/accounts/{other.uuid}/active/", {"active": "0"})
    assert theirs.get("/account/").status_code == 302
    client.post(f"/admin/accounts/{other.uuid}/active/", {"active": "1"})
    other.refresh_from_db()
    assert other.is_active


def test_lost_factors_are_taken_away_and_the_sessions_with_them(client, admin):
    other = an_account("clerk")
    with_totp(other)
    theirs = Client()
    theirs.force_login(other)
    client.post(f"/admin/accounts/{other.uuid}/reset-factors/")
    assert not Factor.objects.filter(account=other).exists()
    assert theirs.get("/account/").status_code == 302


def test_the_list_of_accounts_costs_the_same_with_one_row_and_with_many(client, admin, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/admin/").status_code == 200
        return len(queries)

    one = cost()
    for _ in range(3):
        an_account("clerk", "payer", unit=None)
    assert cost() == one


def test_accounts_are_found_by_name_function_and_state(client, admin):
    an_account("payer", name="Zoé Alpha")
    closed = an_account("payer", name="Zoé Beta")
    Account.objects.filter(pk=closed.pk).update(is_active=False)
    page = client.get("/admin/", {"q": "zoé", "function": "payer"}).content.decode()
    assert "Zoé Alpha" in page and "Zoé Beta" not in page and "Dora Chef</a>" not in page
    assert "Zoé Beta" in client.get("/admin/", {"state": "closed"}).content.decode()


def test_units_are_made_and_renamed(client, admin):
    client.post("/admin/units/new/", {"code": "nord", "name_fr": "Équipe Nord"})
    unit = Unit.objects.get()
    assert (unit.code, unit.path, unit.name) == ("NORD", "/NORD/", {"fr": "Équipe Nord"})
    client.post(f"/admin/units/{unit.uuid}/", {"name_fr": "Nord", "name_de": "Nord (DE)"})
    unit.refresh_from_db()
    assert (unit.name, unit.is_active) == ({"fr": "Nord", "de": "Nord (DE)"}, False)
    assert client.post("/admin/units/new/", {"code": "NORD", "name_fr": "x"}).status_code == 422


def test_a_session_is_closed_from_the_list_and_only_one_s_own(client):
    account, stranger = an_account("clerk"), an_account("clerk")
    phone, theirs = Client(), Client()
    client.force_login(account)
    phone.force_login(account)
    theirs.force_login(stranger)
    page = client.get("/account/")
    assert page.status_code == 200
    other = WebSession.objects.filter(account=account).exclude(session_key=client.session.session_key).get()
    client.post(f"/account/sessions/{other.uuid}/end/")
    assert phone.get("/account/").status_code == 302
    foreign = WebSession.objects.get(account=stranger)
    client.post(f"/account/sessions/{foreign.uuid}/end/")
    assert theirs.get("/account/").status_code == 200
    assert client.get("/account/").status_code == 200
    assert MutationLine.objects.filter(verb="session_ended").count() == 1


def test_all_other_sessions_are_closed(client):
    account = an_account("clerk")
    others = [Client(), Client()]
    for browser in (client, *others):
        browser.force_login(account)
    client.post("/account/sessions/end-others/")
    assert [b.get("/account/").status_code for b in (client, *others)] == [200, 302, 302]


def test_preferences_are_kept_in_the_account(client):
    account = an_account("clerk")
    client.force_login(account)
    client.cookies["parvis_language"] = "fr"
    assert client.post("/account/preferences/", {"language": "nl", "density": "compact", "theme": "dark"}).status_code == 303
    page = client.get("/account/").content.decode()
    assert 'lang="nl"' in page and 'data-theme="dark"' in page and 'data-density="compact"' in page
    assert client.post("/account/preferences/", {"language": "xx", "density": "compact", "theme": "dark"}).status_code == 422
    account.refresh_from_db()
    assert account.language == "nl"


def test_a_wrong_current_password_changes_nothing(client):
    account = an_account("clerk")
    client.force_login(account)
    new = "une phrase toute neuve et longue"
    answer = client.post("/account/password/", {"current": "wrong", "password": new, "again": new})
    assert answer.status_code == 422
    account.refresh_from_db()
    assert account.check_password(PASSWORD)


def test_the_only_second_factor_stays_and_an_old_session_gives_its_password_again(client):
    import datetime as dt

    from parvis.kernel import clock

    account = an_account("clerk")
    with_totp(account)
    factor = Factor.objects.get(account=account)
    client.force_login(account)
    url = f"/account/factors/{factor.uuid}/remove/"
    assert client.post(url).status_code == 422
    with_totp(account)
    WebSession.objects.filter(account=account).update(opened_at=clock.now() - dt.timedelta(minutes=11))
    assert client.post(url).status_code == 422
    assert client.get("/account/enrol/app/")["Location"] == "/account/enrol/"
    assert client.post(url, {"password": "wrong"}).status_code == 422
    assert Factor.objects.filter(account=account).count() == 2
    assert client.post(url, {"password": PASSWORD}).status_code == 303
    assert not Factor.objects.filter(pk=factor.pk).exists()
    foreign = an_account("clerk")
    with_totp(foreign)
    assert client.get(f"/account/factors/{foreign.factors.get().uuid}/remove/").status_code == 404


def test_the_role_bar_does_not_exist_outside_a_demonstration(client):
    load(actor=SYSTEM)
    account = Account.objects.get(username="amelie.lambrecht@valmont.example")
    with pytest.raises(NoReverseMatch):
        reverse("demo_bar:sign_in")
    assert client.post("/demo/sign-in/", {"account": account.uuid}).status_code == 404
    assert "rolebar" not in client.get("/account/login/").content.decode()
    assert not WebSession.objects.filter(account=account).exists()


DEMO_SITE = "tests.identity.demo_site_urls"


def test_the_route_itself_refuses_outside_a_demonstration(client, settings):
    load(actor=SYSTEM)
    settings.ROOT_URLCONF = DEMO_SITE
    account = Account.objects.get(username="amelie.lambrecht@valmont.example")
    assert client.post("/demo/sign-in/", {"account": account.uuid}).status_code == 404
    assert not WebSession.objects.filter(account=account).exists()


def test_one_click_opens_any_demo_account_and_the_citizen_s_view(client, settings):
    load(actor=SYSTEM)
    load(actor=SYSTEM)
    assert Account.objects.filter(is_demo=True).count() == len(AGENTS)
    settings.ROOT_URLCONF = DEMO_SITE
    settings.PARVIS_IS_DEMO = True
    for account in Account.objects.filter(is_demo=True):
        assert client.post("/demo/sign-in/", {"account": account.uuid})["Location"] == "/desk/"
        assert client.session["_auth_user_id"] == str(account.pk)
    assert WebSession.objects.get(account__isnull=False).method == "demo"
    assert client.post("/demo/sign-in/", {"account": ""})["Location"] == "/"
    assert "_auth_user_id" not in client.session
    real = an_account("clerk")
    assert client.post("/demo/sign-in/", {"account": real.uuid}).status_code == 404


def test_every_function_has_a_demo_account():
    load(actor=SYSTEM)
    held = set(FunctionGrant.objects.filter(account__is_demo=True).values_list("function", flat=True))
    assert held == set(Function.values)


def test_the_role_bar_seats_one_person_per_function_and_shows_everybody(rf, settings, monkeypatch):
    monkeypatch.setattr("parvis.identity.selectors.BAR_SECONDS", -1.0)  # nothing of another test
    load(actor=SYSTEM)
    settings.ROOT_URLCONF = DEMO_SITE
    settings.PARVIS_IS_DEMO = True
    roles = {role.function: [account.display_name for account in role.accounts] for role in demo_roles()}
    assert list(roles) == Function.values
    # The president is a member too: somebody who is only a member sits in the member's seat.
    assert roles["president"] == ["Claire Warnant"]
    assert roles["committee_member"] == ["Michel Dubuisson", "Rosa Ferreira", "Willem Claes", "Claire Warnant"]
    claire = Account.objects.get(display_name="Claire Warnant")
    request = rf.get("/desk/")
    request.account = claire
    with translation.override("fr"):
        bar = role_bar(request).partition('class="rolebar-l"')[2].partition("</div>")[0]
    assert bar.count("<button") == 1 + len(Function.values)
    assert bar.count('aria-pressed="true"') == 1
    assert f'value="{claire.uuid}" title="Présidence" aria-pressed="true"' in bar
