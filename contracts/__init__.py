"""Checks a server against the contract that `openapi.yaml` states.

Importing the package costs nothing, so that a test run which never uses it
pays nothing for it.
"""

from oas import deprecated

__version__ = "0.1.0"

deprecated.install()
