"""Tests that show what a tampered row meets must first get past the database's own refusal."""

from parvis.config.backup import _triggers_lifted as tampering

__all__ = ["tampering"]
