"""An OpenAPI document, read once: its tree, its version, what is wrong with it, its base paths and operations."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from oas.bounds import Bounds
from oas.bundling import Bundle, bundle
from oas.errors import SpecInvalid
from oas.files import Files, is_url, shown_name
from oas.findings import Finding, Findings
from oas.formats import check_format
from oas.lines import lines_of
from oas.loading import decode, parse
from oas.paths import METHODS, methods_of, operations_of, path_findings
from oas.pointers import join
from oas.references import References
from oas.servers import base_paths, server_findings

__all__ = ["METHODS", "Document", "from_tree", "load"]

_KNOWN_VERSION: Final = re.compile(r"3\.[012](\.|$)")


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed OpenAPI document of one or more files.

    Attributes:
        source: its path or URL, for messages.
        tree: the document; every reference in it is `#` and a pointer, examples given as files are in place.
        version: the `openapi` member, such as `3.1.0`.
        findings: what is wrong with it, errors first.
        references: follows the references in `tree`.
        bundle: the files that it was made of.
    """

    source: str
    tree: Mapping[str, Any]
    version: str
    findings: tuple[Finding, ...]
    references: References = field(repr=False, compare=False)
    bundle: Bundle = field(repr=False, compare=False)
    _lines: dict[str, int] = field(default_factory=dict, repr=False, compare=False)

    @property
    def text(self) -> str:
        """The text of the document's own file."""
        return decode(self.bundle.contents[self.bundle.root], self.source)

    @property
    def base_path(self) -> str:
        """Path of the first server, without a slash at its end; empty for the root."""
        return self.base_paths[0]

    @property
    def base_paths(self) -> tuple[str, ...]:
        """Path of each documented server, without a slash at its end, the first server's first, each once."""
        own_url = self.tree.get("$self")
        url = own_url if isinstance(own_url, str) and is_url(own_url) else self.source
        return base_paths(self.tree.get("servers"), url if is_url(url) else "")

    def path_items(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield path template and Path Item, references followed and merged with what stands beside them.

        What is not an object, or refers to nothing, is in `findings` and passed over.
        """
        paths = self.tree.get("paths")
        for path, node in paths.items() if isinstance(paths, Mapping) else ():
            if path.startswith("/"):
                try:
                    item = self.references.path_item(node, join("/paths", path))
                except SpecInvalid:
                    continue
                if isinstance(item, Mapping):
                    yield path, item

    def operations(self) -> Iterator[tuple[str, str, Mapping[str, Any], Mapping[str, Any]]]:
        """Yield path template, method, Path Item and operation, in the order of the document.

        A method is in lower case; one of `additionalOperations` is as written.
        What is not an object is passed over, as in `path_items`.
        """
        for path, item in self.path_items():
            for method, _, operation in operations_of(item, self.version):
                if isinstance(operation, Mapping):
                    yield path, method, item, operation

    def operation_pointer(self, path: str, method: str) -> str:
        """Return the canonical pointer of an operation that `operations` yields."""
        is_fixed = method in methods_of(self.version)
        steps = (path, method) if is_fixed else (path, "additionalOperations", method)
        return self.references.canonical_pointer(join("/paths", *steps))

    def origin(self, pointer: str) -> tuple[str, str]:
        """Return the path or URL of the file, and the pointer into it, of what stands at a pointer of `tree`.

        References on the way are followed.
        """
        name, inside = self.bundle.origin(self._canonical(pointer))
        return shown_name(name, self.bundle.root, self.source), inside

    def line_of(self, pointer: str) -> int:
        """Return the line, from 1, in the file that `origin` names."""
        return self.lines_of([pointer])[pointer]

    def lines_of(self, pointers: Iterable[str]) -> dict[str, int]:
        """Return the line of each of several pointers of `tree`, with one walk over each file."""
        wanted = {pointer: self._canonical(pointer) for pointer in pointers}
        by_file: dict[str, dict[str, str]] = {}
        for pointer in set(wanted.values()) - self._lines.keys():
            name, inside = self.bundle.origin(pointer)
            by_file.setdefault(name, {})[pointer] = inside
        for name, places in by_file.items():
            lines = lines_of(decode(self.bundle.contents[name], name), places.values())
            self._lines.update((pointer, lines[inside]) for pointer, inside in places.items())
        return {pointer: self._lines[canonical] for pointer, canonical in wanted.items()}

    def _canonical(self, pointer: str) -> str:
        try:
            return self.references.canonical_pointer(pointer)
        except SpecInvalid:
            return pointer


def load(path: str | Path, *, bounds: Bounds | None = None, allow_remote_refs: str | None = None) -> Document:
    """Read an OpenAPI document of version 3.0, 3.1 or 3.2, YAML or JSON, and the files that it refers to.

    Only files below its folder are read, and nothing is asked of the network.
    What is wrong with a part of the document is a finding.

    Args:
        path: of the file; an `http(s)` URL is read, and may refer to its own origin.
        bounds: how large it may be.
        allow_remote_refs: an origin, such as `https://specs.example.com`, to which references may lead.

    Raises:
        SpecInvalid: the file cannot be read or parsed, is larger than a bound, or is not an OpenAPI 3 document.
    """
    source, bounds = str(path), bounds or Bounds()
    files = Files(path, bounds, allow_remote_refs)
    try:
        data = files.read_root()
        found: list[Finding] = []
        tree = parse(data, source, bounds, found)
    except SpecInvalid as error:
        error.source = source
        raise
    check_format(tree, data, source)
    bundled = bundle(tree, data, files, source, bounds)
    return _document_of(bundled, source, [*found, *bundled.findings])


def from_tree(tree: Mapping[str, Any], source: str) -> Document:
    """Return the document of a tree that was read already; its lines are those of the tree as JSON.

    Args:
        tree: root object; references in it are `#/…`.
        source: name, for messages.

    Raises:
        SpecInvalid: it is not an OpenAPI 3 document.
    """
    data = json.dumps(tree, indent=1).encode()
    check_format(tree, data, source)
    bundled = Bundle(tree, {Path(source).name: data}, Path(source).name)
    return _document_of(bundled, source, [])


def _document_of(bundled: Bundle, source: str, found: Iterable[Finding]) -> Document:
    tree: Mapping[str, Any] = bundled.tree
    document = Document(source, tree, str(tree["openapi"]), (), References(tree, source), bundled)
    structural = path_findings(tree.get("paths", {}), document.version, document.references)
    placed = _located(document, [*_version_findings(document), *structural])
    return replace(document, findings=Findings([*found, *placed]).sorted())


def _version_findings(document: Document) -> Iterator[Finding]:
    if not _KNOWN_VERSION.match(document.version):
        message = f"OpenAPI {document.version} is not known; 3.0, 3.1 and 3.2 are."
        yield Finding("warning", document.source, 0, "/openapi", message, "It is read as 3.2.")
    yield from server_findings(document.tree.get("servers"), document.source)


def _located(document: Document, findings: list[Finding]) -> list[Finding]:
    """Give each finding about the tree its file, pointer and line."""
    if not findings:
        return []
    lines = document.lines_of(finding.pointer for finding in findings)
    placed = []
    for finding in findings:
        source, pointer = document.origin(finding.pointer)
        placed.append(replace(finding, source=source, pointer=pointer, line=lines[finding.pointer]))
    return placed
