"""What persons are entitled to, month by month, and what is claimed back."""

from .attestations import Attestation
from .claims import Claim, ClaimReceipt
from .entitlements import DueLine, Entitlement, PaymentAccount, Withholding
from .types import AidType

__all__ = ["AidType", "Attestation", "Claim", "ClaimReceipt", "DueLine", "Entitlement", "PaymentAccount", "Withholding"]
