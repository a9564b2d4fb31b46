"""A citizen's account: opened at the desk or with a code, signed in by e-mail, and never more than what is this person's (D2)."""

import datetime as dt
import re

import pytest
from django.core import mail
from django.test import Client

from parvis.contacts.api import Person, create_person, merge_persons, undo_merge
from parvis.documents import api as documents
from parvis.form_engine import api as forms
from parvis.identity.api import create_account
from parvis.journal.models import Entry
from parvis.kernel import clock, jobs
from parvis.kernel.errors import NotAllowed
from parvis.kernel.models import MutationLine
from parvis.kernel.subject import SubjectRef
from parvis.portal import services
from parvis.portal.errors import AccountRefused
from parvis.portal.models import CitizenAccount, CitizenDraft, CitizenSession, MailCode, OpeningCode
from parvis.requests import api as requests
from tests.requests.factories import ROOT, agent, send, world

from .test_asking import enter, follow

pytestmark = pytest.mark.django_db

MAILBOX = "aya@example.be"


@pytest.fixture
def clerk():
    return agent("Carine Dubois", "clerk", unit=world())


@pytest.fixture
def aya() -> Person:
    return create_person(actor=ROOT, family_name="Benali", given_names="Aya", birth_date=dt.date(1987, 3, 27), language="fr")


def figures() -> str:
    """Those of the latest e-mail."""
    jobs.run_pending(raise_errors=True)
    return re.search(r"\b(\d{3} \d{3})\b", mail.outbox[-1].body)[1]


def sign_in(browser: Client, address: str = MAILBOX) -> Client:
    assert browser.post("/p/me/sign-in/", {"email": address})["Location"] == "/p/me/code/"
    assert browser.post("/p/me/code/", {"figures": figures()})["Location"] == "/p/me/"
    return browser


def opened(clerk, person: Person, address: str = MAILBOX) -> Client:
    """With the code that the desk gave."""
    _row, code = services.offer_account(actor=clerk, person=person, way="paper")
    browser = Client()
    assert browser.post("/p/me/open/", {"code": code.lower(), "email": f" {address.upper()} "})["Location"] == "/p/me/code/"
    assert browser.post("/p/me/code/", {"figures": figures()})["Location"] == "/p/me/"
    return browser


def text(browser: Client, path: str = "/p/me/") -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return " ".join(answer.content.decode().split())


def test_a_paper_request_entered_by_a_clerk_is_in_the_account_the_same_minute_with_the_same_number(clerk, aya):
    """D2."""
    before = send()
    requests.join_dossier(actor=clerk, request=before.request, person=aya)
    browser = opened(clerk, aya)
    page = text(browser)
    assert f"Demande {before.request.number}" in page and page.count("Voir les étapes") == 1

    now = clock.now()
    paper = send(channel="letter", actor=clerk)
    assert paper.request.number not in text(browser), "whose it is, nobody has said yet"
    requests.join_dossier(actor=clerk, request=paper.request, person=aya, dossier=before.request.dossier)
    page = text(browser)
    assert clock.now() - now < dt.timedelta(minutes=1)
    assert f"Demande {paper.request.number}" in page and "Lettre" in page and "revenu d’intégration" in page
    assert "Nous examinons votre situation" in page
    # No code is needed for anything that hangs on it, and its own code still opens the same.
    timeline = f"/p/track/{paper.request.uuid}/"
    assert paper.request.number in text(browser, timeline)
    requests.make_receipt(actor=ROOT, request=paper.request)
    assert browser.get(f"{timeline}receipt.pdf")["Content-Type"] == "application/pdf"
    assert browser.get(f"{timeline}readings/").status_code == 200
    assert enter(Client(), paper)["Location"] == timeline
    for path in ("/", "/p/me/", "/p/me/account/", timeline, f"{timeline}readings/", f"{timeline}receipt.pdf"):
        assert "no-store" in browser.get(path)["Cache-Control"], path


