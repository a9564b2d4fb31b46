"""A voucher's text is read in the reader's language, whoever posted it; what is posted stays as it is."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse as address
from django.utils.translation import override

from parvis.accounting.api import Leg, post, reverse
from parvis.accounting.models import Voucher
from parvis.identity.models import Account

from .factories import SYSTEM, a_spec, a_team, answered, sent

pytestmark = pytest.mark.django_db
D = Decimal


def legs() -> list[Leg]:
    return [Leg("expense:aid.ris", debit=D("10.00")), Leg("clearing", credit=D("10.00"))]


@pytest.mark.db
def test_a_voucher_is_read_in_the_readers_language(client) -> None:
    team = a_team()
    with override("nl"):  # whoever posts, the stored text is in the centre's language
        answered(team, sent(team, a_spec()))
    voucher = Voucher.unscoped.order_by("pk").first()
    number = voucher.text_values["number"]
    said = {}
    for language in ("fr", "nl", "de", "en"):
        with override(language):
            said[language] = voucher.said
    assert said == {
        "fr": f"Ordre {number}, accepté par la banque",
        "nl": f"Opdracht {number}, aanvaard door de bank",
        "de": f"Auftrag {number}, von der Bank angenommen",
        "en": f"Order {number}, accepted by the bank",
    }
    assert voucher.text == said["fr"]
    with override("de"):
        mirror = reverse(actor=team.accountant, voucher=voucher, reason="Irrtum")
    with override("en"):
        assert mirror.said == f"Reversal of {voucher.number}"
    with pytest.raises(IntegrityError), transaction.atomic():
        Voucher.unscoped.filter(pk=voucher.pk).update(text_key="Another")
    Account.objects.filter(pk=team.accountant.account_id).update(language="de")
    client.force_login(Account.objects.get(pk=team.accountant.account_id))
    assert said["de"] in client.get(address("accounting:ledger")).content.decode()
    assert said["de"] in client.get(address("accounting:voucher", args=[voucher.uuid])).content.decode()


def test_a_text_of_before_or_typed_stays_as_it_was() -> None:
    a_team()
    old = post(actor=SYSTEM, book="public", journal="OD", booked_on=date(2026, 3, 1), text="Écriture d’ouverture", legs=legs())
    gone = post(
        actor=SYSTEM, book="public", journal="OD", booked_on=date(2026, 3, 1), text="No such message %(a)s", values={"a": "1"}, legs=legs()
    )
    with override("nl"):
        assert (old.said, gone.said) == ("Écriture d’ouverture", "No such message 1")
    assert (old.text_key, old.text_values) == (None, None)
