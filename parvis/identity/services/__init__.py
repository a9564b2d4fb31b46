"""Writes, one module per family of gestures."""