def test_the_desk_gives_a_code_once_the_chronicle_says_so_and_the_code_serves_once(clerk, aya, client):
    from parvis.contacts.api import set_language

    set_language(actor=clerk, person=aya, language="de", valid_from=clock.today())
    sent = send()
    requests.join_dossier(actor=clerk, request=sent.request, person=aya)
    worker = create_account(actor=ROOT, username="w", email="w@example.be", display_name="W", password="a long pass phrase 1")
    client.force_login(worker)
    where = f"/persons/{aya.uuid}/portal/"
    assert client.get(where).status_code == 404, "no function of the desk"
    from parvis.identity.api import Account, Function, grant_function

    grant_function(actor=ROOT, account=Account.objects.get(pk=worker.pk), function=Function.CLERK, unit=None)
    assert f'href="{where}"' in text(client, f"/persons/{aya.uuid}/")
    assert client.post(where, {"way": "paper"}).status_code == 422 and not OpeningCode.objects.exists(), "identity not seen"
    assert client.post(where, {"way": "email", "seen": "on"}).status_code == 422, "no address is known"
    assert client.post(where, {"way": "paper", "seen": "on"})["Location"] == where
    sheet = text(client, where)
    code = re.search(r'codebox">([0-9A-Z-]{14})<', sheet)[1]
    assert '<p lang="de">Mit diesem Code öffnen Sie Ihren Bereich' in sheet, "in the language of the person's letters"
    assert "codebox" not in text(client, where), "shown once"
    row = OpeningCode.objects.get()
    assert code not in (row.digest or "") and row.expires_at - row.made_at == dt.timedelta(days=14)
    assert Entry.unscoped.filter(dossier=sent.request.dossier_id, message__text__startswith="Identity seen; a code").count() == 1

    person = Client()
    assert person.post("/p/me/open/", {"code": "AAAA-BBBB-CCCC", "email": MAILBOX}).status_code == 422
    assert not mail.outbox and not MailCode.objects.exists()
    person.post("/p/me/open/", {"code": code, "email": MAILBOX})
    right = figures()
    assert not CitizenAccount.objects.exists(), "the mailbox is not proved yet"
    assert person.post("/p/me/code/", {"figures": right})["Location"] == "/p/me/"
    assert person.post("/p/me/code/", {"figures": right})["Location"] == "/p/me/", "a second click"
    account = CitizenAccount.objects.get()
    assert (account.person_id, account.confirmed_by_label, account.email) == (aya.pk, "W", MAILBOX)
    assert CitizenSession.objects.count() == 1
    again = Client().post("/p/me/open/", {"code": code, "email": "other@example.be"})
    assert again.status_code == 422 and "n’ouvre aucun compte" in again.content.decode()
    assert client.post(where, {"way": "paper", "seen": "on"}).status_code == 422, "one account is enough"
    assert MutationLine.objects.filter(verb="account_offered").count() == 1
    assert not [line for line in MutationLine.objects.filter(stream="context:portal") if MAILBOX in str(line.body)]


def test_a_code_of_the_desk_may_go_by_e_mail_never_to_a_protected_person(clerk, aya):
    from parvis.contacts.api import add_point, set_address

    add_point(actor=clerk, person=aya, kind="email", value="aya@poste.example", valid_from=clock.today())
    services.offer_account(actor=clerk, person=aya, way="email")
    jobs.run_pending(raise_errors=True)
    assert mail.outbox[-1].to == ["aya@poste.example"]
    code = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", mail.outbox[-1].body)[0]
    assert services.opening_by_code(code).person_id == aya.pk
    later = clock.now() + dt.timedelta(days=14, minutes=1)
    with clock.travel(later), pytest.raises(Exception, match="n’ouvre aucun compte"):
        services.opening_by_code(code)
    set_address(
        actor=clerk, person=aya, kind="domicile", street="Rue Cachée", number="1", postal_code="4999", municipality="Valmont",
        hidden=True, valid_from=clock.today(),
    )  # fmt: skip
    with pytest.raises(AccountRefused):
        services.offer_account(actor=clerk, person=aya, way="email")
    assert OpeningCode.objects.filter(withdrawn_at__isnull=True).count() == 1, "nothing changed"
    services.withdraw_opening(actor=clerk, person=aya)
    assert not OpeningCode.objects.filter(withdrawn_at__isnull=True).exists()


