"""What this context adds to Django's settings; ``parvis.config.settings`` imports it. No Django import here."""

from __future__ import annotations

from typing import Any

APPS: list[str] = []

# After sessions, locale, CSRF and messages: it reads the session and builds the actor of the request.
MIDDLEWARE: list[str] = ["parvis.identity.middleware.ActorMiddleware"]

SETTINGS: dict[str, Any] = {
    "SESSION_ENGINE": "parvis.identity.sessions",
    # They check no password: see the module. The first is also what Django's test client uses.
    "AUTHENTICATION_BACKENDS": ["parvis.identity.backends.StrongBackend", "parvis.identity.backends.EnrolmentBackend"],
    "LOGIN_URL": "/account/login/",
    "LOGIN_REDIRECT_URL": "/desk/",
}
