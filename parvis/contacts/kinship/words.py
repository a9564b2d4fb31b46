"""What a relation is called. A row says "``person`` is ``kind`` of ``other``"; here it is read from either side, with the word for a woman,
a man, or when the sex is not known."""

from __future__ import annotations

from typing import Any

from django.utils.translation import pgettext_lazy

from ..enums import RelationKind as K

#: The other side of each kind; a kind that is not here is its own other side.
INVERSE: dict[str, str] = {
    K.PARENT: "child",
    K.CHILD: "parent",
    K.ADOPTER: "adopted",
    K.STEP_PARENT: "stepchild",
    K.FOSTER: "foster_child",
    K.GRANDPARENT: "grandchild",
    K.GUARDIAN: "ward",
    K.CURATOR: "protected",
    K.DEBTOR: "creditor",
    K.TRUSTED: "trusting",
}
INVERSE |= {other: kind for kind, other in list(INVERSE.items()) if other not in INVERSE}
SYMMETRIC = frozenset({K.SPOUSE, K.EX_SPOUSE, K.COHABITANT, K.PARTNER, K.EX_PARTNER, K.SIBLING, K.OTHER})

NOUNS: dict[str, dict[str, Any]] = {
    "parent": {
        "F": pgettext_lazy("relative, woman", "mother"),
        "M": pgettext_lazy("relative, man", "father"),
        "": pgettext_lazy("relative", "parent"),
    },
    "child": {
        "F": pgettext_lazy("relative, woman", "daughter"),
        "M": pgettext_lazy("relative, man", "son"),
        "": pgettext_lazy("relative", "child"),
    },
    "adopter": {
        "F": pgettext_lazy("relative, woman", "adoptive mother"),
        "M": pgettext_lazy("relative, man", "adoptive father"),
        "": pgettext_lazy("relative", "adoptive parent"),
    },
    "adopted": {
        "F": pgettext_lazy("relative, woman", "adopted daughter"),
        "M": pgettext_lazy("relative, man", "adopted son"),
        "": pgettext_lazy("relative", "adopted child"),
    },
    "step_parent": {
        "F": pgettext_lazy("relative, woman", "stepmother"),
        "M": pgettext_lazy("relative, man", "stepfather"),
        "": pgettext_lazy("relative", "step-parent"),
    },
    "stepchild": {
        "F": pgettext_lazy("relative, woman", "stepdaughter"),
        "M": pgettext_lazy("relative, man", "stepson"),
        "": pgettext_lazy("relative", "stepchild"),
    },
    "foster": {
        "F": pgettext_lazy("relative, woman", "foster mother"),
        "M": pgettext_lazy("relative, man", "foster father"),
        "": pgettext_lazy("relative", "foster parent"),
    },
    "foster_child": {"": pgettext_lazy("relative", "child in foster care")},
    "spouse": {
        "F": pgettext_lazy("relative, woman", "wife"),
        "M": pgettext_lazy("relative, man", "husband"),
        "": pgettext_lazy("relative", "spouse"),
    },
    "ex_spouse": {
        "F": pgettext_lazy("relative, woman", "former wife"),
        "M": pgettext_lazy("relative, man", "former husband"),
        "": pgettext_lazy("relative", "former spouse"),
    },
    "cohabitant": {
        "F": pgettext_lazy("relative, woman", "legal cohabitant"),
        "M": pgettext_lazy("relative, man", "legal cohabitant"),
        "": pgettext_lazy("relative", "legal cohabitant"),
    },
    "partner": {
        "F": pgettext_lazy("relative, woman", "partner"),
        "M": pgettext_lazy("relative, man", "partner"),
        "": pgettext_lazy("relative", "partner"),
    },
    "ex_partner": {
        "F": pgettext_lazy("relative, woman", "former partner"),
        "M": pgettext_lazy("relative, man", "former partner"),
        "": pgettext_lazy("relative", "former partner"),
    },
    "sibling": {
        "F": pgettext_lazy("relative, woman", "sister"),
        "M": pgettext_lazy("relative, man", "brother"),
        "": pgettext_lazy("relative", "brother or sister"),
    },
    "grandparent": {
        "F": pgettext_lazy("relative, woman", "grandmother"),
        "M": pgettext_lazy("relative, man", "grandfather"),
        "": pgettext_lazy("relative", "grandparent"),
    },
    "grandchild": {
        "F": pgettext_lazy("relative, woman", "granddaughter"),
        "M": pgettext_lazy("relative, man", "grandson"),
        "": pgettext_lazy("relative", "grandchild"),
    },
    "guardian": {
        "F": pgettext_lazy("relative, woman", "guardian"),
        "M": pgettext_lazy("relative, man", "guardian"),
        "": pgettext_lazy("relative", "guardian"),
    },
    "ward": {"": pgettext_lazy("relative", "ward")},
    "curator": {
        "F": pgettext_lazy("relative, woman", "administrator of the property"),
        "M": pgettext_lazy("relative, man", "administrator of the property"),
        "": pgettext_lazy("relative", "administrator of the property"),
    },
    "protected": {"": pgettext_lazy("relative", "protected person")},
    "debtor": {
        "F": pgettext_lazy("relative, woman", "maintenance debtor by judgment"),
        "M": pgettext_lazy("relative, man", "maintenance debtor by judgment"),
        "": pgettext_lazy("relative", "maintenance debtor by judgment"),
    },
    "creditor": {"": pgettext_lazy("relative", "entitled to maintenance by judgment")},
    "trusted": {"": pgettext_lazy("relative", "trusted person")},
    "trusting": {"": pgettext_lazy("relative", "assisted by this trusted person")},
    "other": {"": pgettext_lazy("relative", "other relation")},
}

#: Generations up (negative) or down, for the picture; a side that is not here stands on the same line.
GENERATION = {
    "grandparent": -2,
    "parent": -1,
    "adopter": -1,
    "step_parent": -1,
    "foster": -1,
    "child": 1,
    "adopted": 1,
    "stepchild": 1,
    "foster_child": 1,
    "grandchild": 2,
}
FAMILY = frozenset({*GENERATION, "spouse", "ex_spouse", "cohabitant", "partner", "ex_partner", "sibling"})


def side_of(kind: str, *, forward: bool) -> str:
    """What the *other* one is: ``forward`` reads from ``person`` ("my child"), else from ``other`` ("my parent")."""
    return INVERSE.get(kind, kind) if forward else kind


def noun(side: str, sex: str = "") -> str:
    """ "mother", "father" or "parent", in the reader's language."""
    words = NOUNS[side]
    return str(words.get(sex) or words[""])


def stored(side: str) -> tuple[str, bool]:
    """How "the other one is my ``side``" is written: the kind, and whether the other one is ``person`` of the row."""
    if side in K.values and side != K.CHILD:
        return side, True
    return INVERSE[side], False


def choices() -> list[tuple[str, str]]:
    """What the other one may be, for a form."""
    return [(side, noun(side)) for side in NOUNS]
