"""Where in the text of a document the thing stands that a JSON pointer names.

Reports use it to point into `openapi.yaml`.
"""

from __future__ import annotations

from typing import Any

import yaml

from contracts.contract.pointers import tokens
from contracts.errors import SpecInvalid

__all__ = ["Locations"]

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Locations:
    """Lines of one YAML or JSON document, composed once.

    Args:
        text: the whole document.
        source: its name, for the message when it cannot be read.

    Raises:
        SpecInvalid: the text is no YAML.
    """

    def __init__(self, text: str, source: str = "openapi.yaml") -> None:
        try:
            self._root: yaml.Node | None = yaml.compose(text, Loader=_LOADER)
        except yaml.YAMLError as error:
            raise SpecInvalid(f"no YAML: {' '.join(str(error).split())}", source) from error
        self._homes = _homes(self._root)
        self._known: dict[str, int] = {}

    def line(self, pointer: str) -> int:
        """Return the line, from 1, of what a pointer names; of the nearest thing around it where it names nothing.

        An alias leads to the line of its anchor, a `$ref` into the same document
        to the line of what it names, as far as the pointer goes on from there.
        """
        if pointer not in self._known:
            node = self._deepest(pointer, set()) if self._root is not None else None
            self._known[pointer] = 1 if node is None else self._homes[id(node)]
        return self._known[pointer]

    def _deepest(self, pointer: str, followed: set[str]) -> yaml.Node | None:
        node = self._root
        for token in tokens(pointer):
            child = None if node is None else _child(node, token)
            if child is None and node is not None:
                child = self._behind_reference(node, token, followed)
            if child is None:
                return node
            node = child
        return node

    def _behind_reference(self, node: yaml.Node, token: str, followed: set[str]) -> yaml.Node | None:
        reference = _child(node, "$ref")
        target = str(reference.value) if isinstance(reference, yaml.ScalarNode) else ""
        if not target.startswith("#/") or target in followed:
            return None
        aim = self._deepest(target[1:], followed | {target})
        return None if aim is None else _child(aim, token) or self._behind_reference(aim, token, followed | {target})


def _child(node: yaml.Node, token: str) -> yaml.Node | None:
    """Return the member or item named by a token, also one that a merge key `<<` brings."""
    if isinstance(node, yaml.SequenceNode):
        index = int(token) if token.isascii() and token.isdigit() else len(node.value)
        return node.value[index] if index < len(node.value) else None
    if not isinstance(node, yaml.MappingNode):
        return None
    merged: yaml.Node | None = None
    for key, value in node.value:
        if key.value == token:
            return value  # type: ignore[no-any-return]  # PyYAML leaves the items of `value` untyped.
        if key.tag == "tag:yaml.org,2002:merge":
            parts = value.value if isinstance(value, yaml.SequenceNode) else [value]
            merged = next((found for part in parts if (found := _child(part, token))), merged)
    return merged


def _homes(root: yaml.Node | None) -> dict[int, int]:
    """Map each node, by identity, to the line of its key where it is first met: there its anchor stands."""
    homes: dict[int, int] = {}
    waiting = [] if root is None else [(root, root.start_mark.line + 1)]
    while waiting:
        node, line = waiting.pop()
        if id(node) in homes:
            continue
        homes[id(node)] = line
        if isinstance(node, yaml.MappingNode):
            children = [(value, key.start_mark.line + 1) for key, value in node.value]
        else:
            children = [(item, item.start_mark.line + 1) for item in node.value] if _is_list(node) else []
        waiting.extend(reversed(children))  # In the order of the text, so that an anchor comes before its aliases.
    return homes


def _is_list(node: yaml.Node) -> bool:
    return isinstance(node, yaml.SequenceNode)
