"""The environment of scripts that tests start from the checkout."""

from __future__ import annotations

import os


def script_environment() -> dict[str, str]:
    """Return this process' environment without PYTHONSAFEPATH, under which a script would not find its neighbours."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"}
