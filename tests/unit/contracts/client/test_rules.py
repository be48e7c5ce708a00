"""The table of rules: complete, well numbered, and written for the documentation."""

from __future__ import annotations

import re
from typing import Any

import pytest

from contracts.client import RULES, VerdictOptions, rules_table
from contracts.client.verdict import rules_of
from contracts.errors import ConfigInvalid


def test_ids_are_unique_and_in_order() -> None:
    ids = [rule.id for rule in RULES]
    assert ids == sorted(set(ids))
    assert all(re.fullmatch(r"C[1-4]\d\d", id) for id in ids)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_says_what_is_asked_and_what_to_do(rule: Any) -> None:
    assert rule.title[0].islower()
    assert rule.meaning.endswith(".")
    assert rule.advice.endswith(".")
    assert rule.anchor == f"rules#{rule.id.lower()}"


def test_the_table_has_a_row_and_an_anchor_for_every_rule() -> None:
    lines = rules_table().splitlines()
    assert len(lines) == len(RULES) + 2
    assert {line.count("|") for line in lines} == {6}
    for rule, line in zip(RULES, lines[2:], strict=True):
        assert line.startswith(f'| <a id="{rule.id.lower()}"></a>{rule.id} | {rule.title} |')
    assert [rule.id for rule, line in zip(RULES, lines[2:], strict=True) if "on demand" in line] == ["C109", "C301"]


@pytest.mark.parametrize(
    "ids, reason",
    [
        (["C999"], "'C999' is not a rule on clients"),
        (["c103"], "did you mean C103"),
        ("C103", 'write \\["C103"\\]'),
        ([103], "103 is not a rule on clients"),
    ],
    ids=["unknown", "lower case", "text", "number"],
)
def test_an_unknown_id_is_refused_in_one_line(ids: Any, reason: str) -> None:
    with pytest.raises(ConfigInvalid, match=reason):
        rules_of(ids)
    for name in ("allow", "also"):
        with pytest.raises(ConfigInvalid, match=reason):
            VerdictOptions(**{name: ids})
