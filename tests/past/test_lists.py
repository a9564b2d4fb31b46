"""Home, queue of proposals, recoveries, minutes, address book and tasks on a past day (E20): each as it stood then, never as today."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from parvis.aid import past
from parvis.aid.api import prepare_first_payment, record_receipt, register_claim
from parvis.aid.models import Claim, DueLine, Entitlement
from parvis.aid.selectors import count_unpaid
from parvis.aid.services.paying import pay_again, prepare_run
from parvis.contacts import services as contacts
from parvis.contacts.models import BookEntry
from parvis.decisions import api as decisions
from parvis.decisions.api import Recover
from parvis.dossiers import api as dossiers
from parvis.dossiers.services import transfers
from parvis.journal.api import add_entry
from parvis.kernel import clock
from parvis.kernel.asof import PastView
from parvis.kernel.subject import SubjectRef
from parvis.requests.past import late_then
from parvis.workflows import api as workflows
from parvis.workflows.models import WorkItem
from tests.aid import factories as aid
from tests.contacts.factories import WORKER, make_person
from tests.decisions import factories as f
from tests.dossiers.factories import make_centre
from tests.identity.factories import an_account, as_actor

from .test_one_thing import march, on, reader, story  # noqa: F401  (fixtures)
from .test_reading import look, noon

pytestmark = pytest.mark.django_db


def plain(response: Any) -> str:
    assert response.status_code == 200, response.status_code
    main = response.content.decode().split("<main", 1)[1].split("</main>")[0]
    return re.sub(r"\s+", " ", main.replace("\xa0", " ").replace("\u202f", " "))


def figures(page: str) -> dict[str, str]:
    """The backlog of the home: title to figure, or to the words that stand for it."""
    backlog = page.split('class="backlog"')[1].split("</section>")[0]
    found = {}
    for line in re.findall(r"<li>(.*?)</li>", backlog):
        number, title, words = (re.search(rf"<{tag}>(.*?)</{tag}>", line) for tag in ("b", "span", "small"))
        found[title[1]] = number[1] if number else words[1]  # type: ignore[index]
    return found


# The queue of proposals ---------------------------------------------------------------------------------------------------
def test_the_queue_shows_the_proposals_of_the_day_in_the_state_of_the_day(reader: Any, story: SimpleNamespace) -> None:  # noqa: F811
    path = "/proposals/"
    assert "Aya Benali" not in reader(path, None, who="worker")  # decided long ago
    assert "Aya Benali" not in reader(path, march(2), who="worker")
    for day, state in ((3, "Brouillon"), (10, "Chez le chef"), (12, "Renvoyée"), (16, "Validée"), (18, "l’ordre du jour")):
        page = reader(path, march(day), who="worker")
        row = page.split("<tbody>")[1].split("</tbody>")[0]
        assert ("Aya Benali" in row, state in row) == (True, True), (day, state)
    assert "Aya Benali" not in reader(path, march(20), who="worker")  # decided that day
    # Narrowed to a state of the day; the term is counted on the day, not on 1 September.
    assert "Aya Benali" in reader(f"{path}?state=returned", march(13), who="worker")
    assert "Aya Benali" not in reader(f"{path}?state=draft", march(13), who="worker")
    term = reader(path, march(17), who="worker").split("<tbody>")[1]
    assert "J-" in term and "J+" not in term


# Minutes ------------------------------------------------------------------------------------------------------------------
def test_minutes_have_the_signatures_of_the_day(reader: Any, story: SimpleNamespace) -> None:  # noqa: F811
    with on(21):
        decisions.close_session(actor=story.centre.secretary, session=story.session)
        minutes = decisions.Minutes.unscoped.get(session=story.session)
        f.run_jobs()
    with on(24):
        decisions.sign_minutes(actor=story.centre.secretary, minutes=minutes, role="secretary")
    with on(27):
        decisions.sign_minutes(actor=story.centre.president, minutes=minutes, role="president")
        f.run_jobs()
    path = reverse("decisions:minutes", args=[minutes.uuid])
    assert "n’était pas encore écrit" in reader(path, march(20), who="president")
    unsigned, half, whole = (reader(path, march(day), who="president") for day in (22, 25, 28))
    assert all("paper--draft" in page for page in (unsigned, half)) and "paper--draft" not in whole
    assert "Sophie Marchal" in whole.split("<article")[0]
    assert "<form" not in unsigned and "<form" not in half
    today = reader(path, None, who="president")
    assert story.decision.number in unsigned and story.decision.number in today


# Recoveries ---------------------------------------------------------------------------------------------------------------
@pytest.fixture
def owed(client: Client) -> SimpleNamespace:
    """Decided and paid on 2 March, registered on 10 for another debtor, 1,000.00 received on 20 March (written on 25), the rest on 15 April."""
    s = SimpleNamespace()

    def advance(line_id: int) -> Any:
        base = aid.ris(
            line_id,
            kind="aid.advance",
            details={"awaited_right": "les allocations de chômage", "institution": "l’Office national de l’emploi"},
            from_on=dt.date(2026, 2, 1),
            to_on=dt.date(2026, 3, 28),
        )
        recover = Recover("Office national de l’emploi", "Avance", dt.date(2026, 2, 1), dt.date(2026, 3, 31), Decimal("2628.40"))
        return replace(base, amount=Decimal("1314.20"), recover=recover)

    with on(2):
        s.centre, s.team = aid.the_centre()
        s.decision = aid.granted(s.centre, provision=advance)
        aid.bank(s.team, prepare_first_payment(actor=s.team.payer, line_id=s.decision.line_id))
        s.claim = Claim.unscoped.get(decision=s.decision)
    with on(10):
        s.claim = register_claim(actor=s.team.accountant, claim=s.claim, amount=Decimal("2500.00"), debtor_name="Caisse de chômage CAPAC")
    with on(25):
        record_receipt(actor=s.team.accountant, claim=s.claim, amount=Decimal("1000.00"), on=march(20), reference="E-1")
        s.claim.refresh_from_db()
    with on(15, 4):
        record_receipt(actor=s.team.accountant, claim=s.claim, amount=Decimal("1500.00"), on=dt.date(2026, 4, 15), reference="E-2")
    return s


@pytest.mark.parametrize(
    ("day", "known", "shown"),
    [
        ((3, 5), "then", ("Office national de l’emploi", "–", "À enregistrer")),
        ((3, 12), "then", ("Caisse de chômage CAPAC", "2 500,00", "Enregistrée")),
        ((3, 21), "then", ("Caisse de chômage CAPAC", "2 500,00", "Enregistrée")),
        ((3, 21), "now", ("Caisse de chômage CAPAC", "1 500,00", "Enregistrée")),
        ((4, 16), "then", ("Caisse de chômage CAPAC", "0,00", "Entièrement récupéré")),
    ],
)
def test_recoveries_have_the_money_the_debtor_and_the_state_of_the_day(
    client: Client, owed: SimpleNamespace, day: tuple[int, int], known: str, shown: tuple[str, str, str]
) -> None:
    with on(1, 9):
        client.force_login(owed.centre.account("auditor"))
        look(client, dt.date(2026, *day).isoformat(), known)
        page = plain(client.get("/aid/claims/"))
        row = page.split("<tbody>")[1].split("</tbody>")[0]
        assert [word in row for word in shown] == [True, True, True], (shown, row)
        assert "au centime" in page
        one = plain(client.get(f"/aid/claims/{owed.claim.uuid}/"))
        assert shown[0] in one and "<form" not in one
        assert ("E-1" in one, "E-2" in one) == (shown[1] in ("1 500,00", "0,00"), shown[1] == "0,00")


def test_a_recovery_is_not_there_before_it_was_decided(client: Client, owed: SimpleNamespace) -> None:
    with on(1, 9):
        client.force_login(owed.centre.account("auditor"))
        look(client, "2026-03-01", "now")
        assert "Office national" not in plain(client.get("/aid/claims/"))
        assert "n’avait pas encore été décidée" in plain(client.get(f"/aid/claims/{owed.claim.uuid}/"))


def test_the_months_of_recoveries_stop_at_the_day(client: Client, owed: SimpleNamespace) -> None:
    with on(1, 9):
        client.force_login(owed.centre.account("auditor"))
        look(client, "2026-03-15")
        page = plain(client.get("/aid/claims/2026/3/"))
        assert "2 500,00" in page and "1 000,00" not in page
        assert "n’est pas terminé" in page


# A right that was cut later -----------------------------------------------------------------------------------------------
def test_the_file_shows_a_right_with_the_end_that_it_had(client: Client, story: SimpleNamespace) -> None:  # noqa: F811
    from parvis.aid.services.granting import _close_replaced
    from parvis.kernel.gestures import gesture

    right = Entitlement.unscoped.get(pk=story.right.pk)
    with on(4, 5):  # decided on 4 May: cut from 1 April on
        new = Entitlement.unscoped.get(pk=right.pk)
        new.valid_from = dt.date(2026, 4, 1)
        gesture(lambda *, actor: _close_replaced(actor, Entitlement.unscoped.get(pk=right.pk), new))(actor=f.ROOT)
    before, after = "31/12/2026", "31/03/2026"
    with on(1, 9):
        client.force_login(story.centre.account("auditor"))
        url = f"/dossiers/{right.dossier.uuid}/"

        def aids(query: str = "") -> str:
            page = plain(client.get(url + query))
            return page.split('id="h-aids"')[1].split("</section>")[0]

        assert after in aids() and before not in aids()
        for known in ("then", "now"):  # on 15 April nothing else was in force, and nobody knew of the cut
            look(client, "2026-04-15", known)
            shown = aids()
            assert (before in shown, after in shown, "En cours" in shown) == (True, False, True), known
            sheet = plain(client.get(f"{url}sheet/"))
            assert before in sheet and after not in sheet, known
        look(client, "2026-03-25", "now")  # in force on that day either way: known now, with the end that holds now
        assert after in aids()
        look(client, "2026-03-25", "then")
        assert before in aids()
        look(client, "2026-05-05", "then")
        assert after in aids() and "En cours" not in aids()


# Tasks --------------------------------------------------------------------------------------------------------------------
def test_a_task_has_the_service_of_the_day(client: Client) -> None:
    with clock.travel(noon(2026, 3, 2)):
        centre = make_centre()
        dossier = dossiers.open_dossier(
            actor=centre.actor("worker"), person=make_person("Delvaux", "Chantal", "1979-03-02"), unit=centre.north, referent=centre.worker
        )
        workflows.open_item(
            actor=as_actor(centre.worker),
            subject=SubjectRef("dossier", dossier.pk),
            title={"fr": "Revoir le bail"},
            queue="social_worker",
            unit_id=centre.north.pk,
            dossier_id=dossier.pk,
            due_on=dt.date(2026, 3, 20),
        )
        head = an_account("chief", unit=centre.south, name="Els Maes")
    with clock.travel(noon(2026, 4, 2)):
        offered = transfers.offer_transfer(actor=centre.actor("chief"), dossier=dossier, unit=centre.south, reason="Déménagement")
        transfers.accept_transfer(actor=as_actor(head), transfer=offered)
    item = WorkItem.unscoped.get(title__fr="Revoir le bail")
    assert item.unit == centre.south
    client.force_login(head)
    with clock.travel(noon(2026, 5, 2)):
        for day, unit, other in (("2026-03-10", centre.north, centre.south), ("2026-04-03", centre.south, centre.north)):
            look(client, day)
            row = plain(client.get("/tasks/")).split("<tbody>")[1].split("</tbody>")[0]
            assert "Revoir le bail" in row
            assert (unit.name_in("fr") in row, other.name_in("fr") in row) == (True, False), day
        look(client, "2026-03-18")
        assert "J-2" in plain(client.get("/tasks/"))  # two days before it was due then, not weeks after
        # On that day it was in the queue of the North, which is none of hers: her home does not say that it waited for her.
        assert "Revoir le bail" not in plain(client.get("/desk/"))
        look(client, "2026-04-03")
        assert "Revoir le bail" not in plain(client.get("/desk/"))  # a head has no queue of social workers


def test_the_term_of_a_task_is_the_one_of_the_day(reader: Any, story: SimpleNamespace) -> None:  # noqa: F811
    """Known on 4 March, the decision was due thirty days after 2 March; the day was corrected to 27 February on 5 March."""
    from parvis.requests.models import Clock

    old, new = Clock.unscoped.filter(line=story.line, kind="decide").order_by("pk")
    assert old.due_on > new.due_on
    before, after = (reader("/tasks/", march(day), who="auditor") for day in (4, 6))
    left = {day: f"J-{(due - march(day)).days}<" for day, due in ((4, old.due_on), (6, new.due_on))}
    assert left[4] in before and left[6] in after, left


# The address book ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def book(client: Client) -> SimpleNamespace:
    """In 2024 a landlord in Valmont; renamed and moved in 2025; a doctor whom nobody needs from 2026 on; a school of 2026."""
    s = SimpleNamespace()
    with clock.travel(noon(2024, 1, 10)):
        s.centre = make_centre()
        s.landlord = contacts.create_organisation(actor=WORKER, name="Immo Vallée", legal_form="SA", kinds=("landlord",))
        contacts.set_office(
            actor=WORKER, organisation=s.landlord, street="Rue Haute", number="1", postal_code="4999", municipality="Valmont"
        )
        contacts.add_office_point(actor=WORKER, organisation=s.landlord, kind="phone", value="+3242223344")
        s.doctor = make_person("Collard", "Anne", "1970-01-01")
        s.capacity = contacts.set_capacity(actor=WORKER, person=s.doctor, kind="doctor")
    with clock.travel(noon(2025, 3, 3)):
        s.landlord.refresh_from_db()
        contacts.name_organisation(actor=WORKER, organisation=s.landlord, name="Habitat Meuse", valid_from=dt.date(2025, 3, 1))
        contacts.set_office(actor=WORKER, organisation=s.landlord, street="Quai", number="2", postal_code="5000", municipality="Namur")
    with clock.travel(noon(2026, 2, 2)):
        s.doctor.refresh_from_db()
        contacts.end_fact(actor=WORKER, row=s.capacity, on=dt.date(2026, 2, 2), aspect="capacity")
        contacts.create_organisation(actor=WORKER, name="École du Parc", kinds=("school",))
    client.force_login(s.centre.worker)
    return s


def test_the_address_book_is_the_one_of_the_day(client: Client, book: SimpleNamespace) -> None:
    assert not BookEntry.unscoped.filter(person=book.doctor).exists()
    today = plain(client.get("/contacts/"))
    assert "Habitat Meuse" in today and "Immo Vallée" not in today and "École du Parc" in today and "Anne Collard" not in today
    look(client, "2024-06-15")
    then = plain(client.get("/contacts/"))
    assert "Immo Vallée" in then and "aujourd’hui Habitat Meuse" in then and "Valmont" in then and "+32 4 222 33 44" in then
    assert "Namur" not in then and "École du Parc" not in then
    assert "Anne Collard" in then.split('id="h-gone"')[1]
    assert 'href="/contacts/mailing/' not in then and 'href="/contacts/new/' not in then
    look(client, "2025-06-15")
    assert "Namur" in plain(client.get("/contacts/"))
    look(client, "2026-02-02")
    last = plain(client.get("/contacts/"))
    assert "École du Parc" in last and "Anne Collard" not in last
    look(client, "2023-12-31", "now")
    assert "Immo Vallée" not in plain(client.get("/contacts/"))


def test_the_address_book_of_a_day_is_searched_by_the_names_of_then_and_of_today(client: Client, book: SimpleNamespace) -> None:
    look(client, "2024-06-15")
    for query, found in (("q=habitat", True), ("q=Immo", True), ("q=école", False), ("kind=landlord", True), ("kind=school", False)):
        assert ("Immo Vallée" in plain(client.get(f"/contacts/?{query}")).split("gridbar")[1]) is found, query


def test_a_person_with_a_protected_address_stands_by_name_only(client: Client, book: SimpleNamespace) -> None:
    with clock.travel(noon(2024, 2, 2)):
        landlord = make_person("Renard", "Luc", "1960-01-01")
        contacts.set_capacity(actor=WORKER, person=landlord, kind="landlord")
        contacts.add_point(actor=WORKER, person=landlord, kind="phone", value="+32470123456")
        landlord.refresh_from_db()
        contacts.set_address(
            actor=WORKER, person=landlord, street="Rue Basse", number="5", postal_code="6999", municipality="Cachette",
            valid_from=dt.date(2024, 2, 2),
        )  # fmt: skip
    look(client, "2024-06-15")
    assert "Cachette" in plain(client.get("/contacts/")) and "470 12 34 56" in plain(client.get("/contacts/"))
    client.post("/past/end/")
    landlord.refresh_from_db()
    contacts.hide_address(actor=as_actor(book.centre.chief), person=landlord)
    look(client, "2024-06-15")
    page = plain(client.get("/contacts/"))
    assert "Luc Renard" in page and "Cachette" not in page and "470 12 34 56" not in page
    assert "Luc Renard" not in plain(client.get("/contacts/?q=0470123456"))


# The home -----------------------------------------------------------------------------------------------------------------
def test_the_home_shows_the_tasks_that_waited_then(reader: Any, story: SimpleNamespace) -> None:  # noqa: F811
    """Returned by the chief on 12 March, the letter was in the worker's hands on 13, in the chief's queue on 11, in nobody's once decided."""
    returned = reader("/desk/", march(13), who="worker")
    assert "Mon bureau le 13 mars 2026" in returned
    assert "Aya Benali" in returned and "<form" not in returned
    waiting = reader("/desk/", march(11), who="chief")
    assert "Aya Benali" in waiting.split('id="todo"')[1]
    assert "Aya Benali" not in reader("/desk/", march(1), who="worker")


