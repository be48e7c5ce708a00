"""Two judges, one contract: what is compiled for every request and openapi-core agree, but for what the tables list.

A table says who accepts what the other refuses, and why. An entry that is wrong
or no longer needed fails, and so does a difference that no entry explains.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus, unquote_plus

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mockserver.pipeline.validation import ValidatedRequest, read
from oas import package_data
from oas.contract import load
from oas.messages import Request, Response
from oas.reference import ReferenceJudge

SPEC = load()
REFERENCE = ReferenceJudge(SPEC.document)
MAX_DEPTH = 64
OURS, THEIRS = "compiled", "openapi-core"


@dataclass(frozen=True)
class Difference:
    """What one judge accepts and the other refuses.

    Attributes:
        accepted_by: the more lenient judge.
        reason: why the other is right, or both may be.
        sample: for which the judges differ.
        explains: tells whether a request or value is of this kind.
    """

    accepted_by: str
    reason: str
    sample: Any
    explains: Callable[[Any], Any]


def explained(table: list[Difference], accepted_by: str, subject: Any) -> bool:
    return any(one.accepted_by == accepted_by and one.explains(subject) for one in table)


def agree(table: list[Difference], found: list[bool], subject: Any) -> None:
    """Assert that the verdicts are the same or that the table says why not."""
    compiled, reference = found
    if compiled != reference:
        lenient = OURS if compiled else THEIRS
        assert explained(table, lenient, subject), f"only the {lenient} judge accepts {subject!r}"


def verdicts(
    operation_id: str, query: str = "", body: bytes = b"", content_type: str = "application/json"
) -> list[bool]:
    """Return what the compiled judge and openapi-core say of a request."""
    operation = SPEC.by_id[operation_id]
    headers = {"content-type": content_type} if body else {}
    request = Request(operation.method, SPEC.base_path + operation.path, query, headers, body)
    return [
        isinstance(read(operation, {}, request, MAX_DEPTH), ValidatedRequest),
        REFERENCE.request_errors(request) == [],
    ]


# Queries.

QUERY_NAMES = SPEC.by_id["getCampaignInfo"].query.names
SCALARS = [name for name in QUERY_NAMES if name != "linkedin_user_information_ids"]


def values(query: str, *names: str) -> list[str]:
    pairs = [pair.partition("=") for pair in query.split("&")]
    return [unquote_plus(value) for name, _, value in pairs if unquote_plus(name) in names]


def is_odd_integer(text: str) -> bool:
    """Whether Python reads an integer that no JSON writer would have written."""
    try:
        return not re.fullmatch("-?[0-9]{1,4000}", text, re.ASCII) and isinstance(int(text), int)
    except ValueError:
        return False


def is_malformed(query: str) -> bool:
    raw = re.sub("%(?=[0-9A-Fa-f]{2})", "", query)
    return "%" in raw or "\N{REPLACEMENT CHARACTER}" in unquote_plus(query) or not query.isascii()


QUERIES = [
    Difference(
        THEIRS,
        "Python's int() takes signs, spaces, underscores and foreign digits; the contract's integer is JSON's",
        sample,
        lambda query: any(map(is_odd_integer, values(query, "limit", "offset"))),
    )
    for sample in ("limit=%2B5", "limit=+5", "offset=5%0A", "limit=1_0", "offset=%D9%A5", "limit=" + "9" * 4001)
] + [
    Difference(
        THEIRS,
        "openapi-core takes the first of a scalar that stands twice; which one counts would be a guess",
        "term=a&term=b",
        lambda query: any(len(values(query, name)) > 1 for name in SCALARS),
    ),
    Difference(
        THEIRS,
        "openapi-core is handed decoded text, where bad escapes and bytes that are no UTF-8 have been replaced",
        "term=%zz",
        is_malformed,
    ),
    Difference(
        OURS,
        "an empty string is a value; openapi-core takes it only where allowEmptyValue, now deprecated, is set",
        "term=",
        lambda query: any("" in values(query, name) for name in SCALARS),
    ),
    Difference(
        THEIRS,
        "the same, in a name",
        "%ff=1",
        is_malformed,
    ),
]


@pytest.mark.parametrize("difference", QUERIES, ids=lambda one: str(one.sample)[:30])
def test_the_judges_differ_on_a_query_as_the_table_says(difference: Difference) -> None:
    assert difference.explains(difference.sample)
    found = verdicts("getCampaignInfo", difference.sample)
    assert found == [difference.accepted_by == OURS, difference.accepted_by == THEIRS]


def test_only_openapi_core_refuses_a_required_value_that_is_empty() -> None:
    assert verdicts("getOptimizedRoutineData", "linkedin_campaign_routine_id=") == [True, False]


DATES = [
    "2025-05-01",
    "0001-01-01",
    "9999-12-31",
    "0000-01-01",
    "2025-02-30",
    "2024-02-29",
    "2025-02-29",
    "10000-01-01",
]
DATES += [
    "20250501",
    "2025-W01-1",
    "2025-5-1",
    "2025-05-01T00:00:00Z",
    "2025-05-01\n",
    " 2025-05-01",
    "\uff12\uff10\uff12\uff15-05-01",
    "-2025-05-01",
]
INTEGERS = [
    "0",
    "1",
    "-1",
    "5",
    "007",
    "-0",
    "5.0",
    "1e3",
    "+5",
    " 5",
    "5 ",
    "1_0",
    "0x5",
    "NaN",
    "null",
    "true",
    "9" * 30,
    "9" * 4000,
]
WORDS = ["active", "ACTIVE", "smart_campaign", "created_at", "desc", "Desc", "id", "null", "\0", "é", "😀", ""]
texts = st.one_of(
    st.sampled_from(DATES),
    st.sampled_from(INTEGERS),
    st.sampled_from(WORDS),
    st.text(max_size=5),
    st.integers().map(str),
    st.dates().map(str),
)
raw_texts = st.one_of(texts.map(quote_plus), st.sampled_from(["%", "%zz", "%ff", "a%2", "+5", "a+b", "%ed%a0%80"]))
names = st.sampled_from([*QUERY_NAMES, *QUERY_NAMES, "LIMIT", "page", "%zz", "", "limi%74"])
queries = st.lists(st.tuples(names, raw_texts).map("=".join), max_size=4).map("&".join)


@settings(max_examples=250)
@given(queries)
@example("limit")
@example("&&=&limit=1&&")
@example("linkedin_user_information_ids=&linkedin_user_information_ids=a")
def test_the_judges_agree_on_any_query(query: str) -> None:
    agree(QUERIES, verdicts("getCampaignInfo", query), query)


@pytest.mark.parametrize("name", ["start_date", "end_date"])
@pytest.mark.parametrize("date", DATES)
def test_the_judges_agree_on_any_date(name: str, date: str) -> None:
    compiled, reference = verdicts("getDashboardInfo", f"{name}={quote_plus(date)}")
    assert compiled is reference
    assert verdicts("postDashboardInfo", "", json.dumps({name: date}).encode()) == [compiled, reference]


# Bodies.


def _depth(body: bytes) -> int:
    """Deepest nesting of brackets, whatever stands in strings."""
    deepest = depth = 0
    for byte in body:
        depth += (byte in b"[{") - (byte in b"]}")
        deepest = max(deepest, depth)
    return deepest


def _has_duplicates(body: bytes) -> bool:
    found = []
    json.loads(body, object_pairs_hook=lambda pairs: found.append(len(dict(pairs)) < len(pairs)))
    return any(found)


BODIES = [
    Difference(
        THEIRS,
        "Python reads the last of two members of one name; RFC 8259 §4 calls the result unpredictable",
        b'{"limit": 0, "limit": 2}',
        _has_duplicates,
    ),
    Difference(
        THEIRS,
        "Python reads NaN and Infinity, which RFC 8259 §6 does not permit",
        b'{"x": NaN}',
        re.compile(rb"NaN|Infinity").search,
    ),
    Difference(
        THEIRS,
        "Python reads a number that overflows as Infinity",
        b'{"x": 1e999}',
        re.compile(rb"[eE]\+?\d{3}").search,
    ),
    Difference(
        THEIRS,
        "Python reads half a surrogate pair, which is not a character and cannot be sent back",
        b'{"term": "\\ud800"}',
        re.compile(rb"\\u[dD][89a-fA-F]").search,
    ),
    Difference(
        THEIRS,
        "Python guesses UTF-16 and UTF-32; RFC 8259 §8.1 has UTF-8 only",
        json.dumps({}).encode("utf-16"),
        re.compile(rb"\x00").search,
    ),
    Difference(
        THEIRS,
        "Python passes over a byte order mark, which RFC 8259 §8.1 forbids to send",
        b"\xef\xbb\xbf{}",
        lambda body: body.startswith(b"\xef\xbb\xbf"),
    ),
    Difference(
        THEIRS,
        "the mock bounds the depth of a body",
        b'{"x": ' + b"[" * 64 + b"]" * 64 + b"}",
        lambda body: _depth(body) > MAX_DEPTH,
    ),
    Difference(
        THEIRS,
        "the mock bounds the digits of a number",
        b'{"limit": ' + b"9" * 4001 + b"}",
        re.compile(rb"\d{4001}").search,
    ),
]


@pytest.mark.parametrize("difference", BODIES, ids=lambda one: one.reason[:40])
def test_the_judges_differ_on_a_body_as_the_table_says(difference: Difference) -> None:
    assert difference.explains(difference.sample)
    assert verdicts("postCampaignInfo", "", difference.sample) == [False, True]


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.sampled_from(DATES + WORDS + INTEGERS[:12]),
    st.text(max_size=4),
)
anything = st.recursive(
    scalars,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=3), below, max_size=3),
    max_leaves=5,
)
members = st.sampled_from([*QUERY_NAMES, *QUERY_NAMES, "x", ""])
objects = st.dictionaries(members, st.one_of(anything, st.lists(st.text(max_size=3), max_size=3)), max_size=4)
bodies = st.one_of(objects, objects, anything).map(
    lambda value: json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
)
RAW = [
    b"{",
    b"[1] 2",
    b"\xff",
    b"01",
    b"{'a': 1}",
    b'{"a": 1,}',
    b'{"limit": 1.0}',
    b'{"limit": 1e2}',
    b'{"limit": 1.5}',
    b" ",
    b"\x00",
    b'"\\ud83d\\ude00"',
    b"-",
    b'{"limit": 1e20}',
]


@settings(max_examples=250)
@given(st.one_of(bodies, bodies, st.sampled_from(RAW), st.binary(min_size=1, max_size=6)))
def test_the_judges_agree_on_any_body(body: bytes) -> None:
    agree(BODIES, verdicts("postCampaignInfo", "", body), body)


@pytest.mark.parametrize(
    "content_type, expected",
    [
        ("application/json", [True, True]),
        ("Application/JSON; charset=UTF-8", [True, True]),
        ("", [False, False]),
        ("text/plain", [False, False]),
        ("application/problem+json", [False, False]),
        ("application/*", [False, False]),
        ("application/json, application/json", [False, False]),
        # openapi-core looks at nothing behind the type, not even the charset.
        ("application/json; charset=utf-16", [False, True]),
        ("application/json; a=b, text/plain", [False, True]),
        # Space around the type is not part of it; openapi-core does not take it away, and breaks on an odd parameter.
        (" application/json", [True, False]),
        ("application/json; x", [True, False]),
    ],
)
def test_the_judges_agree_on_content_types_but_for_parameters(content_type: str, expected: list[bool]) -> None:
    assert verdicts("postCampaignInfo", "", b"{}", content_type) == expected


# Answers.

LIMITS = [(f"X-RateLimit-{kind}-{window}", "5") for kind in ("Limit", "Remaining") for window in ("Minute", "Day")]
HEADERS = (("Content-Type", "application/json"), *LIMITS)
FIXTURES = {
    (path.parent.name, path.stem): json.loads(path.read_text("utf-8"))
    for path in sorted((package_data.root() / "fixtures/envelopes").glob("*/*.json"))
}


def answer_verdicts(operation_id: str, status: int, value: Any) -> list[bool]:
    operation, body = SPEC.by_id[operation_id], json.dumps(value).encode()
    judge = SPEC.response_validator(operation, status)
    assert judge is not None
    request = Request(operation.method, SPEC.base_path + operation.path)
    errors = REFERENCE.response_errors(request, Response(status, HEADERS, body))
    return [judge.is_valid(json.loads(body)), errors == []]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """List the path to every value below."""
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, item in below for found in places(item, (*path, key)))]


def mutated(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """Copy a value with another one in one place; `...` takes the place away."""
    if not path:
        return None if new is ... else new
    found = deepcopy(value)
    node = found
    for key in path[:-1]:
        node = node[key]
    if new is ...:
        del node[path[-1]]
    else:
        node[path[-1]] = new
    return found


def is_named(place: tuple[tuple[Any, ...], Any], *names: str) -> bool:
    """Whether the value that a path leads to has one of these names."""
    return place[0][-1:] != () and place[0][-1] in names


EMAILS = ("email", "created_by")
URLS = ("next_page_url", "prev_page_url")
STAMPS = ("created_at", "expires_at", "last_activate_time", "initial_activate_time", "timestamp")
#: Samples: operation, status, path and value; explained by path and value.
ANSWERS = [
    Difference(
        THEIRS,
        "openapi-core asks of an e-mail only that it holds an @",
        ("createApiKey", "200", ("data", "created_by"), "a@b@c"),
        lambda place: is_named(place, *EMAILS) and "@" in str(place[1]),
    ),
    Difference(
        THEIRS,
        "openapi-core checks no URI without an extra package",
        ("getCampaignInfo", "200", ("data", "pagination", "next_page_url"), "a b"),
        lambda place: is_named(place, *URLS) and isinstance(place[1], str),
    ),
    Difference(
        OURS,
        "RFC 3339 §5.6 has leap seconds; Python's datetime has none",
        ("createApiKey", "200", ("data", "created_at"), "2016-12-31T23:59:60Z"),
        lambda place: is_named(place, *STAMPS) and ":60" in str(place[1]),
    ),
    Difference(
        OURS,
        "RFC 3339 has the year 0; Python's datetime has not",
        ("createApiKey", "200", ("data", "created_at"), "0000-01-01T00:00:00Z"),
        lambda place: is_named(place, *STAMPS) and str(place[1]).startswith("0000"),
    ),
    Difference(
        THEIRS,
        "in Python's patterns $ is also before a line feed at the end",
        ("createApiKey", "200", ("data", "created_at"), "2025-05-01T10:15:30Z\n"),
        lambda place: str(place[1]).endswith("\n"),
    ),
]


@pytest.mark.parametrize("difference", ANSWERS, ids=lambda one: one.reason[:40])
def test_the_judges_differ_on_an_answer_as_the_table_says(difference: Difference) -> None:
    operation, status, path, new = difference.sample
    assert difference.explains((path, new))
    found = answer_verdicts(operation, int(status), mutated(FIXTURES[operation, status], path, new))
    assert found == [difference.accepted_by == OURS, difference.accepted_by == THEIRS]


@pytest.mark.parametrize("operation, stem", FIXTURES)
def test_both_judges_accept_every_fixture(operation: str, stem: str) -> None:
    assert answer_verdicts(operation, int(stem.partition(".")[0]), FIXTURES[operation, stem]) == [True, True]


MOMENTS = [
    "2025-05-01T10:15:30Z",
    "2025-05-01 10:15:30Z",
    "2025-05-01T10:15:30+05:30",
    "2025-05-01T24:00:00Z",
    "2025-02-30T10:15:30Z",
]
MOMENTS += [
    "2025-05-01T10:15Z",
    "2016-12-31T23:59:60Z",
    "2025-05-01T10:15:30.5Z",
    "0000-01-01T00:00:00Z",
    "2025-05-01T10:15:30Z\n",
]
ODD = [
    "req_",
    "req",
    "a@b.c",
    "a@",
    "A_B",
    "a b",
    "%zz",
    "//x",
    "INVALID_REQUEST",
    "NOT_FOUND",
    200,
    200.0,
    400,
    -1,
    0.5,
    1e300,
    10**30,
]
replacements = st.one_of(
    st.just(...),
    st.sampled_from(MOMENTS),
    st.sampled_from(ODD),
    st.sampled_from(DATES + WORDS),
    anything.filter(lambda one: one == one),
)


@st.composite
def mutations(draw: st.DrawFn) -> tuple[str, str, tuple[Any, ...], Any]:
    operation, stem = draw(st.sampled_from(sorted(FIXTURES)))
    path = draw(st.sampled_from(places(FIXTURES[operation, stem])))
    return operation, stem, path, draw(replacements)


@settings(max_examples=250)
@given(mutations())
def test_the_judges_agree_on_any_answer(mutation: tuple[str, str, tuple[Any, ...], Any]) -> None:
    operation, stem, path, new = mutation
    value = mutated(FIXTURES[operation, stem], path, new)
    agree(ANSWERS, answer_verdicts(operation, int(stem.partition(".")[0]), value), (path, new))
