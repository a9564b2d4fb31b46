"""Two administrators who remove each other at the same moment (D13)."""

import threading

import pytest
from django.db import connection

from parvis.identity.api import LastAdministrator, agents_with, revoke_function

from .factories import an_account, as_actor


@pytest.mark.db
@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_remove_each_other_leave_one():
    accounts = [an_account("administrator"), an_account("administrator")]
    actors = [as_actor(account) for account in accounts]
    grants = [account.grants.get() for account in accounts]
    start, outcomes = threading.Barrier(2), []

    def remove(mine: int) -> None:
        try:
            start.wait(timeout=10)
            revoke_function(actor=actors[mine], grant=grants[1 - mine])
            outcomes.append("done")
        except LastAdministrator:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=remove, args=(n,)) for n in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(outcomes) == ["done", "refused"]
    assert len(agents_with("administrator")) == 1
