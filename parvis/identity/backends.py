"""Two backends say what a session is worth; neither checks a password (services.signin does, with the throttle).

The backend's path is what Django writes into the session: a session is strong only if it says so itself.
"""

from __future__ import annotations

from .models import Account


class StrongBackend:
    """Second factor given, or not required by the instance's settings."""

    def authenticate(self, request, **credentials):
        return None

    def get_user(self, user_id: int) -> Account | None:
        return Account.objects.filter(pk=user_id, is_active=True).first()


class EnrolmentBackend(StrongBackend):
    """Password given by an account that has no second factor yet: may only add one."""


STRONG = "parvis.identity.backends.StrongBackend"
ENROLMENT = "parvis.identity.backends.EnrolmentBackend"
