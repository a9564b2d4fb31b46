"""From a choice in a list to a mailing that is confirmed, or stopped."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from django.db.models import F
from django.utils.translation import gettext as _

from parvis.contacts.api import reach_of
from parvis.documents.api import LetterTemplate, fields_of, templates_for_many, usual_fields
from parvis.dossiers.api import Dossier
from parvis.kernel import clock, jobs, mutations
from parvis.kernel.actor import Actor
from parvis.kernel.errors import Conflict, NotAllowed
from parvis.kernel.gestures import gesture
from parvis.kernel.outgoing import MailState
from parvis.kernel.subject import SubjectRef

from .. import access
from ..content import HARMLESS, content_of, faults, fields_for, is_ready
from ..enums import ItemState, MailingState, Means, Source
from ..errors import MailingRefused
from ..models import Mailing, Recipient
from ..selectors import plans, summary

STREAM = "context:mailings"
MOST = 1_000
#: E-mails leave this long after the letters are made: until then the mailing can be stopped.
GRACE = dt.timedelta(minutes=5)


def record(actor: Actor, verb: str, mailing: Mailing, values: dict[str, object] | None = None) -> None:
    mutations.record(STREAM, actor=actor, verb=verb, subject=SubjectRef("mailing", mailing.pk), values=values)


def _may(actor: Actor, allowed: bool) -> None:
    if not allowed:
        raise NotAllowed(_("Only who keeps files and the address book writes to many."))


@gesture
def start(*, actor: Actor, dossiers: Iterable[int] = (), contacts: Iterable[tuple[str, int]] = ()) -> Mailing:
    """A draft for these recipients, in their order: the persons under whose name dossiers are filed, or parties of the address book.
    Dossiers that the actor does not see are not taken.

    Raises:
        NotAllowed: the actor writes to nobody. MailingRefused: nobody is left, or more than MOST.
    """
    wanted, parties = list(dict.fromkeys(dossiers)), list(dict.fromkeys(contacts))
    _may(actor, access.may_write_to_dossiers(actor) if wanted else access.may_write_to_many(actor))
    rows = Dossier.objects.visible_to(actor).filter(pk__in=wanted, destroyed_on__isnull=True) if wanted else []
    seen = {row.pk: row for row in rows}
    wanted = [pk for pk in wanted if pk in seen]
    today = clock.today()
    if wanted:
        parties = [("person", seen[pk].lead_id) for pk in wanted]
    reach = reach_of(parties, today)
    if not parties:
        raise MailingRefused(_("Choose at least one line."), field="pick", code="nobody")
    if len(parties) > MOST:
        raise MailingRefused(_("At most %(most)d recipients at a time: narrow the list.") % {"most": MOST}, code="too_many")
    mailing = Mailing.unscoped.create(
        source=Source.DOSSIERS if wanted else Source.CONTACTS,
        author_id=actor.own_id,
        author_label=actor.label[:191],
        created_at=clock.now(),
    )
    Recipient.unscoped.bulk_create(
        Recipient(
            mailing=mailing,
            number=number,
            dossier_id=wanted[number - 1] if wanted else None,
            person_id=pk if kind == "person" else None,
            organisation_id=pk if kind == "organisation" else None,
            name=reach[kind, pk].name[:191] if (kind, pk) in reach else "?",
        )
        for number, (kind, pk) in enumerate(parties, 1)
    )
    record(actor, "mailing.started", mailing, {"source": str(mailing.source), "recipients": len(parties)})
    return mailing


def _held(actor: Actor, mailing: Mailing, expected: int | None = None, *states: str) -> Mailing:
    """The row as it stands now, for a change by its author.

    Raises:
        NotAllowed: not the author's. Conflict: somebody (the author elsewhere) changed it. MailingRefused: not in this state.
    """
    # Locked: writing in one window and confirming in another would else put the draft back over what is being sent.
    row: Mailing | None = Mailing.objects.visible_to(actor).select_for_update().filter(pk=mailing.pk).first()
    if row is None:
        raise NotAllowed(_("Only who wrote a mailing changes it."))
    if row.state not in (states or (MailingState.DRAFT,)):
        raise MailingRefused(_("This mailing has gone on meanwhile: look at it again."), code="state")
    if expected is not None and row.version != expected:
        raise Conflict(_("This mailing was changed in another window: look at it again."))
    return row


@gesture
def write(
    *,
    actor: Actor,
    mailing: Mailing,
    title: str,
    means: str = Means.POST,
    template: LetterTemplate | None = None,
    texts: Mapping[str, Mapping[str, str]] | None = None,
    main_language: str = "fr",
    harmless: bool = False,
    two_sided: bool = True,
    expected: int | None = None,
) -> Mailing:
    """What is written, and by which way it goes.

    Raises:
        MailingRefused: no text, unknown fields (all of them, by line), or an e-mail that would tell of a dossier.
    """
    row = _held(actor, mailing, expected)
    if means not in Means.values:
        raise MailingRefused(_("This value is not in the list."), field="means", code="means")
    if not title.strip():
        raise MailingRefused(_("Give the mailing a name: the files will show it."), field="title", code="title")
    row.title, row.means, row.template, row.main_language = title.strip()[:120], means, template, main_language
    row.harmless, row.two_sided, row.texts = harmless, two_sided, {}
    known = fields_for(actor, row.source)
    if template is not None:
        if template.pk not in {one.pk for one in templates_for_many()}:
            raise MailingRefused(_("This template is not made for mailings."), field="template", code="template")
        used = set(fields_of(template.key)["given"])
        unknown = sorted(used - set(known) - usual_fields())
        if unknown:
            raise MailingRefused(
                _("This template names what these recipients do not have: %(names)s.") % {"names": ", ".join(unknown)},
                field="template",
                code="fields",
            )
    else:
        row.texts = {
            language: {"subject": one.get("subject", "").strip(), "text": one.get("text", "").strip()}
            for language, one in (texts or {}).items()
            if one.get("text", "").strip() or one.get("subject", "").strip()
        }
        main = row.texts.get(main_language, {})
        if not main.get("text"):
            raise MailingRefused(_("Write the text in the main language, or choose a template."), field="text_fr", code="empty")
        for language, one in row.texts.items():
            if not one["subject"] or not one["text"]:
                raise MailingRefused(_("Subject and text go together."), field=f"subject_{language}", code="half")
        if wrong := faults(row.texts, known):
            raise MailingRefused(" ".join(wrong), field="texts", code="fields")
        used = set(content_of(row).used)
    if row.source == Source.DOSSIERS and means == Means.EMAIL and not harmless:
        raise MailingRefused(
            _("To persons with a dossier, e-mails alone go only when the text is harmless: else choose the post."),
            field="means",
            code="email",
        )
    if harmless and (used - HARMLESS - usual_fields()):
        raise MailingRefused(
            _("A text that names something of the dossier is not harmless: %(names)s.")
            % {"names": ", ".join(sorted(used - HARMLESS - usual_fields()))},
            field="harmless",
            code="harmless",
        )
    row.version += 1
    row.save()
    record(actor, "mailing.written", row, {"title": row.title, "means": str(means), "template": template.key if template else ""})
    return row


@gesture
def confirm(*, actor: Actor, mailing: Mailing, expected: int, going: int) -> Mailing:
    """The letters are made from now on. ``going``: how many the author saw on the page; when it is another number today, nothing starts.

    Raises:
        MailingRefused: nothing written, nobody to write to. Conflict: not what was shown.
    """
    row = _held(actor, mailing, expected)
    if not is_ready(row):
        raise MailingRefused(_("Write the text first."), code="empty")
    today = clock.today()
    count = summary(plans(actor, row, today))
    if not count.goes:
        raise MailingRefused(_("Nobody here can be written to."), code="nobody")
    if count.goes != going:
        raise Conflict(_("Something changed since you looked: %(n)d would now get it. Look again, then confirm.") % {"n": count.goes})
    changed = Mailing.unscoped.filter(pk=row.pk, state=MailingState.DRAFT, version=expected).update(
        state=MailingState.MAKING, version=F("version") + 1, on=today, confirmed_at=clock.now(), mails_from=clock.now() + GRACE
    )
    if not changed:
        raise Conflict(_("This mailing was changed in another window: look at it again."))
    row.refresh_from_db()
    jobs.enqueue("mailings.make", SubjectRef("mailing", row.pk), version="1")
    record(actor, "mailing.confirmed", row, {"going": going, "left": count.out})
    return row


@gesture
def discard(*, actor: Actor, mailing: Mailing) -> None:
    """A draft is thrown away."""
    row = _held(actor, mailing)
    record(actor, "mailing.discarded", row)
    row.delete()


@gesture
def stop(*, actor: Actor, mailing: Mailing) -> Mailing:
    """What is not made yet is not made, and e-mails that have not left stay. What is made and filed stays in the files.

    Raises:
        MailingRefused: nothing is left to stop.
    """
    row = _held(actor, mailing, None, MailingState.MAKING, MailingState.DONE)
    # In this order: a letter that is being made just now is waited for, and then its e-mail is stopped.
    unmade = Recipient.unscoped.filter(mailing=row, state=ItemState.WAITING).update(state=ItemState.STOPPED)
    mails = Recipient.unscoped.filter(mailing=row, mail_state=MailState.WAITING).update(mail_state=MailState.STOPPED)
    if not (mails or unmade):
        raise MailingRefused(_("Everything is made, and no e-mail waits any more."), code="late")
    if row.state == MailingState.MAKING:
        Mailing.unscoped.filter(pk=row.pk).update(state=MailingState.STOPPED, ended_at=clock.now(), version=F("version") + 1)
        row.refresh_from_db()
    record(actor, "mailing.stopped", row, {"letters": unmade, "mails": mails})
    return row
