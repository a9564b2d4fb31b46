"""A colleague acts for another: for a period, within the other's rights, both names in the log (A20)."""

import datetime as dt
import re

import pytest

from parvis.dossiers.models import Dossier
from parvis.identity.api import ProxyRefused, actor_by_proxy, answer_proxy, close_account, end_proxy, offer_proxy, revoke_function
from parvis.identity.middleware import ACTING
from parvis.identity.models import Account, FunctionGrant, Proxy
from parvis.identity.views.proxies import PAGE
from parvis.kernel import clock
from parvis.kernel.actor import Grant
from parvis.kernel.models import MutationLine

from .factories import SYSTEM, a_unit, an_account, as_actor
from .test_actor import actor_of

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def a_proxy(giver, holder, *, days=7, start=0, accept=True, **more) -> Proxy:
    first = clock.today() + dt.timedelta(days=start)
    proxy = offer_proxy(
        actor=as_actor(giver), holder=holder, valid_from=first, valid_to=first + dt.timedelta(days=days), reason="congé", **more
    )
    return answer_proxy(actor=as_actor(holder), proxy=proxy, accept=True) if accept else proxy


def acting(client, proxy) -> None:
    client.force_login(proxy.holder)
    assert client.post(f"/account/proxies/{proxy.uuid}/act/").status_code == 303


def test_the_holder_has_the_rights_of_the_giver_and_none_of_their_own(client, django_assert_max_num_queries):
    north = a_unit("NORTH")
    giver, holder = an_account("chief", unit=north, name="Anne Alpha"), an_account("payer", name="Bert Beta")
    acting(client, a_proxy(giver, holder))
    with django_assert_max_num_queries(3):
        actor = actor_of(client)
    assert (actor.account_id, actor.label) == (holder.pk, "Bert Beta pour Anne Alpha")
    assert (actor.on_behalf_of_id, actor.on_behalf_of_label) == (giver.pk, "Anne Alpha")
    assert actor.grants == {Grant("chief", north.pk)}
    assert "Bert Beta pour Anne Alpha" in client.get("/account/proxies/").content.decode()
    client.post("/account/proxies/stop/")
    assert actor_of(client).grants == {Grant("payer")}


def test_what_is_done_shows_both_names_and_the_giver_is_told(client):
    giver, holder = an_account("social_worker", name="Anne Alpha"), an_account("social_worker", name="Bert Beta")
    proxy = a_proxy(giver, holder)
    acting(client, proxy)
    actor = actor_by_proxy(proxy)
    from parvis.dossiers.api import open_dossier
    from tests.contacts.factories import make_person

    open_dossier(actor=actor, person=make_person(), unit=a_unit("NORTH"))
    line = MutationLine.objects.filter(verb="dossier.open").get()
    assert (line.actor_label, line.behalf_id) == ("Bert Beta pour Anne Alpha", giver.pk)
    assert '"Anne Alpha"' in line.body
    client.force_login(giver)
    home = client.get("/desk/").content.decode()
    assert "en votre nom" in home
    page = client.get("/account/proxies/acts/").content.decode()
    assert "A ouvert un nouveau dossier" in page and "dossier.open" not in page and "Bert Beta" in page
    assert "en votre nom" in client.get("/desk/").content.decode(), "reading a page notes nothing"
    assert client.post("/account/proxies/acts/seen/").status_code == 303
    assert "en votre nom" not in client.get("/desk/").content.decode()


def test_a_file_that_the_giver_no_longer_opens_has_no_link_and_older_acts_are_a_page_away(client):
    from parvis.dossiers.api import open_dossier
    from tests.contacts.factories import make_person

    north, south = a_unit("NORTH"), a_unit("SOUTH")
    giver, holder = an_account("social_worker", unit=north), an_account("social_worker", unit=south, name="Bert Beta")
    actor = actor_by_proxy(a_proxy(giver, holder))
    numbers = [open_dossier(actor=actor, person=make_person(), unit=north).number for _n in range(17)]
    client.force_login(giver)
    page = client.get("/account/proxies/acts/").content.decode()
    assert page.count("<tr data-row>") == PAGE and numbers[-1] in page and numbers[0] not in page
    pages = [page]
    while older := re.search(r'href="(\?before=\d+)"', pages[-1]):
        pages.append(client.get(f"/account/proxies/acts/{older[1]}").content.decode())
    assert [number for number in numbers if not any(number in one for one in pages)] == []
    assert sum(one.count("<tr data-row>") for one in pages) == MutationLine.objects.filter(behalf_id=giver.pk).count()
    Dossier.unscoped.update(unit=south)
    page = client.get("/account/proxies/acts/").content.decode()
    assert page.count("<tr data-row>") == PAGE and "/dossiers/" not in re.sub(r"<nav.*?</nav>", "", page, flags=re.S)


def test_before_accepting_after_the_last_day_and_once_ended_it_gives_nothing(client):
    giver, holder = an_account("chief"), an_account("clerk")
    proxy = a_proxy(giver, holder, accept=False)
    assert actor_by_proxy(proxy) is None
    client.force_login(holder)
    assert client.post(f"/account/proxies/{proxy.uuid}/act/").status_code == 422
    answer_proxy(actor=as_actor(holder), proxy=proxy, accept=True)
    client.post(f"/account/proxies/{proxy.uuid}/act/")
    assert actor_of(client).by_proxy
    Proxy.objects.update(valid_from=clock.today() - dt.timedelta(days=7), valid_to=clock.today())
    after = actor_of(client)
    assert (after.by_proxy, after.grants) == (False, {Grant("clerk")})
    assert ACTING not in client.session or actor_by_proxy(proxy) is None


