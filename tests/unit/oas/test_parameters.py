"""Query strings: what is declared is read as its type, what cannot be read is told apart from what does not fit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from oas.parameters import Malformed, ParameterReader, QueryReader, cast_for, decode, separator_of


def text(value: str) -> str:
    return value


NUMBER = cast_for(frozenset({"integer"}))
READER = QueryReader(
    (
        ParameterReader("limit", NUMBER),
        ParameterReader("term", text),
        ParameterReader("ids", text, is_array=True),
        ParameterReader("sizes", NUMBER, is_array=True, separator=","),
        ParameterReader("spaced", text, is_array=True, separator=" "),
        ParameterReader("piped", text, is_array=True, separator="|"),
        ParameterReader("filter", text, is_object=True, members={"age": NUMBER}),
    )
)


@pytest.mark.parametrize(
    "types, value, read",
    [
        ("integer", "5", 5),
        ("integer", "-5", -5),
        ("integer", "007", 7),
        ("integer", "9" * 4000, int("9" * 4000)),
        ("integer", "9" * 4001, "9" * 4001),
        ("integer", "+5", "+5"),
        ("integer", " 5", " 5"),
        ("integer", "5\n", "5\n"),
        ("integer", "1_0", "1_0"),
        ("integer", "5.0", "5.0"),
        ("integer", "٣", "٣"),
        ("integer", "", ""),
        ("number", "5", 5.0),
        ("number", "-1.5e3", -1500.0),
        ("number", "1e999", "1e999"),
        ("number", ".5", ".5"),
        ("number", "NaN", "NaN"),
        ("number", "1" * 301, "1" * 301),
        ("boolean", "true", True),
        ("boolean", "false", False),
        ("boolean", "True", "True"),
        ("boolean", "1", "1"),
        ("integer boolean", "7", 7),
        ("integer boolean", "true", True),
        ("integer boolean", "x", "x"),
        ("integer null", "3", 3),
        ("integer string", "3", "3"),
        ("string", "3", "3"),
        ("object", "3", "3"),
        ("", "3", "3"),
    ],
)
def test_text_is_read_as_its_type_or_left_for_the_schema(types: str, value: str, read: Any) -> None:
    found = cast_for(frozenset(types.split()))(value)
    assert (found, type(found)) == (read, type(read))


@pytest.mark.parametrize(
    "encoded, plain",
    [("a", "a"), ("a+b", "a b"), ("a%2Bb", "a+b"), ("%C3%A9", "é"), ("Ã©", "é"), ("%00", "\0"), ("%e2%82%ac+", "€ ")],
)
def test_percent_encoding_is_taken_away(encoded: str, plain: str) -> None:
    assert decode(encoded) == plain


@pytest.mark.parametrize("encoded", ["%", "%4", "%zz", "a%", "%ff", "%ed%a0%80", "é", "€", "%c3%28"])
def test_what_is_no_encoded_unicode_is_malformed(encoded: str) -> None:
    with pytest.raises(Malformed):
        decode(encoded)


@pytest.mark.parametrize(
    "query, values",
    [
        ("", {}),
        ("&&", {}),
        ("limit=5&term=a+b", {"limit": 5, "term": "a b"}),
        ("term=a=b", {"term": "a=b"}),
        ("term", {"term": ""}),
        ("t%65rm=x", {"term": "x"}),
        ("limit=x", {"limit": "x"}),
        ("ids=1", {"ids": ["1"]}),
        ("ids=1&term=x&ids=2&ids=", {"ids": ["1", "2", ""], "term": "x"}),
        ("ids=1,2", {"ids": ["1,2"]}),
        ("sizes=1,2,x", {"sizes": [1, 2, "x"]}),
        ("sizes=1%2C2,3", {"sizes": ["1,2", 3]}),
        ("sizes=1&sizes=2,3", {"sizes": [1, 2, 3]}),
        ("spaced=a%20b+c", {"spaced": ["a", "b", "c"]}),
        ("piped=a|b%7Cc%7cd", {"piped": ["a", "b", "c", "d"]}),
        ("filter[age]=5&filter[name]=x&filter%5Bx%5D=1", {"filter": {"age": 5, "name": "x", "x": "1"}}),
        ("filter[]=5", {"filter": {"": "5"}}),
    ],
)
def test_a_query_is_read_into_values(query: str, values: dict[str, Any]) -> None:
    reading = READER.read(query)
    assert (reading.values, reading.violations, reading.undocumented) == (values, (), ())


@pytest.mark.parametrize(
    "query, names",
    [
        ("colour=red&limit=1", ("colour",)),
        ("ids[]=1", ("ids[]",)),
        ("filter=1&filter[age=1&filter[a]b=1", ("filter", "filter[age", "filter[a]b")),
        ("term[a]=1", ("term[a]",)),
        ("=x", ("",)),
        ("%C3%A9", ("é",)),
    ],
)
def test_names_that_are_not_declared_are_told(query: str, names: tuple[str, ...]) -> None:
    reading = READER.read(query)
    assert (reading.undocumented, reading.violations) == (names, ())


@pytest.mark.parametrize(
    "query, pointer, code",
    [
        ("limit=1&limit=1", "/limit", "repeated"),
        ("term=a&term=b", "/term", "repeated"),
        ("term=%zz", "/term", "malformed"),
        ("ids=1&ids=%ff", "/ids", "malformed"),
        ("sizes=1,%zz", "/sizes", "malformed"),
        ("filter[a]=%zz", "/filter", "malformed"),
        ("%zz=1", "", "malformed"),
    ],
)
def test_what_cannot_be_read_is_a_violation(query: str, pointer: str, code: str) -> None:
    (violation,) = READER.read(query).violations
    assert (violation.location, violation.pointer, violation.code) == ("query", pointer, code)


@pytest.mark.parametrize(
    "query", ["filter[a]=%zz&filter[b]=1", "ids=%zz&ids=1", "term=%zz&term=1", "limit=%zz&limit=1"]
)
def test_reading_goes_on_behind_what_cannot_be_read(query: str) -> None:
    assert len(READER.read(query).violations) >= 1


@pytest.mark.parametrize(
    "query, codes", [("", ["required"]), ("id", []), ("id=", []), ("id=%zz", ["malformed"]), ("ID=1", ["required"])]
)
def test_a_required_parameter_must_be_sent(query: str, codes: list[str]) -> None:
    reading = QueryReader((ParameterReader("id", text, is_required=True),)).read(query)
    assert [violation.code for violation in reading.violations] == codes


def test_names_are_told_in_the_order_of_the_document() -> None:
    assert READER.names == ("limit", "term", "ids", "sizes", "spaced", "piped", "filter")


@pytest.mark.parametrize(
    "style, explode, separator",
    [
        ("form", True, ""),
        ("form", False, ","),
        ("spaceDelimited", False, " "),
        ("pipeDelimited", False, "|"),
        ("pipeDelimited", True, ""),
        ("simple", False, ","),
    ],
)
def test_items_are_parted_as_the_style_says(style: str, explode: bool, separator: str) -> None:
    assert separator_of(style, explode) == separator


@pytest.mark.parametrize("cast, value", [(NUMBER, 7), (text, "7")])
def test_a_single_text_is_read_as_a_value_or_a_list(cast: Callable[[str], Any], value: Any) -> None:
    assert ParameterReader("id", cast).value_of("7") == value
    assert ParameterReader("id", cast, is_array=True, separator=",").value_of("7,7") == [value, value]
