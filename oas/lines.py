"""On which line of a document's text the thing stands that a JSON pointer names.

For explanations to people, never on the request path: the text is composed
once, when the first line is asked for.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from oas.document import Document
from oas.pointers import pointer_of, tokens


class Lines:
    """Lines of one document.

    Args:
        document: as loaded; its text parses.
    """

    def __init__(self, document: Document) -> None:
        self._document = document

    def line(self, pointer: str) -> int:
        """Return the line, from 1, of what a pointer names; of the nearest thing around it where it names nothing.

        The line is that of the member's name. An alias leads to its anchor, and
        a reference within the document to what it names, as far as the pointer
        goes on from there.
        """
        return self._line(pointer, ())

    def _line(self, pointer: str, followed: tuple[str, ...]) -> int:
        node, line = self._root, 1
        names = tokens(pointer)
        for index, name in enumerate(names):
            found = child(node, name)
            if found is None:
                target = _target(node)
                if not target or target in followed:
                    return line
                rest = "".join(f"/{part}" for part in pointer.split("/")[1:][index:])
                return self._line(target + rest, (*followed, target))
            node, line = found
        return line

    @cached_property
    def _root(self) -> Any:
        import yaml

        return yaml.compose(self._document.text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def child(node: Any, name: str) -> tuple[Any, int] | None:
    """Return the member or item of a name and its line, also one that a merge key brings; None where there is none.

    Args:
        node: of a composed YAML document.
        name: of a member, or the index of an item.
    """
    if node.id == "sequence":
        item = node.value[int(name)] if name.isdecimal() and int(name) < len(node.value) else None
        return None if item is None else (item, item.start_mark.line + 1)
    merged = None
    for key, value in node.value if node.id == "mapping" else ():
        if key.value == name:
            # An alias is the very node of its anchor, which stands elsewhere.
            is_alias = value.start_mark.index < key.start_mark.index
            return value, (value if is_alias else key).start_mark.line + 1
        if key.value == "<<":
            parts = value.value if value.id == "sequence" else [value]
            merged = next((found for part in parts if (found := child(part, name))), merged)
    return merged


def _target(node: Any) -> str:
    """Return the pointer of a reference within the document; empty where the node is none."""
    found = child(node, "$ref")
    if found is None or not str(found[0].value).startswith("#/"):
        return ""
    return pointer_of(found[0].value)