def test_ended_by_the_giver_it_stops_on_the_next_page(client):
    giver, holder = an_account("chief"), an_account("clerk")
    proxy = a_proxy(giver, holder)
    acting(client, proxy)
    end_proxy(actor=as_actor(giver), proxy=proxy)
    assert not actor_of(client).by_proxy


def test_it_follows_what_the_giver_loses(client):
    giver, holder = an_account("chief", "payer"), an_account("clerk")
    proxy = a_proxy(giver, holder)
    acting(client, proxy)
    revoke_function(actor=SYSTEM, grant=FunctionGrant.objects.get(account=giver, function="payer"))
    assert actor_of(client).functions == {"chief"}
    close_account(actor=SYSTEM, account=giver)
    assert not actor_of(client).by_proxy


def test_functions_that_are_personal_are_never_handed_on():
    holder = an_account("clerk")
    for function in ("committee_member", "president", "administrator", "auditor"):
        giver = an_account(function)
        with pytest.raises(ProxyRefused) as refusal:
            a_proxy(giver, holder)
        assert refusal.value.code == "functions"
    giver = an_account("president", "social_worker")
    assert actor_by_proxy(a_proxy(giver, holder)).functions == {"social_worker"}
    # Even a row written behind the service gives none of them.
    Proxy.objects.update(functions="president,social_worker")
    assert actor_by_proxy(Proxy.objects.get()).functions == {"social_worker"}


def test_a_proxy_is_not_passed_on_and_gives_no_second_proxy(client):
    a, b, c = an_account("chief"), an_account("clerk"), an_account("clerk")
    by_proxy = actor_by_proxy(a_proxy(a, b))
    with pytest.raises(ProxyRefused) as refusal:
        offer_proxy(actor=by_proxy, holder=c, valid_from=clock.today(), valid_to=clock.today() + dt.timedelta(days=2), reason="congé")
    assert refusal.value.code == "not_yours"
    assert Proxy.objects.count() == 1
    assert actor_by_proxy(a_proxy(b, c)).functions == {"clerk"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"start": -1}, "dates"),
        ({"days": 0}, "dates"),
        ({"days": 400}, "too_long"),
        ({"functions": ["payer"]}, "functions"),
    ],
)
def test_impossible_proxies_are_refused(change, code):
    with pytest.raises(ProxyRefused) as refusal:
        a_proxy(an_account("chief"), an_account("clerk"), **change)
    assert refusal.value.code == code
    assert Proxy.objects.count() == 0


def test_nobody_answers_uses_or_ends_the_proxy_of_others(client):
    giver, holder, third = an_account("chief"), an_account("clerk"), an_account("clerk")
    proxy = a_proxy(giver, holder, accept=False)
    for gesture in (
        lambda: answer_proxy(actor=as_actor(third), proxy=proxy, accept=True),
        lambda: answer_proxy(actor=as_actor(giver), proxy=proxy, accept=True),
        lambda: end_proxy(actor=as_actor(third), proxy=proxy),
    ):
        with pytest.raises(ProxyRefused):
            gesture()
    client.force_login(third)
    assert client.post(f"/account/proxies/{proxy.uuid}/act/").status_code == 404
    proxy.refresh_from_db()
    assert (proxy.accepted_at, proxy.ended_at) == (None, None)


def test_a_forged_session_of_another_proxy_gives_one_s_own_rights(client):
    giver, holder, thief = an_account("chief"), an_account("clerk"), an_account("payer")
    proxy = a_proxy(giver, holder)
    client.force_login(thief)
    session = client.session
    session[ACTING] = {"proxy": proxy.pk, "for": giver.pk}
    session.save()
    actor = actor_of(client)
    assert (actor.account_id, actor.by_proxy, actor.functions) == (thief.pk, False, {"payer"})


def test_the_pages_ask_answer_and_end(client):
    giver, holder = an_account("chief"), an_account("clerk")
    client.force_login(giver)
    day = clock.today()
    data = {"holder": holder.pk, "valid_from": day, "last_day": day, "functions": ["chief"], "reason": "congé", "only": ""}
    assert client.post("/account/proxies/", {**data, "reason": ""}).status_code == 422
    assert client.post("/account/proxies/", {**data, "only": "2026-99999"}).status_code == 422
    assert Proxy.objects.count() == 0
    assert client.post("/account/proxies/", data).status_code == 303
    proxy = Proxy.objects.get()
    assert (proxy.functions, proxy.valid_to) == ("chief", day + dt.timedelta(days=1))
    client.force_login(holder)
    assert giver.display_name in client.get("/desk/").content.decode()
    assert client.post(f"/account/proxies/{proxy.uuid}/answer/", {"answer": "accept"}).status_code == 303
    assert client.post(f"/account/proxies/{proxy.uuid}/end/").status_code == 303
    assert actor_by_proxy(proxy) is None
    assert Account.objects.filter(pk=giver.pk, is_active=True).exists()
