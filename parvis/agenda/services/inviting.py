"""Telling the person: a letter in the file, and an e-mail with a calendar file where the person wants one."""

from __future__ import annotations

from email.encoders import encode_base64
from email.mime.base import MIMEBase

from django.core.mail import EmailMessage
from django.utils.translation import gettext as _

from parvis.contacts.api import Reach, reach_of
from parvis.documents.api import StoredFile, attach, render_letter_pdf, store_bytes
from parvis.documents.enums import DocumentKind, Origin
from parvis.identity.api import Account, actor_for
from parvis.kernel import clock, jobs, registries
from parvis.kernel.actor import Actor, system_actor
from parvis.kernel.events import publish
from parvis.kernel.gestures import gesture, gesture_scope
from parvis.kernel.jobs import JobRef
from parvis.kernel.links import link
from parvis.kernel.outgoing import MailState, leave
from parvis.kernel.subject import SubjectRef

from ..enums import Happened, State, Way
from ..errors import AppointmentRefused
from ..events import PersonInvited
from ..invitations import body, calendar_file, letter, ways_of
from ..models import Appointment, Invitation
from ._common import allowed, happened, record


def person_of(row: Appointment) -> int | None:
    """Who is written to: the person of the appointment, of a whole household the first of the file."""
    if row.person_id is not None:
        return row.person_id
    return next((pk for find in registries.file_persons.all() for pk in find(row.subject_id)), None)


def kind_of(row: Appointment) -> str:
    """What there is to tell: it is on, it is at another time than told, or it is off."""
    if row.state == State.CANCELLED:
        return Happened.CANCELLED
    return Happened.MOVED if row.told_otherwise else Happened.INVITED


@gesture
def invite(*, actor: Actor, appointment: Appointment, way: str = "") -> Invitation:
    """Tell the person day, hour and place, or that it is cancelled. The letter is made and filed afterwards; an e-mail leaves then.

    Args:
        way: one of those that are open for this person; the preferred one without it.

    Raises:
        NotAllowed: the actor books nothing here.
        AppointmentRefused: it is over, the person was told already, nobody is there to write to, or not by this way.
    """
    row = Appointment.unscoped.select_for_update().get(pk=appointment.pk)
    allowed(actor, row.subject)
    if row.state not in (State.BOOKED, State.CANCELLED) or row.is_over:
        raise AppointmentRefused(_("There is nothing more to tell of this appointment."), code="over")
    if row.state == State.CANCELLED and row.told_lock is None:
        raise AppointmentRefused(_("The person was never told of it."), code="never_told")
    if row.told_lock == row.lock:
        raise AppointmentRefused(_("The person was told of this already."), code="told")
    person_id = person_of(row)
    reach = reach_of([("person", person_id)], clock.today()).get(("person", person_id)) if person_id else None
    if person_id is None or reach is None:
        raise AppointmentRefused(_("Nobody of this file can be written to."), code="nobody")
    choice = ways_of(reach)
    chosen = way or choice.preferred
    if chosen not in choice.ways:
        raise AppointmentRefused(_("This person cannot be told by this way."), field="way", code="way")
    kind = kind_of(row)
    made = _made(actor, row, person_id, reach, chosen, kind)
    Appointment.unscoped.filter(pk=row.pk).update(told_lock=row.lock)
    happened(actor, row, Happened.INVITED, note=str(Way(chosen).value))
    record(actor, "agenda.invited", row, {"way": chosen, "kind": kind, "language": reach.language})
    publish(PersonInvited(actor=actor, appointment_id=row.pk, subject=row.subject, starts_at=row.starts_at, place=row.place, way=chosen))
    jobs.enqueue("agenda.invitation", SubjectRef("invitation", made.pk), version="1")
    return made


def _made(actor: Actor, row: Appointment, person_id: int, reach: Reach, way: str, kind: str) -> Invitation:
    return Invitation.unscoped.create(
        appointment=row,
        person_id=person_id,
        kind=kind,
        way=way,
        language=reach.language,
        mail_to=reach.email if way == Way.EMAIL else "",
        mail_state=MailState.WAITING if way == Way.EMAIL else MailState.NONE,
        lock=row.lock,
        at=clock.now(),
        author_id=actor.account_id,
        author_label=actor.label[:191],
    )


