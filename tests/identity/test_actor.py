"""The actor of a request: who it is, what it costs."""

import datetime as dt

import pytest
from django.conf import settings
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpResponse
from django.test import Client, RequestFactory

from parvis.identity.middleware import ActorMiddleware
from parvis.identity.models import FunctionGrant, WebSession
from parvis.identity.services.accounts import change_password
from parvis.identity.services.functions import revoke_function
from parvis.kernel import clock
from parvis.kernel.actor import ANONYMOUS, Grant

from .factories import PASSWORD, SYSTEM, a_unit, an_account, as_actor

pytestmark = pytest.mark.django_db


def actor_of(client, path="/"):
    """The actor that the middleware makes of a browser's session."""
    request = RequestFactory().get(path)
    request.COOKIES = {name: morsel.value for name, morsel in client.cookies.items()}
    seen = {}

    def view(request):
        seen["actor"], seen["account"] = request.actor, request.account
        return HttpResponse()

    SessionMiddleware(ActorMiddleware(view))(request)
    return seen.get("actor")


@pytest.mark.parametrize("many", [0, 1, 3])
def test_an_agent_costs_at_most_three_queries(client, many, django_assert_max_num_queries):
    top = a_unit("TOP")
    units = [a_unit(f"U{n}", top) for n in range(many)]
    account = an_account(*(["clerk", "payer"] if many else []))
    for unit in units:
        FunctionGrant.objects.create(
            account=account, function="chief", unit=unit, unit_key=unit.pk, valid_from=dt.date(2020, 1, 1), recorded_at=clock.now()
        )
    client.force_login(account)
    with django_assert_max_num_queries(3):
        actor = actor_of(client)
    assert actor.kind == "agent"
    assert actor.grants == {Grant("chief", unit.pk) for unit in units} | ({Grant("clerk"), Grant("payer")} if many else set())


def test_nobody_costs_no_query_and_a_citizen_one(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert actor_of(Client()) is ANONYMOUS
    session = client.session
    session["portal_refs"] = [["request", 12], ["draft", 3]]
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    with django_assert_num_queries(1):
        actor = actor_of(client)
    assert (actor.kind, actor.account_id, actor.grants) == ("citizen", None, frozenset())
    assert actor.refs == {("request", 12), ("draft", 3)}


def test_an_agent_carries_no_citizen_keys_whoever_put_them_there(client):
    client.force_login(an_account("clerk"))
    session = client.session
    session["portal_refs"] = [["request", 12]]
    session.save()
    actor = actor_of(client)
    assert (actor.kind, actor.refs) == ("agent", frozenset())
    assert client.get("/account/").status_code == 200
    assert "portal_refs" not in client.session


def test_an_ended_function_gives_no_right_on_the_next_page(client):
    account = an_account("administrator")
    an_account("administrator")
    client.force_login(account)
    assert client.get("/admin/").status_code == 200
    revoke_function(actor=SYSTEM, grant=account.grants.get())
    assert client.get("/admin/").status_code == 404
    assert actor_of(client).grants == frozenset()


def test_a_changed_password_ends_the_other_sessions_and_keeps_this_one(client):
    account = an_account("clerk")
    other = Client()
    client.force_login(account)
    other.force_login(account)
    new = "une phrase toute neuve et longue"
    answer = client.post("/account/password/", {"current": PASSWORD, "password": new, "again": new})
    assert answer.status_code == 303
    assert client.get("/account/").status_code == 200
    assert other.get("/account/").status_code == 302
    assert actor_of(other) is ANONYMOUS


def test_a_stolen_session_key_does_not_survive_a_password_that_was_set_behind_it(client):
    account = an_account("clerk")
    client.force_login(account)
    change_password(
        actor=as_actor(account),
        account=account,
        current=PASSWORD,
        new="une phrase toute neuve et longue",
        keep_session=client.session.session_key,
    )
    assert WebSession.objects.filter(account=account).exists()
    assert actor_of(client) is ANONYMOUS


def test_an_idle_session_ends(client):
    account = an_account("clerk")
    client.force_login(account)
    WebSession.objects.filter(account=account).update(seen_at=clock.now() - dt.timedelta(hours=2, minutes=1))
    assert actor_of(client) is ANONYMOUS


def test_a_used_session_is_noted_every_five_minutes_not_at_each_request(client):
    account = an_account("clerk")
    client.force_login(account)
    before = WebSession.objects.get(account=account).seen_at
    actor_of(client)
    assert WebSession.objects.get(account=account).seen_at == before
    old = clock.now() - dt.timedelta(minutes=6)
    WebSession.objects.filter(account=account).update(seen_at=old)
    actor_of(client)
    assert WebSession.objects.get(account=account).seen_at > old


def test_the_language_is_the_account_s_unless_this_browser_chose(client):
    account = an_account("clerk")
    account.language = "nl"
    account.save()
    client.force_login(account)
    assert 'lang="nl"' in client.get("/account/").content.decode()
    client.cookies["parvis_language"] = "de"
    assert 'lang="de"' in client.get("/account/").content.decode()
