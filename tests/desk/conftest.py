from tests.workflows.conftest import world  # noqa: F401
