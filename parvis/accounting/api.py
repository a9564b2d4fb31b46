"""What other contexts may use of ledger and payments."""

from .access import may_post, may_prepare, may_release, may_see_ledger, may_see_payments, why_not_release
from .errors import Double, DoublePayment, LedgerError, OrderRefused, UnreadableBankFile
from .models import BankFile, CentreAccount, Entry, GlAccount, OrderFile, PaymentLine, PaymentOrder, Voucher
from .past import as_it_stood as order_as_it_stood
from .past import line_state_then, rejected_by_then, vouchers_then
from .reasons import ACCOUNT_REASONS, REASONS
from .reasons import in_words as reason_in_words
from .selectors import TrialBalance, balance_of, lines_of_subjects, order_file, rejected_lines, trial_balance
from .services.accounts import change_centre_account, open_centre_account, set_centre_account
from .services.bankfiles import ImportReport, import_bank_file
from .services.ledger import Leg, post, reverse
from .services.orders import (
    LineSpec,
    centre_account,
    find_doubles,
    living_line_of,
    mark_sent,
    prepare_order,
    release_order,
    withdraw_order,
)
from .sides import order_side, subject_urls

__all__ = [
    "ACCOUNT_REASONS",
    "REASONS",
    "BankFile",
    "CentreAccount",
    "Double",
    "DoublePayment",
    "Entry",
    "GlAccount",
    "ImportReport",
    "LedgerError",
    "Leg",
    "LineSpec",
    "OrderFile",
    "OrderRefused",
    "PaymentLine",
    "PaymentOrder",
    "TrialBalance",
    "UnreadableBankFile",
    "Voucher",
    "balance_of",
    "change_centre_account",
    "centre_account",
    "find_doubles",
    "import_bank_file",
    "line_state_then",
    "lines_of_subjects",
    "living_line_of",
    "mark_sent",
    "may_post",
    "may_prepare",
    "may_release",
    "may_see_ledger",
    "may_see_payments",
    "open_centre_account",
    "order_file",
    "order_as_it_stood",
    "order_side",
    "post",
    "prepare_order",
    "reason_in_words",
    "rejected_by_then",
    "rejected_lines",
    "release_order",
    "reverse",
    "set_centre_account",
    "subject_urls",
    "trial_balance",
    "vouchers_then",
    "why_not_release",
    "withdraw_order",
]
