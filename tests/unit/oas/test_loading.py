"""Bytes to trees: YAML's core schema, JSON, encodings, findings, bounds."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
import yaml

from oas import events
from oas.bounds import Bounds
from oas.errors import BoundExceeded, SpecInvalid
from oas.findings import Finding
from oas.loading import parse

SMALL = Bounds(max_bytes=400, max_depth=6, max_nodes=40)


def read(text: str | bytes, bounds: Bounds | None = None) -> tuple[Any, list[Finding]]:
    findings: list[Finding] = []
    data = text if isinstance(text, bytes) else text.encode()
    return parse(data, "a.yaml", bounds or Bounds(), findings), findings


@pytest.mark.parametrize(
    "text, value",
    [
        ("NO", "NO"), ("no", "no"), ("on", "on"), ("yes", "yes"), ("y", "y"), ("12:30", "12:30"), ("1_000", "1_000"),
        ("2025-01-01", "2025-01-01"), ("2025-01-01T00:00:00Z", "2025-01-01T00:00:00Z"), ("0b11", "0b11"), ("=", "="),
        ("null", None), ("Null", None), ("~", None), ("", None), ("nULL", "nULL"), ("'null'", "null"), ('""', ""),
        ("true", True), ("TRUE", True), ("False", False), ("tRUE", "tRUE"),
        ("1", 1), ("-1", -1), ("+1", 1), ("007", 7), ("0o17", 15), ("0x1F", 31), ("0o8", "0o8"), ("-0x1", "-0x1"),
        ("1" * 78, int("1" * 78)), ("'1'", "1"), ("1.0", 1.0), ("-.5", -0.5), ("1.", 1.0), ("1e3", 1000.0), (".", "."),
        ("1.0.0", "1.0.0"), ("1e", "1e"), ("3.1.0", "3.1.0"), ("-", [None]), ("--", "--"), ("<<", "<<"), ("1 2", "1 2"),
        ("!!str 1", "1"), ("! 1", "1"), ("!!int '1'", 1), ("!!float 1", 1.0), ("!!null ''", None),
        ("!!bool true", True),
        ("!!timestamp 2025-01-01", "2025-01-01"), ("!!map {a: 1}", {"a": 1}), ("|\n  1\n", "1\n"),
        ("é", "é"), ("[1, 'a', {}]", [1, "a", {}]),
    ],
)  # fmt: skip
def test_plain_scalars_follow_the_core_schema(text: str, value: Any) -> None:
    tree, findings = read(f"k: {text}" if text != "-" else "k:\n- ")
    assert tree == {"k": value}
    assert type(tree["k"]) is type(value)
    assert findings == []


@pytest.mark.parametrize(
    "text, value", [(".inf", math.inf), ("-.INF", -math.inf), (".nan", math.nan), ("1e999", math.inf)]
)
def test_numbers_that_json_lacks_are_noted(text: str, value: float) -> None:
    tree, [found] = read(f"a:\n  - k: {text}")
    assert tree["a"][0]["k"] == pytest.approx(value, nan_ok=True)
    assert (found.severity, found.line, found.pointer) == ("warning", 2, "/a/0/k")


@pytest.mark.parametrize("key", ["200", "true", "null", "1.0", "2025-01-01", "no", "'200'"])
def test_keys_are_the_text_as_written(key: str) -> None:
    assert read(f"{key}: 1")[0] == {key.strip("'"): 1}


@pytest.mark.parametrize(
    "text, tree, severity, line, pointer",
    [
        ("a: 1\nb: {c: 1, c: 2}", {"a": 1, "b": {"c": 2}}, "error", 2, "/b"),
        ("a:\n  <<: 5\n  b: 1", {"a": {"b": 1}}, "error", 2, "/a"),
        ("? [x]\n: 1\na: 2", {"a": 2}, "error", 1, ""),
        ("a: !include x.yaml", {"a": "x.yaml"}, "warning", 1, "/a"),
        ("a: !thing {b: 1}", {"a": {"b": 1}}, "warning", 1, "/a"),
        ("a: !!int x", {"a": "x"}, "warning", 1, "/a"),
        ("a: 1\n---\nb: 2", {"a": 1}, "warning", 2, ""),
        ('{"a": {"b": 1,\n"b": 2}}', {"a": {"b": 2}}, "error", 2, "/a"),
        ('{"a": [\n\t-Infinity]}', {"a": [-math.inf]}, "warning", 2, "/a/0"),
    ],
)
def test_oddities_are_findings(text: str, tree: Any, severity: str, line: int, pointer: str) -> None:
    found_tree, [found] = read(text)
    assert found_tree == tree
    assert (found.severity, found.source, found.line, found.pointer) == (severity, "a.yaml", line, pointer)


MERGES = """
base: &base {a: 1, b: 2}
more: &more {b: 3, c: 4}
one: {<<: *base, b: 9}
two:
  d: 5
  <<: [*base, *more]
