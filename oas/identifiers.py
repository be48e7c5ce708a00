"""An index of `$id`, `$self`, `$anchor` and `$dynamicAnchor` over the files of a document.

Source: JSON Schema 2020-12 core §8.2; OpenAPI 3.2, OpenAPI Object, `$self`.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any, NamedTuple
from urllib.parse import quote, urldefrag, urljoin

from oas.files import is_url
from oas.pointers import join
from oas.structure import is_data

__all__ = ["Identifiers", "Place", "uri_of"]


class Place(NamedTuple):
    """A node of one file: the file's name and an RFC 6901 pointer into it."""

    file: str
    pointer: str


class Identifiers:
    """What can be named other than by file and pointer.

    Attributes:
        resources: absolute URI of a `$id` or `$self`, without a fragment, and its node.
        dynamic: `$dynamicAnchor` and the nodes that have it, in the order of the files.
    """

    def __init__(self) -> None:
        self.resources: dict[str, Place] = {}
        self.dynamic: dict[str, list[Place]] = defaultdict(list)
        self._anchors: dict[tuple[str, str, str], Place] = {}
        self._bases: dict[str, dict[str, str]] = defaultdict(dict)

    def add(self, file: str, tree: Any) -> None:
        """Index one file."""
        waiting: list[tuple[Any, str, str, bool]] = [(tree, "", "", False)]
        seen = set()
        while waiting:
            node, pointer, base, is_map = waiting.pop()
            if not isinstance(node, dict | list) or id(node) in seen:
                continue
            seen.add(id(node))
            if isinstance(node, list):
                waiting.extend((child, join(pointer, index), base, False) for index, child in enumerate(node))
                continue
            if not is_map:
                base = self._note(node, Place(file, pointer), base)
            for name, child in reversed(node.items()):
                if is_map or not (is_data(name) or name == "examples"):
                    waiting.append((child, join(pointer, name), base, name in ("properties", "schemas", "$defs")))

    def base(self, place: Place) -> str:
        """Return the URI of the innermost `$id` around a node, its own included; empty where there is none."""
        bases = self._bases[place.file]
        pointer = place.pointer
        while bases:
            if pointer in bases:
                return bases[pointer]
            if not pointer:
                break
            pointer = pointer.rpartition("/")[0]
        return ""

    def anchor(self, resource: Place, name: str) -> Place | None:
        """Return the node that has an anchor in a resource, or else the only one of its file that has it."""
        exact = self._anchors.get((resource.file, self.base(resource), name))
        if exact is not None:
            return exact
        found = [place for (file, _, known), place in self._anchors.items() if (file, known) == (resource.file, name)]
        return found[0] if len(found) == 1 else None

    def _note(self, node: dict[str, Any], place: Place, base: str) -> str:
        identifier = node.get("$id") if place.pointer else node.get("$self", node.get("$id"))
        if isinstance(identifier, str) and identifier:
            try:
                base = urldefrag(urljoin(base or uri_of(place.file), identifier)).url
            except ValueError:  # nothing can refer to it
                return base
            self.resources.setdefault(base, place)
            if "$self" not in node:
                self._bases[place.file][place.pointer] = base
            else:
                base = ""
        for keyword in ("$anchor", "$dynamicAnchor"):
            name = node.get(keyword)
            if isinstance(name, str):
                self._anchors.setdefault((place.file, base, name), place)
                if keyword == "$dynamicAnchor":
                    self.dynamic[name].append(place)
        return base


def uri_of(file: str) -> str:
    """Return the URI against which the references of a file without `$id` are resolved."""
    return file if is_url(file) else "file:///" + quote(file)
