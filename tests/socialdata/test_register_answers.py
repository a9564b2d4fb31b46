"""A file of the real form of the network: answers of RetrieveTIGroups, line by line (C13). The sample is one that others published."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from parvis.connectors.api import Happening, register_answer
from parvis.contacts import api as contacts
from parvis.kernel import clock
from parvis.kernel.actor import system_actor
from parvis.socialdata import api, selectors
from parvis.socialdata.errors import InvalidMutation
from parvis.socialdata.models import MutationRun, RegisterMutation
from parvis.socialdata.register_answers import rows_of_answers
from tests.contacts.factories import niss

from .factories import NUMBER, a_cell, looks, read

pytestmark = [pytest.mark.db, pytest.mark.django_db]
RN = "http://www.ibz.rrn.fgov.be/XSD/xm25/rn25Schema"


def date(day: dt.date, name: str = "Date") -> str:
    return (
        f"<r:{name}><r:Century>{day.year // 100}</r:Century><r:Year>{day.year % 100:02}</r:Year>"
        f"<r:Month>{day.month:02}</r:Month><r:Day>{day.day:02}</r:Day></r:{name}>"
    )


def home(since: dt.date, place: str = "Eupen") -> str:
    return f"<r:Residences>{date(since)}<r:Residence><r:Code>63023</r:Code><r:Label>{place}</r:Label></r:Residence><r:Fusion>0</r:Fusion><r:Language>2</r:Language></r:Residences>"


def address(since: dt.date, street: str, ended: str = "") -> str:
    return (
        f"<r:LegalMainAddress Type='020' Structure='A1'>{date(since)}{ended}<r:Address><r:ZipCode>4700</r:ZipCode><r:Street><r:Code>47001761</r:Code>"
        f"<r:Label>{street}</r:Label></r:Street><r:HouseNumber>21</r:HouseNumber></r:Address></r:LegalMainAddress>"
    )


def answer(*, number: str = NUMBER, homes: str = "", addresses: str = "", more: str = "", value: str = "DATA_FOUND") -> str:
    """One answer in the order of its schema, with the groups that a test is about."""
    return (
        '<v1:retrieveTIGroupsResponse xmlns:v1="http://kszbcss.fgov.be/intf/RetrieveTIGroupsService/v1">'
        f"<informationCBSS><ticketCBSS>db1521da</ticketCBSS><timestampReply>{clock.today()}T19:25:27.5Z</timestampReply></informationCBSS>"
        f"<status><value>{value}</value><code>MSG00000</code></status><searchInformation><ssin>{number}</ssin></searchInformation>"
        f'<rrn_it_implicit xmlns:r="{RN}"><r:FileOwner>{homes}</r:FileOwner><r:LegalMainAddresses>{addresses}</r:LegalMainAddresses>{more}'
        "</rrn_it_implicit></v1:retrieveTIGroupsResponse>"
    )


def a_message(*answers: str) -> bytes:
    return f"<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'><e:Body>{''.join(answers)}</e:Body></e:Envelope>".encode()


def test_what_began_lately_is_an_alert_once_and_what_is_known_here_is_none(centre, dossier) -> None:
    day, long_ago = clock.today() - dt.timedelta(days=20), dt.date(1997, 7, 30)
    married = f"<r:CivilStates><r:CivilState Type='120'>{date(day)}<r:CivilState><r:Code>20</r:Code><r:Label>Verheiratet</r:Label></r:CivilState></r:CivilState></r:CivilStates>"
    old_state = married.replace(date(day), date(long_ago))
    content = a_message(
        answer(
            homes=home(long_ago),
            addresses=address(long_ago, "Alte Straße")
            + address(day, "Gülcherstraße")
            + address(clock.today(), "Irrtum", date(day, "DelDate")),
            more=married,
        ),
        answer(number=niss("1975-03-04", 21), homes=home(long_ago), addresses=address(day, "Anderswo"), more=old_state),
        answer(value="NO_DATA_FOUND"),
    )
    run = read(content=content)
    assert run.counts == {"alert": 2, "unknown": 1}
    assert [(row[0], row[1], row[3]) for row in run.report] == [(1, "alert", "address"), (2, "alert", "civil_status"), (3, "unknown", "")]
    told = {row.kind: (row.on, row.value) for row in RegisterMutation.unscoped.all()}
    assert told == {
        "address": (day, {"street": "Gülcherstraße", "number": "21", "postal_code": "4700", "municipality": "Eupen"}),
        "civil_status": (day, {"status": "Verheiratet"}),
    }
    assert [item.due_on for item in looks()] == [clock.today() + dt.timedelta(days=1)] * 2
    assert NUMBER not in str([row.external_id for row in RegisterMutation.unscoped.all()]) and bytes(run.content) == b""
    assert read(content=content).counts == {"known": 2, "unknown": 1}

    here = answer(homes=home(long_ago), addresses=address(clock.today(), "Neue Straße"))
    contacts.set_address(
        actor=system_actor("test"),
        person=dossier.lead,
        street="neue straße",
        number="21",
        postal_code="4700",
        municipality="Eupen",
        valid_from=day,
    )
    assert read(content=a_message(here)).counts == {"same": 1}
    assert RegisterMutation.unscoped.count() == 2


def test_who_left_the_municipality_has_no_address_there_and_a_death_is_told(centre, dossier) -> None:
    day = clock.today() - dt.timedelta(days=20)
    dead = f"<r:Deceases><r:Decease Type='150'>{date(clock.today())}<r:Decease><r:ActNumber>0012</r:ActNumber><r:Place1><r:Code>63023</r:Code><r:Label>Eupen</r:Label></r:Place1></r:Decease></r:Decease></r:Deceases>"
    run = read(
        content=a_message(
            answer(homes=home(dt.date(1997, 1, 1)) + home(clock.today(), "Estland"), addresses=address(day, "Weg"), more=dead)
        )
    )
    assert run.counts == {"alert": 1}
    alert = selectors.alert_by(centre.actor("worker"))
    assert (alert.mutation.kind, alert.mutation.value) == ("death", {"place": "Eupen"})


def test_the_simulated_register_answers_in_the_form_that_is_read(centre, dossier) -> None:
    day = clock.today() - dt.timedelta(days=3)
    place = {"street": "Rue <Haute> & Basse", "number": "7", "box": "2", "postal_code": "4970", "municipality": "Stavelot"}
    for kind, value in (("address", place), ("civil_status", {"status": "Divorcé"}), ("death", {"place": "Verviers"}), ("death", {})):
        (row,) = rows_of_answers(register_answer(Happening("SIM-1", NUMBER, kind, day, value), made_on=clock.today()))
        assert (row["national_number"], row["kind"], row["on"], row["value"]) == (NUMBER, kind, day.isoformat(), value)
    with pytest.raises(ValueError, match="household"):
        register_answer(Happening("SIM-1", NUMBER, "household", day), made_on=clock.today())


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<not closed", "not_xml"),
        (b"<a/>", "no_answer"),
        (b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>", "not_xml"),
        (b"<retrieveTIGroupsResponse xmlns='http://example.org/'/>", "no_answer"),
    ],
)
def test_another_file_is_refused_before_anything_is_kept(dossier, content: bytes, code: str) -> None:
    with pytest.raises(InvalidMutation) as refused:
        api.receive_file(actor=a_cell(), name="antwort.xml", content=content)
    assert refused.value.code == code and not MutationRun.unscoped.exists()


def test_the_published_sample_is_read_with_its_own_dates(samples: Path) -> None:
    data = (samples / "bcss" / "replies" / "demo_tx25_1.xml").read_bytes()
    assert rows_of_answers(data) == [], "what it tells began long before it was asked"
    lately = data.replace(b"<timestampReply>2012-06-12", b"<timestampReply>2000-12-01")
    (married,) = rows_of_answers(lately)
    assert (married["national_number"], married["kind"], married["on"], married["value"]) == (
        "68070201351", "civil_status", "2000-10-07", {"status": "Verheiratet"},
    )  # fmt: skip
