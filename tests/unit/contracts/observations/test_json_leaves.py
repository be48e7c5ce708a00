from __future__ import annotations

from typing import Any

import pytest

from contracts.observations.comparison import leaves


@pytest.mark.parametrize(
    "body, found",
    [
        ({"a": 1, "b": {"c": None}}, {"/a": [1], "/b/c": [None]}),
        ({"a": [{"b": 1}, {"b": 2, "c": 3}]}, {"/a/*/b": [1, 2], "/a/*/c": [3]}),
        ({"a": [], "b": {}}, {"/a": [[]], "/b": [{}]}),
        ([[1, 2], [3]], {"/*/*": [1, 2, 3]}),
        ({"x/y": 1}, {"/x~1y": [1]}),
        (7, {"": [7]}),
    ],
)
def test_every_leaf_stands_under_its_pattern(body: Any, found: dict[str, list[Any]]) -> None:
    assert leaves(body) == found
