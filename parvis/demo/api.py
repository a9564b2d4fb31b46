"""What the command line calls."""

from .bulk import populate

__all__ = ["populate"]
