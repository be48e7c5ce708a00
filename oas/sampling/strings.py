"""Texts of a sample: words, and one text for each format.

Names of hosts are those that belong to nobody, addresses of networks those kept
for documentation.

Source: JSON Schema 2020-12 Validation §7.3; OpenAPI Format Registry; RFC 2606;
RFC 5737; RFC 3849.
"""

from __future__ import annotations

import base64
import datetime
from collections.abc import Callable, Mapping
from typing import Final

from oas.sampling.seeded_random import SeededRandom

__all__ = ["formatted", "is_formatted", "word", "words"]

_WORDS: Final = (
    *("amber", "anchor", "arrow", "basin", "birch", "bridge", "candle", "cedar", "cobalt", "coral", "delta", "ember"),
    *("falcon", "garden", "harbor", "hazel", "island", "ivory", "jasper", "kernel", "lagoon", "lantern", "maple"),
    *("meadow", "nectar", "ocean", "orchard", "pebble", "quartz", "river", "saffron", "silver", "summit", "timber"),
    *("umber", "velvet", "willow", "winter", "yellow", "zephyr"),
)
_HOSTS: Final = ("example.com", "example.net", "example.org")
#: First of the days and moments that samples name: fixed, so that a sample does not age.
_EPOCH: Final = datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC)
_HEX: Final = "0123456789abcdef"


def word(dice: SeededRandom) -> str:
    """Return one lower-case word of 5 to 7 letters."""
    return dice.pick(_WORDS)


def words(dice: SeededRandom, min_chars: int, max_chars: int | None) -> str:
    """Return words, or a part of some, of a length within bounds.

    Args:
        dice: chance and budget.
        min_chars: ≥ 0; the caller bounds it.
        max_chars: ≥ `min_chars`; None for no bound.
    """
    text = word(dice)
    while len(text) < min_chars:
        text += " " + word(dice)
    if max_chars is None or len(text) <= max_chars:
        return text
    cut = text[:max_chars]
    return cut[:-1] + "s" if cut.endswith(" ") else cut


def is_formatted(name: str) -> bool:
    """Whether the format has texts of its own; all others are plain words."""
    return name in _FORMATS


def formatted(name: str, dice: SeededRandom, min_chars: int = 0, max_chars: int | None = None) -> str:
    """Return a text of a format, of a length within bounds as far as the format allows.

    Args:
        name: a format for which `is_formatted` holds.
        dice: chance and budget.
        min_chars: ≥ 0; the caller bounds it.
        max_chars: None for no bound.
    """
    text = _FORMATS[name](dice)
    if max_chars is not None and len(text) > max_chars:
        text = _SHORTEST.get(name, text)
    filler = "QUFB" if name == "byte" else "a" if name in _LENGTHENED else ""
    missing = min_chars - len(text)
    return text + filler * -(-missing // len(filler)) if filler and missing > 0 else text


def _hex(dice: SeededRandom, count: int) -> str:
    return "".join(dice.pick(_HEX) for _ in range(count))


def _moment(dice: SeededRandom) -> datetime.datetime:
    return _EPOCH + datetime.timedelta(seconds=dice.below(365 * 86_400))


def _date(dice: SeededRandom) -> str:
    return _moment(dice).date().isoformat()


def _date_time(dice: SeededRandom) -> str:
    return _moment(dice).strftime("%Y-%m-%dT%H:%M:%SZ")


def _time(dice: SeededRandom) -> str:
    return _date_time(dice)[11:]


def _duration(dice: SeededRandom) -> str:
    return f"P{dice.between(1, 30)}DT{dice.between(1, 23)}H"


def _email(dice: SeededRandom) -> str:
    return f"{word(dice)}.{word(dice)}@{dice.pick(_HOSTS)}"


def _hostname(dice: SeededRandom) -> str:
    return f"{word(dice)}.{dice.pick(_HOSTS)}"


def _uri(dice: SeededRandom) -> str:
    return f"https://{dice.pick(_HOSTS)}/{word(dice)}/{dice.between(1, 9_999)}"


def _uri_reference(dice: SeededRandom) -> str:
    return f"/{word(dice)}/{dice.between(1, 9_999)}"


def _uri_template(dice: SeededRandom) -> str:
    return f"https://{dice.pick(_HOSTS)}/{word(dice)}/{{id}}"


def _uuid(dice: SeededRandom) -> str:
    # Version 4, variant 10: RFC 9562 §5.4.
    return f"{_hex(dice, 8)}-{_hex(dice, 4)}-4{_hex(dice, 3)}-{dice.pick('89ab')}{_hex(dice, 3)}-{_hex(dice, 12)}"


def _ipv4(dice: SeededRandom) -> str:
    return f"192.0.2.{dice.between(1, 254)}"


def _ipv6(dice: SeededRandom) -> str:
    return f"2001:db8::{dice.between(1, 0xFFFF):x}"


def _pointer(dice: SeededRandom) -> str:
    return f"/{word(dice)}/{dice.below(10)}"


def _byte(dice: SeededRandom) -> str:
    return base64.b64encode(word(dice).encode()).decode()


_FORMATS: Final[Mapping[str, Callable[[SeededRandom], str]]] = {
    "byte": _byte,
    "date": _date,
    "date-time": _date_time,
    "duration": _duration,
    "email": _email,
    "hostname": _hostname,
    "idn-email": _email,
    "idn-hostname": _hostname,
    "ipv4": _ipv4,
    "ipv6": _ipv6,
    "iri": _uri,
    "iri-reference": _uri_reference,
    "json-pointer": _pointer,
    "regex": lambda dice: f"^{word(dice)}$",
    "relative-json-pointer": lambda dice: f"{dice.between(0, 3)}/{word(dice)}",
    "time": _time,
    "uri": _uri,
    "uri-reference": _uri_reference,
    "uri-template": _uri_template,
    "uuid": _uuid,
}
#: For a format whose usual text is too long: about the shortest that it has.
_SHORTEST: Final[Mapping[str, str]] = {
    "byte": "",
    "duration": "P1D",
    "email": "a@b.co",
    "hostname": "a",
    "idn-email": "a@b.co",
    "idn-hostname": "a",
    "ipv6": "::1",
    "iri": "a:b",
    "iri-reference": "",
    "json-pointer": "",
    "regex": "",
    "relative-json-pointer": "0",
    "uri": "a:b",
    "uri-reference": "",
    "uri-template": "",
}
#: Formats whose texts stay what they are with letters added at the end.
_LENGTHENED: Final = frozenset(
    {"iri", "iri-reference", "json-pointer", "regex", "relative-json-pointer", "uri", "uri-reference", "uri-template"}
)
