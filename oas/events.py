"""Text to parser events: PyYAML's, from libyaml where it is there, and the same events for JSON.

JSON has a scanner of its own, because YAML refuses some of it: tabs, surrogate
pairs written as escapes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import yaml

__all__ = ["is_json", "json_events", "yaml_events"]

_LOADER: Final[Any] = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_JSON_TOKEN: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]]|[^\s{}\[\],:"]+', re.DOTALL)
#: The words of Python's JSON that are not JSON, as YAML writes them.
_YAML_WORDS: Final = {"NaN": ".nan", "Infinity": ".inf", "-Infinity": "-.inf"}


class _Mark(NamedTuple):
    """The place of a JSON token; `line` counts from 0, as in PyYAML."""

    line: int


def is_json(text: str) -> bool:
    """Whether a text can be parsed as JSON and is an object or array."""
    if not text.lstrip().startswith(("{", "[")):
        return False
    try:
        json.loads(text, parse_int=str)
    except (ValueError, RecursionError):
        return False
    return True


def yaml_events(text: str) -> Iterator[Any]:
    """Yield PyYAML's parser events.

    Raises:
        yaml.YAMLError: while iterating: the text is not YAML.
    """
    return iter(_LOADER(text).get_event, None)


def json_events(text: str) -> Iterator[Any]:
    """Yield the parser events of a text that is known to be JSON."""
    line, last = 0, 0
    for match in _JSON_TOKEN.finditer(text):
        line += text.count("\n", last, match.start())
        last = match.start()
        yield _json_event(match.group(), _Mark(line))
    yield yaml.DocumentEndEvent()


def _json_event(token: str, mark: Any) -> Any:
    match token[0]:
        case "{":
            return yaml.MappingStartEvent(None, None, True, mark, mark)
        case "[":
            return yaml.SequenceStartEvent(None, None, True, mark, mark)
        case "}":
            return yaml.MappingEndEvent(mark, mark)
        case "]":
            return yaml.SequenceEndEvent(mark, mark)
        case '"':
            text = json.loads(token, strict=False) if "\\" in token else token[1:-1]
            return yaml.ScalarEvent(None, None, (False, True), text, mark, mark, '"')
    return yaml.ScalarEvent(None, None, (True, False), _YAML_WORDS.get(token, token), mark, mark, "")
