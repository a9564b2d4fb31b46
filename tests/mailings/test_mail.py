"""E-mails of a mailing: to each alone, refusals in the server's words, nothing outside from a test instance (A19, B11)."""

from __future__ import annotations

import email
import email.policy
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as product

from parvis.contacts import api as contacts
from parvis.dossiers.api import close_dossier
from parvis.journal.models import Entry
from parvis.kernel import clock, gestures, jobs
from parvis.kernel.models import Job
from parvis.kernel.subject import SubjectRef
from parvis.mailings import services
from parvis.mailings.errors import MailingRefused
from parvis.mailings.models import Mailing, Recipient
from parvis.mailings.selectors import plans, summary
from parvis.mailings.services import making
from tests.dossiers.factories import Centre, make_centre

from . import factories as f
from .test_mailings import words

pytestmark = pytest.mark.django_db
TEXT = {"fr": {"subject": "Réunion des bailleurs", "text": "Bonjour {name},\n\nréunion le **3 décembre**."}}


class Mailbox(socketserver.StreamRequestHandler):
    """A small mail server that refuses one address, in words of its own."""

    def handle(self) -> None:
        server: Any = self.server
        self.say("220 here")
        to: list[str] = []
        while line := self.rfile.readline().decode().strip():
            word = line.split(":")[0].split()[0].upper()
            if word == "RCPT":
                if "complet@" in line:
                    self.say("552 5.2.2 La boite est pleine")
                    continue
                to.append(line.split("<")[1].split(">")[0])
            elif word == "DATA":
                self.say("354 go on")
                data = b""
                while not data.endswith(b"\r\n.\r\n"):
                    data += self.rfile.readline()
                server.got.append((to, email.message_from_bytes(data[:-5], policy=email.policy.default)))
                to = []
            elif word == "QUIT":
                self.say("221 bye")
                return
            self.say("250 well")

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@pytest.fixture
def server(settings: Any) -> Iterator[Any]:
    """A production instance and its mail server."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mailbox) as running:
        running.got = []  # type: ignore[attr-defined]
        threading.Thread(target=running.serve_forever, daemon=True).start()
        settings.PARVIS_KIND = "production"
        settings.EMAIL_BACKEND = "parvis.config.mail.InstanceMail"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running.server_address[1]
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        yield running
        running.shutdown()


@pytest.fixture
def centre() -> Centre:
    return make_centre()


def landlord(name: str, address: str, **more: Any) -> tuple[str, int]:
    return "organisation", f.office(name, address, **more).pk


def confirmed(centre: Centre, parties: list[tuple[str, int]], **given: Any) -> Mailing:
    worker = centre.actor("worker")
    row = services.start(actor=worker, contacts=parties)
    row = services.write(actor=worker, mailing=row, title="Réunion", texts=TEXT, **{"means": "email", **given})
    services.confirm(actor=worker, mailing=row, expected=row.version, going=summary(plans(worker, row, clock.today())).goes)
    jobs.run_pending(kinds={"mailings.make"}, raise_errors=True)
    return Mailing.unscoped.get(pk=row.pk)


def mail(row: Mailing) -> None:
    Job.objects.filter(kind="mailings.mail", state="queued").update(next_at=clock.now())
    jobs.run_pending(kinds={"mailings.mail"}, raise_errors=True)


def states(row: Mailing) -> list[tuple[str, str, str, str]]:
    return list(Recipient.unscoped.filter(mailing=row).order_by("number").values_list("state", "reason", "mail_state", "mail_words"))


def test_each_landlord_gets_a_message_of_their_own_and_refusals_are_listed(centre: Centre, server: Any) -> None:
    parties = [
        landlord("Immo du Parc", "parc@example.be"),
        landlord("Immo Pleine", "complet@example.be"),
        landlord("Immo Sans", ""),
        landlord("Immo Double", "parc@example.be"),
    ]
    row = confirmed(centre, parties)
    assert server.got == []  # they leave five minutes later
    mail(row)
    assert states(row) == [
        ("made", "", "sent", ""),
        ("made", "", "refused", "552 5.2.2 La boite est pleine"),
        ("left", "no_email", "", ""),
        ("left", "double", "", ""),
    ]
    ((to, message),) = server.got
    assert to == ["parc@example.be"] and message["To"] == "parc@example.be" and message["Bcc"] is None and message["Cc"] is None
    assert message["Subject"] == "Réunion des bailleurs"
    body = message.get_content()
    assert "Bonjour Immo du Parc," in body and "réunion le 3 décembre." in body and "*" not in body
    mail(row)
    assert len(server.got) == 1
    services.redo(actor=centre.actor("worker"), mailing=row, number=2, by="email")
    mail(row)
    assert states(row)[1][2] == "refused" and len(server.got) == 1
    with pytest.raises(MailingRefused):
        services.redo(actor=centre.actor("worker"), mailing=row, number=1, by="email")


def test_a_refused_e_mail_becomes_a_letter_with_the_address(centre: Centre, server: Any) -> None:
    party = landlord("Immo Pleine", "complet@example.be", town="Monthey")
    worker = centre.actor("worker")
    row = confirmed(centre, [party])
    mail(row)
    services.redo(actor=worker, mailing=row, number=1, by="post")
    jobs.run_pending(kinds={"mailings.make"}, raise_errors=True)
    one = Recipient.unscoped.select_related("file").get(mailing=row)
    assert (one.state, one.way, one.mail_state) == ("made", "post", "")
    assert "Rue du Pont 3" in words(one.file) and "1870 Monthey" in words(one.file)


def test_to_a_person_the_e_mail_says_only_that_a_letter_comes(centre: Centre, server: Any) -> None:
    one = f.home(centre, "Discrète", rent="1777", channel="email")
    worker = centre.actor("worker")
    contacts.add_point(actor=worker, person=one.lead, kind="email", value="anna@example.be", valid_from=f.SINCE)
    row = f.mailing(centre, [one], means="preferred")
    services.confirm(actor=worker, mailing=row, expected=row.version, going=1)
    jobs.run_pending(kinds={"mailings.make"}, raise_errors=True)
    mail(row)
    ((to, message),) = server.got
    said = f"{message['Subject']} {message.get_content()}"
    assert to == ["anna@example.be"] and "lettre" in said
    assert not any(word in said for word in ("1777", "loyer", "1.777", one.number, "Anna", "Discrète"))
    assert Entry.unscoped.filter(dossier=one, message__text="E-mail sent: %(title)s").count() == 1
    assert states(row) == [("made", "", "sent", "")]


def test_stopped_in_time_nothing_leaves(centre: Centre, server: Any) -> None:
    row = confirmed(centre, [landlord("Immo du Parc", "parc@example.be")])
    services.stop(actor=centre.actor("worker"), mailing=row)
    mail(row)
    assert server.got == [] and states(row) == [("made", "", "stopped", "")]


def test_cut_off_while_leaving_it_is_not_sent_again_by_itself(centre: Centre, server: Any) -> None:
    row = confirmed(centre, [landlord("Immo du Parc", "parc@example.be"), landlord("Immo du Lac", "lac@example.be")])
    Recipient.unscoped.filter(mailing=row, number=1).update(mail_state="sending")  # what a kill -9 leaves
    mail(row)
    assert [to for to, _message in server.got] == [["lac@example.be"]]
    assert [one[2] for one in states(row)] == ["unsure", "sent"]
    services.redo(actor=centre.actor("worker"), mailing=row, number=1, by="email")
    mail(row)
    assert [one[2] for one in states(row)] == ["sent", "sent"]


def test_of_two_workers_neither_takes_the_e_mail_of_the_other_for_cut_off(
    centre: Centre, server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one sends the first e-mail, another begins on the same mailing: it sends the second, and each is sent once."""
    row = confirmed(centre, [landlord("Immo du Parc", "parc@example.be"), landlord("Immo du Lac", "lac@example.be")])
    real, begun = making.message, []

    def slow(mailing: Mailing, one: Recipient, plan: Any) -> Any:
        if not begun:
            begun.append(one.number)
            with gestures.gesture_scope():
                jobs.enqueue("mailings.mail", SubjectRef("mailing", mailing.pk), version="other")
            assert jobs.run_pending(kinds={"mailings.mail"}, raise_errors=True) == 1
            assert [one[2] for one in states(row)] == ["sending", "sent"]
        return real(mailing, one, plan)

    monkeypatch.setattr(making, "message", slow)
    mail(row)
    assert [one[2] for one in states(row)] == ["sent", "sent"]
    assert sorted(to for to, _message in server.got) == [["lac@example.be"], ["parc@example.be"]]


