"""`x-rate-limit`: the allowance and its refusal, as records and how they are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts.contract.pointers import join

__all__ = ["Limits", "Window", "limits_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """One limit window. Source: `x-rate-limit`, `windows`."""

    name: str
    seconds: int
    limit: int
    limit_header: str
    remaining_header: str
    limit_body: str
    remaining_body: str
    pointer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The allowance and its refusal. Source: `x-rate-limit`."""

    windows: tuple[Window, ...]
    status: int
    error_code: str
    retry_header: str
    retry_body: str
    pointer: str
    assumed: str = ""


def limits_of(tree: Mapping[str, Any]) -> Limits | None:
    """Return the limits of a document, None where it sets none.

    Raises:
        KeyError: the extension lacks a member that its schema requires.
    """
    node = tree.get("x-rate-limit")
    if node is None:
        return None
    refusal = node["refusal"]
    return Limits(
        windows=tuple(_window(entry, index) for index, entry in enumerate(node["windows"])),
        status=refusal["status"],
        error_code=refusal["error_code"],
        retry_header=refusal["retry-after"]["header"],
        retry_body=refusal["retry-after"]["body"],
        pointer="/x-rate-limit",
        assumed=node.get("x-assumed", ""),
    )


def _window(entry: Mapping[str, Any], index: int) -> Window:
    return Window(
        name=entry["name"],
        seconds=entry["seconds"],
        limit=entry["limit"],
        limit_header=entry["headers"]["limit"],
        remaining_header=entry["headers"]["remaining"],
        limit_body=entry["body"]["limit"],
        remaining_body=entry["body"]["remaining"],
        pointer=join("/x-rate-limit/windows", index),
    )
