"""The work after the confirmation: each letter made, filed and told once; then the e-mails, one for each, seen by nobody else."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext_noop

from parvis.documents.api import StoredFile, attach, render_letter_pdf, sender, store_bytes
from parvis.documents.enums import DocumentKind, Origin
from parvis.identity.api import Account, actor_for
from parvis.journal.api import add_step
from parvis.kernel import clock, jobs
from parvis.kernel.actor import Actor
from parvis.kernel.gestures import gesture, gesture_scope
from parvis.kernel.jobs import JobRef
from parvis.kernel.outgoing import MailState, leave
from parvis.kernel.subject import SubjectRef

from ..content import NOTICE, content_of, data_class, plain
from ..enums import ItemState, MailingState, Reason, Way
from ..models import Mailing, Recipient
from ..selectors import Plan, letter, plans
from .writing import record

BATCH = 25
"""Letters of one job: other work of the instance has its turn in between."""


def make_some(*, ref: JobRef) -> None:
    """Make the next letters, and queue the rest."""
    mailing = Mailing.unscoped.select_related("template", "author").filter(pk=ref.subject.id, state=MailingState.MAKING).first()
    if mailing is None or mailing.on is None:
        return
    actor = _author(mailing)
    rows = list(Recipient.unscoped.filter(mailing=mailing, state=ItemState.WAITING).order_by("number", "pk")[:BATCH])
    found = {one.recipient.pk: one for one in plans(actor, mailing, mailing.on, rows)}
    content = content_of(mailing)
    kind = data_class(actor, content.used)
    for place, row in enumerate(rows):
        plan = found.get(row.pk)
        if plan is None or not plan.goes:
            _leave(actor=actor, mailing=mailing, row=row, plan=plan)
        else:
            blocks, framed = letter(mailing, content, plan, mailing.on)
            file = store_bytes(render_letter_pdf(blocks, framed, date=mailing.on))
            _made(actor=actor, mailing=mailing, row=row, plan=plan, file=file, kind=kind)
        ref.report(95 * (place + 1) // len(rows))
    with gesture_scope():
        if Recipient.unscoped.filter(mailing=mailing, state=ItemState.WAITING).exists():
            jobs.enqueue("mailings.make", ref.subject, version=str(int(ref.version) + 1))
        else:
            _finish(actor, mailing)
        ref.complete()


def _author(mailing: Mailing) -> Actor:
    """Whoever confirmed it, with the rights of today: what they no longer see is left out."""
    return actor_for(Account.objects.get(pk=mailing.author_id))


def _finish(actor: Actor, mailing: Mailing) -> None:
    if Mailing.unscoped.filter(pk=mailing.pk, state=MailingState.MAKING).update(state=MailingState.DONE, ended_at=clock.now()):
        made = Recipient.unscoped.filter(mailing=mailing, state=ItemState.MADE).count()
        record(actor, "mailing.made", mailing, {"letters": made})
        if Recipient.unscoped.filter(mailing=mailing, mail_state=MailState.WAITING).exists():
            jobs.enqueue("mailings.mail", SubjectRef("mailing", mailing.pk), version="1", run_at=mailing.mails_from)


@gesture
def _leave(*, actor: Actor, mailing: Mailing, row: Recipient, plan: Plan | None) -> None:
    reason, detail = (plan.reason, plan.detail) if plan is not None else (str(Reason.GONE), "")
    Recipient.unscoped.filter(pk=row.pk, state=ItemState.WAITING).update(state=ItemState.LEFT, reason=reason, detail=detail[:191])


@gesture
def _made(*, actor: Actor, mailing: Mailing, row: Recipient, plan: Plan, file: StoredFile, kind: str) -> None:
    """One letter: its line, its copy in the file and the journal, together or not at all."""
    taken = Recipient.unscoped.filter(pk=row.pk, state=ItemState.WAITING, mailing__state=MailingState.MAKING).update(
        state=ItemState.MADE,
        made_at=clock.now(),
        language=plan.language,
        fallback=plan.fallback,
        way=plan.way,
        name=plan.reach.name[:191],
        mail_to=plan.mail_to,
        mail_state=MailState.WAITING if plan.mail_to else MailState.NONE,
    )
    if not taken:  # stopped, or made by the job that this one repeats
        return
    if row.dossier_id is None:
        Recipient.unscoped.filter(pk=row.pk).update(file=file)
        return
    document = attach(
        actor=actor,
        subject=SubjectRef("dossier", row.dossier_id),
        title=mailing.title,
        file=file,
        kind=DocumentKind.LETTER,
        origin=Origin.PRODUCED,
        language=plan.language,
        on=mailing.on,
        data_class=kind,
    )
    Recipient.unscoped.filter(pk=row.pk).update(document=document)
    _tell(actor, row, gettext_noop("Letter of a mailing made: %(title)s"), mailing)


def _tell(actor: Actor, row: Recipient, message: str, mailing: Mailing, text: str = "") -> None:
    if row.dossier_id is not None:
        add_step(
            actor=actor,
            dossier_id=row.dossier_id,
            message=message,
            values={"title": mailing.title},
            subject=SubjectRef("dossier", row.dossier_id),
            text=text,
        )


# E-mails ------------------------------------------------------------------------------------------------------------------
def send_mails(*, ref: JobRef) -> None:
    """E-mails that wait, one by one. One that was cut off while leaving is never sent again by itself: a person decides.

    Raises:
        OSError: the server does not answer; the job is repeated later, and the page says so.
    """
    mailing = Mailing.unscoped.select_related("template", "author").filter(pk=ref.subject.id).first()
    if mailing is None or mailing.on is None:
        return
    actor = _author(mailing)
    claim = f"{ref.id}/{ref.attempt}"
    _tell_cut_off(mailing, ref)
    rows = list(Recipient.unscoped.filter(mailing=mailing, mail_state=MailState.WAITING).order_by("number", "pk"))
    found = {one.recipient.pk: one for one in plans(actor, mailing, mailing.on, rows)}
    for place, row in enumerate(rows):
        plan = found.get(row.pk)
        with gesture_scope():
            taken = Recipient.unscoped.filter(pk=row.pk, mail_state=MailState.WAITING).update(
                mail_state=MailState.SENDING, mail_claim=claim
            )
        if not taken:
            continue
        if plan is None or not plan.goes or not (plan.reach.email and not plan.reach.no_email):
            _mailed(actor=actor, mailing=mailing, row=row, claim=claim, state=MailState.STOPPED, words="")
            continue
        try:
            state, words = leave(message(mailing, row, plan))
        except OSError as error:
            with gesture_scope():
                Recipient.unscoped.filter(pk=row.pk, mail_state=MailState.SENDING, mail_claim=claim).update(mail_state=MailState.WAITING)
                Mailing.unscoped.filter(pk=mailing.pk).update(problem=str(error)[:400])
            raise
        if state == MailState.SENT and settings.PARVIS_KIND != "production":
            state = MailState.KEPT
        _mailed(actor=actor, mailing=mailing, row=row, claim=claim, state=state, words=words)
        ref.report(95 * (place + 1) // len(rows))
    with gesture_scope():
        Mailing.unscoped.filter(pk=mailing.pk).exclude(problem="").update(problem="")
        ref.complete()


def _tell_cut_off(mailing: Mailing, ref: JobRef) -> None:
    """E-mails that nobody is sending any more: their work was cut off. Those that another worker holds just now are its own."""
    with gesture_scope():
        leaving = Recipient.unscoped.filter(mailing=mailing, mail_state=MailState.SENDING)
        others = jobs.held(ref.subject, ref.kind) - {ref.id}
        for claim in leaving.order_by().values_list("mail_claim", flat=True).distinct():
            if claim.partition("/")[0] not in {str(pk) for pk in others}:
                leaving.filter(mail_claim=claim).update(mail_state=MailState.UNSURE, mail_at=clock.now())


def message(mailing: Mailing, row: Recipient, plan: Plan) -> EmailMessage:
    """To one recipient alone. The text itself only where the letter goes by e-mail; else that a letter comes."""
    if row.way == Way.EMAIL:
        subject, blocks = content_of(mailing).blocks(plan.language, plan.facts)
        centre = sender()
        body = f"{plain(blocks)}\n\n{mailing.author_label}\n{centre.name}\n{centre.phone}"
    else:
        subject, body = (one.replace("{centre}", sender().name).replace("{phone}", sender().phone) for one in NOTICE[plan.language])
    return EmailMessage(" ".join(subject.split()), body, to=[plan.reach.email], headers={"Auto-Submitted": "auto-generated"})


@gesture
def _mailed(*, actor: Actor, mailing: Mailing, row: Recipient, claim: str, state: str, words: str) -> None:
    """What became of it, as whoever sent it knows it: also of one that was taken for cut off meanwhile, as long as nobody sent it again."""
    mine = Recipient.unscoped.filter(pk=row.pk, mail_claim=claim, mail_state__in=(MailState.SENDING, MailState.UNSURE))
    done = mine.update(mail_state=state, mail_words=words, mail_at=clock.now())
    if done and state == MailState.SENT:
        _tell(actor, row, gettext_noop("E-mail sent: %(title)s"), mailing)
    elif done and state == MailState.REFUSED:
        _tell(actor, row, gettext_noop("E-mail refused by the mail server: %(title)s"), mailing, words)


def due(mailing: Mailing) -> dt.datetime | None:
    """When the e-mails leave, while some wait."""
    return mailing.mails_from if mailing.mails_from and mailing.mails_from > clock.now() else None
