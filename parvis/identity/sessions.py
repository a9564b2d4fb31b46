"""Session engine: Django's database sessions, whose row also says whose session it is, from where and since when."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from parvis.kernel import clock
from parvis.kernel.statements import Statement

_ROW = Statement("identity.session")


class SessionStore(DatabaseStore):
    """The facts of the row travel beside the session's data, not in it: a session keeps few keys."""

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self.facts: dict[str, Any] = {}

    @classmethod
    def get_model_class(cls):
        from .models import WebSession

        return WebSession

    def _get_session_from_db(self):
        row = _ROW.one(
            (),
            lambda at: self.model.objects.filter(session_key=at["session"], expire_date__gt=at["now"]),
            session=self.session_key,
            now=clock.of_machine(),
        )
        if row is None:
            self._session_key = None
        else:
            self.facts = {
                "uuid": row.uuid,
                "account_id": row.account_id,
                "method": row.method,
                "address": row.address,
                "browser": row.browser,
                "opened_at": row.opened_at,
                "seen_at": row.seen_at,
            }
        return row

    def create_model_instance(self, data):
        row = super().create_model_instance(data)
        self.facts.setdefault("uuid", uuid.uuid4())
        self.facts.setdefault("opened_at", clock.now())
        self.facts["seen_at"] = clock.now()
        account_id = data.get("_auth_user_id")
        self.facts["account_id"] = int(account_id) if account_id else None
        for name, value in self.facts.items():
            setattr(row, name, value)
        return row

    def flush(self) -> None:
        super().flush()
        self.facts = {}

    def cycle_key(self) -> None:
        # The new row is written before the old one goes: it needs its own uuid.
        len(self.keys())  # reads the row, and with it its facts
        self.facts.pop("uuid", None)
        super().cycle_key()


TOUCH_EVERY = dt.timedelta(minutes=5)


def touch(request: Any) -> None:
    """Note that a session of an agent was used: one small write in five minutes, not one per request."""
    session: Any = getattr(request, "session", None)
    facts = getattr(session, "facts", None)
    if not facts or facts.get("account_id") is None or session.modified or session.session_key is None:
        return
    now = clock.now()
    if facts.get("seen_at") is None or now - facts["seen_at"] >= TOUCH_EVERY:
        session.model.objects.filter(session_key=session.session_key).update(seen_at=now)