def tell_again(*, actor: Actor, row: Appointment, way: str) -> Invitation | None:
    """The person hears who receives them now: by the way of before while it is open, else by the preferred one. Within the gesture; the
    caller has the job made. None: the person can no longer be written to."""
    person_id = person_of(row)
    reach = reach_of([("person", person_id)], clock.today()).get(("person", person_id)) if person_id else None
    if person_id is None or reach is None:
        return None
    choice = ways_of(reach)
    made = _made(actor, row, person_id, reach, way if way in choice.ways else choice.preferred, Happened.CHANGED)
    happened(actor, row, Happened.INVITED, note=made.way)
    record(actor, "agenda.invited", row, {"way": made.way, "kind": made.kind, "language": made.language})
    return made


def make_and_send(*, ref: JobRef) -> None:
    """The letter into the file; then the e-mail, once. One that was cut off while leaving is never sent again by itself."""
    made = Invitation.unscoped.select_related("appointment").filter(pk=ref.subject.id).first()
    if made is None:
        return
    row, today = made.appointment, clock.today()
    actor = _author(made)
    reach = reach_of([("person", made.person_id)], today).get(("person", made.person_id), Reach("?"))
    still = made.way in ways_of(reach).ways and row.lock == made.lock
    if made.document_id is None:
        way = made.way if still else Way.HAND  # an address that was protected since stands on no paper
        number, _url = link(actor, row.subject)
        subject, blocks, envelope = letter(
            row, made.kind, language=made.language, reach=reach, way=way, reference=number, author=made.author_label, on=today
        )
        file = store_bytes(render_letter_pdf(blocks, envelope, date=today))
        _filed(actor=actor, made=made, title=subject, file=file)
    if made.mail_state == MailState.SENDING:
        _mailed(made=made, state=MailState.UNSURE)
    elif made.mail_state == MailState.WAITING:
        _send(made, row, reach, still=still and reach.email == made.mail_to)
    with gesture_scope():
        ref.complete()


def _author(made: Invitation) -> Actor:
    return actor_for(Account.objects.get(pk=made.author_id)) if made.author_id else system_actor("agenda.invitation")


@gesture
def _filed(*, actor: Actor, made: Invitation, title: str, file: StoredFile) -> None:
    document = attach(
        actor=actor,
        subject=made.appointment.subject,
        title=title,
        file=file,
        kind=DocumentKind.LETTER,
        origin=Origin.PRODUCED,
        language=made.language,
        on=clock.today(),
        data_class="social",
        person_id=made.person_id,
    )
    Invitation.unscoped.filter(pk=made.pk).update(document=document)


def _attached(data: bytes) -> MIMEBase:
    """As bytes: written as text, a mail program would get other line ends than the standard asks."""
    part = MIMEBase("text", "calendar", charset="utf-8")
    part.set_payload(data)
    encode_base64(part)
    part.add_header("Content-Disposition", "attachment", filename="rendez-vous.ics")
    return part


def _send(made: Invitation, row: Appointment, reach: Reach, *, still: bool) -> None:
    if not still:
        _mailed(made=made, state=MailState.STOPPED)
        return
    with gesture_scope():
        if not Invitation.unscoped.filter(pk=made.pk, mail_state=MailState.WAITING).update(mail_state=MailState.SENDING):
            return
    subject, blocks, _envelope = letter(
        row, made.kind, language=made.language, reach=reach, way=Way.EMAIL, reference="", author=made.author_label, on=clock.today()
    )
    message = EmailMessage(
        " ".join(subject.split()), body(blocks, made.author_label), to=[made.mail_to], headers={"Auto-Submitted": "auto-generated"}
    )
    message.attach(_attached(calendar_file(row, made.kind, made.language)))
    try:
        state, words = leave(message)
    except OSError:  # the job comes again
        with gesture_scope():
            Invitation.unscoped.filter(pk=made.pk, mail_state=MailState.SENDING).update(mail_state=MailState.WAITING)
        raise
    _mailed(made=made, state=state, words=words)


@gesture
def _mailed(*, made: Invitation, state: str, words: str = "") -> None:
    Invitation.unscoped.filter(pk=made.pk).update(mail_state=state, mail_words=words[:400])
    if state in (MailState.REFUSED, MailState.STOPPED):  # the person knows what an earlier one told, or nothing
        told = Invitation.unscoped.filter(
            appointment=made.appointment_id, mail_state__in=(MailState.NONE, MailState.SENT, MailState.UNSURE)
        )
        before = told.exclude(pk=made.pk).order_by("-at", "-pk").values_list("lock", flat=True).first()
        Appointment.unscoped.filter(pk=made.appointment_id, told_lock=made.lock).update(told_lock=before)
