"""The files of one document as they are read, and what a reference from one of them names."""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import unquote, urljoin

from oas.bounds import Bounds
from oas.errors import SpecInvalid
from oas.files import Files, shown_name
from oas.findings import Finding
from oas.identifiers import Identifiers, Place, uri_of
from oas.loading import decode, parse
from oas.pointers import MISSING, get

__all__ = ["Sources", "leads_out"]

#: What is more than a reference to `#/…`: other references, and identifiers. Each begins with letters, for speed.
_INSIDE: Final = r"""(?!["']?\s*:\s*["']?#(?:/|["'\s]))"""
_BEYOND: Final = re.compile(rf"\$(?:id\b|anchor\b|dynamicRef\b|dynamicAnchor\b|ref{_INSIDE})")
_OPERATION: Final = re.compile(rf"operationRef{_INSIDE}")
#: `$` as an escape, with which a key may be written too.
_DISGUISES: Final = (r"\x24", r"\u0024")
_IDENTIFIERS: Final = re.compile(r"\$(?:id|anchor|dynamicAnchor|self)\b|\\(?:x24|u0024)")


def leads_out(text: str) -> bool:
    """Whether a document may have references to other files or by identifier; False is certain, and found fast."""
    if _BEYOND.search(text) or _OPERATION.search(text) or any(disguise in text for disguise in _DISGUISES):
        return True
    # The mapping of a discriminator may name files.
    return "mapping" in text and any(ending in text for ending in (".yaml", ".yml", ".json"))


class Sources:
    """Reads each file once, and resolves references between them.

    Args:
        tree: of the document.
        data: its bytes.
        files: the door to the others.
        source: the document's path or URL, for messages.
        bounds: of each file.

    Attributes:
        root: name of the document.
        trees: of the document and of each file that a reference names.
        contents: bytes of each file that was read.
        findings: from parsing them.
        identifiers: what `$id` and anchors name in them.
    """

    def __init__(self, tree: Any, data: bytes, files: Files, source: str, bounds: Bounds) -> None:
        self.root = files.root_name
        self.trees: dict[str, Any] = {self.root: tree}
        self.contents = {self.root: data}
        self.findings: list[Finding] = []
        self.identifiers = Identifiers()
        self._files = files
        self._source = source
        self._bounds = bounds
        self._parsed: dict[str, Any] = {self.root: tree}
        self._failed: dict[str, SpecInvalid] = {}
        self._index(self.root)

    def target(self, reference: str, place: Place) -> Place:
        """Return what a URI reference at a place names.

        A pointer into the document itself may lead nowhere: who follows it says so.

        Raises:
            SpecInvalid: its file cannot be read, or nothing there has the name.
        """
        uri, _, fragment = reference.partition("#")
        fragment = unquote(fragment)
        resource = self._resource(uri, place)
        if fragment and not fragment.startswith("/"):
            found = self.identifiers.anchor(resource, fragment)
            if found is None:
                raise SpecInvalid(f"no schema has the `$anchor` {fragment!r}, and a pointer begins with '#/'")
            return found
        target = Place(resource.file, resource.pointer + fragment)
        if get(self.trees[target.file], target.pointer) is MISSING:
            # Many authors forget that `$id` changes the base, and mean the file.
            target = Place(resource.file, fragment)
        if target.file != self.root:
            self._lookup(target, self.trees[target.file])
        return target

    def content(self, reference: str, place: Place) -> Any:
        """Return the data in a file, or in a part of it, which stays out of `trees`.

        Raises:
            SpecInvalid: it cannot be read, or has nothing there.
        """
        uri, _, fragment = reference.partition("#")
        name = self._files.name(uri, place.file)
        return self._lookup(Place(name, unquote(fragment)), self._load(name))

    def display(self, name: str) -> str:
        """Return the path or URL of a file, for messages."""
        return shown_name(name, self.root, self._source)

    def _resource(self, uri: str, place: Place) -> Place:
        """Return the file, or the schema with `$id`, that a reference without its fragment names."""
        base = self.identifiers.base(place)
        if not uri:
            return self.identifiers.resources.get(base, Place(place.file, ""))
        if base or ":" in uri:
            try:
                found = self.identifiers.resources.get(urljoin(base or uri_of(place.file), uri))
            except ValueError as error:
                raise SpecInvalid(f"{uri[:200]!r} is not a URI reference: {error}") from error
            if found is not None:
                return found
        # What no `$id` names is a file beside the one in which the reference stands.
        name = self._files.name(uri, place.file)
        if name not in self.trees:
            self.trees[name] = self._load(name)
            self._index(name)
        return Place(name, "")

    def _load(self, name: str) -> Any:
        if name in self._failed:
            raise self._failed[name]
        if name not in self._parsed:
            try:
                self.contents[name] = self._files.read(name)
                self._parsed[name] = parse(self.contents[name], self.display(name), self._bounds, self.findings)
            except SpecInvalid as error:
                self._failed[name] = error
                raise
        return self._parsed[name]

    def _index(self, name: str) -> None:
        if _IDENTIFIERS.search(decode(self.contents[name], name)):
            self.identifiers.add(name, self.trees[name])

    def _lookup(self, place: Place, tree: Any) -> Any:
        try:
            found = get(tree, place.pointer)
        except ValueError as error:
            raise SpecInvalid(str(error).rstrip(".")) from error
        if found is MISSING:
            raise SpecInvalid(f"{place.file} has nothing at {place.pointer!r}")
        return found
