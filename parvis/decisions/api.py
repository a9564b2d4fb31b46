"""The façade of decisions: the provision protocol, the models others may name, the gestures and the reads."""

from .models import Committee, Decision, Notification, Proposal, Session
from .provisions import (
    MONTH,
    ONCE,
    Payee,
    Provision,
    ProvisionInput,
    ProvisionKind,
    Recover,
    provision_from_json,
    provision_to_json,
)

__all__ = [
    "MONTH",
    "ONCE",
    "Committee",
    "Decision",
    "Notification",
    "Payee",
    "Proposal",
    "Provision",
    "ProvisionInput",
    "ProvisionKind",
    "Recover",
    "Session",
    "provision_from_json",
    "provision_to_json",
]
