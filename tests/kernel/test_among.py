"""``pk__among``: the same rows as ``pk__in`` on each database, seen from a child as well, and a short list for PostgreSQL's indexes."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.models import Q

from parvis.identity.models import Account, FunctionGrant
from tests.identity.factories import a_unit, an_account

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def test_the_same_rows_as_a_list_also_from_a_child_and_denied() -> None:
    north = a_unit("NORD")
    worker, chief = an_account("social_worker", unit=north), an_account("chief", unit=north)
    chiefs = FunctionGrant.objects.filter(function="chief").order_by().values("account_id")
    mine = [worker.pk, chief.pk]
    assert list(Account.objects.filter(pk__in=mine).filter(Q(pk__among=chiefs))) == [chief]
    assert list(Account.objects.filter(pk__in=mine).filter(~Q(pk__among=chiefs))) == [worker]
    assert {row.account_id for row in FunctionGrant.objects.filter(account__pk__among=chiefs)} == {chief.pk}
    assert list(Account.objects.filter(pk__among=[worker.pk])) == [worker]
    assert list(Account.objects.filter(Q(pk__among=chiefs.none()) | Q(pk=worker.pk))) == [worker]
    array = "ANY(ARRAY(SELECT" in str(Account.objects.filter(pk__among=chiefs).query)
    assert array == (connection.vendor == "postgresql")
