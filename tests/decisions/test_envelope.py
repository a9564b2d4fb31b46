"""A notification goes where the person lived on its day (A16)."""

from __future__ import annotations

from datetime import date

from parvis.contacts import api as contacts
from parvis.decisions.letters import envelope
from tests.decisions import factories as f


def test_a_letter_takes_the_address_of_its_date(centre):
    proposal = f.make_proposal(centre)
    person = contacts.Person.unscoped.get(pk=proposal.person_id)
    home = {"actor": f.ROOT, "person": person, "postal_code": "4999", "municipality": "Valmont"}
    contacts.set_address(**home, street="Rue Haute", number="5", valid_from=f.SINCE)
    contacts.set_address(**home, street="Rue Neuve", number="30", valid_from=date(2026, 3, 20))
    contacts.set_address(**home, street="Rue du Travail", number="1", kind="residence", valid_from=f.SINCE)
    blocks = f.api.latest(proposal).blocks
    with f.at(19):
        assert envelope(proposal, blocks).recipient[1:] == ("Rue Haute 5", "4999 Valmont")
    with f.at(20):
        assert envelope(proposal, blocks).recipient[1:] == ("Rue Neuve 30", "4999 Valmont")