def test_signing_in_says_the_same_for_an_address_that_opens_nothing(clerk, aya):
    opened(clerk, aya).post("/p/me/sign-out/")
    known, unknown = Client(), Client()
    answers = [
        browser.post("/p/me/sign-in/", {"email": address}) for browser, address in ((known, MAILBOX), (unknown, "nobody@example.be"))
    ]
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {(303, "/p/me/code/")}
    count = len(mail.outbox)
    jobs.run_pending(raise_errors=True)
    assert [message.to for message in mail.outbox[count:]] == [[MAILBOX]]
    pages = [re.sub(r"aya@example.be|nobody@example.be|value=\"[^\"]*\"", "", text(browser, "/p/me/code/")) for browser in (known, unknown)]
    assert pages[0] == pages[1]
    wrong = [browser.post("/p/me/code/", {"figures": "000 000"}).content.decode() for browser in (known, unknown)]
    said = [re.search(r'class="err-sum".*?</div>', page, re.S)[0] for page in wrong]
    assert said[0] == said[1] and "dernier e-mail" in said[0]
    assert not [browser for browser in (known, unknown) if "portal_account" in browser.session]
    assert not MailCode.objects.filter(mail_to="nobody@example.be").exists(), "who has no account is not kept"


def test_figures_hold_ten_minutes_five_tries_and_one_browser(clerk, aya):
    opened(clerk, aya).post("/p/me/sign-out/")
    browser = Client()
    browser.post("/p/me/sign-in/", {"email": MAILBOX})
    right = figures()
    assert Client().post("/p/me/code/", {"figures": right})["Location"] == "/p/me/sign-in/", "only where they were asked for"
    with clock.travel(clock.now() + dt.timedelta(minutes=10, seconds=5)):
        late = browser.post("/p/me/code/", {"figures": right})
        assert late.status_code == 422 and "ne vaut plus" in late.content.decode()
    other = f"{(int(right.replace(' ', '')) + 1) % 1_000_000:06d}"
    for _ in range(5):
        assert browser.post("/p/me/code/", {"figures": other}).status_code == 422
    assert browser.post("/p/me/code/", {"figures": right}).status_code == 422, "even the right ones"
    assert "portal_account" not in browser.session and not CitizenSession.objects.exists()
    assert MailCode.objects.latest("made_at").digest != right
    # The address of the network waits like that of any wrong code, the mailbox is not filled.
    for _ in range(3):
        browser.post("/p/me/sign-in/", {"email": MAILBOX})
    full = browser.post("/p/me/sign-in/", {"email": MAILBOX})
    assert full.status_code == 429 and "quart d’heure" in full.content.decode()


def test_an_account_opened_with_the_code_of_a_request_shows_that_request_until_the_identity_is_seen(clerk, aya):
    mine, older = send(), send()
    requests.join_dossier(actor=clerk, request=older.request, person=aya)
    requests.join_dossier(actor=clerk, request=mine.request, person=aya, dossier=older.request.dossier)
    browser = Client()
    assert browser.post(f"/p/me/keep/{mine.request.uuid}/")["Location"] == "/p/me/sign-in/"
    assert browser.session.get("portal_keep") is None, "nothing is held here"
    enter(browser, mine)
    assert browser.post(f"/p/me/keep/{mine.request.uuid}/")["Location"] == "/p/me/sign-in/"
    assert mine.request.number in text(browser, "/p/me/sign-in/")
    sign_in(browser)
    page = text(browser)
    assert mine.request.number in page and older.request.number not in page and "pas encore qui vous êtes" in page
    assert browser.get(f"/p/track/{older.request.uuid}/").status_code == 404

    account = CitizenAccount.objects.get()
    other = create_person(actor=ROOT, family_name="Petrov", given_names="Ivan", birth_date=dt.date(1980, 1, 1), language="fr")
    with pytest.raises(AccountRefused):
        services.confirm_identity(actor=clerk, account=account, person=other)
    with pytest.raises(NotAllowed):
        services.confirm_identity(actor=agent("Paul Payer", "payer"), account=account, person=aya)
    assert CitizenAccount.objects.get().person_id is None
    services.confirm_identity(actor=clerk, account=account, person=aya)
    assert older.request.number in text(browser)
    assert browser.get(f"/p/track/{older.request.uuid}/").status_code == 200