three: {<<: {e: 6}, '<<': 7}
"""


def test_merge_keys_are_merged_and_noted_once() -> None:
    tree, [found] = read(MERGES)
    assert tree["one"] == {"a": 1, "b": 9}
    assert tree["two"] == {"a": 1, "b": 2, "c": 4, "d": 5}
    assert tree["three"] == {"e": 6, "<<": 7}
    assert (found.severity, found.line) == ("warning", 4)
    assert "3 stand in this file" in found.message


def test_aliases_share_one_object_and_may_be_keys() -> None:
    tree, findings = read("a: &x {b: 1}\nc: *x\nd: &k key\n*k : 2\ne: &x 5\nf: *x\n&m g: *m")
    assert tree == {"a": {"b": 1}, "c": {"b": 1}, "d": "key", "key": 2, "e": 5, "f": 5, "g": "g"}
    assert tree["a"] is tree["c"]
    assert findings == []


@pytest.mark.parametrize(
    "text, says",
    [
        ("a: *x", "&x"), ("a: &x [*x]", "&x"), ("a: [1", "not YAML"), ("a: b: c", "not YAML"), ("\tb: 1", "not YAML"),
        ("{]", "not JSON"), ("a: \x01", "not YAML"), (b"a: \xff", "UTF-8"), (b"\xff\xfea", "UTF-16"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_an_error_with_a_line(text: str | bytes, says: str) -> None:
    with pytest.raises(SpecInvalid, match=says) as raised:
        read(text)
    assert raised.value.source == "a.yaml"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("text", ["a: ü\nb: 1", '{"a": "ü",\r\n\t"b": 1}'])
def test_every_byte_order_mark_is_taken_off(text: str, encoding: str) -> None:
    mark = "" if encoding.startswith("utf-8") else "\ufeff"
    assert read((mark + text).encode(encoding))[0] == {"a": "ü", "b": 1}


@pytest.mark.parametrize(
    "text, tree",
    [
        ('{"a":\t1}', {"a": 1}),
        ('{"a": "\\ud83d\\ude00\\/"}', {"a": "\U0001f600/"}),
        ('{"a": 115792089237316195423570985008687907853269984665640564039457584007913129639935}', {"a": 2**256 - 1}),
        ('{"a": 1.0, "b": -0}', {"a": 1.0, "b": 0}),
        ("[1, 2]", [1, 2]),
        ("{a: 1, b: no}", {"a": 1, "b": "no"}),
        ("[a]: x", {}),
        ("", None),
        ("# nothing", None),
        ("text", "text"),
    ],
)
def test_json_and_what_looks_like_it(text: str, tree: Any) -> None:
    found, _ = read(text)
    assert found == tree


BOMB = "a: &a [1, 1, 1]\nb: &b [*a, *a, *a]\nc: [*b, *b, *b]\n"


@pytest.mark.parametrize(
    "text, says, line",
    [
        ("a: " + "x" * 400, "400", 0),
        ("a: [[[[[[[1]]]]]]]", "6 levels", 1),
        ("a: &a [[[1]]]\nb: [[[*a]]]", "6 levels", 2),
        ("a: &a [[[1]]]\nb: &b [*a]\nc: [[*b]]", "6 levels", 3),
        (f"[{'[' * 6}{']' * 6}]", "6 levels", 1),
        ("[\n" + "1," * 50 + "\n1]", "40 values", 3),
        ("a: [" + "1, " * 50 + "1]", "40 values", 1),
        (BOMB, "40 values, aliases", 3),
        ("a: &a {b: 1, c: 2, d: 3, e: 4}\nx:\n" + "- {<<: *a}\n" * 10, "40 values", 8),
    ],
)
def test_each_bound_is_named(text: str, says: str, line: int) -> None:
    with pytest.raises(BoundExceeded, match=says) as raised:
        read(text, SMALL)
    assert (raised.value.source, raised.value.line) == ("a.yaml", line)


def test_a_document_within_the_bounds_is_read() -> None:
    assert read(BOMB, replace(SMALL, max_nodes=60))[0]["c"][2][2] == [1, 1, 1]


@pytest.mark.parametrize("text", ["a: " + "1" * 5000, '{"a": ' + "1" * 5000 + "}"])
def test_an_integer_of_thousands_of_digits_is_refused(text: str) -> None:
    with pytest.raises(BoundExceeded, match="digits"):
        read(text)


def test_json_that_is_nested_too_deeply_for_the_scanner_is_refused() -> None:
    with pytest.raises(BoundExceeded, match="200 levels"):
        read("[" * 1_500 + "]" * 1_500)


@pytest.mark.parametrize("text", [MERGES, BOMB, "a: !!str 1\n? [x]\n: 1\n", '{"a": 1, "a": 2}'])
def test_the_parser_in_python_gives_the_same(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fast = read(text)
    monkeypatch.setattr(events, "_LOADER", yaml.BaseLoader)
    assert read(text) == fast
