"""The screens in Chromium: no fault for axe, no sideways scroll, no refused resource; autosave and the grants reach the server."""

from __future__ import annotations

import os

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from parvis.decisions import api
from parvis.decisions.models import Minutes, Proposal, WorkingCopy
from tests.decisions import factories as f
from tests.support.browser import DESKTOP, PHONE, axe, no_sideways_scroll, open_page, watch

#: A folder for pictures of the screens, to look at.
SHOTS = os.environ.get("PARVIS_SHOTS", "")

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def centre(db):
    return f.make_centre()


def sit(page, live_server, account):
    client = Client()
    client.force_login(account)
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": client.cookies[settings.SESSION_COOKIE_NAME].value, "url": live_server.url}]
    )
    return page


def story(centre) -> dict[str, tuple[str, str]]:
    """One page of each kind: who looks, where."""
    draft = f.make_proposal(centre, names=("Aya", "Brouillon"))
    sent = f.submitted(centre, names=("Noé", "Envoyé"))
    opinion = api.ask_opinion(actor=centre.chief, proposal=sent, question="La dette est-elle prescrite ?")
    first, second, third = (f.validated(centre, names=(name, "Comité")) for name in ("Ines", "Paul", "Enzo"))
    session = f.opened(centre, [first, second, third])
    decision = api.decide(actor=centre.secretary, item=f.item_of(session, first), outcome="granted")
    past = f.opened(centre, [f.validated(centre, names=("Souad", "Passée"))], days=2)
    api.decide(actor=centre.secretary, item=api.AgendaItem.unscoped.get(session=past), outcome="granted")
    api.close_session(actor=centre.secretary, session=past)
    f.run_jobs()
    item = f.item_of(session, second)
    case = reverse("decisions:item", args=[session.uuid, item.uuid])
    return {
        "proposal": ("worker", reverse("decisions:proposal", args=[draft.uuid])),
        "proposals": ("worker", reverse("decisions:proposals")),
        "review": ("chief", reverse("decisions:proposal", args=[sent.uuid])),
        "versions": ("worker", reverse("decisions:versions", args=[draft.uuid])),
        "opinion": ("lawyer", reverse("decisions:opinion", args=[opinion.uuid])),
        "sessions": ("secretary", reverse("decisions:sessions")),
        "new session": ("secretary", reverse("decisions:new_session")),
        "agenda": ("secretary", reverse("decisions:agenda", args=[session.uuid])),
        "case": ("secretary", case),
        "adjust": ("secretary", case + "?do=adjust"),
        "refuse": ("president", case + "?do=refuse"),
        "member": ("anciaux", case),
        "recuse": ("anciaux", reverse("decisions:recuse", args=[item.uuid])),
        "batch": ("secretary", reverse("decisions:batch", args=[session.uuid])),
        "minutes": ("president", reverse("decisions:minutes", args=[Minutes.unscoped.get().uuid])),
        "decisions": ("worker", reverse("decisions:decisions")),
        "decision": ("worker", reverse("decisions:decision", args=[decision.uuid])),
        "notify": ("secretary", reverse("decisions:notify", args=[decision.uuid])),
    }


@pytest.mark.parametrize(
    ("viewport", "dark"),
    # The other two looks of the same pages: tests/journeys/test_every_page.py.
    [(DESKTOP, True), (PHONE, False)],
    ids=["wide-dark", "narrow"],
)
def test_every_screen_is_accessible(live_server, chromium, centre, viewport, dark):
    """One context per person: what one does not close, the next does not wait for."""
    pages = story(centre)
    for who in sorted({who for who, _url in pages.values()}):
        page = sit(open_page(chromium, viewport=viewport, dark=dark), live_server, centre.account(who))
        trouble = watch(page)
        for name, (reader, url) in pages.items():
            if reader != who:
                continue
            answer = page.goto(live_server.url + url)
            assert answer is not None and answer.status == 200, name
            axe(page)
            no_sideways_scroll(page)
            if SHOTS:
                page.screenshot(path=f"{SHOTS}/{name.replace(' ', '-')}-{viewport['width']}{'-dark' if dark else ''}.png")
        trouble.expect_none()
        page.context.close()


def test_what_is_typed_beside_the_letter_is_sent_with_it(live_server, browser_page, centre):
    proposal = f.make_proposal(centre)
    page = sit(browser_page, live_server, centre.account("worker"))
    page.goto(live_server.url + reverse("decisions:proposal", args=[proposal.uuid]))
    with page.expect_response(lambda answer: answer.request.headers.get("x-autosave") == "1") as kept:
        page.fill("[name=p0-amount]", "275.50")
    assert kept.value.status == 200 and WorkingCopy.unscoped.get(proposal=proposal).provisions[0]["amount"] == "275.50"  # no button pressed
    page.fill("[name=b-facts]", f.FACTS + " Le bail commence le 1er avril 2026.")
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    version = api.latest(proposal)
    assert version.provisions[0]["amount"] == "275.50"
    assert any("Le bail commence" in block["text"] for block in version.blocks)
    with page.expect_navigation():
        page.get_by_role("button", name="Envoyer au chef").click()
    assert Proposal.unscoped.get(pk=proposal.pk).state == "submitted"
