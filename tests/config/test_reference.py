"""``parvis reference load``: an empty production instance gets what it needs to work with the centre's own data, once."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from parvis.accounting.api import open_centre_account, trial_balance
from parvis.accounting.models import CentreAccount, GlAccount, PaymentLine
from parvis.accounting.services.bankfiles import import_bank_file
from parvis.aid.api import count_unpaid
from parvis.config import reference
from parvis.connectors.bank_simulator import debit_notice, read_order, status_report
from parvis.decisions.models import Committee, DelegationLimit
from parvis.decisions.services.committees import open_mandate
from parvis.demo import money, stage
from parvis.demo.path import _case
from parvis.documents.models import LetterTemplate
from parvis.identity.api import Account, actor_for, create_account, create_unit, grant_function
from parvis.identity.demo import AGENTS, username
from parvis.kernel import clock
from parvis.kernel.actor import system_actor
from parvis.kernel.models import MutationLine
from parvis.procedures.models import ProcedureVersion
from parvis.rules.models import Parameter
from parvis.workflows.models import ProcessVersion
from tests.support.databases import migrated

pytestmark = pytest.mark.django_db
OPERATOR = system_actor("operator")


def counts() -> dict[str, int]:
    models = (Parameter, LetterTemplate, ProcessVersion, ProcedureVersion, GlAccount, Committee, DelegationLimit, MutationLine)
    return {model.__name__: model.objects.count() for model in models}


def told(check: bool = False) -> tuple[int, list[str]]:
    lines: list[str] = []
    return reference.run(check=check, print_line=lines.append), lines


def test_it_loads_once_says_each_thing_and_checks_without_changing(settings: Any) -> None:
    settings.PARVIS_KIND = "production"
    empty = counts()
    assert set(empty.values()) == {0}
    code, lines = told(check=True)
    assert code == 1 and counts() == empty
    assert "  - parameter.added be.ris.category.2 from 2025-02-01" in lines
    code, lines = told()
    loaded = counts()
    assert code == 0 and loaded["ProcessVersion"] == loaded["ProcedureVersion"] == loaded["Committee"] == 1
    added = sum(line.startswith("  + ") for line in lines)
    assert f"{added} added. What the centre had changed was left as it is." in lines and added == loaded["MutationLine"]
    assert any(line.startswith("Next: no bank account") for line in lines)
    assert not Account.objects.exists()
    code, lines = told()
    assert code == 0 and counts() == loaded and "0 added. What the centre had changed was left as it is." in lines
    assert told(check=True) == (0, lines[: len(reference.CONTEXTS)] + ["The reference data are complete."])


def test_what_the_centre_changed_stays() -> None:
    told()
    GlAccount.objects.filter(role="bank", book="public").update(code="550010", name={"fr": "Belfius"})
    DelegationLimit.objects.filter(decider="president").update(max_amount="250.00")
    code, lines = told()
    assert code == 0 and "0 added. What the centre had changed was left as it is." in lines
    assert GlAccount.objects.get(role="bank", book="public").name == {"fr": "Belfius"}
    assert DelegationLimit.objects.get(decider="president").max_amount == 250


def test_the_command_on_an_empty_production_instance(tmp_path: Path) -> None:
    folder = tmp_path / "instance"
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PARVIS_", "DJANGO_"))} | {
        "PARVIS_INSTANCE": str(folder)
    }

    def parvis(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-m", "parvis", *arguments], env=environment, capture_output=True, text=True, check=False)

    assert "parvis reference load" in parvis("init", "--name", "CPAS de Haute-Rive").stdout
    if not migrated(folder / "parvis.sqlite3"):  # test_backup and test_migrating run the migrations
        assert parvis("migrate", "-v0").returncode == 0
    assert parvis("reference", "load", "--check").returncode == 1
    first = parvis("reference", "load")
    assert first.returncode == 0, first.stderr
    assert "accounting: chart of accounts: 13 added" in first.stdout
    assert "Next: no bank account of the centre yet" in first.stdout  # the account of the demonstration is not there
    assert "0 added" in parvis("reference", "load").stdout
    assert parvis("reference", "load", "--check").returncode == 0


@pytest.mark.django_db(transaction=True)
def test_the_path_runs_on_the_centres_own_data(tmp_path: Path, settings: Any) -> None:
    """From the request to the bank's answer, in a production instance: own services, agents, committee and account."""
    settings.PARVIS_KIND, settings.PARVIS_IS_DEMO = "production", False
    settings.PARVIS_INSTANCE, settings.MEDIA_ROOT = tmp_path / "instance", tmp_path / "instance" / "media"
    told()
    assert not CentreAccount.objects.exists()
    service = create_unit(actor=OPERATOR, code="SSG", name="Service social")
    for name, display, language, held in AGENTS:
        account = create_account(actor=OPERATOR, username=username(name), display_name=display, language=language)
        for function, unit in dict(held).items():
            grant_function(actor=OPERATOR, account=account, function=function, unit=service if unit else None, valid_from=date(2020, 1, 1))
    root = actor_for(Account.objects.get(username=username("david.kaiser")))
    committee = Committee.objects.get()
    roles = (("claire.warnant", "president"), ("michel.dubuisson", "member"), ("rosa.ferreira", "member"), ("isabelle.thonon", "secretary"))
    for name, role in roles:
        open_mandate(
            actor=root, committee=committee, account=Account.objects.get(username=username(name)), role=role, valid_from=date(2020, 1, 1)
        )
    open_centre_account(
        actor=root, iban="BE71096123456769", label="Compte de l’aide sociale", holder="CPAS de Haute-Rive",
        enterprise_number="0200000043", valid_from=date(2020, 1, 1), town="Haute-Rive",
    )  # fmt: skip
    assert [line for line in told()[1] if line.startswith("Next:")] == []
    stage.forget()
    play = stage.Play(replace(_case(1), unit="SSG"))
    for step in (stage.send, stage.identify, stage.inquire, stage.draft, stage.submit, stage.review):
        step(play)
        stage.run_jobs()
    session = stage.plan_session(clock.now() + timedelta(minutes=1))
    stage.fill_session_with(session, [play.proposal])  # type: ignore[list-item]
    stage.hold_session(session, {play.proposal.pk: play})  # type: ignore[union-attr]
    stage.run_jobs()
    stage.notify(play)
    order = money.pay_first(play)
    assert order is not None and order.state == "sent"
    read = read_order(money.order_xml(order))
    assert (len(read.transfers), order.account.iban) == (order.count, "BE71096123456769")
    assert "CPAS de Haute-Rive" in money.order_xml(order).decode()
    # in production the bank's own files are read, not the simulator's
    at = clock.now().astimezone(clock.zone())
    references = [one.end_to_end for one in read.transfers]
    answers = (
        status_report(read, {}, message_id="BANK-S", at=at),
        debit_notice(read, references, message_id="BANK-D", at=at, on=at.date()),
    )
    for number, content in enumerate(answers):
        import_bank_file(actor=stage.agent(stage.PAYER), content=content, name=f"bank{number}.xml")
        stage.run_jobs()
    assert set(PaymentLine.unscoped.filter(order=order).values_list("state", flat=True)) == {"booked"}
    balance = trial_balance(actor=OPERATOR)
    assert balance.difference == 0 and balance.debit == 2 * order.total
    assert play.line.stage == "paid" and count_unpaid(OPERATOR) == 0


def test_an_account_that_administers_nothing_is_no_administrator() -> None:
    wanted = 'no administrator yet: parvis create_administrator NAME@CENTRE "First Last"'
    account = create_account(actor=OPERATOR, username="clerk@valmont.example", display_name="Carine Dubois")
    grant_function(actor=OPERATOR, account=account, function="clerk")
    assert wanted in reference.missing_settings()
    grant_function(actor=OPERATOR, account=account, function="administrator")
    assert wanted not in reference.missing_settings()
