"""Processes as published BPMN models, their running cases, and the only to-do list."""
