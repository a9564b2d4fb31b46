"""Which functions see which class of data on a day: the product's defaults, and where the centre differs from them."""

from __future__ import annotations

import datetime as dt

from parvis.kernel.scope import DATA_CLASSES, data_classes

from .models import ClassRight


def class_functions(day: dt.date) -> dict[str, set[str]]:
    """Class of data to the functions that see it on a day. One query."""
    found = {name: {str(one) for one in data_classes().get(name, frozenset())} for name in DATA_CLASSES}
    for name, function, allowed in ClassRight.objects.at(day).values_list("data_class", "function", "allowed"):
        if name in found:
            (found[name].add if allowed else found[name].discard)(function)
    return found
