"""Who counts as maintenance debtor of a person, since when and why. Pure: no database, the day passed in.

Belgian law: between spouses (old Civil Code 213), after divorce (301), parents for their children (203, 207), adult children for their
parents (205), and whoever a judgment names. The centre looks at these first (law of 26 May 2002, art. 4 and 26).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

ADULT_AT = 18


@dataclass(frozen=True)
class Duty:
    """``code`` names the reason, ``article`` where it stands."""

    since: dt.date
    code: str
    article: str


def duty(side: str, since: dt.date, until: dt.date, day: dt.date, other_birth: dt.date | None) -> Duty | None:
    """The duty of somebody who is my ``side`` from ``since`` until (not including) ``until``, on ``day``; None when there is none."""
    if not since <= day < until:
        return None
    found = {
        "spouse": ("spouse", "213"),
        "ex_spouse": ("ex_spouse", "301"),
        "parent": ("parent", "203, 207"),
        "adopter": ("parent", "203, 207"),
        "child": ("adult_child", "205"),
        "adopted": ("adult_child", "205"),
        "debtor": ("judgment", ""),
    }.get(side)
    if found is None:
        return None
    code, article = found
    if code == "adult_child":
        if other_birth is None:
            return None
        since = max(since, birthday(other_birth, ADULT_AT))
        if since > day:
            return None
    return Duty(since, code, article)


def birthday(birth: dt.date, years: int) -> dt.date:
    """The day on which somebody reaches an age; born on 29 February, the 1 March of other years."""
    try:
        return birth.replace(year=birth.year + years)
    except ValueError:
        return dt.date(birth.year + years, 3, 1)


def reason_text(one: Duty) -> str:
    """The reason in words, with its article."""
    text = {
        "spouse": _("they are married"),
        "ex_spouse": _("they are divorced and maintenance may be due"),
        "parent": _("a parent maintains the child"),
        "adult_child": _("an adult child supports a parent in need"),
        "judgment": _("a judgment says so"),
    }[one.code]
    return f"{text} ({_('Civil Code, art. %(n)s') % {'n': one.article}})" if one.article else text
