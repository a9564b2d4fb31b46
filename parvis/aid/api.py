"""What portal, desk and demo may use of aid."""

from .access import may_see_aid
from .errors import AidError
from .models import Attestation, Claim, ClaimReceipt, DueLine, Entitlement, PaymentAccount
from .reconciling import reconciliation
from .selectors import (
    Run,
    claim_of_line,
    claims,
    count_unpaid,
    count_waiting_first,
    due_lines_of,
    entitlements_of_decision,
    entitlements_of_dossier,
    entitlements_of_line,
    living_accounts,
    run_of,
    unpaid,
    waiting_first,
)
from .services.attesting import Checked, attestation_pdf, check_attestation, issue_attestation, withdraw_attestation
from .services.continuing import extend_all, extend_one, propose_all, propose_continuation
from .services.correcting import correct_account, settle_held
from .services.doubling import declare_second, doubles_of
from .services.handing_back import tell_reopened, tell_settled
from .services.paying import pay_again, prepare_first_payment, prepare_first_payments, prepare_run
from .services.recovering import overlap, proposed_amount, record_receipt, register_claim
from .services.reversing import reverse_receipt
from .services.taking_over import (
    RunningRight,
    WouldPay,
    drop_taken_over,
    find_taken_over,
    go_live,
    take_over_right,
    told_differences,
    would_pay,
)
from .services.types import add_aid_type
from .services.waiving import propose_waiver

__all__ = [
    "AidError",
    "Attestation",
    "Claim",
    "ClaimReceipt",
    "DueLine",
    "Entitlement",
    "PaymentAccount",
    "Run",
    "RunningRight",
    "WouldPay",
    "Checked",
    "add_aid_type",
    "attestation_pdf",
    "check_attestation",
    "withdraw_attestation",
    "claim_of_line",
    "claims",
    "correct_account",
    "count_unpaid",
    "count_waiting_first",
    "declare_second",
    "doubles_of",
    "drop_taken_over",
    "due_lines_of",
    "entitlements_of_decision",
    "entitlements_of_dossier",
    "entitlements_of_line",
    "extend_all",
    "extend_one",
    "find_taken_over",
    "go_live",
    "issue_attestation",
    "living_accounts",
    "may_see_aid",
    "overlap",
    "pay_again",
    "prepare_first_payment",
    "prepare_first_payments",
    "prepare_run",
    "propose_all",
    "propose_continuation",
    "propose_waiver",
    "proposed_amount",
    "reconciliation",
    "record_receipt",
    "register_claim",
    "reverse_receipt",
    "run_of",
    "settle_held",
    "take_over_right",
    "told_differences",
    "tell_reopened",
    "tell_settled",
    "unpaid",
    "waiting_first",
    "would_pay",
]
