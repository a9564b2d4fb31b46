"""What follows from an entry: next steps, what comes back, mentions, objectives, urgent marks, what is restricted."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from parvis.documents.models import Document
from parvis.identity.api import actor_for
from parvis.journal import jobs, services
from parvis.journal.errors import InvalidEntry, NoSuchTurn
from parvis.journal.models import Action, Entry, Mention, ObjectiveState, Reading, Turn, Urgency, UrgencySeen
from parvis.journal.selectors import steps_of, urgent_mark, urgent_now
from parvis.journal.services import NextStep
from parvis.journal.services.actions import item_of
from parvis.kernel import clock
from parvis.kernel.errors import NotAllowed
from parvis.kernel.models import MutationLine
from parvis.workflows.api import ItemState
from parvis.workflows.models import WorkItem
from tests.dossiers.factories import make_centre, make_dossier

pytestmark = pytest.mark.django_db

JANUARY = dt.datetime(2026, 1, 12, 10, tzinfo=dt.UTC)  # a Monday


@pytest.fixture
def centre():
    return make_centre()


@pytest.fixture
def dossier(centre):
    return make_dossier(centre)


def write(centre, dossier, text: str = "Entretien", who: str = "worker", **more) -> Entry:
    return services.write_down(actor=centre.actor(who), dossier=dossier, kind=more.pop("kind", "note"), text=text, **more)


def tasks() -> list[WorkItem]:
    return list(WorkItem.unscoped.filter(subject_type="journal_turn").order_by("pk"))


def turn_of(item: WorkItem) -> Turn:
    return Turn.unscoped.get(pk=item.subject_id)


def test_an_entry_carries_the_next_step_and_its_answer_is_an_entry(client, centre, dossier) -> None:
    with clock.travel(JANUARY):
        follow = NextStep("Appeler le médecin", dt.date(2026, 1, 16), owner=centre.worker.pk)
        write(centre, dossier, follow=follow)
        item = tasks()[0]
        assert (item.title["fr"], item.due_on, item.owner_id) == ("Appeler le médecin", dt.date(2026, 1, 16), centre.worker.pk)
        assert (item.queue, item.unit_id, item.dossier_key) == ("social_worker", centre.north.pk, dossier.pk)
        client.force_login(centre.worker)
        page = reverse("journal:action", args=[turn_of(item).uuid])
        assert client.get(reverse("workflows:task", args=[item.uuid])).headers["Location"] == page
        assert client.post(page, {"kind": "call", "text": ""}).status_code == 422
        assert WorkItem.unscoped.get(pk=item.pk).is_open
        sent = {"kind": "call", "text": "Le médecin rappelle lundi", "next_text": "Rappeler", "next_on": "2026-01-19"}
        assert client.post(page, sent).status_code == 303
        closed = WorkItem.unscoped.get(pk=item.pk)
        assert (closed.state, turn_of(closed).answer.text) == (ItemState.DONE, "Le médecin rappelle lundi")
        assert [(one.title["fr"], one.due_on) for one in tasks()[1:]] == [("Rappeler", dt.date(2026, 1, 19))]


def test_a_step_done_is_not_done_twice(centre, dossier) -> None:
    write(centre, dossier, follow=NextStep("Rappeler", clock.today(), owner=centre.worker.pk))
    turn = turn_of(tasks()[0])
    write(centre, dossier, "Fait", answers=turn)
    before = Entry.unscoped.count()
    with pytest.raises(NoSuchTurn):
        write(centre, dossier, "Encore fait", answers=turn)
    assert Entry.unscoped.count() == before


@pytest.mark.db
def test_what_comes_back_opens_once_when_done_and_rolls_to_a_working_day(centre, dossier) -> None:
    with clock.travel(JANUARY):
        follow = NextStep("Bilan du mois", dt.date(2026, 1, 31), queue="social_worker", every="month")
        write(centre, dossier, follow=follow)
        assert [(one.due_on, one.owner_id, one.queue) for one in tasks()] == [
            (dt.date(2026, 2, 2), None, "social_worker")
        ]  # the 31st is a Saturday
        turn = turn_of(tasks()[0])
        write(centre, dossier, "Bilan fait", answers=turn)
        services.open_following(actor=centre.actor("worker"), turn=turn)
        assert [one.due_on for one in tasks()] == [dt.date(2026, 2, 2), dt.date(2026, 3, 2)]  # 28 February is a Saturday
    days = list(Turn.unscoped.order_by("number").values_list("number", "on"))
    assert days == [(0, dt.date(2026, 1, 31)), (1, dt.date(2026, 2, 28))]


@pytest.mark.db
def test_the_time_of_the_next_turn_opens_it_once(centre, dossier) -> None:
    with clock.travel(JANUARY):
        write(centre, dossier, follow=NextStep("Visite", dt.date(2026, 1, 15), owner=centre.worker.pk, every="quarter"))
    with clock.travel(dt.datetime(2026, 1, 14, 10, tzinfo=dt.UTC)):
        jobs.open_duties(None)
        assert len(tasks()) == 1
    with clock.travel(dt.datetime(2026, 1, 15, 10, tzinfo=dt.UTC)):
        for _time in range(2):
            jobs.open_duties(None)
        assert [one.due_on for one in tasks()] == [dt.date(2026, 1, 15), dt.date(2026, 4, 15)]
        # The first one is done late: its following turn exists already.
        write(centre, dossier, "Faite", answers=turn_of(tasks()[0]))
        assert len(tasks()) == 2
        services.end_action(actor=centre.actor("worker"), action=Action.unscoped.get())
        write(centre, dossier, "Dernière", answers=turn_of(tasks()[1]))
        assert len(tasks()) == 2


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"text": " "}, "next_text"),
        ({"due_on": dt.date(2020, 1, 1)}, "next_on"),
        ({"every": "week"}, "next_every"),
        ({"owner": None, "queue": "payer"}, "next_owner"),
    ],
)
def test_a_next_step_that_cannot_be_is_refused_with_its_entry(centre, dossier, changes: dict[str, object], code: str) -> None:
    before = Entry.unscoped.count()
    with pytest.raises(InvalidEntry) as caught:
        write(centre, dossier, follow=NextStep(**({"text": "Appeler", "due_on": clock.today(), "owner": centre.worker.pk} | changes)))
    assert caught.value.code == code
    assert (Entry.unscoped.count(), tasks()) == (before, [])


def test_who_may_not_open_the_dossier_is_neither_told_nor_charged(centre, dossier) -> None:
    before = Entry.unscoped.count()
    for more in ({"mentions": [centre.stranger.pk]}, {"follow": NextStep("Appeler", clock.today(), owner=centre.stranger.pk)}):
        with pytest.raises(InvalidEntry) as caught:
            write(centre, dossier, **more)
        assert caught.value.code == "not_told"
    assert (Entry.unscoped.count(), WorkItem.unscoped.count(), Mention.unscoped.count()) == (before, 0, 0)
    write(centre, dossier, mentions=[centre.colleague.pk, centre.worker.pk])
    item = WorkItem.unscoped.get()
    assert (item.owner_id, item.title["fr"]) == (centre.colleague.pk, "Lire la note de Amélie Lambrecht")


def test_a_restricted_note_tells_colleagues_nothing_anywhere(client, centre, dossier) -> None:
    secret = "Crainte d'une rechute"
    follow = NextStep("Parler de la rechute", clock.today(), owner=centre.worker.pk)
    note = write(centre, dossier, secret, restricted=True, follow=follow, minutes=30, key_event="crisis")
    with pytest.raises(InvalidEntry):
        write(centre, dossier, secret, restricted=True, mentions=[centre.colleague.pk])
    with pytest.raises(InvalidEntry):
        write(centre, dossier, secret, restricted=True, follow=NextStep("Parler", clock.today(), queue="social_worker"))
    pages = [reverse(f"journal:{name}", args=[dossier.uuid]) for name in ("index", "acts", "chronology", "objectives")]
    pages += [reverse("dossiers:detail", args=[dossier.uuid]), reverse("dossiers:where", args=[dossier.uuid]), reverse("desk:tasks")]
    pages += [pages[1] + "?export=csv", reverse("desk:search") + "?q=Crainte", pages[0] + "?key=1"]
    for who in ("colleague", "auditor", "lawyer"):
        client.force_login(getattr(centre, who))
        for page in pages:
            answer = client.get(page)
            if answer.status_code == 200:
                assert "rechute" not in answer.content.decode(), (who, page)
        assert client.get(reverse("journal:action", args=[turn_of(tasks()[0]).uuid])).status_code == 404
    client.force_login(centre.worker)
    assert "rechute" not in client.get(pages[2]).content.decode()  # printed for a court: not even by its author
    assert Reading.unscoped.count() == 0
    client.force_login(centre.chief)
    for _time in range(2):
        assert secret.split(" ")[-1] in client.get(pages[0]).content.decode()
    assert list(Reading.unscoped.values_list("entry", "label")) == [(note.pk, "Karim Benali")]
    assert "ouverte par Karim Benali" not in client.get(pages[0]).content.decode()
    client.force_login(centre.worker)
    assert "ouverte par Karim Benali" in client.get(pages[0]).content.decode()


@pytest.mark.parametrize("export", ["", "?export=csv"])
def test_reading_a_restricted_note_in_the_list_of_acts_reaches_its_author(client, centre, dossier, export: str) -> None:
    note = write(centre, dossier, "Entre nous", restricted=True, minutes=10)
    client.force_login(centre.chief)
    assert "Entre nous" in client.get(reverse("journal:acts", args=[dossier.uuid]) + export).content.decode()
    assert list(Reading.unscoped.values_list("entry", flat=True)) == [note.pk]


def test_what_changed_names_a_restricted_note_without_its_words(client, centre, dossier) -> None:
    write(centre, dossier, "Entre nous", restricted=True)
    client.force_login(centre.chief)
    page = client.get(reverse("dossiers:changes", args=[dossier.uuid]) + "?since=2020-01-01").content.decode()
    assert "Entre nous" not in page
    assert not Reading.unscoped.exists()


def test_a_restricted_duty_whose_owner_left_waits_for_the_head_and_stops_no_other(centre, dossier) -> None:
    with clock.travel(JANUARY):
        write(centre, dossier, restricted=True, follow=NextStep("Rappeler", dt.date(2026, 1, 15), owner=centre.worker.pk, every="month"))
        write(centre, dossier, follow=NextStep("Visiter", dt.date(2026, 1, 15), owner=centre.colleague.pk, every="month"))
    type(centre.worker).objects.filter(pk=centre.worker.pk).update(is_active=False)
    with clock.travel(dt.datetime(2026, 1, 15, 10, tzinfo=dt.UTC)):
        jobs.open_duties(None)
        new = [(one.owner_id, one.queue, one.dossier_key) for one in tasks() if one.due_on > dt.date(2026, 1, 31)]
    assert set(new) == {(None, "chief", None), (centre.colleague.pk, "social_worker", dossier.pk)}


def test_a_restricted_note_takes_no_file(client, centre, dossier) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from tests.documents.factories import picture

    client.force_login(centre.worker)
    page = reverse("journal:add", args=[dossier.uuid])
    before = Entry.unscoped.count()
    sent = {"kind": "note", "text": "Avec photo", "restricted": "1", "file": SimpleUploadedFile("photo.png", picture(), "image/png")}
    assert client.post(page, sent).status_code == 422
    assert (Entry.unscoped.count(), Document.unscoped.count()) == (before, 0)
    sent |= {"restricted": "", "file": SimpleUploadedFile("photo.png", picture(), "image/png")}
    assert client.post(page, sent).status_code == 303
    document = Document.unscoped.get()
    assert (document.subject_type, document.dossier_id, document.subject_id) == (
        "journal_entry",
        dossier.pk,
        Entry.unscoped.get(text="Avec photo").pk,
    )


def test_an_urgent_mark_falls_by_itself_and_says_who_saw_it(client, centre, dossier) -> None:
    with clock.travel(JANUARY):
        client.force_login(centre.worker)
        page = reverse("journal:urgent", args=[dossier.uuid])
        assert client.post(page, {"reason": ""}).status_code == 422
        assert Urgency.unscoped.count() == 0
        assert client.post(page, {"reason": "Coupure de gaz"}).status_code == 303
        mark = Urgency.unscoped.get()
        assert mark.last_on == dt.date(2026, 1, 19)
        client.force_login(centre.colleague)
        assert "Coupure de gaz" in client.get(reverse("dossiers:detail", args=[dossier.uuid])).content.decode()
        assert "Coupure de gaz" in client.get(reverse("desk:home")).content.decode()
        client.force_login(centre.payer)  # sees that it is urgent, not why
        assert "Urgent jusqu’au 19/01/2026" in client.get(reverse("dossiers:detail", args=[dossier.uuid])).content.decode()
        assert "Coupure de gaz" not in client.get(reverse("dossiers:detail", args=[dossier.uuid])).content.decode()
        client.force_login(centre.stranger)
        for other in (reverse("desk:home"), reverse("journal:urgencies")):
            assert "Coupure de gaz" not in client.get(other).content.decode()
        assert client.get(page).status_code == 404
        assert set(UrgencySeen.unscoped.values_list("label", flat=True)) == {"Amélie Lambrecht", "Sami Aerts", "Anne Piette"}
        with pytest.raises(NotAllowed):
            services.settle_urgent(actor=actor_for(centre.stranger), mark=mark)
        assert Urgency.unscoped.get().live == 1
    with clock.travel(dt.datetime(2026, 1, 19, 20, tzinfo=dt.UTC)):
        assert urgent_mark(centre.actor("worker"), dossier.pk) == mark
    with clock.travel(dt.datetime(2026, 1, 20, 8, tzinfo=dt.UTC)):
        assert (urgent_mark(centre.actor("worker"), dossier.pk), urgent_now(centre.actor("worker"))) == (None, [])
        again = services.raise_urgent(actor=centre.actor("worker"), dossier=dossier, reason="Encore", last_on=dt.date(2026, 1, 21))
        assert list(Urgency.unscoped.filter(live=1)) == [again]


def test_an_objective_has_its_state_and_a_synthesis_begins_with_it(client, centre, dossier) -> None:
    entry = write(centre, dossier, "Trouver un logement", kind="objective", indicator="Un bail signé")
    worker = centre.actor("worker")
    with pytest.raises(InvalidEntry):
        services.objective_is(actor=worker, entry=entry, state="reached")
    assert ObjectiveState.unscoped.count() == 1
    services.objective_is(actor=worker, entry=entry, state="reached", note="Bail signé le 3")
    assert list(ObjectiveState.unscoped.order_by("pk").values_list("state", flat=True)) == ["open", "reached"]
    client.force_login(centre.worker)
    page = client.get(reverse("journal:add", args=[dossier.uuid]) + "?kind=synthesis").content.decode()
    assert "– Trouver un logement : atteint (Bail signé le 3)" in page
    for text in ("Synthèse de juin", "Synthèse de décembre"):
        write(centre, dossier, text, kind="synthesis")
    page = client.get(reverse("journal:objectives", args=[dossier.uuid])).content.decode()
    assert page.index("Synthèse de juin") < page.index("Synthèse de décembre")


def test_acts_are_summed_by_month_and_kind(client, centre, dossier) -> None:
    with clock.travel(dt.datetime(2026, 3, 20, 10, tzinfo=dt.UTC)):
        for day, kind, minutes in ((3, "call", 10), (9, "call", 15), (10, "visit", 60)):
            write(centre, dossier, f"{kind} {day}", kind=kind, minutes=minutes, happened_at=dt.datetime(2026, 3, day, 9, tzinfo=dt.UTC))
        client.force_login(centre.worker)
        answer = client.get(reverse("journal:acts", args=[dossier.uuid]) + "?since=2026-03-01&until=2026-03-31")
        sums = [(one.month, one.kind, one.acts, one.minutes) for one in answer.context["sums"]]
        assert sums == [(dt.date(2026, 3, 1), "Visite à domicile", 1, 60), (dt.date(2026, 3, 1), "Appel téléphonique", 2, 25)]
        lines = client.get(reverse("journal:acts", args=[dossier.uuid]) + "?export=csv&kind=visit").content.decode("utf-8-sig").splitlines()
        assert [line.split(";")[:4] for line in lines[1:]] == [["2026-03-10", "Visite à domicile", "Amélie Lambrecht", "60"]]
        assert MutationLine.objects.filter(stream=f"dossier:{dossier.pk}", verb="journal.acts_exported").count() == 1


def test_the_chronology_for_a_court_is_numbered_printed_and_logged(client, centre, dossier) -> None:
    write(centre, dossier, "Hospitalisée à Verviers", key_event="hospital")
    write(centre, dossier, "Rien de spécial")
    write(centre, dossier, "Pour moi seule", restricted=True)
    client.force_login(centre.worker)
    page = reverse("journal:chronology", args=[dossier.uuid])
    answer = client.get(page + "?key=hospital")
    assert [(line["number"], line["entry"].text, line["key"]) for line in answer.context["lines"]] == [
        (1, "Hospitalisée à Verviers", "Hospitalisation")
    ]
    assert "ne figurent pas dans cette chronologie" in answer.content.decode()
    assert "Pour moi seule" not in client.get(page).content.decode()
    pdf = client.get(page + "?as=pdf")
    assert (pdf.headers["Content-Type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    assert MutationLine.objects.filter(stream=f"dossier:{dossier.pk}", verb="journal.chronology_printed").count() == 1


def test_from_any_screen_three_letters_find_the_dossier_and_the_agent_stays(client, centre, dossier) -> None:
    client.force_login(centre.worker)
    page = reverse("journal:new")
    assert str(dossier.uuid) not in client.get(page + "?q=nz").content.decode()
    assert str(dossier.uuid) in client.get(page + "?q=nze").content.decode()
    sent = {"dossier": str(dossier.uuid), "kind": "call", "text": "A appelé", "next": reverse("desk:tasks")}
    answer = client.post(page, sent)
    assert (answer.status_code, answer.headers["Location"]) == (303, reverse("desk:tasks"))
    assert Entry.unscoped.filter(kind="call").count() == 1
    assert client.post(page, sent | {"next": "https://ailleurs.example/"}).headers["Location"] == reverse(
        "dossiers:detail", args=[dossier.uuid]
    )
    client.force_login(centre.stranger)
    before = Entry.unscoped.count()
    assert str(dossier.uuid) not in client.get(page + "?q=nze").content.decode()
    for wanted in (str(dossier.uuid), "n'importe"):
        assert client.post(page, sent | {"dossier": wanted}).status_code == 404
    assert Entry.unscoped.count() == before


def test_texts_of_the_centre_are_put_in_without_javascript(client, centre, dossier) -> None:
    from parvis.journal.services.texts import save_text

    with pytest.raises(NotAllowed):
        save_text(actor=centre.actor("worker"), kind="visit", titles={"fr": "Visite"}, texts={"fr": "Logement :"})
    text = save_text(actor=centre.actor("chief"), kind="visit", titles={"fr": "Visite"}, texts={"fr": "Logement :", "nl": "Woning:"})
    client.force_login(centre.worker)
    before = Entry.unscoped.count()
    sent = {"kind": "visit", "text": "Vu ce jour.", "template": str(text.pk), "begin": "1"}
    answer = client.post(reverse("journal:add", args=[dossier.uuid]), sent)
    assert answer.context["form"]["text"].value() == "Vu ce jour.\n\nLogement :"
    assert Entry.unscoped.count() == before
    assert item_of(Turn(pk=0)) is None


def test_what_follows_is_shown_however_often_something_else_came_back(centre, dossier) -> None:
    """The latest turn of each next step: one that came back 250 times does not push another off the page."""
    with clock.travel(JANUARY):
        often, once = (
            write(centre, dossier, text, follow=NextStep(text, dt.date(2026, 1, 16), owner=centre.worker.pk))
            for text in ("Souvent", "Une fois")
        )
        first = Turn.unscoped.get(action__entry=often)
        Turn.unscoped.bulk_create(
            Turn(action=first.action, number=number, on=first.on, due_on=first.due_on)
            for number in range(first.number + 1, first.number + 251)
        )
        found = steps_of([often, once])
    assert {pk: [turn.number for turn in turns] for pk, turns in found.items()} == {often.pk: [first.number + 250], once.pk: [first.number]}


def test_a_restricted_step_keeps_the_dossier_open_without_saying_what_it_is(centre, dossier) -> None:
    from parvis.dossiers.api import StillOpen, close_dossier

    write(centre, dossier, "Entre nous", restricted=True, follow=NextStep("Rappeler l'avocat", clock.today(), owner=centre.worker.pk))
    with pytest.raises(StillOpen) as refusal:
        close_dossier(actor=centre.actor("colleague"), dossier=dossier, code="autonomy", reason="")
    (unseen,) = refusal.value.obstacles
    assert (unseen.hidden, unseen.title, unseen.url) == (True, "", "")
    with pytest.raises(StillOpen) as refusal:
        close_dossier(actor=centre.actor("worker"), dossier=dossier, code="autonomy", reason="")
    assert "avocat" in str(refusal.value.obstacles[0].title)
    answer = write(centre, dossier, "Fait", restricted=True)
    services.answer(actor=centre.actor("worker"), turn=turn_of(tasks()[0]), entry=answer)
    close_dossier(actor=centre.actor("colleague"), dossier=dossier, code="autonomy", reason="")


def test_a_restricted_step_follows_the_dossier_to_the_head_of_the_other_service(centre, dossier) -> None:
    from parvis.dossiers.api import accept_transfer, offer_transfer
    from tests.identity.factories import an_account

    write(centre, dossier, "Entre nous", restricted=True, follow=NextStep("Rappeler", clock.today(), owner=centre.worker.pk))
    head = an_account("chief", unit=centre.south, name="Rose Martin")
    transfer = offer_transfer(actor=centre.actor("worker"), dossier=dossier, unit=centre.south, reason="déménagement")
    accept_transfer(actor=actor_for(head), transfer=transfer)
    item = tasks()[0]
    assert (item.unit_id, item.queue, item.owner_id, item.dossier_key) == (centre.south.pk, "chief", None, None)
