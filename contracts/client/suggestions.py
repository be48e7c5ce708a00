"""What a misspelt name was meant to be."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

__all__ = ["meant"]

#: Share of equal characters from which two names are taken for one; below, guesses mislead.
_CUTOFF = 0.7
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def meant(name: str, known: Iterable[str]) -> str:
    """Return the known name that is nearest to one that is not, empty where none is near.

    Args:
        name: as sent; of any spelling: `startDate`, `start-date` and `START_DATE` are all near `start_date`.
        known: names that exist.
    """
    plain = {_plain(item): item for item in known}
    found = get_close_matches(_plain(name)[:100], plain, n=1, cutoff=_CUTOFF)
    return plain[found[0]] if found else ""


def _plain(name: str) -> str:
    return _HUMP.sub("_", name.removesuffix("[]")).lower().replace("-", "_").replace(" ", "_")
