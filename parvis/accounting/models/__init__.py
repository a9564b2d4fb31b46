"""Ledger, payment orders and bank files."""

from .bankfiles import BankFile, BankFileLine
from .ledger import Entry, GlAccount, Voucher
from .payments import CentreAccount, OrderFile, PaymentLine, PaymentOrder

__all__ = [
    "BankFile",
    "BankFileLine",
    "CentreAccount",
    "Entry",
    "GlAccount",
    "OrderFile",
    "PaymentLine",
    "PaymentOrder",
    "Voucher",
]
