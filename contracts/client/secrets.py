"""C4xx: keys that leave by a way that others can read.

The mock replaces every key that it records by `[redacted:<hash>]`, so that a
leak is seen without its secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from contracts.client.models import Finding, Rule
from contracts.client.traffic import Traffic

__all__ = ["SECRECY", "judge_secrecy"]

KEY_IN_URL = Rule(
    "C401",
    "put a key into a URL",
    "A key travels in its header only; URLs stand in logs, histories and `Referer` headers.",
    "Send the key in the header alone, and make a new one in place of any that has been in a URL.",
)
KEY_ELSEWHERE = Rule(
    "C402",
    "sent a key to another origin",
    "A key goes to the API's own origin only, also where a redirect leads elsewhere.",
    "Do not follow redirects to another origin, or drop the key's header there.",
)

#: In the order of their ids.
SECRECY = (KEY_IN_URL, KEY_ELSEWHERE)

_MASK = re.compile(r"\[redacted:[0-9a-f]+\]")


def judge_secrecy(trial: Traffic) -> Iterator[Finding]:
    """Judge each request for itself."""
    for sent in trial.sent:
        for part, text in (("path", sent.path), ("query", sent.query)):
            if _MASK.search(unquote(text)):
                yield Finding(KEY_IN_URL, f"a key stands in the {part} of a URL", (sent,))
        if sent.origin and sent.key_hash:
            yield Finding(KEY_ELSEWHERE, f"a key went to {sent.origin}, which is not the API", (sent,))
