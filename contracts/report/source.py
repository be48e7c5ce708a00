"""The OpenAPI document as reports need it: its name, its value, its lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from oas.document import Document

__all__ = ["DocumentSource"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentSource:
    """What reports point into.

    Attributes:
        name: as reports write it: a path below the working directory, or the last part of another.
        document: the document itself.
    """

    name: str
    document: Document = field(repr=False)

    @classmethod
    def of(cls, document: Document, *, folder: Path | None = None) -> DocumentSource:
        """Name a document for reports.

        Args:
            document: as loaded.
            folder: what its name is made relative to; the working directory by default.
        """
        path = Path(document.source)
        whole, base = path.resolve(), (folder or Path.cwd()).resolve()
        name = whole.relative_to(base).as_posix() if whole.is_relative_to(base) else path.name
        return cls(name=name, document=document)

    @property
    def value(self) -> Mapping[str, Any]:
        """The whole document."""
        return self.document.tree

    def line(self, pointer: str) -> int:
        """Return the line, from 1, of what a pointer names."""
        return self.document.line_of(pointer)

    def place(self, pointer: str) -> str:
        """Return file, line and pointer in the form that editors and terminals open."""
        return f"{self.name}:{self.line(pointer)} #{pointer}"
