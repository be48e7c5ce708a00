"""What the fixtures of the pytest plugin give to a test; imported when a test asks for one.

The plugin itself, `contracts.pytest_plugin`, is loaded in every project and imports none of it. A test needs a name of
it for annotations alone: `from contracts.plugin import MockApi`.
"""

from contracts.plugin.mock import MockApi, MockClock

__all__ = ["MockApi", "MockClock"]
