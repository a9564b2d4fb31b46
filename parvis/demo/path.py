"""``parvis story aid-request``: the whole path on a fresh or demo instance, through the same services as the screens."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from parvis.decisions import api as decisions
from parvis.decisions.enums import Outcome
from parvis.decisions.models import Minutes, Notification, Session
from parvis.documents import api as documents
from parvis.documents.models import Document
from parvis.identity.api import Account
from parvis.kernel import canonical, clock, seals
from parvis.rules.models import Calculation

from . import cast, money, reference, stage


def _case(number: int) -> cast.Case:
    """A single woman with a wage, like the second golden test of the field: 1,044.51 € a month at the rates of 2025."""
    return replace(
        next(case for case in cast.CASES if case.key == "hoffmann"),
        key=f"story{number}",
        given="Katharina",
        family=f"Story-{number:04d}",
        sex="F",
        state=cast.PAID,
        birth=cast.date(1985, 1 + number % 12, 1 + number % 28),
        why="Frau Story lebt allein; ihr Nettolohn ist berücksichtigt, vermindert um die Freibeträge.",
        channel="portal",
        language="de",
        hearing=False,
    )


def _unknown() -> cast.Case:
    """The next such woman: in a large register an invented number may be somebody's, who has a file and a social worker already."""
    from parvis.contacts.models import Identifier
    from parvis.requests.models import Request

    number = Request.unscoped.count() + 1
    while Identifier.unscoped.filter(value=stage.niss_of(_case(number))).exists():
        number += 1
    return _case(number)


def play_aid_request(out: Path) -> dict[str, Any]:
    """Play the path and write its papers.

    Returns: {"steps": [{step, actor, state, seconds}], "request", "dossier", "decision", "order", "files"}.
    """
    out.mkdir(parents=True, exist_ok=True)
    if not Account.objects.filter(is_demo=True).exists():
        reference.load()
    stage.forget()
    play = stage.Play(_unknown())
    steps: list[dict[str, Any]] = []

    def step(name: str, who: str, gesture: Callable[[], Any]) -> Any:
        started = time.monotonic()
        result = gesture()
        stage.run_jobs()
        state = ""
        if play.request is not None:
            state = play.line.stage
        steps.append({"step": name, "actor": who, "state": state, "seconds": round(time.monotonic() - started, 3)})
        return result

    step("request", "citizen", lambda: stage.send(play))
    step("identify", stage.CLERK, lambda: stage.identify(play))
    step("inquiry", stage.WORKERS[play.case.unit], lambda: stage.inquire(play))
    step("proposal", stage.WORKERS[play.case.unit], lambda: stage.draft(play))
    step("submit", stage.WORKERS[play.case.unit], lambda: stage.submit(play))
    step("review", stage.CHIEFS[play.case.unit], lambda: stage.review(play))

    def sit() -> Session:
        session = stage.plan_session(clock.now() + timedelta(minutes=1))
        stage.fill_session_with(session, [play.proposal])  # type: ignore[list-item]
        stage.hold_session(session, {play.proposal.pk: play})  # type: ignore[union-attr]
        return session

    session = step("committee", stage.SECRETARY, sit)
    assert play.decision is not None and play.decision.outcome == Outcome.GRANTED
    step("notification", stage.SECRETARY, lambda: stage.notify(play))
    order = step("payment", stage.PAYER, lambda: money.prepare_first(play))
    order = step("release", stage.RELEASER, lambda: money.release_first(play, order))
    step("bank", "bank", lambda: money.bank_answers(play))
    seals.seal()
    files = _write(out, play, session, order)
    play.request.refresh_from_db()  # type: ignore[union-attr]
    return {
        "story": "aid-request",
        "steps": steps,
        "request": play.request.number,  # type: ignore[union-attr]
        "dossier": play.request.dossier.number,  # type: ignore[union-attr]
        "decision": play.decision.number,
        "order": getattr(order, "number", ""),
        "amount": format(Decimal(play.notes.get("amount", "0")), "f"),
        "files": files,
    }


def _write(out: Path, play: stage.Play, session: Session, order: Any) -> list[str]:
    decision = play.decision
    assert decision is not None and play.request is not None and play.proposal is not None
    written: dict[str, bytes] = {}
    receipt = next(
        d
        for d in Document.unscoped.filter(subject_type="request", subject_id=play.request.pk).select_related("file")
        if d.kind == "receipt"
    )
    written["receipt.pdf"] = documents.read_bytes(receipt.file)
    notification = Notification.unscoped.select_related("letter__file").get(decision=decision)
    written["notification.pdf"] = documents.read_bytes(notification.letter.file)
    minutes = Minutes.unscoped.select_related("document__file").get(session=session)
    written["minutes.pdf"] = documents.read_bytes(minutes.document.file)
    written["proposal.pdf"] = stage.proposal_pdf(play)
    written["pack.json"] = decisions.pack_file(decision.pack).encode()
    row = decision.decided_version.provisions[0]
    calculation = Calculation.unscoped.get(pk=row["calculation_id"])
    play.notes["amount"] = row["amount"]
    written["explanation.json"] = canonical.dumps(
        {"amount": calculation.amount, "ruleset": calculation.ruleset, "tree": calculation.tree}
    ).encode()
    if order is not None:
        written["payment.xml"] = money.order_xml(order)
    for name, data in written.items():
        (out / name).write_bytes(data)
    json.loads(written["pack.json"])
    return sorted(written)
