"""Magic keys: API keys for which a scenario is always played, as payment providers have magic card numbers.

For end-to-end tests that can neither set a header nor reach the control API.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

#: Key → scenario. All of them are administrators, so that every operation can be asked.
SCENARIOS: Final[Mapping[str, str]] = {
    "key_empty": "empty",
    "key_one_row": "one_row",
    "key_one_of_each": "one_of_each",
    "key_huge": "huge",
    "key_unicode": "unicode",
    "key_stale": "stale",
    "key_rate_limited": "rate_limited",
    "key_expired": "expired_key",
    "key_slow": "slow_network",
    "key_flaky": "flaky",
    "key_server_error": "outage",
    "key_disconnected": "disconnected",
}
