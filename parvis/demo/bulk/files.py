"""Rows of dossiers: members, referents, situation, journal; requests with lines, clocks and tasks; proposals, decisions, letters."""

from __future__ import annotations

from datetime import date, timedelta
from hashlib import sha256
from random import Random
from typing import Any

from parvis.kernel import canonical
from parvis.kernel.textmatch import sort_key
from parvis.kernel.wordindex import key_of, words_of

from .plan import COMMITTEE, INQUIRY, NOTIFY, PAY, PROPOSAL, Asked, Opened, Plan, Setting
from .rows import LABEL, Rows, fact, uuid
from .texts import AIDS, LABELS, LINES, NEEDS, NOTES, RESOURCES, STEPS, TERMS, TITLES

DRAFTED = 11  # days after the request
NOTE_KEYS = {text: [key_of(word) for word in words_of(text)] for _kind, text in NOTES}
"""The words under which each of the notes is found."""
CHANNELS = ("portal", "desk_visit", "call", "letter", "mail")


class Numbers:
    """Hands out the numbers that were kept for this batch."""

    def __init__(self, last: dict[tuple[str, int], int]) -> None:
        self.last = dict(last)

    def take(self, series: str, year: int) -> int:
        self.last[series, year] += 1
        return self.last[series, year]


def instant(day: date, hour: int = 9, minute: int = 0) -> str:
    return f"{day.isoformat()} {hour:02d}:{minute:02d}:00"


