"""Parameters in words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

NAMES: dict[str, Any] = {
    "be.ris.category.1": _("Integration income, category 1: living with others"),
    "be.ris.category.2": _("Integration income, category 2: living alone"),
    "be.ris.category.3": _("Integration income, category 3: family to support"),
    "be.ris.exemption.general.1": _("General exemption, category 1"),
    "be.ris.exemption.general.2": _("General exemption, category 2"),
    "be.ris.exemption.general.3": _("General exemption, category 3"),
    "be.ris.exemption.isp": _("Work incentive exemption"),
    "be.ris.cohabitants.relations": _("Cohabitants whose resources count"),
    "be.ris.decide": _("Integration income: decide"),
    "be.ris.notify": _("Integration income: notify"),
    "be.ris.pay": _("Integration income: first payment"),
    "be.ris.appeal": _("Integration income: appeal"),
    "be.ris.interest.late_payment": _("Interest on a late payment, from this day after the decision"),
    "be.ris.interest.late_decision": _("Interest on a late decision, from this day after the request"),
    "be.ris.review": _("Integration income: review"),
    "be.aide_sociale.decide": _("Social aid: decide"),
    "be.aide_sociale.notify": _("Social aid: notify"),
    "be.aide_sociale.pay": _("Social aid: pay"),
    "be.aide_sociale.appeal": _("Social aid: appeal"),
    "be.urgent_aid.decide": _("Urgent aid: decide"),
    "be.competence.transfer": _("Transfer to the competent centre"),
    "be.legal_opinion": _("Legal opinion"),
    "be.piis.sign": _("Integration contract: sign"),
    "be.piis.reflection": _("Integration contract: time to reflect"),
    "be.amu.announce": _("Urgent medical aid: announce"),
    "journal.cost.hour": _("Cost of an hour of work, for acts without a price of their own"),
    "journal.cost.act.interview": _("Price of an interview at the office"),
    "journal.cost.act.call": _("Price of a phone call"),
    "journal.cost.act.visit": _("Price of a home visit"),
    "journal.cost.act.mail": _("Price of a letter or e-mail"),
}

#: Who lives under the same roof, as the parameter of cohabitants names them.
RELATIONS: dict[str, Any] = {
    "partner": _("partner"),
    "parent": _("parent"),
    "adult_child": _("adult child"),
    "grandparent": _("grandparent"),
    "parent_in_law": _("parent-in-law"),
    "child_in_law": _("child-in-law"),
}

_GROUPS: tuple[tuple[tuple[str, ...], Any], ...] = (
    (("be.ris.category.",), _("Amounts of the integration income")),
    (("be.ris.exemption.", "be.ris.cohabitants."), _("Resources: exemptions and cohabitants")),
    (("be.ris.",), _("Terms of the integration income")),
    (("be.aide_sociale.", "be.urgent_aid."), _("Terms of social aid")),
    (("journal.cost.",), _("Cost of services delivered (nought: none is shown)")),
)


def name_of(key: str) -> str:
    """The parameter in words; its key when it has no name."""
    return str(NAMES.get(key, key))


def group_of(key: str) -> tuple[int, Any]:
    """Order and title of the group of a key."""
    for number, (prefixes, title) in enumerate(_GROUPS):
        if key.startswith(prefixes):
            return number, title
    return len(_GROUPS), _("Other terms and rules")
