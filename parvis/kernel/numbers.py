"""Numbers for people: per series and year, without gaps, never given to a draft."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import F

from parvis.kernel import gestures


def allot(series: str, year: int) -> int:
    """The next number of the series in that year, starting at 1. Held by the gesture until its commit, so gapless."""
    from parvis.kernel.models import Sequence

    gestures.current()
    if not Sequence.objects.filter(series=series, year=year).update(last=F("last") + 1):
        try:
            with transaction.atomic():
                Sequence.objects.create(series=series, year=year, last=0)
        except IntegrityError:  # made by somebody else meanwhile
            pass
        Sequence.objects.filter(series=series, year=year).update(last=F("last") + 1)
    return Sequence.objects.get(series=series, year=year).last
