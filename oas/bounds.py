"""How large a document may be, and the errors that say that it is larger."""

from __future__ import annotations

from dataclasses import dataclass

from oas.errors import BoundExceeded

__all__ = ["Bounds", "too_deep", "too_many_nodes"]


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


def too_deep(source: str, bounds: Bounds, line: int = 0, pointer: str = "") -> BoundExceeded:
    """Make the error that says that a file has too many levels."""
    message = f"the document is nested more than {bounds.max_depth} levels deep"
    return BoundExceeded(message, source, pointer if pointer.count("/") <= 10 else "", line)


def too_many_nodes(source: str, bounds: Bounds, line: int = 0) -> BoundExceeded:
    """Make the error that says that a file has too many values."""
    message = f"the document has more than {bounds.max_nodes:,} values, aliases counted as what they stand for"
    return BoundExceeded(message, source, "", line)
