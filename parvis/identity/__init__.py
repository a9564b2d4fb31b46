"""Accounts of agents, units, dated functions, sign-in and sessions."""
