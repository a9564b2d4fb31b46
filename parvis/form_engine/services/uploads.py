"""Files sent with a form: checked by content in ``documents``, named in the answers by their id."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from parvis.documents.api import accept_upload
from parvis.kernel.actor import Actor
from parvis.kernel.errors import DomainError

from ..answers import put, upload_states
from ..definition import UPLOAD_KINDS
from ..states import FieldState, PageState, Problem

MAX_FILES = 5
MAX_MB = 10


def attach_uploads(*, actor: Actor, page: PageState, files: Any, answers: dict[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """Add the files of a POST to the answers. A refused file is a problem of its field; the others are kept."""
    problems: list[Problem] = []
    for state in upload_states(page):
        kept = list(state.value or [])
        for upload in files.getlist(state.id):
            most = state.field.get("max_files", MAX_FILES)
            if len(kept) >= most:
                problems.append(_problem(page, state, _("At most %(count)d files.") % {"count": most}))
                break
            try:
                stored = accept_upload(
                    upload,
                    max_mb=state.field.get("max_mb", MAX_MB),
                    kinds=tuple(state.field.get("accept", UPLOAD_KINDS)),
                )
            except DomainError as error:
                problems.append(_problem(page, state, str(error)))
                continue
            if all(item["file"] != stored.pk for item in kept):
                kept.append({"file": stored.pk, "name": (upload.name or "")[-120:], "size": stored.size, "type": stored.mime})
        if kept != (state.value or []):
            answers = put(answers, state.path, kept)
    return answers, problems


def remove_upload(page: PageState, answers: dict[str, Any], path: str, file_id: int) -> dict[str, Any]:
    for state in upload_states(page):
        if state.path == path:
            return put(answers, path, [item for item in state.value or [] if item["file"] != file_id] or None)
    return answers


def _problem(page: PageState, state: FieldState, text: str) -> Problem:
    state.error = text
    return Problem(page.key, state.path, state.id, state.label, text)
