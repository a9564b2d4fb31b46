"""One POST of a form, whoever fills it in: read, keep, then say what comes next. Shared by the citizen's pages and the desk."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from parvis.kernel import clock
from parvis.kernel.actor import Actor

from .answers import add_row, read_page, remove_row
from .engine import problems, resolve
from .models import Draft
from .services import attach_uploads, remove_upload, save_draft
from .states import FieldState, FormState, PageState, Problem

#: What a submit button asks for. The value is the path concerned.
ACTIONS = ("add", "remove", "drop", "later", "refresh")


@dataclass
class Outcome:
    """``kind``: "next" (all good), "again" (an answer brought more questions), "rows" (a line or file was added or removed),
    "later" (stop here), "errors". ``anchor`` is the id to go to."""

    kind: str
    draft: Draft
    state: FormState
    problems: list[Problem] = field(default_factory=list)
    anchor: str = ""


def state_of(draft: Draft, channel: str = "portal") -> FormState:
    return resolve(draft.form.definition, draft.answers, today=clock.today(), channel=channel)


def handle_post(
    *,
    actor: Actor,
    draft: Draft,
    pages: Collection[str],
    post: Any,
    files: Any,
    channel: str = "portal",
    language: str = "",
) -> Outcome:
    """Keep what was posted for these pages. Everything typed is saved, even what is wrong.

    Raises:
        AlreadySent: the draft was sent in another window.
    """
    state = state_of(draft, channel)
    answers = dict(draft.answers)
    for page in state.pages:
        if page.key in pages:
            answers = read_page(page, post, answers)
    state = resolve(draft.form.definition, answers, today=clock.today(), channel=channel)
    refused: list[Problem] = []
    for page in _among(state, pages):
        answers, found = attach_uploads(actor=actor, page=page, files=files, answers=answers)
        refused += found
    action, target = _action(post)
    last = sorted(pages, key=[page.key for page in state.pages].index)[-1] if pages else ""
    page_key = last if len(pages) == 1 else ""

    def save(*, done: bool = False) -> None:
        save_draft(actor=actor, draft=draft, answers=answers, page=page_key, done=done, language=language)

    if action in {"add", "remove", "drop"}:
        answers, anchor = _change(action, target, _among(state, pages), answers)
        save()
        return Outcome("errors" if refused else "rows", draft, state_of(draft, channel), refused, anchor)
    if action in {"later", "refresh"}:
        save()
        return Outcome(action if action == "later" else "again", draft, state_of(draft, channel))
    state = resolve(draft.form.definition, answers, today=clock.today(), channel=channel)
    shown = set(post.getlist("shown"))
    found = refused + [
        problem for key in pages for problem in problems(state, today=clock.today(), page=key) if not problem.path or problem.path in shown
    ]
    found.sort(key=lambda problem: [page.key for page in state.pages].index(problem.page))
    mark_errors(state, refused)
    if found:
        save()
        return Outcome("errors", draft, state, found)
    revealed = next((one for page in _among(state, pages) for one in _asked(page) if one.path not in shown), None)
    save(done=revealed is None)
    if revealed is not None:
        return Outcome("again", draft, state_of(draft, channel), [], f"w-{revealed.path}")
    return Outcome("next", draft, state)


def mark_errors(state: FormState, found: list[Problem]) -> None:
    """Put errors that did not come from the rules (refused files) beside their field."""
    by_path = {problem.path: problem.text for problem in found}
    for page in state.visible_pages:
        for one in _all(page):
            if one.path in by_path:
                one.error = by_path[one.path]


def _among(state: FormState, pages: Collection[str]) -> list[PageState]:
    return [page for page in state.visible_pages if page.key in pages]


def _all(page: PageState) -> Iterator[FieldState]:
    for state in page.shown:
        yield state
        for row in state.rows:
            yield from (child for child in row.fields if child.visible)


def _asked(page: PageState) -> Iterator[FieldState]:
    return (state for state in _all(page) if state.type not in {"info", "computed"})


def _action(post: Any) -> tuple[str, str]:
    for name in ACTIONS:
        if name in post:
            return name, post.get(name, "")
    return "", ""


def _change(action: str, target: str, pages: list[PageState], answers: dict[str, Any]) -> tuple[dict[str, Any], str]:
    if action == "drop":
        path, _sep, number = target.rpartition(":")
        if number.isdecimal():
            for page in pages:
                answers = remove_upload(page, answers, path, int(number))
        return answers, f"w-{path}"
    key, _sep, number = target.partition(":")
    for page in pages:
        for state in page.fields:
            if state.key == key and state.type == "rows":
                if action == "add":
                    answers = add_row(state, answers)
                    return answers, f"r-{key}-{len(answers[key]) - 1}"
                if number.isdecimal():
                    return remove_row(state, answers, int(number)), f"w-{key}"
    return answers, ""


def form_context(state: FormState, found: list[Problem] | None = None) -> dict[str, Any]:
    """What the form's templates use."""
    return {"form": state, "problems": found or [], "errors": [{"text": p.text, "target": p.target, "label": p.label} for p in found or []]}