def test_only_requests_of_which_the_person_is_the_requester(clerk, aya):
    """A third person of the same household and file stays theirs, whatever code was held."""
    brother = create_person(actor=ROOT, family_name="Benali", given_names="Samir", birth_date=dt.date(1990, 5, 1), language="fr")
    mine, his, fresh = send(), send(answers={"first_name": "Samir"}), send(answers={"first_name": "Samir"})
    requests.join_dossier(actor=clerk, request=mine.request, person=aya)
    requests.join_dossier(actor=clerk, request=his.request, person=brother, dossier=mine.request.dossier)
    browser = opened(clerk, aya)
    assert his.request.number not in text(browser)
    for path in ("", "readings/", "appointment/", "receipt.pdf"):
        assert browser.get(f"/p/track/{his.request.uuid}/{path}").status_code == 404, path
    enter(browser, his)
    browser.post(f"/p/me/keep/{his.request.uuid}/")
    account = CitizenAccount.objects.get()
    assert not account.kept.exists(), "another person's does not come into the space"
    enter(browser, fresh)
    browser.post(f"/p/me/keep/{fresh.request.uuid}/")
    browser.post("/p/me/sign-out/")
    sign_in(browser)
    assert fresh.request.number in text(browser), "nobody has said yet whose it is"
    requests.join_dossier(actor=clerk, request=fresh.request, person=brother, dossier=mine.request.dossier)
    assert fresh.request.number not in text(browser)
    assert browser.get(f"/p/track/{fresh.request.uuid}/").status_code == 404


def test_a_merge_of_persons_is_followed_and_parted_again(clerk, aya):
    twin = create_person(actor=ROOT, family_name="Benali", given_names="Aia", birth_date=dt.date(1987, 3, 27), language="fr")
    one, two = send(), send()
    requests.join_dossier(actor=clerk, request=one.request, person=aya)
    requests.join_dossier(actor=clerk, request=two.request, person=twin)
    browser = opened(clerk, twin)
    assert two.request.number in text(browser) and one.request.number not in text(browser)
    chief = agent("Bruno Chef", "chief")
    merge = merge_persons(actor=chief, kept=aya, merged=twin, reason="la même personne")
    page = text(browser)
    assert one.request.number in page and two.request.number in page
    assert CitizenAccount.objects.get().person_id == aya.pk
    undo_merge(actor=chief, merge=merge)
    assert one.request.number not in text(browser)


def test_a_closed_account_opens_nothing_at_once_in_no_browser(clerk, aya):
    sent = send()
    requests.join_dossier(actor=clerk, request=sent.request, person=aya)
    phone = opened(clerk, aya)
    library = sign_in(Client())
    timeline = f"/p/track/{sent.request.uuid}/"
    assert phone.get(timeline).status_code == library.get(timeline).status_code == 200
    account = CitizenAccount.objects.get()
    with pytest.raises(AccountRefused):
        services.close_account(actor=clerk, account=account, reason="  ")
    assert phone.get(timeline).status_code == 200
    services.close_account(actor=clerk, account=account, reason="mauvaise personne")
    for browser in (phone, library):
        answer = browser.get(timeline)
        assert (answer.status_code, answer["Location"]) == (303, "/p/me/sign-in/")
        assert browser.get("/p/me/")["Location"] == "/p/me/sign-in/"
    assert Entry.unscoped.filter(dossier=sent.request.dossier_id, text="mauvaise personne").count() == 1
    count = len(mail.outbox)
    phone.post("/p/me/sign-in/", {"email": MAILBOX})
    jobs.run_pending(raise_errors=True)
    assert len(mail.outbox) == count
    assert opened(clerk, aya).get(timeline).status_code == 200, "a new one may be opened"


def test_a_citizen_closes_the_own_account_and_keeps_the_requests(clerk, aya):
    sent = send()
    requests.join_dossier(actor=clerk, request=sent.request, person=aya)
    phone = opened(clerk, aya)
    library = sign_in(Client())
    close = "/p/me/account/close/"
    assert f'href="{close}"' in text(phone, "/p/me/account/")
    page = text(phone, close)
    assert sent.request.number in page and MAILBOX in page and "Ce qui reste" in page
    assert CitizenAccount.objects.get().live == 1, "looking at it closes nothing"
    assert Client().post(close)["Location"] == "/p/me/sign-in/" and CitizenAccount.objects.get().live == 1
    assert phone.post(close)["Location"] == "/"
    assert phone.post(close)["Location"] == "/p/me/sign-in/", "a second click finds it closed"
    row = CitizenAccount.objects.get()
    assert (row.live, row.closed_by_id, row.closed_why) == (None, None, "clôturé par la personne")
    assert not CitizenSession.objects.exists() and library.get("/p/me/")["Location"] == "/p/me/sign-in/"
    assert MutationLine.objects.filter(verb="account_closed", subject_type="person", subject_id=aya.pk, actor_id=None).count() == 1
    told = Entry.unscoped.filter(dossier=sent.request.dossier_id, message__text="%(name)s closed the own account at the portal")
    assert [row.author_id for row in told] == [None], "the chronicle says so, and who did it is no agent"
    asked = Client()
    asked.post("/p/track/", {"number": sent.request.number, "code": sent.tracking_code})
    assert asked.get(f"/p/track/{sent.request.uuid}/").status_code == 200, "number and code go on"
    assert opened(clerk, aya).get("/p/me/").status_code == 200, "a new one may be opened"