def test_a_server_that_does_not_answer_is_tried_again_later(centre: Centre, server: Any, settings: Any) -> None:
    row = confirmed(centre, [landlord("Immo du Parc", "parc@example.be")])
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    with pytest.raises(RuntimeError):
        mail(row)
    assert states(row)[0][2] == "waiting" and "refused" in Mailing.unscoped.get(pk=row.pk).problem.lower()
    settings.EMAIL_PORT = port
    mail(row)
    assert states(row)[0][2] == "sent" and Mailing.unscoped.get(pk=row.pk).problem == ""


def test_a_test_instance_keeps_its_e_mails(centre: Centre, settings: Any, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND = "parvis.config.mail.InstanceMail"
    settings.PARVIS_INSTANCE = tmp_path
    assert product.PARVIS_KIND != "production"
    row = confirmed(centre, [landlord("Immo du Parc", "parc@example.be")])
    mail(row)
    assert states(row) == [("made", "", "kept", "")]
    (kept,) = (tmp_path / "outbox").glob("*.eml")
    assert email.message_from_bytes(kept.read_bytes())["To"] == "parc@example.be"


class Full(socketserver.StreamRequestHandler):
    """A server that lets nobody in."""

    def handle(self) -> None:
        self.wfile.write(b"554 5.7.1 not today\r\n")


def test_a_server_that_lets_nobody_in_refuses_no_letter(centre: Centre, server: Any, settings: Any) -> None:
    """It refused the house, not the addresses: nobody is told that their e-mail was refused, and all of them leave later."""
    row = confirmed(centre, [landlord("Immo du Parc", "parc@example.be"), landlord("Immo du Lac", "lac@example.be")])
    port = settings.EMAIL_PORT
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Full) as shut:
        threading.Thread(target=shut.serve_forever, daemon=True).start()
        settings.EMAIL_PORT = shut.server_address[1]
        with pytest.raises(RuntimeError):
            mail(row)
        shut.shutdown()
    assert [one[2] for one in states(row)] == ["waiting", "waiting"] and "554" in Mailing.unscoped.get(pk=row.pk).problem
    settings.EMAIL_PORT = port
    mail(row)
    assert [one[2] for one in states(row)] == ["sent", "sent"]


def test_a_death_noted_before_it_leaves_stops_the_e_mail(centre: Centre, server: Any) -> None:
    one, other = (f.home(centre, name, channel="email") for name in ("Partie", "Restée"))
    worker = centre.actor("worker")
    for home, address in ((one, "partie@example.be"), (other, "restee@example.be")):
        contacts.add_point(actor=worker, person=home.lead, kind="email", value=address, valid_from=f.SINCE)
    row = f.mailing(centre, [one, other], means="preferred", texts=TEXT, harmless=True)
    services.confirm(actor=worker, mailing=row, expected=row.version, going=2)
    jobs.run_pending(kinds={"mailings.make"}, raise_errors=True)
    close_dossier(actor=centre.actor("chief"), dossier=one, reason="Décès annoncé par la famille", code="death")
    mail(row)
    assert [to for to, _message in server.got] == [["restee@example.be"]]
    assert [state[2] for state in states(row)] == ["stopped", "sent"]
