from __future__ import annotations

from parvis.kernel.actor import system_actor
from parvis.kernel.jobs import JobRef, job

from .models import Request
from .services.receipts import make_receipt


@job("requests.receipt")
def receipt(ref: JobRef) -> None:
    """The receipt of a request, in the person's language."""
    request = Request.unscoped.select_related("unit").get(pk=ref.subject.id)
    make_receipt(actor=system_actor("requests.receipt"), request=request)
