"""What persons are entitled to, month by month, and what is claimed back."""

from .attestations import Attestation
from .claims import Claim, ClaimReceipt, ClaimWaiver
from .entitlements import DueLine, Entitlement, PaymentAccount, Withholding
from .types import AidType

__all__ = ["AidType", "Attestation", "Claim", "ClaimReceipt", "ClaimWaiver", "DueLine", "Entitlement", "PaymentAccount", "Withholding"]
