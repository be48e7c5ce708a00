"""Bytes to a tree: YAML 1.2 or JSON, with any byte order mark, inside bounds."""

from __future__ import annotations

import codecs
import json
from typing import Any, Final

import yaml

from oas.bounds import Bounds
from oas.errors import BoundExceeded, SpecInvalid
from oas.events import json_events, yaml_events
from oas.findings import Finding
from oas.trees import TreeBuilder

__all__ = ["decode", "parse"]

#: Byte order marks; UTF-32 before UTF-16, which begins with the same bytes.
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def parse(data: bytes, source: str, bounds: Bounds, findings: list[Finding]) -> Any:
    """Return the tree of a YAML or JSON file: dicts with text keys, lists, texts, numbers, booleans, None.

    Text that begins with `{` or `[` is read as JSON and, where it is not JSON, as YAML.
    Objects that aliases repeat are the same Python object.

    Args:
        data: content of the file.
        source: its name, for messages.
        bounds: how large it may be.
        findings: where doubled keys, merge keys and the like are added.

    Raises:
        BoundExceeded: too many bytes, levels or values.
        SpecInvalid: not UTF-8 or UTF-16, or neither YAML nor JSON.
    """
    if len(data) > bounds.max_bytes:
        raise BoundExceeded(f"the file has {len(data):,} bytes, more than {bounds.max_bytes:,}", source)
    text = decode(data, source)
    if not text.lstrip().startswith(("{", "[")):
        return _parse_yaml(text, source, bounds, findings)
    try:
        return _parse_json(text, source, bounds, findings)
    except json.JSONDecodeError as error:
        try:
            return _parse_yaml(text, source, bounds, findings)
        except SpecInvalid as problem:
            if isinstance(problem, BoundExceeded):
                raise
            raise SpecInvalid(f"the file is not JSON: {error.msg}", source, "", error.lineno) from error


def decode(data: bytes, source: str) -> str:
    """Return the text of a file, without its byte order mark.

    Raises:
        SpecInvalid: the bytes are not the encoding that the mark names, UTF-8 where there is none.
    """
    mark, encoding = next((known for known in _MARKS if data.startswith(known[0])), (b"", "utf-8"))
    try:
        return data[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SpecInvalid(
            f"the file is not {encoding.upper()} text ({error.reason}); save it as UTF-8", source, "", line
        ) from error


def _parse_yaml(text: str, source: str, bounds: Bounds, findings: list[Finding]) -> Any:
    found: list[Finding] = []
    try:
        tree = TreeBuilder(source, bounds, found).build(yaml_events(text))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        reason = getattr(error, "problem", None) or " ".join(str(error).split())
        raise SpecInvalid(f"the file is not YAML: {reason}", source, "", mark.line + 1 if mark else 0) from error
    findings.extend(found)
    return tree


def _parse_json(text: str, source: str, bounds: Bounds, findings: list[Finding]) -> Any:
    """Parse by the standard library, and again by events, which know lines, where something is odd or too large."""
    oddities: list[str] = []

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) != len(pairs):
            oddities.append("doubled key")
        return made

    tree = None
    try:
        tree = json.loads(text, object_pairs_hook=members, parse_constant=oddities.append)
    except json.JSONDecodeError:
        raise
    except (RecursionError, ValueError):
        oddities.append("levels, or digits of an integer")
    if oddities or not _fits(tree, bounds):
        tree = TreeBuilder(source, bounds, findings).build(json_events(text))
    return tree


def _fits(tree: Any, bounds: Bounds) -> bool:
    level, depth, nodes = [tree], 0, 1
    while level and depth <= bounds.max_depth and nodes <= bounds.max_nodes:
        depth += 1
        nodes += sum(map(len, level))
        level = [
            child
            for node in level
            for child in (node.values() if type(node) is dict else node)
            if type(child) is dict or type(child) is list
        ]
    return depth <= bounds.max_depth and nodes <= bounds.max_nodes
