from parvis.rules.models.calculations import Calculation
from parvis.rules.models.parameters import Parameter

__all__ = ["Calculation", "Parameter"]
