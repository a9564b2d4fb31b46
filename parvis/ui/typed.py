"""What was typed in a form that was answered with a question first: it waits in the session, and is sent again by one click.

It is held on the server, of bounded size and for two hours, shown to nobody but who typed it, and in no address. Files are not kept: the page
asks for them again. It is never sent by itself.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import Any, cast

from django.http import HttpRequest
from django.urls import reverse

from parvis.kernel import clock
from parvis.kernel.actor import Actor
from parvis.ui.templatetags.parvis import IDEMPOTENCY_FIELD

KEY = "typed"
#: The hidden field by which a form that is sent again says which one it was.
AGAIN = "typed_again"
SKIPPED = frozenset({"csrfmiddlewaretoken", IDEMPOTENCY_FIELD, AGAIN})
SECRET = re.compile("password|secret|passkey")
MOST_FORMS = 3
MOST_FIELDS = 400
MOST_CHARACTERS = 100_000
SECONDS = 2 * 3600
MOST_WORDS = 12


@dataclass(frozen=True)
class Typed:
    """A form that waits. ``pairs``: all that was sent, empty when it was too long; ``files``: field and name of each file that has to be chosen
    again."""

    key: str
    action: str
    back: str
    pairs: list[list[str]]
    files: list[list[str]]
    too_long: bool

    @property
    def words(self) -> list[str]:
        """What a person recognises it by: sentences and names, no codes."""
        said = [value.strip() for _name, value in self.pairs if len(value.split(maxsplit=1)) > 1 and any(map(str.isalpha, value))]
        return said[:MOST_WORDS]

    @property
    def others(self) -> int:
        """Fields of which the page does not repeat the value."""
        return sum(1 for _name, value in self.pairs if value.strip()) - len(self.words)


def keep(request: HttpRequest, back: str) -> str:
    """Keep what this POST carries. Returns the address where it waits, empty when nothing was typed or nobody is there to take it up again."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    session: Any = getattr(request, "session", None)
    if request.method != "POST" or session is None or not actor.is_agent or request.headers.get("X-Autosave"):
        return ""
    pairs = [
        [name, value] for name in request.POST if name not in SKIPPED and not SECRET.search(name) for value in request.POST.getlist(name)
    ]
    files = [[name, str(file.name)[:200]] for name in request.FILES for file in cast(Any, request.FILES).getlist(name)]
    if not any(value.strip() for _name, value in pairs) and not files:
        return ""
    too_long = len(pairs) > MOST_FIELDS or sum(len(name) + len(value) for name, value in pairs) > MOST_CHARACTERS
    row = {
        "key": uuid.uuid4().hex,
        "who": _who(actor),
        "at": int(clock.now().timestamp()),
        "action": request.get_full_path(),
        "back": back,
        "pairs": [] if too_long else pairs,
        "files": files[:20],
        "too_long": too_long,
    }
    before = [one for one in _fresh(session) if one["key"] != request.POST.get(AGAIN)]
    session[KEY] = [row, *before][:MOST_FORMS]
    return reverse("ui:typed")


def waiting(request: HttpRequest) -> list[Typed]:
    """Of whoever asks, in whose name they act now; the newest first."""
    session: Any = getattr(request, "session", None)
    if session is None or KEY not in session:
        return []
    who = _who(request.actor)  # type: ignore[attr-defined]
    names = Typed.__dataclass_fields__
    return [Typed(**{name: row[name] for name in names}) for row in _fresh(session) if row["who"] == who]


def on_the_way(request: HttpRequest, back: str) -> Typed | None:
    """For a page that asks something first: the form that waits behind it."""
    found = waiting(request) if back == reverse("ui:typed") else []
    return found[0] if found else None


def settle(request: HttpRequest) -> None:
    """It was sent again and answered: it waits no longer."""
    key, session = request.POST.get(AGAIN), getattr(request, "session", None)
    if not key or session is None or KEY not in session:
        return
    rows = [row for row in _fresh(session) if row["key"] != key]
    if rows:
        session[KEY] = rows
    else:
        del session[KEY]


def _fresh(session: Any) -> list[dict[str, Any]]:
    now = clock.now().timestamp()
    return [row for row in session.get(KEY, []) if 0 <= now - row["at"] <= SECONDS]


def _who(actor: Actor) -> list[int | None]:
    return [actor.account_id, actor.on_behalf_of_id]
