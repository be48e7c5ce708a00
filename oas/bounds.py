"""How large a document may be."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Bounds"]


@dataclass(frozen=True, slots=True)
class Bounds:
    """How large a document may be.

    Attributes:
        max_bytes: of one file.
        max_depth: levels of objects and arrays, aliases expanded.
        max_nodes: objects, arrays and scalars of one file, aliases expanded.
        max_files: files that a document may refer to.
        max_total_bytes: of all these files together.
        timeout_s: seconds until a file of a remote origin must have arrived.
    """

    max_bytes: int = 64 * 1024 * 1024
    max_depth: int = 200
    max_nodes: int = 5_000_000
    max_files: int = 2_000
    max_total_bytes: int = 256 * 1024 * 1024
    timeout_s: float = 20.0
