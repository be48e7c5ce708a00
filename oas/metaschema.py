"""Check a document against OpenAPI's own JSON Schemas, one for each version, Schema Objects included.

The schemas are those of spec.openapis.org, kept in `metaschemas/` with their licence. Time grows with the document.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import jsonschema_rs

from oas.pointers import join
from oas.violations import not_json, sentence_of

__all__ = ["metaschema_errors"]

_FOLDER: Final = Path(__file__).parent / "metaschemas"
_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
#: Errors reported of one document.
MAX_ERRORS: Final = 1_000


def metaschema_errors(tree: Mapping[str, Any], version: str) -> Iterator[tuple[str, str]]:
    """Yield pointer and sentence of everything that OpenAPI's schema forbids, 1,000 at most.

    Args:
        tree: of the document.
        version: its `openapi` member; versions above 3.2 are taken for 3.2.
    """
    seen = {(found.pointer, found.message) for found in not_json(tree, "document")[1]}
    yield from sorted(seen)
    for error in _validator(version[:3]).iter_errors(_finite(tree) if seen else tree):
        for leaf in _leaves(error, 0):
            found = join("", *leaf.instance_path), sentence_of(leaf)
            if found not in seen:
                seen.add(found)
                yield found
            if len(seen) >= MAX_ERRORS:
                return


def _finite(node: Any) -> Any:
    """Return a copy without NaN and infinity, which JSON does not have."""
    if isinstance(node, dict):
        return {name: _finite(value) for name, value in node.items()}
    if isinstance(node, list):
        return [_finite(item) for item in node]
    return 0 if isinstance(node, float) and not math.isfinite(node) else node


@cache
def _validator(version: str) -> Any:
    known = version if version in ("3.0", "3.1", "3.2") else "3.2"
    schema = json.loads((_FOLDER / f"{known}.json").read_text("utf-8"))
    if known == "3.0":
        return jsonschema_rs.Draft4Validator(schema, offline=True)
    return jsonschema_rs.Draft202012Validator(_with_dialect(schema), offline=True)


def _with_dialect(node: Any) -> Any:
    """Let Schema Objects be judged by JSON Schema 2020-12, which OpenAPI's schema leaves to another one."""
    if isinstance(node, list):
        return [_with_dialect(item) for item in node]
    if not isinstance(node, dict):
        return node
    if node.get("$dynamicRef") == "#meta":
        return {"$ref": _DIALECT}
    return {name: _with_dialect(value) for name, value in node.items() if (name, value) != ("$dynamicAnchor", "meta")}


def _leaves(error: Any, depth: int) -> Iterator[Any]:
    """Replace "matches no alternative" by its reasons, those of the alternative that comes closest."""
    branches = error.kind.value if error.kind.name in ("anyOf", "oneOf") else []
    branches = [branch for branch in branches or () if branch and not any(_misses(leaf, error) for leaf in branch)]
    if not branches or depth > 20:
        yield error
        return
    for leaf in min(branches, key=len):
        yield from _leaves(leaf, depth + 1)


def _misses(leaf: Any, parent: Any) -> bool:
    """Whether an alternative is for another kind of object: another type, another constant, or a reference."""
    if leaf.instance_path != parent.instance_path:
        return False
    is_reference = leaf.kind.name == "required" and leaf.kind.property == "$ref"
    return is_reference or leaf.kind.name in ("type", "const", "enum", "falseSchema")
