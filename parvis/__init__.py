"""Parvis: the open social-services desk."""

__version__ = "0.1.0"
