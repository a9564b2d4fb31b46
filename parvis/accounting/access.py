"""Who prepares, releases, books and reads. Social workers see payments through their dossiers' aid, not here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext as _

from parvis.identity.enums import Function
from parvis.kernel.scope import EVERYTHING, NOTHING, scope

from .enums import OrderState
from .models import BankFile, PaymentOrder, Voucher

if TYPE_CHECKING:
    from parvis.kernel.actor import Actor

MONEY = (Function.PAYER, Function.RELEASER, Function.ACCOUNTANT, Function.AUDITOR)


def may_see_payments(actor: Actor) -> bool:
    return actor.is_system or (actor.is_agent and actor.has(*MONEY))


def may_prepare(actor: Actor) -> bool:
    return actor.is_agent and actor.has(Function.PAYER)


def may_release(actor: Actor) -> bool:
    return actor.is_agent and actor.has(Function.RELEASER)


def may_send(actor: Actor) -> bool:
    return actor.is_system or (actor.is_agent and actor.has(Function.PAYER, Function.RELEASER))


def may_read_bank_files(actor: Actor) -> bool:
    return may_see_payments(actor)


def may_import(actor: Actor) -> bool:
    return actor.is_system or (actor.is_agent and actor.has(Function.PAYER, Function.RELEASER, Function.ACCOUNTANT))


def may_see_ledger(actor: Actor) -> bool:
    return actor.is_system or (actor.is_agent and actor.has(Function.ACCOUNTANT, Function.AUDITOR))


def may_post(actor: Actor) -> bool:
    """The system posts what bank files say; a person posts and reverses by hand."""
    return actor.is_system or (actor.is_agent and actor.has(Function.ACCOUNTANT))


def may_keep_accounts(actor: Actor) -> bool:
    """The centre's own bank accounts: the administrator sets them up, the accountant keeps them. Neither prepares nor releases."""
    return actor.is_system or (actor.is_agent and actor.has(Function.ADMINISTRATOR, Function.ACCOUNTANT))


def is_administrator(actor: Actor) -> bool:
    return actor.is_agent and actor.has(Function.ADMINISTRATOR)


def why_not_release(actor: Actor, order: PaymentOrder) -> str:
    """Why the button is locked, in words; empty = the actor may release."""
    if order.state != OrderState.PREPARED:
        return _("This order is no longer waiting for its release.")
    if order.prepared_by_id in actor.persons:
        return _("You prepared this order: another person must release it.")
    if not may_release(actor):
        return _("Releasing needs the function “payment releaser”, which you do not hold.")
    return ""


@scope(PaymentOrder)
def order_scope(actor: Actor) -> Q:
    return EVERYTHING if may_see_payments(actor) else NOTHING


@scope(BankFile)
def file_scope(actor: Actor) -> Q:
    return EVERYTHING if may_see_payments(actor) else NOTHING


@scope(Voucher)
def voucher_scope(actor: Actor) -> Q:
    return EVERYTHING if may_see_ledger(actor) else NOTHING
