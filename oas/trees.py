"""Parser events to a tree of dicts, lists and scalars: YAML 1.2's core schema, merge keys, anchors, bounds."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any, Final, Literal, NamedTuple

import yaml

from oas.bounds import Bounds
from oas.errors import BoundExceeded, SpecInvalid
from oas.findings import Finding
from oas.pointers import join
from oas.scalars import NOT_TEXT, plain_value, tagged_value

__all__ = ["TreeBuilder"]

_CONTAINER_TAGS: Final = frozenset({"!", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"})
_MERGE: Final = object()
_UNUSABLE: Final = object()


class _Anchored(NamedTuple):
    """What an alias stands for: the value, and its nodes and levels when aliases are expanded."""

    value: Any
    nodes: int
    levels: int


class _Opened(NamedTuple):
    """An anchored container under construction, with the counts at its start."""

    name: str
    nodes: int
    deepest: int


class _Frame(NamedTuple):
    """A container that waits for the one inside it to end."""

    container: Any
    key: Any
    is_map: bool
    opened: _Opened | None


class TreeBuilder:
    """Builds one tree, without recursion, and notes findings on the way.

    Args:
        source: name of the file, for messages.
        bounds: levels and nodes that are allowed.
        findings: where what is wrong is added.
    """

    def __init__(self, source: str, bounds: Bounds, findings: list[Finding]) -> None:
        self._source = source
        self._bounds = bounds
        self._findings = findings
        self._container: Any = []
        self._key: Any = None
        self._is_map = False
        self._opened: _Opened | None = None
        self._stack: list[_Frame] = []
        self._anchors: dict[str, _Anchored] = {}
        self._names: dict[str, str] = {}
        self._merges: dict[int, list[Any]] = {}
        self._merge_lines: list[int] = []
        self._nodes = 0
        self._deepest = 0

    def build(self, events: Iterator[Any]) -> Any:
        """Return the tree of the first document; None where there is none.

        Raises:
            BoundExceeded: too many levels or nodes.
            SpecInvalid: an alias names nothing, or something that it is inside of.
            yaml.YAMLError: from the events.
        """
        root = self._container
        handlers: dict[type, Any] = {
            yaml.ScalarEvent: self._scalar,
            yaml.MappingStartEvent: self._mapping,
            yaml.SequenceStartEvent: self._sequence,
            yaml.MappingEndEvent: self._end,
            yaml.SequenceEndEvent: self._end,
            yaml.AliasEvent: self._alias,
            yaml.StreamStartEvent: _ignore,
            yaml.DocumentStartEvent: _ignore,
            yaml.StreamEndEvent: _ignore,
        }
        for event in events:
            kind = type(event)
            if kind is yaml.DocumentEndEvent:
                break
            handlers[kind](event)
        self._note_rest(events)
        return root[0] if root else None

    def _scalar(self, event: Any) -> None:
        text = event.value
        if self._is_map and self._key is None:
            self._take_key(text, event)
            return
        value = text
        if event.tag is not None or (event.implicit[0] and (not text or text[0] in NOT_TEXT)):
            value = self._plain(event)
        self._nodes += 1
        if event.anchor is not None:
            self._anchors[event.anchor] = _Anchored(value, 1, 0)
        self._put(value, event)

    def _take_key(self, text: str, event: Any) -> None:
        if event.anchor is not None:
            self._anchors[event.anchor] = _Anchored(text, 1, 0)
        if text == "<<" and event.implicit[0]:
            self._key = _MERGE
            return
        if text in self._container:
            self._note(event, "error", f"The key {text!r} stands here a second time.", "The last value is used.")
        self._key = self._names.setdefault(text, text)

    def _plain(self, event: Any) -> Any:
        """Return the value of a scalar without quotes, or with a tag."""
        try:
            value = plain_value(event.value) if event.tag is None else tagged_value(event.tag, event.value)
        except LookupError:
            self._note(event, "warning", f"The tag {event.tag!r} does not apply here.", "The value is taken as text.")
            return event.value
        except ValueError as error:
            message = f"an integer of {len(event.value)} digits is longer than can be read"
            raise BoundExceeded(message, self._source, self._pointer(), event.start_mark.line + 1) from error
        if type(value) is float and not math.isfinite(value):
            self._note(event, "warning", f"{event.value} has no JSON.", "It cannot be sent or compared.")
        return value

    def _mapping(self, event: Any) -> None:
        self._start({}, True, event)

    def _sequence(self, event: Any) -> None:
        self._start([], False, event)

    def _start(self, container: Any, is_map: bool, event: Any) -> None:
        if event.tag is not None and event.tag not in _CONTAINER_TAGS:
            self._note(event, "warning", f"The tag {event.tag!r} is not known.", "It is ignored.")
        stack = self._stack
        stack.append(_Frame(self._container, self._key, self._is_map, self._opened))
        opened = None
        if event.anchor is not None:
            self._anchors.pop(event.anchor, None)
            opened = _Opened(event.anchor, self._nodes, self._deepest)
            self._deepest = len(stack)
        self._container, self._key, self._is_map, self._opened = container, None, is_map, opened
        self._nodes += 1
        self._check_depth(len(stack), event)

    def _end(self, event: Any) -> None:
        container, opened = self._container, self._opened
        if id(container) in self._merges:
            _merge(container, self._merges.pop(id(container)))
        self._check_nodes(event.start_mark.line + 1)
        if opened is not None:
            levels = self._deepest - len(self._stack) + 1
            self._anchors[opened.name] = _Anchored(container, self._nodes - opened.nodes, levels)
            self._deepest = max(self._deepest, opened.deepest)
        self._container, self._key, self._is_map, self._opened = self._stack.pop()
        self._put(container, event)

    def _alias(self, event: Any) -> None:
        line = event.start_mark.line + 1
        anchored = self._anchors.get(event.anchor)
        if anchored is None:
            message = f"the alias *{event.anchor} needs an anchor &{event.anchor} that is complete before it"
            raise SpecInvalid(message, self._source, self._pointer(), line)
        if self._is_map and self._key is None:
            self._key = anchored.value if isinstance(anchored.value, str) else str(anchored.value)
            return
        self._nodes += anchored.nodes
        self._check_nodes(line)
        self._check_depth(len(self._stack) + anchored.levels, event)
        self._put(anchored.value, event)

    def _put(self, value: Any, event: Any) -> None:
        if not self._is_map:
            self._container.append(value)
        elif type(self._key) is str:
            self._container[self._key] = value
            self._key = None
        else:
            self._put_oddly(value, event)

    def _put_oddly(self, value: Any, event: Any) -> None:
        if self._key is None:
            self._note(event, "error", "An object or array cannot be a key in JSON.", "The member is left out.")
            self._key = _UNUSABLE
            return
        parts = value if isinstance(value, list) else [value]
        if self._key is _MERGE and all(isinstance(part, dict) for part in parts):
            self._merges.setdefault(id(self._container), []).extend(parts)
            self._merge_lines.append(event.start_mark.line + 1)
        elif self._key is _MERGE:
            self._note(event, "error", "A merge key `<<` takes an object or a list of objects.", "It is ignored.")
        self._key = None

    def _check_depth(self, depth: int, event: Any) -> None:
        self._deepest = max(self._deepest, depth)
        if depth > self._bounds.max_depth:
            message = f"the document is nested more than {self._bounds.max_depth} levels deep"
            raise BoundExceeded(message, self._source, "", event.start_mark.line + 1)

    def _check_nodes(self, line: int) -> None:
        if self._nodes > self._bounds.max_nodes:
            message = (
                f"the document has more than {self._bounds.max_nodes:,} values, aliases counted as what they repeat"
            )
            raise BoundExceeded(message, self._source, "", line)

    def _note_rest(self, events: Iterable[Any]) -> None:
        """Note merge keys, once a file, and a second document behind the first."""
        if self._merge_lines:
            message = f"Merge keys `<<` are not part of YAML 1.2; {len(self._merge_lines)} stand in this file."
            cost = "They are merged here; some other readers keep a member named `<<`."
            line = min(self._merge_lines)
            self._findings.append(Finding("warning", self._source, line, "", message, cost))
        event: Any = next(iter(events), None)
        if type(event) is yaml.DocumentStartEvent:
            message = "A second YAML document begins here."
            mark: Any = event.start_mark
            cost = "Only the first is read."
            self._findings.append(Finding("warning", self._source, mark.line + 1, "", message, cost))

    def _note(self, event: Any, severity: Literal["error", "warning"], message: str, cost: str) -> None:
        line = event.start_mark.line + 1
        self._findings.append(Finding(severity, self._source, line, self._pointer(), message, cost))

    def _pointer(self) -> str:
        current = _Frame(self._container, self._key, self._is_map, None)
        pointer = ""
        for frame in [*self._stack, current][1:]:
            if not frame.is_map:
                pointer = join(pointer, len(frame.container))
            elif isinstance(frame.key, str):
                pointer = join(pointer, frame.key)
        return pointer


def _merge(container: dict[str, Any], parts: list[dict[str, Any]]) -> None:
    """Put the members of other objects before a container's own; own members win, then those of the first part."""
    own = dict(container)
    container.clear()
    for part in reversed(parts):
        container.update(part)
    container.update(own)


def _ignore(event: Any) -> None:
    """Take an event that adds nothing to the tree."""
