"""Which requests of the journal a request pattern finds. Source: WireMock, request matching.

Regular expressions are compiled by an engine that takes time in proportion to
the text, whatever the expression; one that needs more (look-around, back
references) or grows too large is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import combinations
from typing import Any, NoReturn
from urllib.parse import parse_qsl

import jsonschema_rs

from mockserver.admin.journal_format import to_url
from mockserver.admin.problem import Problem
from oas.messages import Exchange

MAX_PATTERN_CHARS = 1000
MAX_MATCHERS = 50
_MAX_COMPILED_BYTES = 1 << 20
#: How the target of a request is matched; a pattern has at most one of these.
URL_MEMBERS = ("url", "urlPattern", "urlPath", "urlPathPattern")

Test = Callable[[Exchange], bool]
_TEXT = {"type": "string", "maxLength": MAX_PATTERN_CHARS}
_MATCHER = {
    "type": "object",
    "minProperties": 1,
    "maxProperties": 1,
    "additionalProperties": False,
    "properties": {"equalTo": _TEXT, "contains": _TEXT, "matches": _TEXT, "absent": {"const": True}},
}
_MATCHERS = {"type": "object", "maxProperties": MAX_MATCHERS, "additionalProperties": _MATCHER}
#: Member → schema of a request pattern.
MEMBERS: Mapping[str, Any] = {
    "method": _TEXT,
    **dict.fromkeys(URL_MEMBERS, _TEXT),
    "queryParameters": _MATCHERS,
    "headers": _MATCHERS,
}

#: What holds of the members together.
CONSTRAINTS: Mapping[str, Any] = {"not": {"anyOf": [{"required": list(pair)} for pair in combinations(URL_MEMBERS, 2)]}}


def compile_pattern(members: Mapping[str, Any]) -> Test:
    """Return the test of a request pattern; one without members finds every request.

    Args:
        members: as the client sent them, of `MEMBERS`.

    Raises:
        Problem: 400, a member is wrong; 422, an expression cannot be used.
    """
    tests = [*_line_tests(members), *_query_tests(members), *_header_tests(members)]
    return lambda exchange: all(test(exchange) for test in tests)


def _line_tests(members: Mapping[str, Any]) -> Iterator[Test]:
    if "method" in members:
        method = _text(members["method"], "method").upper()
        if method != "ANY":
            yield lambda exchange: exchange.request.method == method
    named = [name for name in URL_MEMBERS if name in members]
    if len(named) > 1:
        raise Problem(400, f"`{named[0]}` and `{named[1]}` exclude each other; one of them was expected.")
    if named:
        yield _target_test(named[0], _text(members[named[0]], named[0]))


def _target_test(name: str, text: str) -> Test:
    fits = _regex(text, name) if name.endswith("Pattern") else text.__eq__
    if name.startswith("urlPath"):
        return lambda exchange: fits(to_url(exchange.request).partition("?")[0])
    return lambda exchange: fits(to_url(exchange.request))


def _query_tests(members: Mapping[str, Any]) -> Iterator[Test]:
    for name, test in _matchers(members, "queryParameters"):

        def holds(exchange: Exchange, name: str = name, test: Callable[[list[str]], bool] = test) -> bool:
            pairs = parse_qsl(exchange.request.query, keep_blank_values=True)
            return test([value for key, value in pairs if key == name])

        yield holds


def _header_tests(members: Mapping[str, Any]) -> Iterator[Test]:
    for name, test in _matchers(members, "headers"):

        def holds(exchange: Exchange, name: str = name.lower(), test: Callable[[list[str]], bool] = test) -> bool:
            headers = exchange.request.headers
            return test([headers[name]] if name in headers else [])

        yield holds


def _matchers(members: Mapping[str, Any], member: str) -> Iterator[tuple[str, Callable[[list[str]], bool]]]:
    """Yield each name with a test of the values that a request has for it."""
    matchers = members.get(member, {})
    if not isinstance(matchers, Mapping) or len(matchers) > MAX_MATCHERS:
        _refuse(member, f"an object of at most {MAX_MATCHERS} matchers")
    for name, matcher in matchers.items():
        where = f"{member}/{name[:60]}"
        if not isinstance(matcher, Mapping) or len(matcher) != 1:
            _refuse(where, "an object with one of `equalTo`, `contains`, `matches` and `absent`")
        ((word, operand),) = matcher.items()
        yield name, _test(word, operand, where)


def _test(word: str, operand: Any, where: str) -> Callable[[list[str]], bool]:
    if word == "absent":
        if operand is not True:
            _refuse(where, '{"absent": true}')
        return lambda values: not values
    text = _text(operand, where)
    tests: Mapping[str, Callable[[str], bool]] = {"equalTo": text.__eq__, "contains": lambda value: text in value}
    test = _regex(text, where) if word == "matches" else tests.get(word)
    if test is None:
        _refuse(where, "`equalTo`, `contains`, `matches` or `absent`")
    return lambda values: any(map(test, values))


def _regex(pattern: str, where: str) -> Callable[[str], bool]:
    """Compile a regular expression that a whole text must fit."""
    options = jsonschema_rs.RegexOptions(size_limit=_MAX_COMPILED_BYTES, dfa_size_limit=_MAX_COMPILED_BYTES)
    # Checked alone as well, so that an unbalanced one cannot close the group around it.
    for text in (pattern, f"^(?:{pattern})$"):
        try:
            compiled = jsonschema_rs.Draft202012Validator({"pattern": text}, pattern_options=options)
        except jsonschema_rs.ValidationError:
            text = "a regular expression of moderate size, without look-around and back references, was expected"
            raise Problem(422, f"`{_shown(where)}` cannot be used; {text}.") from None
    return lambda value: compiled.is_valid(value.encode("utf-8", "replace").decode())


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str) or len(value) > MAX_PATTERN_CHARS:
        _refuse(where, f"a text of at most {MAX_PATTERN_CHARS} characters")
    return value


def _refuse(where: str, expected: str) -> NoReturn:
    raise Problem(400, f"`{_shown(where)}` is wrong; {expected} was expected.")


def _shown(where: str) -> str:
    return ascii(where)[1:-1]
