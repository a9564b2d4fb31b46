"""Version 1 of the interface: importing it declares every address."""

from . import files, me, people, rights

__all__ = ["files", "me", "people", "rights"]
