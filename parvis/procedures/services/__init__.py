from .publishing import publish_procedure, set_open

__all__ = ["publish_procedure", "set_open"]
