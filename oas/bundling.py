"""Several files to one tree, so that everything else only meets references inside it.

Each file that a reference names is read once and put below the root member
`x-files`, under its name. References to files, `$id`, `$anchor` and
`$dynamicAnchor` become `#/…` pointers; the identifiers themselves go, because
they would change what a pointer means.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from oas.bounds import Bounds
from oas.files import Files
from oas.findings import Finding
from oas.loading import decode
from oas.pointers import join, tokens
from oas.rewriting import Rewriter
from oas.sources import Sources, leads_out

__all__ = ["Bundle", "bundle"]

_MEMBER: Final = "x-files"


@dataclass(frozen=True, slots=True)
class Bundle:
    """One tree of all files.

    Attributes:
        tree: of the document, with the other files below `member`.
        contents: name and bytes of each file that was read, the document included.
        root: name of the document among them.
        member: root member that holds the other files, `x-files` unless the document has one.
        findings: what is wrong with the files and the references between them.
    """

    tree: Any
    contents: Mapping[str, bytes]
    root: str
    member: str = ""
    findings: tuple[Finding, ...] = ()

    def origin(self, pointer: str) -> tuple[str, str]:
        """Return the name of the file, and the pointer into it, of what stands at a pointer of the tree."""
        path = tokens(pointer)
        if not self.member or len(path) < 2 or path[0] != self.member:
            return self.root, pointer
        return path[1], join("", *path[2:])


def bundle(tree: Any, data: bytes, files: Files, source: str, bounds: Bounds) -> Bundle:
    """Read the files that a document refers to, and point its references to them.

    A reference that cannot be used becomes a finding. A schema then takes any
    value; another object is left out, or keeps what stands beside the reference.

    Args:
        tree: of the document; it is changed in place.
        data: its bytes.
        files: the door to the others.
        source: the document's path or URL, for messages.
        bounds: of each file.
    """
    if not isinstance(tree, dict) or not leads_out(decode(data, source)):
        return Bundle(tree, {files.root_name: data}, files.root_name)
    member = _MEMBER
    while member in tree:
        member += "-"
    sources = Sources(tree, data, files, source, bounds)
    problems = Rewriter(sources, member).run()
    others = {name: other for name, other in sources.trees.items() if name != sources.root}
    if others:
        tree[member] = others
    findings = (*sources.findings, *problems)
    return Bundle(tree, sources.contents, sources.root, member if others else "", findings)