class Files:
    """Writes the dossiers of a batch after its plan, and what was asked and decided in them."""

    def __init__(
        self, rng: Random, rows: Rows, first: dict[str, int], numbers: Numbers, setting: Setting, homes: list[list[dict[str, Any]]]
    ) -> None:
        self.rng, self.rows, self.first, self.numbers, self.setting = rng, rows, first, numbers, setting
        self.homes = homes
        self.granted: list[dict[str, Any]] = []
        self.agents: list[tuple[int, str, int]] = []
        self.leads: list[list[dict[str, Any]]] = []
        self.entry = first["entry"]

    def write(self, plan: Plan) -> list[dict[str, Any]]:
        """Returns what was granted, for the money."""
        self.leads = self.rng.choices(self.homes, k=len(plan.dossiers)) if len(self.homes) < len(plan.dossiers) else []
        self.leads = self.leads or self.rng.sample(self.homes, len(plan.dossiers))
        for index, opened in enumerate(plan.dossiers):
            self._dossier(index, opened, self.leads[index])
        for index, asked in enumerate(plan.requests):
            self._request(index, asked)
        return self.granted

    def _dossier(self, index: int, opened: Opened, home: list[dict[str, Any]]) -> None:
        rng, rows, at = self.rng, self.rows, self.setting.at
        pk, day, closed = self.first["dossier"] + index, opened.day, opened.closed
        agent = rng.choice(self.setting.agents)
        self.agents.append(agent)
        number = f"{day.year}-{self.numbers.take('dossier', day.year):05d}"
        status, reason = ("closed", "Fin de l’aide") if closed else ("open", "")
        rows["dossier"].append(
            (
                pk,
                uuid(rng),
                1,
                number,
                agent[2],
                home[0]["id"],
                sort_key(f"{home[0]['family']} {home[0]['given']}"),
                status,
                day,
                closed,
                reason,
            )
        )
        start = fact(day, at)
        for place, person in enumerate(home):
            role = "applicant" if place == 0 else "partner" if person["adult"] else "child"
            rows["dossier_member"].append((*fact(max(day, person["birth"]), at), pk, person["id"], role, 1))
        if rng.random() < 0.3:
            handed = day + timedelta(days=rng.randrange(40, 900))
            before = rng.choice(self.setting.agents)
            if handed < self.setting.today:
                rows["referent"].append((*fact(day, at, handed), pk, before[0], "main"))
                rows["referent"].append((*fact(handed, at), pk, agent[0], "main"))
            else:
                rows["referent"].append((*start, pk, agent[0], "main"))
        else:
            rows["referent"].append((*start, pk, agent[0], "main"))
        for label, kind, low, high in rng.sample(RESOURCES, rng.choice((1, 1, 2, 3))):
            amount = f"{rng.randrange(low, high) / 100:.2f}"
            rows["situation"].append((*start, pk, uuid(rng), home[0]["id"], kind, label, amount, "EUR", "month", "{}"))
        self._journal(pk, opened, agent)

    def _journal(self, pk: int, opened: Opened, agent: tuple[int, str, int]) -> None:
        rng, rows = self.rng, self.rows
        end = opened.closed or self.setting.today
        day = opened.day
        for _ in range(rng.choices((1, 3, 6, 10, 20, 60), (10, 30, 30, 20, 9, 1))[0]):
            kind, text = rng.choice(NOTES)
            when = instant(day, rng.randrange(8, 17), rng.randrange(60))
            rows["entry_word"].extend([(key, agent[2], self.entry) for key in NOTE_KEYS[text]])
            rows["entry"].append((self.entry, uuid(rng), pk, kind, when, when, "", text, agent[0], agent[1], 0, "social", ""))
            self.entry += 1
            day += timedelta(days=rng.randrange(1, 150))
            if day >= end:
                break

    def _request(self, index: int, asked: Asked) -> None:
        rng, rows, setting = self.rng, self.rows, self.setting
        pk, line = self.first["request"] + index, self.first["line"] + index
        joined = asked.dossier >= 0
        home = self.leads[asked.dossier] if joined else rng.choice(self.homes)
        agent = self.agents[asked.dossier] if joined else rng.choice(setting.agents)
        dossier = self.first["dossier"] + asked.dossier if joined else None
        person, day = home[0], asked.day
        number = f"{day.year}/{self.numbers.take('request', day.year):05d}"
        channel, when = rng.choice(CHANNELS), instant(day, rng.randrange(8, 16), rng.randrange(60))
        kind = rng.choices(tuple(AIDS), (62, 14, 24))[0]
        answers = canonical.dumps(
            {
                "last_name": person["family"],
                "first_name": person["given"],
                "birth_date": person["birth"].isoformat(),
                "need": rng.choice(NEEDS),
            }
        )
        language = person["language"]
        by = ("", "portail") if channel == "portal" else (agent[0], agent[1])
        rows["request"].append(
            (
                pk, uuid(rng), number, setting.procedure, agent[2], channel, when, day, language, answers, person["name"],
                sort_key(person["name"]), 0, "", int(rng.random() < 0.1), by[0] or None, by[1], dossier, person["id"] if joined else None,
                when if joined else None, agent[0] if joined else None, agent[1] if joined else "", "{}",
            )
        )  # fmt: skip
        rows["document"].append(
            (
                uuid(rng), "request", pk, dossier, "receipt", "social", f"Accusé de réception {number}", language, day, "produced", setting.file,
                f"{number.replace('/', '-')}.pdf", "", when, LABEL,
            )
        )  # fmt: skip
        due = day + timedelta(days=30)
        stage_day = asked.decided or day
        rows["line"].append(
            (
                line, uuid(rng), pk, kind, LABELS[kind], LINES[kind], TERMS[kind], "[]", "", "aid-request", person["id"] if joined else None, asked.stage,
                instant(stage_day, 14), "", None,
            )
        )  # fmt: skip
        self._clocks(line, kind, number, asked, due)
        self._marks(line, asked, agent)
        self._task(line, asked, agent, dossier, due)
        if joined and asked.drafted:
            self._proposal(index, asked, agent, person, kind)

    def _clocks(self, line: int, kind: str, number: str, asked: Asked, due: date) -> None:
        rows, at = self.rows["clock"], instant(asked.day)
        law = "be.ris" if kind == "ris" else "be.aide_sociale"
        decided = asked.decided
        rows.append((line, "decide", asked.day, number, f"{law}.decide", STEPS["decide"], due, decided, "met" if decided else "", 1, at))
        if decided is None:
            return
        at, sent = instant(decided, 14), None if asked.stage == NOTIFY else min(decided + timedelta(days=3), self.setting.today)
        by = f"{self.setting.prefix} {decided.year}"
        rows.append(
            (line, "notify", decided, by, f"{law}.notify", STEPS["notify"], decided + timedelta(days=8), sent, "met" if sent else "", 1, at)
        )
        if asked.granted:
            paid = sent if asked.stage == "paid" else None
            rows.append(
                (line, "pay", decided, by, f"{law}.pay", STEPS["pay"], decided + timedelta(days=15), paid, "met" if paid else "", 1, at)
            )
        if sent:
            rows.append((line, "appeal", sent, by, f"{law}.appeal", STEPS["appeal"], sent + timedelta(days=92), None, "", 1, at))

    def _marks(self, line: int, asked: Asked, agent: tuple[int, str, int]) -> None:
        rows = self.rows["mark"]
        rows.append((line, "received", "", "inquiry", None, instant(asked.day), None, LABEL))
        if asked.dossier >= 0:
            rows.append((line, "inquiry", "", "", None, instant(asked.day + timedelta(days=1)), agent[0], agent[1]))
        if asked.decided:
            outcome = "granted" if asked.granted else "refused"
            rows.append((line, "decided", outcome, "", None, instant(asked.decided, 14), None, LABEL))
            if asked.stage in {"notified", "paid"}:
                rows.append(
                    (line, asked.stage, outcome if asked.stage == "notified" else "", "", None, instant(asked.decided, 15), None, LABEL)
                )

    def _task(self, line: int, asked: Asked, agent: tuple[int, str, int], dossier: int | None, due: date) -> None:
        """One open task where somebody must do the next thing; the tasks done before are not told again."""
        if asked.dossier < 0:
            step, screen, queue, owner, clock = "identify", "requests.identify", "clerk", None, "decide"
        elif asked.stage == INQUIRY:
            step, screen, queue, owner, clock = "inquiry", "decisions.draft_proposal", "social_worker", agent[0], "decide"
        elif asked.stage == PROPOSAL:
            step, screen, queue, owner, clock = "review", "decisions.review", "chief", None, "decide"
        elif asked.stage == COMMITTEE:
            step, screen, queue, owner, clock = "committee", "decisions.committee", "committee_secretary", None, "decide"
        elif asked.stage == NOTIFY:
            step, screen, queue, owner, clock = "notify", "decisions.notify", "committee_secretary", None, "notify"
        elif asked.stage == PAY and asked.granted:
            step, screen, queue, owner, clock = "pay", "aid.pay", "payer", None, "pay"
        else:
            return
        since = asked.decided or asked.day
        if asked.decided:
            due = asked.decided + timedelta(days=8 if clock == "notify" else 15)
        opened = instant(since, 14)
        self.rows["task"].append(
            (
                uuid(self.rng), step, "", f"{LABEL}:{line}:{step}", TITLES[step], screen, "request_line", line, dossier, owner, queue, agent[2], due, due,
                since, clock, "", "open", "", opened, opened, None, "", 0,
            )
        )  # fmt: skip

    def _proposal(self, index: int, asked: Asked, agent: tuple[int, str, int], person: dict[str, Any], kind: str) -> None:
        rng, rows = self.rng, self.rows
        line, pk, dossier = self.first["line"] + index, self.first["proposal"] + index, self.first["dossier"] + asked.dossier
        version = self.first["version"] + index
        drafted = instant(asked.day + timedelta(days=DRAFTED), 11)
        state = "decided" if asked.decided else {INQUIRY: "draft", PROPOSAL: "submitted", COMMITTEE: "validated"}[asked.stage]
        submitted = None if state == "draft" else drafted
        reviewed = drafted if state in {"validated", "decided"} else None
        amount = "876.13" if kind != "one_off" else f"{rng.randrange(40, 900)}.00"
        periodicity = "once" if kind == "one_off" else "month"
        first = asked.months[0] if asked.months else asked.day.replace(day=1)
        until = asked.until or first + timedelta(days=366)
        outcome = "granted" if asked.granted or not asked.decided else "refused"
        title = AIDS[kind]
        rows["proposal"].append(
            (
                pk, uuid(rng), line, dossier, agent[2], person["id"], title, person["language"], state, 1, 0, 0, 0, 0, 0, asked.day.isoformat(),
                "receipt", "", outcome, "", agent[0],
                agent[1], drafted, submitted, reviewed, "", "",
            )
        )  # fmt: skip
        provision = {
            "key": "populate", "kind": LINES[kind], "beneficiary": {"person_id": person["id"], "name": person["name"]},
            "payee": {"name": person["name"], "iban": person["iban"], "person_id": person["id"], "bank_account_id": None}, "amount": amount,
            "currency": "EUR", "periodicity": periodicity, "from": first.isoformat(), "to": (until - timedelta(days=1)).isoformat(),
            "calculation_id": None, "recover": None, "details": {}, "label": title,
        }  # fmt: skip
        block = {
            "key": "facts", "kind": "free", "language": person["language"], "text": rng.choice(NEEDS), "heading": "Votre situation", "data": {},
            "mentions": ["factual_grounds"],
        }  # fmt: skip
        blocks, provisions = canonical.dumps([block]), canonical.dumps([provision] if outcome == "granted" else [])
        rows["version"].append((version, pk, 1, "draft", blocks, provisions, "{}", agent[0], agent[1], drafted))
        if asked.decided is None:
            return
        self._decision(index, asked, agent, person, provision, outcome, (kind, blocks, provisions, amount, periodicity, first, until))

    def _decision(
        self,
        index: int,
        asked: Asked,
        agent: tuple[int, str, int],
        person: dict[str, Any],
        provision: dict[str, Any],
        outcome: str,
        terms: tuple[str, str, str, str, str, date, date],
    ) -> None:
        rng, rows, day = self.rng, self.rows, asked.decided
        assert day is not None
        kind, blocks, provisions, amount, periodicity, first, until = terms
        pk, line, dossier = self.first["decision"] + index, self.first["line"] + index, self.first["dossier"] + asked.dossier
        version, at = self.first["version"] + index, instant(day, 14)
        number = f"{self.setting.prefix} {day.year}/{self.numbers.take('decision', day.year):04d}"
        content = f'{{"blocks":{blocks},"decision":{{"number":"{number}","outcome":"{outcome}"}},"provisions":{provisions}}}'
        digest = sha256(content.encode()).hexdigest()
        rows["decision"].append(
            (
                pk, uuid(rng), number, self.first["proposal"] + index, line, dossier, agent[2], version, version, "committee", outcome, "", 0, 7, 7, 0, 0,
                at, day, LABEL, "none", digest,
            )
        )  # fmt: skip
        rows["pack"].append((pk, content, digest, at))
        sent = asked.stage != NOTIFY
        on = min(day + timedelta(days=3), self.setting.today) if sent else None
        rows["notification"].append(
            (
                uuid(rng), pk, person["id"], person["language"], "sent" if sent else "to_send", 1, "registered" if sent else "",
                f"R{rng.randrange(10**9):09d}" if sent else "", instant(on, 15) if on else None, on, LABEL if sent else "",
                on + timedelta(days=92) if on else None, "", "", at,
            )
        )  # fmt: skip
        if outcome != "granted":
            return
        entitlement = self.first["entitlement"] + index
        state = "ended" if until <= self.setting.today else "running"
        if periodicity == "once":
            until, state = first + timedelta(days=1), "running"
        months = asked.months[:1] if periodicity == "once" else asked.months
        rows["entitlement"].append(
            (
                entitlement, uuid(rng), pk, "populate", dossier, line, agent[2], LINES[kind], LABELS[kind], person["id"], person["name"], amount, "EUR",
                periodicity, first, until, state, months[0] if months else None, at,
            )
        )  # fmt: skip
        rows["payee"].append((entitlement, 1, person["name"], person["id"], person["iban"], "", at, LABEL))
        self.granted.append(
            {
                "entitlement": entitlement, "dossier": dossier, "person": person, "kind": LINES[kind], "amount": amount, "months": months, "first": first,
                "title": AIDS[kind],
            }
        )  # fmt: skip