def test_each_session_is_listed_and_ended_by_the_citizen_and_ends_by_itself(clerk, aya):
    opened(clerk, aya).post("/p/me/sign-out/")
    assert not CitizenSession.objects.exists()
    phone = sign_in(Client(HTTP_USER_AGENT="Mozilla/5.0 (Android 9) Firefox/68.0"))
    shared = sign_in(Client(HTTP_USER_AGENT="Mozilla/5.0 (Windows NT 10.0) Chrome/110.0"))
    page = text(phone, "/p/me/account/")
    assert "Firefox, Android" in page and "Chrome, Windows" in page and MAILBOX in page
    theirs = CitizenSession.objects.get(browser="Chrome, Windows")
    phone.post("/p/me/account/", {"session": str(theirs.uuid)})
    assert shared.get("/p/me/")["Location"] == "/p/me/sign-in/" and phone.get("/p/me/").status_code == 200
    stranger = opened(clerk, create_person(actor=ROOT, family_name="P", given_names="I", birth_date=None, language="fr"), "p@example.be")
    stranger.post("/p/me/account/", {"session": str(CitizenSession.objects.get(browser="Firefox, Android").uuid)})
    assert phone.get("/p/me/").status_code == 200, "only one's own"
    with clock.travel(clock.now() + dt.timedelta(hours=2, minutes=1)):
        assert phone.get("/p/me/")["Location"] == "/p/me/sign-in/"


def test_what_is_begun_while_signed_in_is_there_in_any_browser_and_sent_into_the_space(clerk, aya):
    browser = opened(clerk, aya)
    follow(browser, "/p/aid-request/", {})
    draft = forms.Draft.unscoped.get()
    assert "portal_refs" not in browser.session and CitizenDraft.objects.get().draft_id == draft.pk
    other = sign_in(Client())
    assert f"/p/draft/{draft.uuid}/" in text(other) and "Pas encore envoyée" in text(other)
    assert other.get(f"/p/draft/{draft.uuid}/", follow=True).status_code == 200
    from .test_asking import complete

    complete(draft)
    assert other.post(f"/p/draft/{draft.uuid}/summary/", {})["Location"].startswith("/p/sent/")
    sent = requests.request_of_draft(draft.pk)
    assert "portal_refs" not in other.session
    page = text(browser)
    assert sent.number in page and "Pas encore envoyée" not in page
    other.post("/p/leave/")
    assert other.get(f"/p/track/{sent.uuid}/")["Location"] == "/p/track/" and browser.get(f"/p/track/{sent.uuid}/").status_code == 200


def test_agents_and_citizens_are_kept_apart(clerk, aya):
    sent = send()
    requests.join_dossier(actor=clerk, request=sent.request, person=aya)
    browser = opened(clerk, aya)
    for page in ("/desk/", "/tasks/", f"/persons/{aya.uuid}/", f"/persons/{aya.uuid}/portal/", f"/requests/{sent.request.uuid}/"):
        assert browser.get(page).status_code in {302, 404}, page
    receipt = requests.make_receipt(actor=ROOT, request=sent.request)
    note = documents.attach(
        actor=ROOT, subject=SubjectRef("request", sent.request.pk), title="Note interne", file=documents.store_bytes(b"%PDF-1.4 n"),
        kind="other", origin=documents.Origin.PRODUCED, language="fr",
    )  # fmt: skip
    for row in (receipt, note):
        assert browser.get(f"/documents/{row.uuid}/").status_code in {302, 404}
    assert "Note interne" not in text(browser, f"/p/track/{sent.request.uuid}/")
    account = create_account(actor=ROOT, username="d", email=MAILBOX, display_name="D", password="a long pass phrase 1")
    browser.force_login(account)
    session = browser.session
    session["portal_account"] = str(CitizenSession.objects.latest("opened_at").uuid)
    session.save()
    for page in ("/p/me/", "/p/me/account/", "/p/me/code/", f"/p/track/{sent.request.uuid}/"):
        assert browser.get(page).status_code == 404, page
    assert "connecté comme agent" in text(browser, "/p/me/sign-in/")
    assert browser.post("/p/me/sign-in/", {"email": MAILBOX}).status_code == 200 and MailCode.objects.count() == 1


