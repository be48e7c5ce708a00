"""References inside one OpenAPI document: looked up, followed, and kept inside.

No file is opened and no host is asked: a reference that leaves the document is
refused.

Source: OpenAPI 3.0.3 and 3.1.1, Reference Object.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from oas import pointers
from oas.errors import SpecInvalid

__all__ = ["References"]

#: Objects of an OpenAPI document whose members are named by its author.
_BY_NAME: Final = frozenset(
    {"callbacks", "encoding", "examples", "headers", "links", "mapping", "parameters"}
    | {"pathItems", "paths", "requestBodies", "responses", "scopes", "securitySchemes", "variables"}
)


class References:
    """The references of one document.

    Args:
        document: a parsed OpenAPI document; it must not change afterwards.
        source: its name, for error messages.
    """

    def __init__(self, document: Mapping[str, Any], source: str = "") -> None:
        self._document = document
        self._source = source
        self._targets: dict[str, str] = {}

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

    def standing(self, pointer: str) -> str:
        """Return where that stands which a pointer through references leads to; the rest as given where nothing is.

        Raises:
            SpecInvalid: a reference leaves the document, leads nowhere or back to itself.
        """
        node: Any = self._document
        place = ""
        for name in pointers.tokens(pointer):
            while _refers(node):
                place = self.target(node["$ref"], place)
                node = self.lookup(place)
            place = pointers.join(place, name)
            try:
                node = pointers.lookup(node, pointers.join("", name))
            except LookupError:
                node = None
        return place

    def resolved_or_none(self, node: Any) -> Any:
        """Follow `$ref` as `resolve` does, None where that fails."""
        try:
            return self.resolve(node)
        except SpecInvalid:
            return None

    def target(self, reference: str, pointer: str) -> str:
        """Return the pointer that a `$ref` names, after making sure that the chain from there ends.

        Args:
            reference: `#` and a pointer, percent-encoded.
            pointer: where it stands, for error messages.

        Raises:
            SpecInvalid: it leaves the document, leads nowhere or back to itself.
        """
        known = self._targets.get(reference)
        if known is None:
            seen = {reference}
            known = self._pointer(reference, pointer)
            node = self._at(known, pointer)
            while _refers(node):
                if node["$ref"] in seen:
                    raise SpecInvalid(f"the reference {reference!r} leads back to itself.", self._source, pointer)
                seen.add(node["$ref"])
                node = self._at(self._pointer(node["$ref"], pointer), pointer)
            self._targets[reference] = known
        return known

    def schema_pointers(self) -> Iterator[str]:
        """Yield where the document has Schema Objects: its components, and every `schema` outside of data."""
        waiting: list[tuple[str, Any]] = [("", self._document)]
        while waiting:
            pointer, node = waiting.pop()
            is_by_name = pointer.rpartition("/")[2] in _BY_NAME
            for step, child in pointers.children(node):
                place = pointers.join(pointer, step)
                if (step == "schema" and not is_by_name) or pointer == "/components/schemas":
                    yield place
                elif step not in ("example", "examples") and not str(step).startswith("x-"):
                    waiting.append((place, child))

    def _pointer(self, reference: str, pointer: str) -> str:
        try:
            return pointers.pointer_of(reference)
        except ValueError as error:
            message = (
                f"the reference {reference[:100]!r} is refused: expected one into this document, such as "
                "'#/components/schemas/Name'; bundle the files into one first."
            )
            raise SpecInvalid(message, self._source, pointer) from error

    def _at(self, target: str, pointer: str) -> Any:
        try:
            return pointers.lookup(self._document, target)
        except (LookupError, ValueError) as error:
            raise SpecInvalid(f"the reference '#{target}' leads nowhere.", self._source, pointer) from error


def _refers(node: Any) -> bool:
    return isinstance(node, Mapping) and isinstance(node.get("$ref"), str)
