"""The centre's own bank accounts: checked, dated, logged; orders leave from the one that holds (D13)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse

from parvis.accounting.api import OrderRefused, centre_account, change_centre_account, open_centre_account
from parvis.accounting.demo import DEMO_IBAN
from parvis.accounting.models import CentreAccount
from parvis.identity.api import actor_for
from parvis.identity.models import Account
from parvis.kernel import clock, mutations
from parvis.kernel.errors import NotAllowed
from parvis.kernel.models import MutationLine
from parvis.kernel.subject import SubjectRef
from tests.identity.factories import an_account

from .factories import a_team, prepared

pytestmark = pytest.mark.django_db
IBAN = "BE71096123456769"


@pytest.fixture
def team() -> Any:
    return a_team()


@pytest.fixture
def root(team: Any) -> Any:
    return actor_for(an_account("administrator", name="Dora Chef"))


def given(**more: Any) -> dict[str, Any]:
    return {
        "iban": IBAN,
        "label": "Compte principal",
        "holder": "CPAS de Valmont",
        "enterprise_number": "0200.000.043",
        "valid_from": clock.today(),
    } | more


def lines_about(account: CentreAccount) -> list[tuple[str, dict[str, list[Any]]]]:
    return [
        (line.verb, {value.field: [value.old, value.new] for value in line.values.all()})
        for line in mutations.history(SubjectRef("centre_account", account.pk))
    ]


@pytest.mark.db
def test_a_new_account_pays_from_its_day_and_ends_the_one_before(root: Any, team: Any) -> None:
    before = prepared(team)
    today = clock.today()
    made = open_centre_account(actor=root, **given(bic="gkcc be bb", valid_from=today + timedelta(days=3)))
    assert (made.iban, made.bic, made.enterprise_number, made.book) == (IBAN, "GKCCBEBB", "0200000043", "public")
    old = CentreAccount.objects.get(iban=DEMO_IBAN)
    assert old.valid_to == today + timedelta(days=3)
    assert centre_account("public") == old  # until then
    with clock.travel(clock.now() + timedelta(days=3)):
        assert centre_account("public") == made
    before.refresh_from_db()
    assert before.account == old
    assert [verb for verb, _values in lines_about(made)] == ["centre_account.opened"]
    assert lines_about(old)[0] == ("centre_account.changed", {"valid_to": [None, old.valid_to.isoformat()]})


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"iban": "BE71096123456768"}, "iban"),
        ({"iban": DEMO_IBAN}, "iban"),
        ({"bic": "GKCC1"}, "bic"),
        ({"holder": "  "}, "holder"),
        ({"label": ""}, "label"),
        ({"enterprise_number": "0200000044"}, "enterprise_number"),
        ({"valid_to": date(2020, 1, 1)}, "valid_to"),
        ({"channel": "pigeon"}, "channel"),
    ],
)
def test_a_wrong_value_is_refused_with_its_field_and_nothing_changes(root: Any, wrong: dict[str, Any], field: str) -> None:
    lines = MutationLine.objects.count()
    with pytest.raises(OrderRefused) as refusal:
        open_centre_account(actor=root, **given(**wrong))
    assert refusal.value.field == field
    assert CentreAccount.objects.count() == 1 and MutationLine.objects.count() == lines
    assert CentreAccount.objects.get().valid_to is None


def test_neither_who_prepares_nor_who_releases_changes_the_account(team: Any) -> None:
    account = CentreAccount.objects.get()
    for actor in (team.payer, team.releaser, team.auditor, team.worker):
        with pytest.raises(NotAllowed):
            open_centre_account(actor=actor, **given())
        with pytest.raises(NotAllowed):
            change_centre_account(actor=actor, account=account, **{k: v for k, v in given().items() if k != "iban"}, valid_to=None)
    assert CentreAccount.objects.get().label == account.label


def test_no_order_without_an_account_that_holds(root: Any, team: Any) -> None:
    account = CentreAccount.objects.get()
    change_centre_account(
        actor=root, account=account, label=account.label, holder=account.holder, enterprise_number=account.enterprise_number,
        valid_from=date(2020, 1, 1), valid_to=clock.today(),
    )  # fmt: skip
    with pytest.raises(OrderRefused) as refusal:
        prepared(team)
    assert refusal.value.code == "account"


def test_the_simulated_bank_is_no_channel_of_a_production_instance(root: Any, settings: Any) -> None:
    settings.PARVIS_KIND = "production"
    with pytest.raises(OrderRefused) as refusal:
        open_centre_account(actor=root, **given(channel="bank-simulator"))
    assert refusal.value.field == "channel"


def test_the_administrator_adds_and_changes_an_account_by_plain_forms(client: Any, root: Any) -> None:
    client.force_login(Account.objects.get(pk=root.account_id))
    assert reverse("accounting:centre_accounts") in client.get("/admin/").content.decode()
    new = reverse("accounting:new_centre_account")
    form = {
        "iban": "BE71 0961 2345 6768", "book": "public", "label": "Compte principal", "holder": "CPAS de Valmont", "bic": "",
        "enterprise_number": "0200000043", "town": "Valmont", "channel": "download", "valid_from": clock.today().isoformat(), "last_day": "",
        "idempotency_key": "a" * 32,
    }  # fmt: skip
    wrong = client.post(new, form)
    assert wrong.status_code == 422 and "BE71 0961 2345 6768" in wrong.content.decode()
    assert client.post(new, form | {"iban": "BE71 0961 2345 6769", "idempotency_key": "b" * 32}).status_code == 303
    account = CentreAccount.objects.get(iban=IBAN)
    page = reverse("accounting:centre_account", args=[account.uuid])
    assert client.post(page, form | {"holder": "CPAS VALMONT", "last_day": "2030-12-31"}).status_code == 303
    account.refresh_from_db()
    assert (account.holder, account.valid_to, account.iban) == ("CPAS VALMONT", date(2031, 1, 1), IBAN)
    text = client.get(page).content.decode()
    assert "CPAS de Valmont → CPAS VALMONT" in text and "31/12/2030" in text


def test_of_two_accounts_of_one_day_the_one_entered_last_pays(root: Any, team: Any) -> None:
    """Opened with a wrong number, opened again with the right one: nothing leaves from the wrong one."""
    wrong = open_centre_account(actor=root, **given())
    assert centre_account("public") == wrong
    right = open_centre_account(actor=root, **given(iban="BE68539007547034"))
    assert centre_account("public") == right
    assert prepared(team).account == right
