"""Who of a mailing gets what, by which way, and who gets nothing and why. The same answer for the page, the preview and the job."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Prefetch

from parvis.contacts.api import Reach, reach_of
from parvis.documents.api import Block, Envelope
from parvis.dossiers.api import Dossier, main_referents, only_reads, own_values_of, rents_at
from parvis.kernel.actor import Actor
from parvis.kernel.scope import may_see

from . import content as texts
from .content import Content, content_of
from .enums import ItemState, Means, Reason, Source, Way
from .models import Mailing, Recipient

DEATH = "death"
UNKNOWN = Reach("?")


@dataclass(frozen=True)
class Plan:
    """One letter as it would be today. ``notice``: an e-mail says that it comes. ``reason`` set: nothing is made."""

    recipient: Recipient
    reach: Reach
    language: str
    fallback: bool
    way: str
    reason: str = ""
    detail: str = ""
    notice: bool = False
    facts: dict[str, Any] = field(default_factory=dict)
    reference: str = ""

    @property
    def goes(self) -> bool:
        return not self.reason

    @property
    def mail_to(self) -> str:
        return self.reach.email if self.goes and (self.way == Way.EMAIL or self.notice) else ""


def plans(actor: Actor, mailing: Mailing, day: dt.date, recipients: Iterable[Recipient] | None = None) -> list[Plan]:
    """The plan of each recipient whom the actor may write to, in their order. A fixed number of queries, however many they are."""
    rows = list(recipients if recipients is not None else Recipient.unscoped.filter(mailing=mailing).order_by("number", "pk"))
    dossiers = _dossiers(actor, rows)
    rows = [row for row in rows if row.dossier_id is None or row.dossier_id in dossiers]
    if not rows:
        return []
    content = content_of(mailing)
    reach = reach_of([row.party for row in rows], day)
    facts = _facts(actor, mailing, content, rows, dossiers, reach, day)
    found = []
    emails = _mailed_already(mailing, rows)
    for row in rows:
        one = _one(actor, mailing, content, row, dossiers.get(row.dossier_id or 0), reach.get(row.party, UNKNOWN), facts[row.pk])
        if one.goes and one.way == Way.EMAIL and mailing.source == Source.CONTACTS:
            emails[one.reach.email] += 1
            if emails[one.reach.email] > 1:
                one = Plan(row, one.reach, one.language, one.fallback, Way.NONE, Reason.DOUBLE)
        found.append(one)
    return found


def _mailed_already(mailing: Mailing, rows: list[Recipient]) -> Counter[str]:
    """E-mail addresses of the contacts whose turn came before these."""
    if mailing.is_draft or mailing.source != Source.CONTACTS:
        return Counter()
    before = Recipient.unscoped.filter(mailing=mailing, state=ItemState.MADE, way=Way.EMAIL).exclude(pk__in=[row.pk for row in rows])
    return Counter(before.order_by().values_list("mail_to", flat=True))


def _dossiers(actor: Actor, rows: list[Recipient]) -> dict[int, Dossier]:
    """Dossiers that the actor sees now."""
    ids = [row.dossier_id for row in rows if row.dossier_id is not None]
    if not ids:
        return {}
    referents = Prefetch("referents", queryset=main_referents(), to_attr="main_referents")
    return {one.pk: one for one in Dossier.objects.visible_to(actor).filter(pk__in=ids).prefetch_related(referents)}


def _facts(
    actor: Actor,
    mailing: Mailing,
    content: Content,
    rows: list[Recipient],
    dossiers: dict[int, Dossier],
    reach: dict[tuple[str, int], Reach],
    day: dt.date,
) -> dict[int, dict[str, Any]]:
    """Values of the fields, by recipient."""
    languages = {row.pk: content.language_for(reach.get(row.party, UNKNOWN).language)[0] for row in rows}
    rents = rents_at(list(dossiers), day) if "rent" in content.used and may_see(actor, "money") else {}
    own: dict[int, dict[str, str]] = {}
    if any(name.startswith("own_") for name in content.used):
        by_language: dict[str, dict[int, int]] = {}
        for row in rows:
            if row.dossier_id is not None:
                by_language.setdefault(languages[row.pk], {})[row.dossier_id] = row.person_id or 0
        for language, files in sorted(by_language.items()):
            own |= own_values_of(actor, files, language, day)
    found = {}
    for row in rows:
        facts: dict[str, Any] = {
            "name": reach.get(row.party, UNKNOWN).name,
            "today": day,
            "contact": mailing.author_label,
        }
        dossier = dossiers.get(row.dossier_id or 0)
        if dossier is not None:
            follows = [str(one.account) for one in getattr(dossier, "main_referents", [])]
            facts |= {"reference": dossier.number, "referent": follows[0] if follows else "", "rent": rents.get(dossier.pk)}
            facts |= own.get(dossier.pk, {})
        found[row.pk] = facts
    return found


def _one(
    actor: Actor, mailing: Mailing, content: Content, row: Recipient, dossier: Dossier | None, reach: Reach, facts: dict[str, Any]
) -> Plan:
    language, fallback = content.language_for(reach.language)
    missing = [name for name in content.used if facts.get(name) in (None, "")]
    reason, detail = _barred(actor, dossier, reach), ""
    way: str = Way.NONE
    notice = False
    if not reason:
        way, notice, reason = _way(Means.POST if row.by_post else mailing.means, mailing.harmless, dossier is not None, reach)
    if not reason and missing:
        reason, detail = Reason.MISSING, ", ".join(f"{{{name}}}" for name in missing)
    return Plan(
        recipient=row,
        reach=reach,
        language=language,
        fallback=fallback,
        way="" if reason else str(way),
        reason=str(reason),
        detail=detail,
        notice=notice and not reason,
        facts=facts,
        reference=dossier.number if dossier is not None else "",
    )


def _barred(actor: Actor, dossier: Dossier | None, reach: Reach) -> str:
    if reach.closed:
        return Reason.CLOSED
    if dossier is None:
        return ""
    if dossier.close_code == DEATH:
        return Reason.DECEASED
    if dossier.archived_on is not None or dossier.destroyed_on is not None:
        return Reason.ARCHIVED
    if only_reads(actor, dossier):
        return Reason.READ_ONLY
    return ""


def _way(means: str, harmless: bool, has_file: bool, reach: Reach) -> tuple[str, bool, str]:
    """(way, notice by e-mail, why nothing goes). To a person with a file the text stands in an e-mail only when its author says that it is
    harmless; else the letter goes by post and an e-mail says no more than that it comes."""
    by_email = bool(reach.email) and not reach.no_email
    in_email = by_email and (harmless or not has_file)
    if means == Means.EMAIL:
        if in_email:
            return Way.EMAIL, False, ""
        if reach.protected:
            return Way.NONE, False, Reason.PROTECTED
        return Way.NONE, False, Reason.REFUSES_EMAIL if reach.no_email else Reason.NO_EMAIL
    prefers = means == Means.PREFERRED and reach.channel == "email"
    if prefers and in_email:
        return Way.EMAIL, False, ""
    if reach.no_post:
        may = means == Means.PREFERRED and in_email
        return (Way.EMAIL, False, "") if may else (Way.NONE, False, Reason.REFUSES_POST)
    if reach.protected:
        return Way.HAND, False, ""
    if reach.lines:
        return Way.POST, prefers and by_email, ""
    return Way.NONE, False, Reason.NO_ADDRESS


def letter(mailing: Mailing, content: Content, plan: Plan, day: dt.date) -> tuple[list[Block], Envelope]:
    """The letter of one recipient."""
    subject, blocks = content.blocks(plan.language, plan.facts)
    lines = plan.reach.lines if plan.way != Way.EMAIL else (plan.reach.email,)
    framed = texts.envelope(
        mailing,
        language=plan.language,
        name=plan.reach.name,
        lines=lines,
        subject=subject,
        reference=plan.reference,
        on=day,
        hand=plan.way == Way.HAND,
    )
    return blocks, framed


@dataclass(frozen=True)
class Summary:
    """How many go which way, and why others get nothing."""

    post: int = 0
    hand: int = 0
    email: int = 0
    notices: int = 0
    fallback: int = 0
    left: tuple[tuple[str, list[Plan]], ...] = ()

    @property
    def goes(self) -> int:
        return self.post + self.hand + self.email

    @property
    def out(self) -> int:
        return sum(len(rows) for _reason, rows in self.left)


def summary(found: list[Plan]) -> Summary:
    ways = Counter(one.way for one in found if one.goes)
    left: dict[str, list[Plan]] = {}
    for one in found:
        if not one.goes:
            left.setdefault(str(Reason(one.reason).label), []).append(one)
    return Summary(
        post=ways[Way.POST],
        hand=ways[Way.HAND],
        email=ways[Way.EMAIL],
        notices=sum(1 for one in found if one.notice),
        fallback=sum(1 for one in found if one.goes and one.fallback),
        left=tuple(left.items()),
    )


def _length(content: Content, one: Plan) -> int:
    """How long a letter is, near enough to find the longest without making them all."""
    written = content.texts.get(one.language, {})
    return (
        len(written.get("text", "")) + sum(len(str(one.facts.get(name) or "")) for name in ("name", *content.used)) + len(one.reach.lines)
    )


def shown_first(content: Content, found: list[Plan]) -> list[tuple[str, Plan]]:
    """The three letters worth looking at: the longest, one in another language, one that lacks something; each with why."""
    going = [one for one in found if one.goes]
    chosen: list[tuple[str, Plan]] = []
    if going:
        longest = max(going, key=lambda one: _length(content, one))
        chosen.append(("longest", longest))
        other = next((one for one in going if one.language != longest.language), None) or next(
            (one for one in going if one.fallback and one is not longest), None
        )
        if other is not None:
            chosen.append(("language", other))
    lacking = next((one for one in found if one.reason == Reason.MISSING), None)
    if lacking is not None:
        chosen.append(("missing", lacking))
    taken = {one.recipient.pk for _why, one in chosen}
    chosen += [("another", one) for one in going if one.recipient.pk not in taken][: 3 - len(chosen)]
    return chosen[:3]
