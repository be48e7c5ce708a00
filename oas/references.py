"""References inside one document: looked up, followed, merged with what stands beside them.

Files are bundled into one tree before (`oas.bundling`), so every reference is
`#` and a pointer. Nothing is opened here; a reference that leaves the document
is an error.

Source: OpenAPI 3.0.4, 3.1.1 and 3.2.0, Reference Object and Path Item Object.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from oas import pointers
from oas.errors import SpecInvalid
from oas.structure import BY_NAME, is_data

__all__ = ["References", "Resolved"]

#: Members that a Reference Object may replace in what it refers to, since 3.1.
_OVERRIDES: Final = ("summary", "description")
#: References that may stand one on the way of another.
_MAX_NESTED: Final = 50


class Resolved(NamedTuple):
    """A node behind its references.

    Attributes:
        node: the members that hold.
        pointer: canonical pointer of where the last reference leads; empty where none is known.
        component: name of the last component on the way; empty where there is none.
    """

    node: Any
    pointer: str
    component: str = ""


class References:
    """The references of one document.

    Args:
        document: a parsed OpenAPI document of one tree; it must not change afterwards.
        source: its name, for error messages.
    """

    def __init__(self, document: Mapping[str, Any], source: str = "") -> None:
        self._document = document
        self._source = source
        self._targets: dict[str, str] = {}
        self._is_30 = str(document.get("openapi", "")).startswith("3.0")

    def lookup(self, pointer: str) -> Any:
        """Return what a pointer into the document names.

        Raises:
            SpecInvalid: nothing is there.
        """
        try:
            return pointers.lookup(self._document, pointer)
        except (LookupError, ValueError) as error:
            raise SpecInvalid("nothing is there; correct the pointer or add it.", self._source, pointer) from error

    def resolve(self, node: Any, pointer: str = "") -> Any:
        """Follow `$ref`, and the `$ref` it leads to, to the object itself.

        Args:
            node: a Reference Object, or anything else, which is returned as it is.
            pointer: where it stands, for error messages; looked for when it is needed and empty.

        Raises:
            SpecInvalid: a reference leaves the document, leads nowhere or back to itself.
        """
        while _refers(node):
            try:
                pointer = self.target(node["$ref"], pointers.join(pointer, "$ref"))
            except SpecInvalid as error:
                place = pointer or pointers.find(self._document, node) or ""
                raise SpecInvalid(error.message, self._source, pointers.join(place, "$ref")) from error.__cause__
            node = self.lookup(pointer)
        return node

    def resolved_or_none(self, node: Any) -> Any:
        """Follow `$ref` as `resolve` does; None where that fails."""
        try:
            return self.resolve(node)
        except SpecInvalid:
            return None

    def reference(self, node: Any, pointer: str = "") -> Any:
        """Follow `$ref` as `resolve` does, with the `summary` and `description` of a Reference Object.

        In 3.0 they are ignored. The nearest one holds.

        Raises:
            SpecInvalid: as `resolve`.
        Source: OpenAPI 3.1.1, Reference Object.
        """
        own: dict[str, Any] = {}
        found = self.resolve(node, pointer)
        while _refers(node) and not self._is_30:
            own = {**{name: node[name] for name in _OVERRIDES if name in node}, **own}
            node = self.lookup(self.target(node["$ref"], pointer))
        return {**found, **own} if own and isinstance(found, Mapping) else found

    def path_item(self, node: Any, pointer: str = "") -> Any:
        """Follow the `$ref` of a Path Item; members beside it hold too, the nearest before the others.

        Raises:
            SpecInvalid: as `resolve`.
        Source: OpenAPI 3.1.1, Path Item Object, `$ref`.
        """
        return self._merged(node, pointer).node

    def schema(self, node: Any, pointer: str = "") -> Resolved:
        """Follow the `$ref` of a schema; in 3.1 and later, keywords beside it hold too, the nearest before the others.

        This is for reading what a schema says about a value, such as `properties`
        or `x-` keywords. It does not judge: there both sides of a keyword hold.

        Args:
            node: a Schema Object; a boolean schema is returned as it is.
            pointer: where it stands.

        Raises:
            SpecInvalid: as `resolve`.
        """
        if not self._is_30:
            return self._merged(node, pointer)
        found = self._merged(node, pointer)
        return Resolved(self.resolve(node, pointer), found.pointer, found.component)

    def canonical_pointer(self, pointer: str) -> str:
        """Resolve references along a pointer and return where its last step really is.

        The last node itself is not followed. A member beside a `$ref` is that
        member. Steps that do not exist are kept.

        Raises:
            SpecInvalid: a reference leaves the document, leads nowhere or back to itself.
        """
        return self._canonical(pointer, frozenset())

    def target(self, reference: str, pointer: str) -> str:
        """Return the pointer that a `$ref` names, after making sure that the chain from there ends.

        Args:
            reference: `#` and a pointer, percent-encoded.
            pointer: where it stands, for error messages.

        Raises:
            SpecInvalid: it leaves the document, leads nowhere or back to itself.
        """
        return self._target(reference, pointer, frozenset())

    def target_or_none(self, reference: str) -> str | None:
        """Return the pointer that a `$ref` names as `target` does; None where that fails."""
        try:
            return self.target(reference, "")
        except SpecInvalid:
            return None

    def schema_pointers(self) -> Iterator[str]:
        """Yield where the document has Schema Objects: its components, and every `schema` outside of data."""
        waiting: list[tuple[str, Any]] = [("", self._document)]
        while waiting:
            pointer, node = waiting.pop()
            is_by_name = pointer.rpartition("/")[2] in BY_NAME
            for step, child in pointers.children(node):
                place = pointers.join(pointer, step)
                if (step in ("schema", "itemSchema") and not is_by_name) or pointer == "/components/schemas":
                    yield place
                elif is_by_name or not (is_data(str(step)) or step == "examples"):
                    waiting.append((place, child))

    def _merged(self, node: Any, pointer: str) -> Resolved:
        merged: dict[str, Any] = {}
        component = ""
        self.resolve(node, pointer)  # says where a chain breaks
        while _refers(node):
            merged = {**{name: value for name, value in node.items() if name != "$ref"}, **merged}
            pointer = self.target(node["$ref"], pointer)
            component = pointers.tokens(pointer)[-1] if pointer else ""
            node = self.lookup(pointer)
        if merged and isinstance(node, Mapping):
            node = {**node, **merged}
        return Resolved(node, pointer, component)

    def _target(self, reference: str, pointer: str, opened: frozenset[str]) -> str:
        """Return what `target` does; `opened` holds the references that this one stands on the way of."""
        known = self._targets.get(reference)
        if known is None:
            if reference in opened or len(opened) > _MAX_NESTED:
                raise SpecInvalid(f"the reference {reference!r} leads back to itself.", self._source, pointer)
            known = self._targets[reference] = self._end_of(reference, pointer, opened | {reference})
        return known

    def _end_of(self, reference: str, pointer: str, opened: frozenset[str]) -> str:
        seen = {reference}
        first = place = self._place(reference, pointer, opened)
        while _refers(node := pointers.get(self._document, place)):
            if node["$ref"] in seen:
                raise SpecInvalid(f"the reference {reference!r} leads back to itself.", self._source, pointer)
            seen.add(node["$ref"])
            place = self._place(node["$ref"], pointer, opened)
        return first

    def _place(self, reference: str, pointer: str, opened: frozenset[str]) -> str:
        """Return the canonical pointer of what a `$ref` names, which is there."""
        try:
            named = pointers.pointer_of(reference)
        except ValueError as error:
            message = (
                f"the reference {reference[:100]!r} is refused: expected one into this document, such as "
                "'#/components/schemas/Name'."
            )
            raise SpecInvalid(message, self._source, pointer) from error
        if pointers.get(self._document, named) is pointers.MISSING:
            named = self._canonical(named, opened)  # a reference may stand on the way
            if pointers.get(self._document, named) is pointers.MISSING:
                raise SpecInvalid(f"the reference {reference[:100]!r} leads nowhere.", self._source, pointer)
        return named

    def _canonical(self, pointer: str, opened: frozenset[str]) -> str:
        node: Any = self._document
        place = ""
        for name in pointers.tokens(pointer):
            while _refers(node) and name not in node:
                place = self._target(node["$ref"], place, opened)
                node = self.lookup(place)
            place = pointers.join(place, name)
            node = pointers.get(node, (name,))
        return place


def _refers(node: Any) -> bool:
    return (type(node) is dict or isinstance(node, Mapping)) and isinstance(node.get("$ref"), str)