def test_twenty_requests_a_page_in_a_fixed_number_of_queries(clerk, aya, django_assert_max_num_queries):
    first = send()
    requests.join_dossier(actor=clerk, request=first.request, person=aya)
    browser = opened(clerk, aya)
    for _ in range(21):
        requests.join_dossier(actor=clerk, request=send(channel="call").request, person=aya, dossier=first.request.dossier)
    with django_assert_max_num_queries(16):
        page = text(browser)
    assert page.count("Voir les étapes") == 20 and first.request.number not in page
    older = re.search(r'href="(\?after=\d+)"', page)[1]
    page = text(browser, f"/p/me/{older}")
    assert page.count("Voir les étapes") == 2 and first.request.number in page
    assert browser.get("/p/me/?after=%C2%B2").status_code == 200


def test_the_clerk_confirms_or_closes_on_the_page_of_the_person(clerk, aya, client):
    from parvis.identity.api import Account

    sent = send()
    requests.join_dossier(actor=clerk, request=sent.request, person=aya)
    browsers = {}
    for mailbox in (MAILBOX, "other@example.be"):
        browsers[mailbox] = Client()
        enter(browsers[mailbox], sent)
        browsers[mailbox].post(f"/p/me/keep/{sent.request.uuid}/")
        sign_in(browsers[mailbox], mailbox)
    client.force_login(Account.objects.get(pk=clerk.account_id))
    where = f"/persons/{aya.uuid}/portal/"
    page = text(client, where)
    assert page.count("identité pas vue") == 2 and "a•••@example.be" in page and MAILBOX not in page
    mine, other = (CitizenAccount.objects.get(email=mailbox) for mailbox in browsers)
    assert client.post(f"{where}confirm/", {"account": str(mine.uuid)})["Location"] == where
    assert client.post(f"{where}confirm/", {"account": str(other.uuid)}).status_code == 422, "one account is enough"
    assert client.post(f"{where}close/", {"account": str(other.uuid), "reason": ""}).status_code == 422
    assert client.post(f"{where}close/", {"account": str(other.uuid), "reason": "pas le sien"})["Location"] == where
    for row in (mine, other):
        row.refresh_from_db()
    assert (mine.person_id, mine.live, other.person_id, other.live, other.closed_why) == (aya.pk, 1, None, None, "pas le sien")
    assert browsers[MAILBOX].get("/p/me/").status_code == 200
    assert browsers["other@example.be"].get("/p/me/")["Location"] == "/p/me/sign-in/"
    stranger = create_person(actor=ROOT, family_name="Petrov", given_names="Ivan", birth_date=None, language="fr")
    assert client.post(f"/persons/{stranger.uuid}/portal/close/", {"account": str(mine.uuid), "reason": "x"}).status_code == 404


def test_what_is_destroyed_leaves_the_accounts_and_one_that_held_nothing_else_goes(clerk, aya):
    from parvis.kernel import registries
    from parvis.kernel.erasure import Target

    sent = send()
    requests.join_dossier(actor=clerk, request=sent.request, person=aya)
    opened(clerk, aya)
    bare = CitizenAccount.objects.create(email="b@example.be", language="fr", opened_at=clock.now())
    for account in CitizenAccount.objects.all():
        services.keep_request(actor=ROOT, account=account, request=sent.request)
    target = Target(SubjectRef("dossier", sent.request.dossier_id), "", "", clock.now(), None)
    target.name("request", [sent.request.pk])
    registries.erasers.get("portal").erase(target)
    (left,) = CitizenAccount.objects.all()
    assert left.pk != bare.pk and left.person_id == aya.pk and not left.kept.exists()
    assert not MailCode.objects.filter(request=sent.request.pk).exists()
