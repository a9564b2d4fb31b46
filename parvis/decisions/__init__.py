"""Proposals, opinions, committees, reasoned decisions, their notification and the terms of appeal."""
