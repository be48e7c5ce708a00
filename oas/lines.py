"""Which line of a file a JSON pointer names: worked out only when somebody asks, several pointers in one walk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import yaml

from oas.events import is_json, json_events, yaml_events
from oas.pointers import tokens

__all__ = ["line_of", "lines_of"]


@dataclass(slots=True)
class _Wanted:
    """A node of the file that a pointer names or passes through.

    Attributes:
        members: what is wanted inside it, by token.
        line: of it, from 1; 0 until it is found.
    """

    members: dict[str, _Wanted] = field(default_factory=dict)
    line: int = 0


@dataclass(slots=True)
class _Level:
    """A container of the walk: what is wanted inside, and the member or item that comes next."""

    wanted: list[_Wanted]
    is_map: bool
    key: str | None = None
    key_line: int = 0
    index: int = 0

    def enter(self, event: Any) -> tuple[list[_Wanted], int]:
        """Return who wants the node of an event, and its line; step on to the next node."""
        line = event.start_mark.line + 1
        if self.is_map:
            token, line, self.key = self.key, self.key_line, None
        else:
            token = str(self.index)
            self.index += 1
        found = [wanted.members[token] for wanted in self.wanted if token in wanted.members]
        return found, line


def line_of(text: str, pointer: str) -> int:
    """Return the line, from 1, of what a pointer names in a YAML or JSON text; see `lines_of`."""
    return lines_of(text, [pointer])[pointer]


def lines_of(text: str, pointers: Iterable[str]) -> dict[str, int]:
    """Return the line, from 1, of what each pointer names.

    The line is that of the member's name, or where the item begins. An alias
    leads to its anchor. A pointer to nothing, or to what a merge key brings,
    has the line of the nearest thing around it that is there.

    Args:
        text: a whole YAML or JSON document, as it was parsed.
        pointers: RFC 6901; references are not followed.
    """
    root = _Wanted(line=1)
    by_pointer = {pointer: tokens(pointer) for pointer in pointers}
    for path in by_pointer.values():
        node = root
        for token in path:
            node = node.members.setdefault(token, _Wanted())
    starts = {0: [root]}
    while starts:  # each round follows the aliases of the one before, always towards the top of the file
        starts = _walk(text, starts)
    return {pointer: _nearest(root, path) for pointer, path in by_pointer.items()}


def _nearest(node: _Wanted, path: tuple[str, ...]) -> int:
    line = node.line
    for token in path:
        node = node.members[token]
        if not node.line:
            break
        line = node.line
    return line


def _walk(text: str, starts: dict[int, list[_Wanted]]) -> dict[int, list[_Wanted]]:
    """Note the lines of what is wanted.

    Args:
        text: the document.
        starts: number of a node, in the order of the text, and what is wanted there.

    Returns:
        The same for anchored nodes that aliases lead to.
    """
    walk = _Walk(starts)
    try:
        for event in json_events(text) if is_json(text) else yaml_events(text):
            walk.take(event)
    except yaml.YAMLError:  # behind what could be read, nothing has a line
        pass
    return walk.aliased


class _Walk:
    """One pass over the events of a text."""

    def __init__(self, starts: dict[int, list[_Wanted]]) -> None:
        self.aliased: dict[int, list[_Wanted]] = {}
        self._starts = starts
        self._anchors: dict[str, int] = {}
        self._levels: list[_Level] = [_Level([], is_map=False)]
        self._number = 0

    def take(self, event: Any) -> None:
        """Follow one event."""
        kind = type(event)
        level = self._levels[-1]
        if kind is yaml.ScalarEvent and level.is_map and level.key is None:
            level.key, level.key_line = event.value, event.start_mark.line + 1
        elif kind is yaml.ScalarEvent:
            self._enter(event)
        elif kind in (yaml.MappingStartEvent, yaml.SequenceStartEvent):
            self._levels.append(_Level(self._enter(event), kind is yaml.MappingStartEvent))
        elif kind in (yaml.MappingEndEvent, yaml.SequenceEndEvent):
            self._levels.pop()
        elif kind is yaml.AliasEvent:
            self._alias(event)

    def _enter(self, event: Any) -> list[_Wanted]:
        level = self._levels[-1]
        if level.is_map and level.key is None:  # an object or array as a key
            level.key = ""
            level.key_line = event.start_mark.line + 1
            return []
        wanted, line = level.enter(event)
        here = self._starts.get(self._number, [])
        if event.anchor is not None:
            self._anchors[event.anchor] = self._number
            line = event.start_mark.line + 1 if here else line
        self._number += 1
        for node in (*wanted, *here):
            node.line = line
        return [*wanted, *here]

    def _alias(self, event: Any) -> None:
        level = self._levels[-1]
        if level.is_map and level.key is None:
            level.key = ""
            return
        wanted, line = level.enter(event)
        for node in wanted:
            node.line = line
        target = self._anchors.get(event.anchor)
        if wanted and target is not None:
            self.aliased.setdefault(target, []).extend(wanted)