def test_the_figures_of_the_house_are_those_of_the_day(reader: Any, story: SimpleNamespace) -> None:  # noqa: F811
    first, notify = "En attente du premier paiement", "Décisions non notifiées"
    days = {day: figures(reader("/desk/", march(day), who="worker")) for day in (19, 21, 25, 27)}
    assert [days[day][first] for day in days] == ["0", "1", "1", "0"]
    assert days[19][notify] == "0" and days[21][notify] == "1"
    assert {days[day]["Impayés"] for day in days} == {"0"}


def test_what_cannot_be_told_of_a_day_is_said_in_words(reader: Any, story: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setattr(past, "MOST_LATE", -1)  # more than can be looked at one by one
    assert figures(reader("/desk/", march(21), who="worker"))["Impayés"] == "non conservé pour un jour passé"


def test_months_unpaid_on_a_day_are_counted_as_they_stood(story: SimpleNamespace) -> None:  # noqa: F811
    """March was paid on 26 March; the bank refused April on 10 May, which was paid again on 20 May: what the home said on each day is said again."""
    days = [dt.date(2026, 4, 20), dt.date(2026, 5, 5), dt.date(2026, 5, 10), dt.date(2026, 5, 15), dt.date(2026, 5, 20)]
    said = []
    april = DueLine.unscoped.get(entitlement=story.right, month=dt.date(2026, 4, 1))
    for day in days:
        with on(day.day, day.month):
            if day.day == 10:
                order = prepare_run(actor=story.team.payer, month=april.month, line_ids=[april.pk], checked=True)
                aid.bank(story.team, order, {f"{order.number}-00001": "AC04"})
            elif day == days[-1]:
                april.refresh_from_db()
                aid.bank(story.team, pay_again(actor=story.team.payer, lines=[april]))
            said.append(count_unpaid(story.centre.auditor))
    assert said == [0, 1, 1, 1, 0]
    assert [past.unpaid_then(PastView(day, day)) for day in days] == said
    assert [past.unpaid_then(PastView(day)) for day in days] == said
    assert past.unpaid_then(PastView(march(21))) == 0


def test_the_requests_over_the_term_are_counted_on_the_day(story: SimpleNamespace) -> None:  # noqa: F811
    """Due thirty days after the corrected 27 February, decided on 20 March: never late; had it been decided later, it would have been."""
    from parvis.requests.models import Clock

    late = PastView(dt.date(2026, 4, 10))
    assert late_then(late) == 0
    Clock.unscoped.filter(line=story.line, kind="decide", live=1).update(met_on=dt.date(2026, 4, 15))
    assert late_then(late) == 1
    assert late_then(PastView(dt.date(2026, 4, 10), dt.date(2026, 4, 10))) == 1
    assert late_then(PastView(march(20))) == 0
    assert late_then(PastView(dt.date(2026, 4, 16))) == 0
    # Met late and asked for again since: it was late all the same.
    Clock.unscoped.filter(line=story.line, kind="decide", live=1).update(live=None)
    assert late_then(late) == 1


def test_the_home_of_a_day_shows_what_others_had_done_and_what_was_urgent(client: Client) -> None:
    from parvis.journal.services import raise_urgent

    with clock.travel(noon(2026, 3, 2)):
        centre = make_centre()
        dossier = dossiers.open_dossier(
            actor=centre.actor("worker"), person=make_person("Delvaux", "Chantal", "1979-03-02"), unit=centre.north, referent=centre.worker
        )
    with clock.travel(noon(2026, 3, 10)):
        add_entry(
            actor=centre.actor("colleague"), dossier=dossier, kind="note", title="Appel du propriétaire", text="Il attend une réponse"
        )
        raise_urgent(actor=centre.actor("colleague"), dossier=dossier, reason="Expulsion", last_on=dt.date(2026, 3, 12))
    client.force_login(centre.worker)
    with clock.travel(noon(2026, 6, 2)):
        for day, known, told, urgent in (
            ("2026-03-09", "then", 0, 0),
            ("2026-03-11", "then", 1, 1),
            ("2026-03-15", "now", 1, 0),
            ("2026-03-20", "now", 0, 0),
        ):
            look(client, day, known)
            page = plain(client.get("/desk/"))
            assert ("Appel du propriétaire" in page, 'id="h-urgent"' in page) == (bool(told), bool(urgent)), day
            assert "Procurations" in page  # known of today alone: named, not shown
