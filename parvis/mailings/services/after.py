"""Once made: the letters to print in order, said to be posted, or done again."""

from __future__ import annotations

import io
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from pypdf import PdfReader, PdfWriter

from parvis.documents.api import read_bytes
from parvis.kernel import clock, jobs
from parvis.kernel.actor import Actor
from parvis.kernel.gestures import gesture
from parvis.kernel.outgoing import MailState
from parvis.kernel.subject import SubjectRef

from ..enums import ItemState, MailingState, Way
from ..errors import MailingRefused
from ..models import Mailing, Recipient
from .writing import _held, record

PART = 200
"""Letters in one file to print."""
ON_PAPER = (Way.POST, Way.HAND)
AFTER = (MailingState.MAKING, MailingState.DONE, MailingState.STOPPED)


def to_print(actor: Actor, mailing: Mailing) -> QuerySet[Recipient]:
    """Letters on paper that are not printed yet: those for the post in their order, then those that are handed over."""
    rows = Recipient.objects.visible_to(actor).filter(mailing=mailing, state=ItemState.MADE, way__in=ON_PAPER, printed_at__isnull=True)
    return rows.order_by("-way", "number", "pk")


def print_parts(actor: Actor, mailing: Mailing) -> list[tuple[int, int, int]]:
    """(part, first, last) of the files to print."""
    count = to_print(actor, mailing).count()
    return [(number + 1, number * PART + 1, min((number + 1) * PART, count)) for number in range(-(-count // PART))]


def letters_pdf(rows: list[Recipient], *, two_sided: bool) -> bytes:
    """One PDF of these letters; printed on both sides, each begins on a new sheet."""
    writer = PdfWriter()
    for row in rows:
        pages = PdfReader(io.BytesIO(read_bytes(row.kept))).pages
        for page in pages:
            writer.add_page(page)
        if two_sided and len(pages) % 2:
            writer.add_blank_page()
    writer.compress_identical_objects()
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def take_letters(*, actor: Actor, mailing: Mailing, part: int) -> bytes:
    """The file to print; who took it is written down, and which letters are in it.

    Raises:
        MailingRefused: nothing is there to print.
    """
    rows = list(to_print(actor, mailing).select_related("document__file", "file")[(part - 1) * PART : part * PART])
    if not rows:
        raise MailingRefused(_("There is no letter to print."), code="nothing")
    # Before the file is put together: what is asked for again meanwhile is not in it.
    _taken(actor=actor, mailing=mailing, rows=rows)
    return letters_pdf(rows, two_sided=mailing.two_sided)


@gesture
def _taken(*, actor: Actor, mailing: Mailing, rows: list[Recipient]) -> None:
    Recipient.unscoped.filter(pk__in=[row.pk for row in rows], printed_at__isnull=True).update(taken_at=clock.now())
    record(actor, "mailing.letters_taken", mailing, {"letters": len(rows)})


@gesture
def printed(*, actor: Actor, mailing: Mailing) -> int:
    """The author says that the letters of the files that were opened are printed and on their way. Returns how many. Letters made, or asked
    for again, since are not among them: they stay to be printed.

    Raises:
        MailingRefused: nothing is there to print, or no file was opened.
    """
    row = _held(actor, mailing, None, *AFTER)
    waiting = to_print(actor, row)
    ids = list(waiting.filter(taken_at__isnull=False).values_list("pk", flat=True))
    if not ids and waiting.exists():
        raise MailingRefused(_("Open the file with the letters first: only what is in it is noted as printed."), code="untaken")
    if not ids:
        raise MailingRefused(_("There is no letter to print."), code="nothing")
    count = Recipient.unscoped.filter(pk__in=ids, printed_at__isnull=True, taken_at__isnull=False).update(
        printed_at=clock.now(), again=False
    )
    record(actor, "mailing.printed", row, {"letters": count})
    return int(count)


@gesture
def redo(*, actor: Actor, mailing: Mailing, number: int, by: str) -> Recipient:
    """One letter again: ``post`` puts it among those to print (also one whose e-mail was refused), ``email`` sends the e-mail once more.

    Raises:
        MailingRefused: nothing was made for this recipient, or there is no address for it.
    """
    row = _held(actor, mailing, None, *AFTER)
    found: Any = Recipient.objects.visible_to(actor).filter(mailing=row, number=number, state=ItemState.MADE).first()
    if found is None:
        raise MailingRefused(_("Nothing was made for this recipient."), code="nothing")
    if by == "email":
        failed = Q(mail_state__in=(MailState.REFUSED, MailState.UNSURE, MailState.STOPPED))
        if not Recipient.unscoped.filter(failed, pk=found.pk).update(mail_state=MailState.WAITING, mail_words="", again=True):
            raise MailingRefused(_("This e-mail was not refused."), code="email")
        jobs.enqueue("mailings.mail", SubjectRef("mailing", row.pk), version=_fresh())
    elif found.way == Way.EMAIL:  # another letter, with the postal address
        Recipient.unscoped.filter(pk=found.pk).update(
            state=ItemState.WAITING, by_post=True, again=True, mail_state=MailState.NONE, taken_at=None
        )
        Mailing.unscoped.filter(pk=row.pk).update(state=MailingState.MAKING)
        jobs.enqueue("mailings.make", SubjectRef("mailing", row.pk), version=_fresh())
    else:
        Recipient.unscoped.filter(pk=found.pk).update(printed_at=None, taken_at=None, again=True)
    record(actor, "mailing.again", row, {"number": number, "by": by})
    found.refresh_from_db()
    return found


def _fresh() -> str:
    """A number for a job that comes after all those of before."""
    return f"{clock.now():%Y%m%d%H%M%S%f}"
