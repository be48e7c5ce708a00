"""Patterns read into trees."""

from __future__ import annotations

import pytest

from oas.sampling.regex import parse
from oas.sampling.regex_text import ENDLESS, NOTHING, Ahead, Backreference, Chars, Choice, Node, Repeat, Sequence
from oas.sampling.seeded_random import SampleImpossible

A, B = Chars("a"), Chars("b")


def only(pattern: str) -> Node:
    """Return the one part of a pattern that is a sequence of one."""
    tree = parse(pattern)
    assert isinstance(tree, Sequence)
    (part,) = tree.parts
    return part


@pytest.mark.parametrize(
    "pattern, expected",
    [
        ("a", A),
        ("a*", Repeat(A, 0, ENDLESS)),
        ("a+?", Repeat(A, 1, ENDLESS)),
        ("a?", Repeat(A, 0, 1)),
        ("a{2}", Repeat(A, 2, 2)),
        ("a{2,}", Repeat(A, 2, ENDLESS)),
        ("a{2,3}", Repeat(A, 2, 3)),
        ("(?:a)", Sequence((Sequence((A,)),), 0, "0")),
        ("(a)", Sequence((Sequence((A,)),), 1, "1")),
        ("(?<n>a)", Sequence((Sequence((A,)),), 1, "n")),
        ("(?P<n>a)", Sequence((Sequence((A,)),), 1, "n")),
        ("(?i:a)", Sequence((Sequence((A,)),), 0, "0")),
        ("(?=a)", Ahead(Sequence((A,)))),
        ("(?!a)", NOTHING),
        ("(?<=a)", NOTHING),
        ("(?i)", NOTHING),
        ("^", NOTHING),
        (r"\b", NOTHING),
        (r"\1", Backreference("1")),
        (r"\k<n>", Backreference("n")),
        (r"\.", Chars(".")),
        (r"\n", Chars("\n")),
        (r"\x41", Chars("A")),
        (r"\u0041", Chars("A")),
        (r"\u{1F600}", Chars("\U0001f600")),
        (r"\cJ", Chars("\n")),
        (r"\d", Chars("0123456789")),
        ("[abc]", Chars("abc")),
        ("[a-e]", Chars("abcde")),
        ("[a-]", Chars("a-")),
        ("[-a]", Chars("-a")),
        (r"[\d-x]", Chars("0123456789-x")),
        (r"[\]a]", Chars("]a")),
        ("[a-ca-c]", Chars("abc")),
        ("[^a-y0-9]", Chars("z")),
        ("{", Chars("{")),
    ],
)
def test_a_construct_is_read(pattern: str, expected: Node) -> None:
    assert only(pattern) == expected


def test_alternatives_are_read() -> None:
    assert parse("a|b|") == Choice((Sequence((A,)), Sequence((B,)), NOTHING))


@pytest.mark.parametrize(
    "pattern, excluded", [("[^a]", "a"), (r"\D", "0"), (r"\W", "a_0"), (r"[^\s/]", " /"), (r"\P{L}", "aZ")]
)
def test_what_is_excluded_is_not_offered(pattern: str, excluded: str) -> None:
    part = only(pattern)
    assert isinstance(part, Chars)
    assert part.options
    assert not set(part.options) & set(excluded)


@pytest.mark.parametrize(
    "pattern, within", [(r"\p{Lu}", "A"), (r"\p{L}", "a"), (r"\p{N}", "5"), (r"\p{Script=Greek}", "a")]
)
def test_a_property_offers_characters_of_ascii(pattern: str, within: str) -> None:
    part = only(pattern)
    assert isinstance(part, Chars)
    assert within in part.options


def test_a_class_of_everything_but_ascii_offers_something() -> None:
    assert only("[^ -~]").options  # type: ignore[union-attr]


def test_a_class_that_leaves_nothing_to_offer_is_empty() -> None:
    assert only(r"[^\u0000-\u00ff\u0370-\u03ff\u0400-\u04ff\u4e00-\u4eff]") == Chars("")


def test_surrogates_are_never_offered() -> None:
    assert only(r"[\ud800\udfff]") == Chars("")


@pytest.mark.parametrize("pattern", ["(", "[a", "(?<n", "a)", "\\", r"\u{zz}", "(?", r"\x4", r"\p{L"])
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(SampleImpossible):
        parse(pattern)


@pytest.mark.parametrize("pattern", ["(" * 100 + ")" * 100, "a" * 5_000])
def test_what_is_too_large_is_refused(pattern: str) -> None:
    with pytest.raises(SampleImpossible, match=r"longer|deeper"):
        parse(pattern)
