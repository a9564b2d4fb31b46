from .entries import add_entry, add_step

__all__ = ["add_entry", "add_step"]
