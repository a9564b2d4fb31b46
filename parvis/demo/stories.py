"""The demonstration's stories, interleaved in one order of time: the clock only moves forward, so numbers, chains and ledger do too."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from parvis.accounting.models import PaymentOrder
from parvis.contacts import api as contacts
from parvis.decisions.models import Proposal, Session
from parvis.form_engine import api as forms
from parvis.kernel import clock, seals
from parvis.kernel.periods import month_start, next_month
from parvis.kernel.terms import is_closed
from parvis.procedures import api as procedures

from . import appointments, cast, mailing, money, registers, stage
from .cast import Case

Script = Iterator[datetime]

FAR = {
    state: rank
    for rank, state in enumerate(
        (
            cast.DRAFT, cast.SENT, cast.INQUIRY, cast.DRAFTED, cast.RETURNED, cast.SUBMITTED, cast.LEGAL, cast.WAITING, cast.AGENDA,
            cast.POSTPONED, cast.MORE_INFO, cast.DECIDED, cast.NOTIFIED, cast.REJECTED, cast.PAID, cast.ADJUSTED, cast.ENDING, cast.REFUSED,
        )
    )
}  # fmt: skip
SESSION_EVERY = 14
LAST_SESSION = 4


@dataclass
class Calendar:
    """Days of the demonstration, counted back from its end."""

    end: datetime

    def at(self, days_ago: float, hour: int, minute: int = 0) -> datetime:
        """An office hour so many days before the end; never after the end, and never twice the same instant for callers in order."""
        local = self.end.astimezone(clock.zone())
        day = (local - timedelta(days=int(days_ago))).date()
        instant = datetime.combine(day, time(hour, minute), tzinfo=clock.zone())
        return min(instant.astimezone(self.end.tzinfo), self.end - timedelta(minutes=1))

    def sessions(self, oldest: int) -> list[int]:
        """Days ago on which the committee could sit, oldest first: every fortnight, the working day before when the offices are closed."""
        count = (oldest - LAST_SESSION) // SESSION_EVERY + 1
        return [self.open_day(LAST_SESSION + SESSION_EVERY * index) for index in reversed(range(count))]

    def open_day(self, days_ago: int) -> int:
        while is_closed(clock.date_of(self.at(days_ago, 14))):
            days_ago += 1
        return days_ago


@dataclass
class Company:
    """The stories on stage and what they share."""

    calendar: Calendar
    plays: list[stage.Play] = field(default_factory=list)
    sessions: list[tuple[datetime, Session]] = field(default_factory=list)
    orders: list[PaymentOrder] = field(default_factory=list)

    def by_proposal(self) -> dict[int, stage.Play]:
        return {play.proposal.pk: play for play in self.plays if play.proposal is not None}


def case_script(company: Company, play: stage.Play) -> Script:
    """One case, from the request as far as it has come. Sessions and monthly payments are scripts of their own."""
    case, cal = play.case, company.calendar
    asked = case.asked
    spread = sum(map(ord, case.key)) % 50
    far = FAR.get(case.state, 99)

    yield cal.at(asked, 9 + spread % 6, spread)
    if case.state == cast.DRAFT:
        forms.open_draft(
            actor=stage.CITIZEN,
            form=procedures.latest("aid-request").form,
            purpose="aid-request",
            language=case.language,
            answers={"for_whom": "self", "last_name": case.family, "first_name": case.given},
        )
        return
    stage.send(play)
    if case.state == cast.SENT:
        return
    if case.urgent:
        yield cal.at(asked, 15, spread)
        stage.identify(play)
        if case.state == cast.URGENT and asked <= 2:
            return  # the president still has it
        yield cal.at(asked, 16, spread)
        stage.decide_urgent(play)
        yield cal.at(asked, 16, min(spread + 9, 59))
        stage.notify(play)
        money.pay_first(play)
        yield cal.at(max(asked - 1, 0), 8, spread)
        money.bank_answers(play)
        return
    yield cal.at(max(asked - 1, 0), 10, spread)
    stage.identify(play)
    yield cal.at(max(asked - 4, 0), 11, spread)
    stage.inquire(play)
    if case.state == cast.INQUIRY:
        return
    yield cal.at(max(asked - 8, 0), 14, spread)
    stage.draft(play)
    if case.state == cast.DRAFTED:
        return
    yield cal.at(max(asked - 9, 0), 15, spread)
    stage.submit(play)
    if case.state == cast.SUBMITTED:
        return
    yield cal.at(max(asked - 10, 0), 10, spread)
    if case.state == cast.RETURNED:
        stage.review(play, "returned", "Précisez les recherches d’emploi et joignez le bail : le comité les demandera.")
        return
    if spread % 3 == 0:
        stage.correct(play)
    stage.review(play)
    if far <= FAR[cast.AGENDA]:
        return


def after_decision(company: Company, play: stage.Play, on: datetime) -> Script:
    """Notification and payment, in parallel, from the day of the decision."""
    case = play.case
    if play.decision is None or play.decision.outcome not in {"granted", "adjusted", "refused"} or case.state == cast.DECIDED:
        return
    yield on + timedelta(days=1, hours=18)
    stage.notify(play)
    if case.state in {cast.NOTIFIED, cast.REFUSED} or play.decision.outcome == "refused":
        return
    yield on + timedelta(days=2, hours=19)
    money.pay_first(play)
    yield on + timedelta(days=3, hours=20)
    money.bank_answers(play)


def session_script(company: Company, days_ago: int, push: Callable[[Script], None]) -> Script:
    """A session is planned once there is something to decide; with nothing to decide the committee does not sit."""
    cal = company.calendar
    starts = cal.at(days_ago, 14)
    yield cal.at(days_ago + 6, 9)
    session = stage.plan_session(starts) if stage.ready_for_session(_ready(company)) else None
    yield cal.at(days_ago + 1, 16)
    if session is None:
        if not stage.ready_for_session(_ready(company)):
            return
        session = stage.plan_session(starts)
    stage.fill_session_with(session, _ready(company))
    yield starts
    stage.hold_session(session, company.by_proposal())
    for play in company.plays:
        if (
            play.decision is not None
            and play.decision.item_id
            and not play.notes.get("followed")
            and play.decision.item.session_id == session.pk
        ):
            if play.decision.outcome in {"postponed", "more_info"}:
                continue
            play.notes["followed"] = True
            push(after_decision(company, play, starts))


def _ready(company: Company) -> list[Proposal]:
    later = {cast.AGENDA, cast.LEGAL, cast.WAITING}
    return [play.proposal for play in company.plays if play.proposal is not None and play.case.state not in later]


def next_session_script(company: Company) -> Script:
    """The session of today, or of the next working day: its agenda is full, and nothing is decided yet."""
    cal = company.calendar
    yield cal.at(5, 9)
    day = cal.end.astimezone(clock.zone()).date()
    while is_closed(day):
        day += timedelta(days=1)
    session = stage.plan_session(datetime.combine(day, time(14, 0), tzinfo=clock.zone()))
    yield cal.at(1, 17)
    ready = [play for play in company.plays if play.proposal is not None and play.case.state in {cast.AGENDA, cast.LEGAL, cast.POSTPONED}]
    stage.fill_session_with(session, [play.proposal for play in ready])


def opinion_script(company: Company, play: stage.Play) -> Script:
    yield company.calendar.at(6, 11)
    if play.proposal is not None and play.case.key == "bodart":
        stage.opine(play)
        stage.pressed(play)


def months_script(company: Company, oldest: int) -> Script:
    """The 25th of each month: the monthly list is prepared, released by another person, and the bank answers."""
    cal = company.calendar
    month = next_month(month_start((cal.end - timedelta(days=oldest)).date()))
    last = month_start(clock.date_of(cal.end))
    while month <= last:
        on = datetime.combine(month.replace(day=25), time(9, 0), tzinfo=clock.zone())
        if on >= cal.end:
            break
        yield on
        money.monthly_run(company, next_month(month))
        yield on + timedelta(days=1)
        money.monthly_answers(company)
        month = next_month(month)
    yield cal.at(0, 4)
    money.night()


def counter_script(company: Company) -> Script:
    """The last days at the counter and at the accountant's: attestations, and one recovery that comes in whole."""
    cal = company.calendar
    yield cal.at(5, 10)
    claim = money.recover_one(company.plays)
    yield cal.at(2, 9)
    money.attest_some(company)
    yield cal.at(1, 11)
    money.all_came_in(claim)


