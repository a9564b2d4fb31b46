"""Letters to many: chosen in a list, checked, made once, filed, told (A19, B47)."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from parvis.contacts import api as contacts
from parvis.documents.models import Document
from parvis.dossiers import api as dossiers
from parvis.dossiers.models import Dossier
from parvis.journal.models import Entry
from parvis.kernel import clock, jobs
from parvis.kernel.errors import Conflict, NotAllowed
from parvis.kernel.models import Job
from parvis.mailings import services
from parvis.mailings.errors import MailingRefused
from parvis.mailings.models import Mailing, Recipient
from parvis.mailings.selectors import plans, summary
from tests.contacts.factories import make_person
from tests.dossiers.factories import Centre, make_centre
from tests.identity.factories import an_account, as_actor

from . import factories as f

pytestmark = [pytest.mark.django_db]


@pytest.fixture
def centre() -> Centre:
    return make_centre()


def planned(centre: Centre, row: Mailing) -> list[Any]:
    return plans(centre.actor("worker"), row, clock.today())


def sent(centre: Centre, row: Mailing) -> Mailing:
    going = summary(planned(centre, row)).goes
    services.confirm(actor=centre.actor("worker"), mailing=row, expected=row.version, going=going)
    jobs.run_pending(kinds={"mailings.make"}, raise_errors=True)
    return Mailing.unscoped.get(pk=row.pk)


def words(file: Any) -> str:
    return " ".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(file.path.read_bytes())).pages).split())


def test_each_gets_a_letter_in_their_language_with_a_copy_in_the_file_and_a_line(centre: Centre) -> None:
    french, german = f.home(centre, "Lejeune", rent="1620.00"), f.home(centre, "Weber", rent="1550.50", language="de")
    dutch, poor = f.home(centre, "Peeters", rent="1800", language="nl"), f.home(centre, "Sansloyer")
    row = sent(centre, f.mailing(centre, [french, german, dutch, poor]))
    lines = {one.dossier_id: one for one in Recipient.unscoped.filter(mailing=row).select_related("document__file")}
    assert (row.state, row.on) == ("done", clock.today())
    assert [(lines[one.pk].state, lines[one.pk].language, lines[one.pk].fallback) for one in (french, german, dutch)] == [
        ("made", "fr", False), ("made", "de", False), ("made", "fr", True),
    ]  # fmt: skip
    assert (lines[poor.pk].state, lines[poor.pk].reason, lines[poor.pk].detail) == ("left", "missing", "{rent}")
    copy = Document.unscoped.get(dossier_id=german.pk, kind="letter")
    assert (copy.title, copy.language, copy.data_class, copy.origin, copy.author_label) == (
        "Loyers",
        "de",
        "money",
        "produced",
        "Amélie Lambrecht",
    )
    assert lines[german.pk].document == copy
    text = words(copy.file)
    assert "1.550,50" in text and german.number in text and "Rue des Postes 7" in text and "Ihre Miete" in text
    told = Entry.unscoped.get(dossier=german.pk, message__text="Letter of a mailing made: %(title)s")
    assert told.message["values"] == {"title": "Loyers"}
    assert not Document.unscoped.filter(dossier_id=poor.pk).exists()


def test_who_cannot_be_reached_is_said_with_why(centre: Centre) -> None:
    ways = [
        f.home(centre, "Poste", rent="900"),
        f.home(centre, "Sansadresse", rent="900", address=False),
        f.home(centre, "Cachée", rent="900", hidden=True),
        f.home(centre, "Refuse", rent="900", no_post=True),
    ]
    dead = f.home(centre, "Décédé", rent="900")
    row = f.mailing(centre, [*ways, dead])
    dossiers.close_dossier(actor=centre.actor("chief"), dossier=Dossier.unscoped.get(pk=dead.pk), code="death", reason="")
    found = [(one.reach.name.split()[0], one.way, one.reason) for one in planned(centre, row)]
    assert [(way, reason) for _name, way, reason in found] == [
        ("post", ""), ("", "no_address"), ("hand", ""), ("", "refuses_post"), ("", "deceased"),
    ]  # fmt: skip
    hidden = planned(centre, row)[2]
    assert hidden.reach.lines == () and hidden.reach.email == ""
    count = summary(planned(centre, row))
    assert (count.post, count.hand, count.email, count.goes, count.out) == (1, 1, 0, 2, 3)
    made = sent(centre, row)
    line = Recipient.unscoped.select_related("document__file").get(mailing=made, number=3)
    assert "Rue des Postes" not in words(line.document.file) and line.way == "hand"


def test_files_that_the_writer_does_not_see_are_neither_taken_nor_counted(centre: Centre) -> None:
    mine = f.home(centre, "Mienne", rent="900")
    theirs = dossiers.open_dossier(actor=centre.actor("stranger"), person=make_person("Autre"), unit=centre.south, referent=centre.stranger)
    row = services.start(actor=centre.actor("worker"), dossiers=[mine.pk, theirs.pk])
    assert [one.dossier_id for one in Recipient.unscoped.filter(mailing=row)] == [mine.pk]
    with pytest.raises(MailingRefused):
        services.start(actor=centre.actor("worker"), dossiers=[theirs.pk])
    for name in ("lawyer", "payer", "auditor", "member", "administrator"):
        with pytest.raises(NotAllowed):
            services.start(actor=centre.actor(name), dossiers=[mine.pk])
    assert Mailing.unscoped.count() == 1


def test_a_mailing_is_its_author_s_alone(centre: Centre) -> None:
    row = f.mailing(centre, [f.home(centre, "Mienne", rent="900")])
    for name in ("colleague", "chief", "stranger", "auditor"):
        assert not Mailing.objects.visible_to(centre.actor(name)).exists()
        assert not Recipient.objects.visible_to(centre.actor(name)).exists()
        with pytest.raises(NotAllowed):
            services.confirm(actor=centre.actor(name), mailing=row, expected=row.version, going=1)
    assert Mailing.unscoped.get().state == "draft"


def test_a_file_that_went_to_another_service_is_neither_written_to_nor_shown_again(centre: Centre) -> None:
    """Its service of before reads some of it for a time: not what a letter said of its money, and it writes nothing into it (B57)."""
    worker, home = centre.actor("worker"), f.home(centre, "Lejeune", rent="1620.00")
    row = sent(centre, f.mailing(centre, [home]))
    assert Recipient.objects.visible_to(worker).filter(mailing=row).count() == 1
    head = an_account("chief", unit=centre.south)
    offered = dossiers.offer_transfer(actor=worker, dossier=Dossier.unscoped.get(pk=home.pk), unit=centre.south, reason="Déménage")
    dossiers.accept_transfer(actor=as_actor(head), transfer=offered)
    worker = centre.actor("worker")
    assert Dossier.objects.visible_to(worker).filter(pk=home.pk).exists(), "read for ninety days"
    assert Recipient.objects.visible_to(worker).filter(mailing=row).count() == 0
    again = f.mailing(centre, [home])
    assert [(one.way, one.reason) for one in planned(centre, again)] == [("", "read_only")]


def test_wrong_fields_are_told_by_language_and_line(centre: Centre) -> None:
    row = services.start(actor=centre.actor("worker"), dossiers=[f.home(centre, "Un", rent="1").pk])
    texts = {"fr": {"subject": "Bonjour", "text": "Bonjour {nam},\n\nvotre {rente} et {reference"}}
    with pytest.raises(MailingRefused) as refused:
        services.write(actor=centre.actor("worker"), mailing=row, title="Essai", texts=texts, expected=1)
    said = str(refused.value)
    assert "ligne 1 : {nam}" in said and "{name}" in said and "ligne 3 : {rente}" in said and "{rent}" in said
    assert Mailing.unscoped.get().texts == {}


def test_what_tells_of_a_dossier_never_stands_in_an_e_mail(centre: Centre) -> None:
    one = f.home(centre, "Courriel", rent="900", channel="email")
    contacts.add_point(actor=centre.actor("worker"), person=one.lead, kind="email", value="anna@example.be", valid_from=f.SINCE)
    worker = centre.actor("worker")
    row = services.start(actor=worker, dossiers=[one.pk])
    texts = {"fr": {"subject": "Loyer", "text": "{rent}"}}
    for given in ({"means": "email"}, {"means": "preferred", "harmless": True}):
        with pytest.raises(MailingRefused):
            services.write(actor=worker, mailing=row, title="Essai", texts=texts, **given)
    row = services.write(actor=worker, mailing=row, title="Essai", texts=texts, means="preferred")
    (plan,) = planned(centre, row)
    assert (plan.way, plan.notice, plan.mail_to) == ("post", True, "anna@example.be")
    row = services.write(
        actor=worker,
        mailing=row,
        title="Essai",
        texts={"fr": {"subject": "Fermé", "text": "Fermé lundi."}},
        means="preferred",
        harmless=True,
    )
    (plan,) = planned(centre, row)
    assert (plan.way, plan.notice, plan.mail_to) == ("email", False, "anna@example.be")


def test_no_e_mail_to_whom_wants_none(centre: Centre) -> None:
    one = f.home(centre, "Jamais", no_email=True)
    contacts.add_point(actor=centre.actor("worker"), person=one.lead, kind="email", value="anna@example.be", valid_from=f.SINCE)
    row = f.mailing(centre, [one], texts={"fr": {"subject": "Fermé", "text": "Fermé lundi."}}, means="email", harmless=True)
    assert [(plan.way, plan.reason) for plan in planned(centre, row)] == [("", "refuses_email")]


def test_the_way_of_mail_is_dated_and_stays_when_the_language_changes(centre: Centre) -> None:
    person = f.home(centre, "Datée", channel="email").lead
    actor = centre.actor("worker")
    contacts.set_language(actor=actor, person=person, language="nl", valid_from=dt.date(2024, 5, 1))
    contacts.set_language(actor=actor, person=person, language="nl", valid_from=dt.date(2025, 5, 1), channel="", no_email=True)
    party = ("person", person.pk)
    ways = [contacts.reach_of([party], day)[party] for day in (dt.date(2021, 1, 1), dt.date(2024, 6, 1), dt.date(2025, 6, 1))]
    assert [(one.language, one.channel, one.no_email) for one in ways] == [("fr", "email", False), ("nl", "email", False), ("nl", "", True)]
    with pytest.raises(contacts.InvalidPerson):
        contacts.set_language(actor=actor, person=person, language="nl", channel="email")
    assert contacts.reach_of([party], clock.today())[party].channel == ""


def test_confirming_twice_or_after_a_change_makes_nothing_twice(centre: Centre) -> None:
    row = f.mailing(centre, [f.home(centre, "Un", rent="900"), f.home(centre, "Deux", rent="950")])
    worker = centre.actor("worker")
    with pytest.raises(Conflict):
        services.confirm(actor=worker, mailing=row, expected=row.version, going=1)
    assert Mailing.unscoped.get().state == "draft" and not Job.objects.filter(kind="mailings.make").exists()
    services.confirm(actor=worker, mailing=row, expected=row.version, going=2)
    with pytest.raises(MailingRefused):
        services.confirm(actor=worker, mailing=row, expected=row.version, going=2)
    assert Job.objects.filter(kind="mailings.make").count() == 1
    jobs.run_pending(kinds={"mailings.make"}, raise_errors=True)
    assert Document.unscoped.filter(kind="letter").count() == 2


def test_sixty_in_one_run_with_bounded_statements(centre: Centre) -> None:
    rows = [f.home(centre, f"Famille{number:03}", rent="1600", language=("fr", "de")[number % 2]) for number in range(60)]
    row = f.mailing(centre, rows)
    with CaptureQueriesContext(connection) as few:
        assert summary(planned(centre, row)).post == 60
    assert len(few) <= 25, len(few)
    services.confirm(actor=centre.actor("worker"), mailing=row, expected=row.version, going=60)
    with CaptureQueriesContext(connection) as all_of_them:
        jobs.run_pending(kinds={"mailings.make"}, raise_errors=True)
    assert Recipient.unscoped.filter(mailing=row, state="made").count() == 60
    assert (
        Document.unscoped.filter(kind="letter").count()
        == 60
        == Entry.unscoped.filter(message__text__startswith="Letter of a mailing").count()
    )
    assert len(all_of_them) <= 60 * 60, len(all_of_them) / 60
    data = services.take_letters(actor=centre.actor("worker"), mailing=row, part=1)
    pages = PdfReader(io.BytesIO(data)).pages
    assert len(pages) == 120  # on both sides: each letter begins on a new sheet
    assert "Famille000" in pages[0].extract_text() and "Famille059" in pages[118].extract_text()


def test_killed_in_the_middle_each_is_made_once(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [f.home(centre, f"Famille{number}", rent="1600") for number in range(6)]
    row = f.mailing(centre, rows)
    services.confirm(actor=centre.actor("worker"), mailing=row, expected=row.version, going=6)

    class Killed(BaseException):
        pass

    told = jobs.JobRef.report
    count = []

    def cut(self: jobs.JobRef, percent: int) -> None:
        count.append(percent)
        if len(count) == 3:
            raise Killed
        told(self, percent)

    with monkeypatch.context() as patched:
        patched.setattr(jobs.JobRef, "report", cut)
        with pytest.raises(Killed):
            jobs.run_pending(kinds={"mailings.make"})
    assert Document.unscoped.filter(kind="letter").count() == 3
    Job.objects.filter(kind="mailings.make").update(lease_until=clock.now() - dt.timedelta(seconds=1))
    assert jobs.reclaim() == 1
    jobs.run_pending(kinds={"mailings.make"}, raise_errors=True)
    assert Document.unscoped.filter(kind="letter").count() == 6
    assert Entry.unscoped.filter(message__text__startswith="Letter of a mailing").count() == 6
    assert Mailing.unscoped.get().state == "done"


def test_stopped_before_it_is_made_nothing_is_in_the_files(centre: Centre) -> None:
    row = f.mailing(centre, [f.home(centre, "Un", rent="900")])
    worker = centre.actor("worker")
    services.confirm(actor=worker, mailing=row, expected=row.version, going=1)
    services.stop(actor=worker, mailing=row)
    jobs.run_pending(kinds={"mailings.make"}, raise_errors=True)
    assert (Mailing.unscoped.get().state, Recipient.unscoped.get().state) == ("stopped", "stopped")
    assert not Document.unscoped.filter(kind="letter").exists()
    with pytest.raises(MailingRefused):
        services.printed(actor=worker, mailing=row)


def test_printed_then_one_again(centre: Centre) -> None:
    row = sent(centre, f.mailing(centre, [f.home(centre, "Un", rent="900"), f.home(centre, "Deux", rent="950")], two_sided=False))
    worker = centre.actor("worker")
    assert services.print_parts(worker, row) == [(1, 1, 2)]
    with pytest.raises(MailingRefused) as untaken:
        services.printed(actor=worker, mailing=row)
    assert untaken.value.code == "untaken" and services.print_parts(worker, row) == [(1, 1, 2)]
    services.take_letters(actor=worker, mailing=row, part=1)
    assert services.printed(actor=worker, mailing=row) == 2
    assert services.print_parts(worker, row) == []
    services.redo(actor=worker, mailing=row, number=2, by="post")
    data = services.take_letters(actor=worker, mailing=row, part=1)
    (page,) = PdfReader(io.BytesIO(data)).pages
    assert "Deux" in page.extract_text()
    with pytest.raises(MailingRefused):
        services.redo(actor=worker, mailing=row, number=2, by="email")


def test_a_letter_asked_for_again_after_the_file_was_opened_stays_to_be_printed(centre: Centre) -> None:
    rows = [f.home(centre, name, rent="900") for name in ("Un", "Deux", "Trois")]
    row = sent(centre, f.mailing(centre, rows, two_sided=False))
    worker = centre.actor("worker")
    services.take_letters(actor=worker, mailing=row, part=1)
    services.redo(actor=worker, mailing=row, number=2, by="post")  # torn in the printer, said in another window
    assert services.printed(actor=worker, mailing=row) == 2
    left = Recipient.unscoped.get(mailing=row, printed_at__isnull=True)
    assert (left.number, left.again) == (2, True)
    assert services.print_parts(worker, row) == [(1, 1, 1)]
    with pytest.raises(MailingRefused):
        services.printed(actor=worker, mailing=row)  # its new file was not opened yet
    services.take_letters(actor=worker, mailing=row, part=1)
    assert services.printed(actor=worker, mailing=row) == 1
    assert not Recipient.unscoped.filter(mailing=row, again=True).exists()


def test_the_list_of_dossiers_finds_those_with_a_rent_over_an_amount(client: Any, centre: Centre) -> None:
    dear, cheap = f.home(centre, "Cher", rent="1500.01"), f.home(centre, "Bon", rent="1500.00")
    client.force_login(centre.worker)
    page = client.get("/dossiers/?status=open&rent=1500").content.decode()
    assert dear.number in page and cheap.number not in page and "/mailings/dossiers/" in page
    client.force_login(centre.clerk)
    closed = client.get("/dossiers/?status=open&rent=1500").content.decode()
    assert cheap.number in closed or "rent" not in closed


def test_a_published_template_with_fields_of_the_file(centre: Centre) -> None:
    from parvis.documents.models import LetterTemplate

    f.templates()
    one = f.home(centre, "Modèle", rent="1620", language="nl")
    worker = centre.actor("worker")
    row = services.start(actor=worker, dossiers=[one.pk])
    decision = LetterTemplate.objects.get(key="ris.grant")
    with pytest.raises(MailingRefused):
        services.write(actor=worker, mailing=row, title="Non", template=decision)
    row = services.write(actor=worker, mailing=row, title="Loyers", template=LetterTemplate.objects.get(key="mail.rent"))
    made = sent(centre, row)
    text = words(Document.unscoped.get(dossier_id=one.pk, kind="letter").file)
    assert made.state == "done" and "Uw huur: uw rechten" in text and "1.620,00" in text and "{" not in text and "⟦" not in text


def test_own_fields_of_the_organisation_are_filled(centre: Centre) -> None:
    from parvis.dossiers.services import custom
    from parvis.kernel.actor import system_actor

    system = system_actor("test")
    kind = custom.general_kind(actor=system)
    custom.add_section(actor=system, kind=kind, title={"fr": "Énergie", "en": "Energy"}, group="other")
    custom.add_field(
        actor=system, kind=kind, section="energy", label={"fr": "Tuteur énergie", "en": "Energy tutor"}, type="text", data_class="social"
    )
    full, empty = f.home(centre, "Plein"), f.home(centre, "Vide")
    custom.write_custom(actor=system, dossier=full, section="energy", answers={"energy_tutor": "Madame Simon"})
    row = f.mailing(centre, [full, empty], texts={"fr": {"subject": "Énergie", "text": "Votre tutrice : {own_energy_tutor}"}})
    assert [(one.reason, one.detail) for one in planned(centre, row)] == [("", ""), ("missing", "{own_energy_tutor}")]
    sent(centre, row)
    assert "Madame Simon" in words(Document.unscoped.get(dossier_id=full.pk, kind="letter").file)
