"""The `paths` of a document: its operations in order, and what is wrong with its Path Items.

Source: OpenAPI 3.2.0, Paths Object and Path Item Object.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from oas.errors import SpecInvalid
from oas.findings import Finding
from oas.pointers import join
from oas.references import References

__all__ = ["METHODS", "methods_of", "operations_of", "path_findings"]

#: Members of a Path Item that are operations; `query` since 3.2.
METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")


def methods_of(version: str) -> tuple[str, ...]:
    """Return the members of a Path Item that are operations in a version of OpenAPI, such as `3.1.0`."""
    return METHODS[:-1] if version.startswith(("3.0", "3.1")) else METHODS


def operations_of(item: Mapping[str, Any], version: str) -> Iterator[tuple[str, str, Any]]:
    """Yield method, pointer below the Path Item and what should be an operation.

    `METHODS` come first, in their order and in lower case, then `additionalOperations` as written.
    """
    methods = methods_of(version)
    for method in methods:
        if method in item:
            yield method, join("", method), item[method]
    others = item.get("additionalOperations")
    if isinstance(others, Mapping) and len(methods) == len(METHODS):
        for method, operation in others.items():
            if method.lower() not in METHODS:
                yield method, join("", "additionalOperations", method), operation


def path_findings(paths: Any, version: str, references: References) -> Iterator[Finding]:
    """Yield which paths and operations cannot be used.

    Args:
        paths: the `paths` member.
        version: of OpenAPI.
        references: of the document.

    Returns:
        Findings without a file and a line, with pointers into the tree.
    """
    if not isinstance(paths, Mapping):
        message = "An object of path templates was expected."
        yield Finding("error", "", 0, "/paths", message, "No operation is known.")
        return
    for path, node in paths.items():
        pointer = join("/paths", path)
        if path.startswith("x-"):
            continue
        if not path.startswith("/"):
            message = f"The path {path!r} must begin with a slash."
            yield Finding("error", "", 0, pointer, message, "It is left out.")
            continue
        yield from _item_findings(node, pointer, version, references)


def _item_findings(node: Any, pointer: str, version: str, references: References) -> Iterator[Finding]:
    try:
        item = references.path_item(node, pointer)
    except SpecInvalid as error:
        message = error.message[0].upper() + error.message[1:]
        yield Finding("error", "", 0, error.pointer or pointer, message, "The path is left out.")
        return
    if not isinstance(item, Mapping):
        yield Finding("error", "", 0, pointer, "A Path Item was expected.", "The path is left out.")
        return
    for method, step, operation in operations_of(item, version):
        if not isinstance(operation, Mapping):
            message = f"An operation was expected at {method!r}."
            yield Finding("error", "", 0, pointer + step, message, "The method is left out.")
