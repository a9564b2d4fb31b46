"""Root of the tests: the harness lives in ``tests/support``."""
