"""What persons are entitled to, month by month, and what is claimed back."""

from .claims import Claim, ClaimReceipt
from .entitlements import DueLine, Entitlement, PaymentAccount, Withholding

__all__ = ["Claim", "ClaimReceipt", "DueLine", "Entitlement", "PaymentAccount", "Withholding"]
