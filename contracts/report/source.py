"""The OpenAPI document as reports need it: its name, its value, its lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from contracts.contract.locations import Locations
from contracts.errors import SpecInvalid

__all__ = ["DocumentSource"]

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentSource:
    """What reports point into.

    Attributes:
        name: as reports write it: a path below the working directory, or the last part of another.
        value: the whole document.
        locations: pointer → line.
    """

    name: str
    value: Mapping[str, Any] = field(repr=False)
    locations: Locations = field(repr=False)

    @classmethod
    def parse(cls, text: str, name: str = "openapi.yaml") -> DocumentSource:
        """Read a document from its text, YAML or JSON.

        Raises:
            SpecInvalid: it is no YAML, or no object.
        """
        locations = Locations(text, name)
        value = yaml.load(text, Loader=_LOADER)
        if not isinstance(value, Mapping):
            raise SpecInvalid("expected an OpenAPI document, an object with `paths`", name)
        return cls(name=name, value=value, locations=locations)

    @classmethod
    def read(cls, path: Path, *, folder: Path | None = None) -> DocumentSource:
        """Read a document from a file.

        Args:
            path: of the file.
            folder: what its name is made relative to; the working directory by default.

        Raises:
            SpecInvalid: the file cannot be read, is no YAML, or no object.
        """
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise SpecInvalid(f"cannot be read: {error}; give the path of an OpenAPI document", str(path)) from error
        whole, base = path.resolve(), (folder or Path.cwd()).resolve()
        return cls.parse(text, whole.relative_to(base).as_posix() if whole.is_relative_to(base) else path.name)

    @classmethod
    def of(cls, spec: Path | None) -> DocumentSource:
        """Read the document of a configuration, the packaged one where it names none.

        Raises:
            SpecInvalid: as `read`.
        """
        from contracts.contract.document import packaged

        return cls.read(spec or packaged())

    def line(self, pointer: str) -> int:
        """Return the line, from 1, of what a pointer names."""
        return self.locations.line(pointer)

    def place(self, pointer: str) -> str:
        """Return file, line and pointer in the form that editors and terminals open."""
        return f"{self.name}:{self.line(pointer)} #{pointer}"