def seal_script(company: Company, oldest: int) -> Script:
    for days in range(oldest, 0, -30):
        yield company.calendar.at(days, 20)
        seals.seal()


def play_all(cases: tuple[Case, ...], end: datetime, tell: Callable[[str], None] = lambda text: None) -> Company:
    """Play every story up to ``end`` in one order of time."""
    company = Company(Calendar(end))
    oldest = max(case.asked for case in cases)
    queue: list[tuple[datetime, int, Script]] = []
    count = 0

    def push(script: Script) -> None:
        nonlocal count
        when = next(script, None)
        if when is not None and when < end:
            count += 1
            heapq.heappush(queue, (when, count, script))

    for case in cases:
        play = stage.Play(case)
        company.plays.append(play)
        push(case_script(company, play))
        if case.state == cast.LEGAL:
            push(opinion_script(company, play))
    for days_ago in company.calendar.sessions(oldest - 12):
        push(session_script(company, days_ago, push))
    push(next_session_script(company))
    push(months_script(company, oldest))
    push(registers.script(company))
    push(mailing.script(company))
    push(appointments.script(company))
    push(counter_script(company))
    push(seal_script(company, oldest))

    present = end - timedelta(days=oldest + 2)
    told = 0
    while queue:
        when, _, script = heapq.heappop(queue)
        present = max(present + timedelta(milliseconds=200), when)
        with clock.travel(present):
            try:
                nxt = next(script, None)
                stage.run_jobs()
            except Exception as error:
                play = script.gi_frame.f_locals.get("play") if script.gi_frame else None  # type: ignore[attr-defined]
                error.add_note(f"in the story of {play.case.key if play else script.__name__}, on {present.date()}")  # type: ignore[attr-defined]
                raise
        if nxt is not None and nxt < end:
            count += 1
            heapq.heappush(queue, (max(nxt, present + timedelta(minutes=1)), count, script))
        done = int(100 * (present - (end - timedelta(days=oldest))) / timedelta(days=oldest))
        if done >= told + 10:
            told = done - done % 10
            tell(f"· {present.date().isoformat()}  {told} %")
    return company


def known(case: Case) -> bool:
    """True when the person of a case is already in the register."""
    found = contacts.match_persons(
        actor=stage.system(), family_name=case.family, given_names=case.given, national_number=stage.niss_of(case)
    )
    return any(match.certain for match in found)
