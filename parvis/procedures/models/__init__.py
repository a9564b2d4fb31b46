from .procedures import Procedure, ProcedureVersion

__all__ = ["Procedure", "ProcedureVersion"]
