"""Tenants of landlords who are persons."""
