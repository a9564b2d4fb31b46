"""What a person's timeline and a correction of a day rest on cannot be rewritten, on any database."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from parvis.requests.models import RequestDateCorrection, StageMark
from tests.requests.factories import send, world

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture
def rows():
    world()
    request = send().request
    RequestDateCorrection.objects.create(
        request=request, old_on=request.requested_on, new_on=request.requested_on, reason="Lettre datée", recorded_at=request.received_at
    )
    assert StageMark.unscoped.exists()
    return list(StageMark.unscoped.order_by("pk").values()), list(RequestDateCorrection.objects.order_by("pk").values())


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE requests_stagemark SET stage = 'decided'",
        "DELETE FROM requests_stagemark",
        "UPDATE requests_requestdatecorrection SET reason = 'x'",
        "DELETE FROM requests_requestdatecorrection",
    ],
)
def test_the_database_refuses(rows, statement):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert rows == (list(StageMark.unscoped.order_by("pk").values()), list(RequestDateCorrection.objects.order_by("pk").values()))
