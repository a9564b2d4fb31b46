"""Who counts as maintenance debtor of a person, since when and why. Pure: no database, the day passed in.

Belgian law: between spouses (old Civil Code 213), after divorce (301), parents for their children (203, beyond majority while the
training is not completed; 207 in need), adult children for their parents (205), and whoever a judgment names. The centre looks at these first (law of 26 May 2002, art. 4 and 26).
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


def duty(
    side: str, since: dt.date, until: dt.date, day: dt.date, other_birth: dt.date | None, own_birth: dt.date | None = None
) -> Duty | None:
    """The duty of somebody who is my ``side`` from ``since`` until (not including) ``until``, on ``day``; None when there is none.

    Once I am of age, from my birthday on, the reason is another: my parents still maintain me while my training is not completed (203,
    § 1, second paragraph), and support me in need (207). Nobody knows here whether it is completed, so the words say both.
    """
    if not since <= day < until:
        return None
    found = {
        "spouse": ("spouse", "213"),
        "ex_spouse": ("ex_spouse", "301"),
        "parent": ("parent", "203"),
        "adopter": ("parent", "203"),
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
    if code == "parent" and own_birth is not None and birthday(own_birth, ADULT_AT) <= day:
        return Duty(max(since, birthday(own_birth, ADULT_AT)), "parent_of_adult", "203 § 1, 207")
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
        "parent_of_adult": _("a parent maintains an adult child whose training is not completed, and supports one in need"),
        "adult_child": _("an adult child supports a parent in need"),
        "judgment": _("a judgment says so"),
    }[one.code]
    return f"{text} ({_('Civil Code, art. %(n)s') % {'n': one.article}})" if one.article else text
