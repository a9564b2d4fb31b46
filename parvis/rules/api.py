"""What other contexts may use of ``rules``.

Typical use::

    explanation = compute_ris(day=day, category="2", resources=[Resource("net_work", Decimal("600.00"), "month", …)], isp=True)
    row = save_calculation(actor=actor, subject=SubjectRef("request_line", 12), explanation=explanation, dossier_id=4)
    facts["computed"] = computed_data(row.tree, "de", row.notes)      # the computed block of the letter
"""

from parvis.rules.calculations import RULESET, VERSION, TreeError, evaluate, parameters_in, recompute_from_tree
from parvis.rules.errors import BadInput, RulesError, UnknownParameter
from parvis.rules.explain import Change, Row, amount_text, compare_trees, computed_data, explain_rows, explain_text
from parvis.rules.models import Calculation, Parameter
from parvis.rules.selectors import amount, calculation, calculations_of, first_parameter, parameter, parameters, term
from parvis.rules.services.computing import compute_equivalent_aid, compute_ris, explanation_of, save_calculation
from parvis.rules.services.parameters import add_parameter, load_reference
from parvis.rules.trees import tree_view
from parvis.rules.values import Cohabitant, Equity, Explanation, ParameterValue, Resource

__all__ = [
    "RULESET",
    "VERSION",
    "BadInput",
    "Calculation",
    "Change",
    "Cohabitant",
    "Equity",
    "Explanation",
    "Parameter",
    "ParameterValue",
    "Resource",
    "Row",
    "RulesError",
    "TreeError",
    "UnknownParameter",
    "add_parameter",
    "amount",
    "amount_text",
    "calculation",
    "calculations_of",
    "compare_trees",
    "compute_equivalent_aid",
    "compute_ris",
    "computed_data",
    "evaluate",
    "explain_rows",
    "explain_text",
    "explanation_of",
    "first_parameter",
    "load_reference",
    "parameter",
    "parameters",
    "parameters_in",
    "recompute_from_tree",
    "save_calculation",
    "term",
    "tree_view",
]
