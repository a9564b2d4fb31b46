"""The bank's file of an order: written in a job, from the released lines alone."""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.conf import settings
from django.db import transaction

from parvis.kernel import clock, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.gestures import gesture
from parvis.kernel.subject import SubjectRef

from ..models import OrderFile, PaymentLine, PaymentOrder
from ..pain001 import SCHEMA, OrderData, Party, Transfer, Written, build, faults, schema_faults
from .ledger import STREAM


def order_data(order: PaymentOrder) -> OrderData:
    """Everything the file says, read from the order and its lines."""
    account = order.account
    lines = PaymentLine.unscoped.filter(order=order).order_by("position")
    assert order.released_at is not None
    return OrderData(
        message_id=order.message_id,
        created_at=order.released_at.astimezone(clock.zone()),
        execution_on=order.execution_on,
        debtor=Party(account.holder, town=account.town, country=account.country if account.town else ""),
        debtor_iban=account.iban,
        debtor_bic=account.bic,
        enterprise_number=account.enterprise_number,
        currency=order.currency,
        transfers=[
            Transfer(
                end_to_end=line.end_to_end,
                amount=line.amount,
                payee=Party(line.payee_name, line.payee_street, line.payee_postcode, line.payee_town, line.payee_country),
                iban=line.payee_iban,
                communication=line.communication,
                structured=line.structured,
            )
            for line in lines
        ],
    )


def schema_path() -> Path | None:
    """The ISO schema, when the operator put it in the instance's folder (it is not ours to ship)."""
    path = Path(settings.PARVIS_INSTANCE) / "schemas" / f"{SCHEMA}.xsd"
    return path if path.is_file() else None


def write_content(order: PaymentOrder) -> tuple[Written, bool]:
    """Build and check. Returns the file and whether the schema was at hand.

    Raises:
        ValueError: what was written is not what was asked, or the schema refuses it. The job fails and says so.
    """
    data = order_data(order)
    written = build(data)
    found = faults(written.content, data)
    schema = schema_path()
    if schema is not None:
        found += schema_faults(written.content, schema)
    if found:
        raise ValueError(f"{order.number}: " + "; ".join(found[:5]))
    return written, schema is not None


@gesture
def store_file(*, actor: Actor, order: PaymentOrder, written: Written, schema_checked: bool) -> OrderFile:
    """Keep the file of this attempt; a repeated job finds it there."""
    existing = OrderFile.unscoped.filter(order=order, attempt=order.attempt).first()
    if existing is not None:
        return existing
    file = OrderFile(
        order=order,
        attempt=order.attempt,
        message_id=order.message_id,
        name=f"{order.message_id}.xml",
        content=written.content,
        sha256=hashlib.sha256(written.content).hexdigest(),
        size=len(written.content),
        changes=written.changes,
        schema=SCHEMA,
        schema_checked=schema_checked,
        written_at=clock.now(),
    )
    with transaction.atomic():
        file.save(force_insert=True)
    mutations.record(
        STREAM,
        actor=actor,
        verb="order.file_written",
        subject=SubjectRef("payment_order", order.pk),
        values={"message_id": file.message_id, "sha256": file.sha256, "schema_checked": schema_checked},
    )
    return file
