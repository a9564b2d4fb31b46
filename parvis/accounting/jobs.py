"""Work after the commit: write the bank's file, hand it to the connector, read the bank's answers."""

from __future__ import annotations

from parvis.connectors import api as connectors
from parvis.kernel import gestures, jobs
from parvis.kernel.actor import system_actor
from parvis.kernel.jobs import JobRef, job

from .enums import Channel, OrderState
from .models import OrderFile, PaymentOrder
from .services.bankfiles import import_bank_file
from .services.files import store_file, write_content
from .services.orders import mark_sent


@job("accounting.write_order_file")
def write_order_file(ref: JobRef) -> None:
    order = PaymentOrder.unscoped.select_related("account").get(pk=ref.subject.id)
    written, checked = write_content(order)
    with gestures.gesture_scope():
        store_file(actor=system_actor("payment-file"), order=order, written=written, schema_checked=checked)
        if order.account.channel != Channel.DOWNLOAD:
            jobs.enqueue("accounting.send_order", order.ref, version=str(order.attempt))
        ref.complete()


@job("accounting.send_order")
def send_order(ref: JobRef) -> None:
    order = PaymentOrder.unscoped.select_related("account").get(pk=ref.subject.id)
    file = OrderFile.unscoped.get(order=order, attempt=order.attempt)
    actor = system_actor("bank-connector")
    connectors.submit(
        actor=actor,
        connector=order.account.channel,
        name=file.name,
        content=bytes(file.content),
        subject=order.ref,
        purpose=f"payment order {order.number}",
        key=file.message_id,
    )
    with gestures.gesture_scope():
        if order.state == OrderState.RELEASED:
            mark_sent(actor=actor, order=order)
        ref.complete()


@job("accounting.read_answer")
def read_answer(ref: JobRef) -> None:
    """``ref.subject`` is the connector's call; each of its answers is a file of the bank."""
    actor = system_actor("bank-connector")
    for answer in connectors.answers_of(ref.subject.id):
        import_bank_file(actor=actor, content=answer.content, name=answer.name, source="connector")
