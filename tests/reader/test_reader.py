"""The local card reader program: a simulated card through the real PC/SC stack, and the door where it hands the card over (A24)."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from parvis.contacts.eid import decode
from parvis.contacts.models import CardHandover, Person
from parvis.contacts.services import handovers
from parvis.identity.api import create_account, grant_function
from parvis.kernel import clock
from parvis.kernel.actor import system_actor
from parvis_reader import handover
from parvis_reader.card import NotACard, read_card
from parvis_reader.cli import main
from parvis_reader.pcsc import read_inserted
from tests.contacts.factories import niss
from tests.contacts.test_eid import ADDRESS, IDENTITY
from tests.support.vcard import VirtualCard, card_service

OWN = {(0xDF01, 0x4031): IDENTITY, (0xDF01, 0x4033): ADDRESS}


def alice(samples: Path) -> dict[tuple[int, int], bytes]:
    folder = samples / "eid" / "commons-eid" / "alice-card"
    names = {0x4031: "Identity", 0x4032: "IdentitySignature", 0x4033: "Address", 0x4034: "AddressSignature", 0x4035: "Photo"}
    files = {(0xDF01, number): (folder / f"{name}.tlv").read_bytes() for number, name in names.items()}
    return files | {
        (0xDF00, 0x503C): (folder / "RRNCertificate.tlv").read_bytes(),
        (0xDF00, 0x503B): (folder / "RootCertificate.tlv").read_bytes(),
    }


@pytest.fixture(scope="module")
def service() -> Iterator[None]:
    with card_service():
        yield


@pytest.fixture(autouse=True)
def _own_sites(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARVIS_READER_HOME", str(tmp_path / "home"))


def put_in(files: dict[tuple[int, int], bytes]) -> VirtualCard:
    card = VirtualCard(files)
    card.start()
    time.sleep(1.2)  # the service looks for cards once a second
    return card


class TestThroughPcsc:
    def test_a_card_is_read_whole_and_its_signature_fits(self, service: None, samples: Path) -> None:
        files = alice(samples)
        card = put_in(files)
        try:
            found = read_inserted(wait=10)
        finally:
            card.take_out()
        assert found["4031-identity.tlv"] == files[(0xDF01, 0x4031)]
        assert found["4035-photo.jpg"] == files[(0xDF01, 0x4035)]
        reading = decode(found)
        assert (reading.national_number, reading.signature, reading.address_signature, reading.photo_fits) == (
            "71715100070",
            "valid",
            "valid",
            True,
        )
        assert all(apdu[1] in (0xA4, 0xB0) for apdu in card.asked)  # nothing but SELECT and READ BINARY: no PIN, no signature

    def test_another_card_is_not_read(self, service: None) -> None:
        card = put_in({(0xDF02, 0x0001): b"a bank card"})
        try:
            with pytest.raises(NotACard):
                read_inserted(wait=1)
        finally:
            card.take_out()

    @pytest.mark.django_db(transaction=True)
    def test_the_program_hands_the_card_to_the_page(self, service: None, samples: Path, live_server: object, client: Client) -> None:
        account = agent()
        client.force_login(account)
        address = f"{live_server.url}{ask(client)}"
        card = put_in(alice(samples))
        try:
            assert main(["read", f"parvis-reader:{address}", "--wait", "5"]) == 1  # this site was never allowed
            assert not CardHandover.objects.get().received_at
            assert main(["allow", live_server.url]) == 0
            assert main(["read", f"parvis-reader:{address}", "--wait", "10"]) == 0
            assert main(["read", address, "--wait", "10"]) == 1  # the token works once
        finally:
            card.take_out()
        page = client.get(f"/persons/card/?handover={CardHandover.objects.get().uuid}").content.decode()
        assert "Alice Geldigekaart A SPECIMEN" in page
        assert "data:image/jpeg;base64," in page


def agent(username: str = "a.l", function: str = "social_worker") -> object:
    boss = system_actor("test")
    account = create_account(actor=boss, username=username, display_name=username, email=f"{username}@example.org")
    grant_function(actor=boss, account=account, function=function, unit=None)
    return account


def ask(client: Client, back: str = "/persons/card/") -> str:
    """Begin to wait; the path to which the reader sends."""
    response = client.post("/persons/eid/handover/", {"back": back})
    assert response.status_code == 303
    page = client.get(response["Location"]).content.decode()
    start = page.index("/persons/eid/handover/", page.index("parvis-reader:"))
    return page[start : page.index('"', start)]


def send(path: str, files: dict[str, bytes] | None = None) -> object:
    """As the reader program does: no cookie, no CSRF token."""
    sent = files if files is not None else {"4031-identity.tlv": IDENTITY, "4033-address.tlv": ADDRESS}
    return Client(enforce_csrf_checks=True).post(path, {"files": [SimpleUploadedFile(name, data) for name, data in sent.items()]})


@pytest.mark.django_db
class TestTheDoor:
    def test_the_card_appears_on_the_page_that_asked_and_nowhere_else(self, client: Client) -> None:
        client.force_login(agent())
        path = ask(client)
        wait = f"/persons/eid/handover/wait/{CardHandover.objects.get().uuid}/"
        assert 'hx-trigger="every 2s"' in client.get(wait).content.decode()
        assert send(path).json() == {"status": "received"}
        polled = client.get(wait, headers={"HX-Request": "true", "HX-Target": "handover"})
        target = polled["HX-Redirect"]
        assert target == f"/persons/card/?handover={CardHandover.objects.get().uuid}"
        assert "Müller" in client.get(target).content.decode()
        other = Client()
        other.force_login(agent("b.l"))
        assert "Müller" not in other.get(target).content.decode()
        assert other.get(wait).status_code == 404
        same_account_elsewhere = Client()
        from parvis.identity.models import Account

        same_account_elsewhere.force_login(Account.objects.get(username="a.l"))
        assert "Müller" not in same_account_elsewhere.get(target).content.decode()

    def test_a_token_works_once(self, client: Client) -> None:
        client.force_login(agent())
        path = ask(client)
        assert send(path).status_code == 200
        before = CardHandover.objects.get().files
        assert send(path, {"x.tlv": IDENTITY.replace(b"Aachen", b"Berlin")}).status_code == 404
        assert CardHandover.objects.get().files == before

    def test_and_for_two_minutes(self, client: Client) -> None:
        client.force_login(agent())
        path = ask(client)
        CardHandover.objects.update(expires_at=clock.now() - dt.timedelta(seconds=1))
        assert send(path).status_code == 404
        assert CardHandover.objects.get().received_at is None
        page = client.get(f"/persons/eid/handover/wait/{CardHandover.objects.get().uuid}/").content.decode()
        assert "every 2s" not in page

    def test_the_token_is_stored_nowhere(self, client: Client) -> None:
        client.force_login(agent())
        token = ask(client).rstrip("/").rsplit("/", 1)[1]
        assert CardHandover.objects.get().token_digest == handovers.digest(token)
        assert token not in str(CardHandover.objects.values().get())

    @pytest.mark.parametrize(
        ("files", "status"),
        [({}, 422), ({"x.pdf": b"%PDF-1.7"}, 422), ({"x": b"A" * 70_000}, 422), ({f"f{n}": b"x" for n in range(13)}, 422)],
    )
    def test_what_is_no_card_is_refused_and_the_page_still_waits(self, client: Client, files: dict[str, bytes], status: int) -> None:
        client.force_login(agent())
        path = ask(client)
        response = send(path, files)
        assert (response.status_code, set(response.json())) == (status, {"error"})
        assert CardHandover.objects.get().received_at is None
        assert send(path).status_code == 200

    def test_unknown_tokens_and_other_functions(self, client: Client) -> None:
        assert send("/persons/eid/handover/unknown/").status_code == 404
        client.force_login(agent("p.g", "payer"))
        assert client.post("/persons/eid/handover/", {"back": "/"}).status_code == 404
        assert not CardHandover.objects.exists()

    def test_the_way_back_stays_on_this_site(self, client: Client) -> None:
        client.force_login(agent())
        ask(client, back="https://evil.example/")
        assert CardHandover.objects.get().back == "/persons/card/"

    def test_the_other_pages_still_ask_for_the_csrf_token(self) -> None:
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(agent())
        assert strict.post("/persons/eid/handover/", {"back": "/"}).status_code == 403
        assert not CardHandover.objects.exists()

    def test_after_the_person_is_entered_the_card_is_thrown_away(self, client: Client) -> None:
        client.force_login(agent())
        send(ask(client), {"4031-identity.tlv": IDENTITY.replace(b"80030200769", niss("1980-03-02").encode())})
        target = f"/persons/card/?handover={CardHandover.objects.get().uuid}"
        page = client.get(target).content.decode()
        packed = page.split('name="reading" value="', 1)[1].split('"', 1)[0]
        assert client.post(target, {"reading": packed}).status_code == 303
        assert Person.unscoped.count() == 1
        assert CardHandover.objects.get().files == ""


class TestReading:
    @staticmethod
    def transmit(files: dict[tuple[int, int], bytes]) -> object:
        card = VirtualCard.__new__(VirtualCard)
        card.files, card.selected, card.asked = files, b"", []

        def answer(apdu: list[int]) -> tuple[list[int], int, int]:
            reply = card.answer(bytes(apdu))
            return list(reply[:-2]), reply[-2], reply[-1]

        return answer

    @pytest.mark.parametrize("size", [1, 247, 248, 249, 496, 3_000])
    def test_files_of_every_length_are_read_to_their_end(self, size: int) -> None:
        data = bytes(n % 251 for n in range(size))
        assert read_card(self.transmit(OWN | {(0xDF01, 0x4035): data}))["4035-photo.jpg"] == data

    def test_a_card_without_identity_is_refused(self) -> None:
        with pytest.raises(NotACard):
            read_card(self.transmit({(0xDF01, 0x4033): ADDRESS}))


class TestWhereTo:
    @pytest.mark.parametrize(
        "link",
        [
            "http://parvis.example.org/persons/eid/handover/t/",
            "https://parvis.example.org/elsewhere/t/",
            "https://user:pw@parvis.example.org/persons/eid/handover/t/",
            "https://parvis.example.org/persons/eid/handover/t/?next=x",
            "file:///etc/passwd",
            "ftp://x/persons/eid/handover/t/",
        ],
    )
    def test_only_addresses_of_a_card_page_over_https(self, link: str) -> None:
        with pytest.raises(handover.Refused):
            handover.address_of(link)

    def test_links_of_the_page(self) -> None:
        address = "https://parvis.example.org/persons/eid/handover/t/"
        assert handover.address_of(f"parvis-reader:{address}") == address
        assert handover.address_of(f"parvis-reader://{address}") == address
        assert handover.address_of("http://127.0.0.1:8000/persons/eid/handover/t/")

    def test_a_site_that_was_not_allowed_gets_nothing(self) -> None:
        with pytest.raises(handover.Refused):
            handover.send("http://127.0.0.1:9/persons/eid/handover/t/", {"x": b"y"})
        handover.allow("http://127.0.0.1:9")
        with pytest.raises(handover.Refused) as caught:
            handover.send("http://127.0.0.1:9/persons/eid/handover/t/", {"x": b"y"})
        assert "did not answer" in str(caught.value)
