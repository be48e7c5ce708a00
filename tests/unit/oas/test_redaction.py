from __future__ import annotations

import base64
import html
import json
import re
import threading
from collections.abc import Iterator
from urllib.parse import quote, unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contracts.gate.exchange_log import redacted
from contracts.messages import Request
from oas.redaction import MIN_RUN, PLACEHOLDER, Redactor, marker

SECRET = "Zq7-first.Key_of~9xW4"
VISIBLE = st.characters(min_codepoint=33, max_codepoint=126)
KEYS = st.one_of(
    st.text(VISIBLE, min_size=8, max_size=48),
    st.text("0123456789abcdef", min_size=32, max_size=32),
    st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_", min_size=20, max_size=43),
)
EMBEDDINGS = (
    lambda text: text,
    lambda text: quote(text, safe=""),
    lambda text: "".join(f"%{byte:02x}" for byte in text.encode()),
    lambda text: json.dumps({"key": f'say "{text}"'}),
    lambda text: "".join(f"\\u{ord(char):04x}" for char in text),
    lambda text: text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;"),
    lambda text: base64.b64encode(text.encode()).decode(),
    lambda text: base64.b64encode(b"x" + text.encode()).decode(),
    lambda text: base64.urlsafe_b64encode(b"xy:" + text.encode() + b"!").decode(),
)
CASES = (str, str.lower, str.upper, str.swapcase)


def readings(text: str) -> set[str]:
    """What a text says to whoever takes one kind of escape out of it."""
    points = re.sub(r"\\u([0-9a-f]{4})", lambda match: chr(int(match[1], 16)), text)
    return {text, unquote(text), html.unescape(text), points, re.sub(r"\\([\\\"/])", r"\1", text)}


def traces(secret: str, text: str) -> Iterator[str]:
    """Yield every run of the secret that a text still holds, plain, escaped or in base64."""
    plain = [reading.lower() for reading in readings(text)]
    for start in range(len(secret) - MIN_RUN + 1):
        run = secret[start : start + MIN_RUN]
        if any(run.lower() in reading for reading in plain):
            yield run
        for form in (run, run.lower(), run.upper()):
            for place in range(3):
                encoded = base64.b64encode(bytes(place) + form.encode()).decode()
                core = encoded[(place * 8 + 5) // 6 : (place + MIN_RUN) * 8 // 6]
                if core in text or core.replace("+", "-").replace("/", "_") in text:
                    yield run


@given(KEYS, st.sampled_from(EMBEDDINGS), st.sampled_from(CASES), st.text(max_size=12), st.text(max_size=12), st.data())
def test_no_run_of_eight_characters_survives(
    key: str, embed: object, case: object, before: str, after: str, data: st.DataObject
) -> None:
    assert callable(embed)
    assert callable(case)
    start = data.draw(st.integers(0, len(key) - MIN_RUN))
    part = key[start : data.draw(st.integers(start + MIN_RUN, len(key)))]
    text = before + str(embed(str(case(part)))) + after
    assert list(traces(key, Redactor([key]).text(text))) == []


@given(KEYS, st.text(max_size=60))
@example("redacted-redacted", "the redacted-redacted key")
@example(":CONTRACTS_API_KEY", "")
def test_the_mark_itself_shows_nothing(key: str, text: str) -> None:
    assert list(traces(key, Redactor([key]).text(text + key))) == []


@pytest.mark.parametrize("variant", [SECRET[:-1], SECRET[1:], SECRET + "x", SECRET.swapcase(), SECRET[4:12]])
def test_a_variant_of_the_key_is_replaced(variant: str) -> None:
    assert Redactor([SECRET]).text(f"<{variant}>").startswith(f"<{marker(SECRET)}")


def test_escapes_of_escapes_are_seen_through() -> None:
    twice = quote(quote("".join(f"%{byte:02x}" for byte in SECRET.encode())), safe="")
    nested = json.dumps({"text": json.dumps({"text": "".join(f"\\u{ord(char):04x}" for char in SECRET)})})
    assert Redactor([SECRET]).text(f"{twice} {nested}").count(marker(SECRET)) == 2


def test_seven_characters_may_stand() -> None:
    assert Redactor([SECRET]).text(SECRET[:7]) == SECRET[:7]


def test_what_holds_no_secret_comes_back_as_the_same_object() -> None:
    data = b'{"url": "?a=%20&b=2"}' * 100
    assert Redactor([SECRET]).data(data) is data


def test_a_secret_can_be_added_later_and_has_the_same_mark_everywhere() -> None:
    redactor = Redactor()
    assert redactor.text(SECRET) == SECRET
    redactor.add(SECRET)
    redactor.add(SECRET)
    assert redactor.text(f"{SECRET} {quote(SECRET)}") == f"{marker(SECRET)} {marker(SECRET)}"


@pytest.mark.parametrize("name", ["Authorization", "cookie", "Set-Cookie", "X-Api-Key", "api-key", "X-Own-Key"])
def test_a_secret_header_is_replaced_whole(name: str) -> None:
    redactor = Redactor(secret_headers=["x-own-key"])
    assert redactor.headers([(name, "any"), ("Accept", "any")]) == ((name, marker("any")), ("Accept", "any"))


def test_every_part_of_a_request_is_redacted() -> None:
    request = Request(
        operation_id="",
        method="GET",
        path=f"/{SECRET}",
        query=((SECRET, SECRET),),
        headers=(("X-Note", SECRET),),
        body={SECRET: [SECRET, 1, None, {"a": SECRET}]},
        raw_body=SECRET.encode(),
        content_type=f"text/{SECRET}",
    )
    assert list(traces(SECRET, repr(redacted(request, Redactor([SECRET]))))) == []


def test_a_url_loses_its_user_and_its_secrets() -> None:
    assert Redactor([SECRET]).url(f"https://me:pw@host/a?k={SECRET}") == f"https://host/a?k={marker(SECRET)}"


def test_an_exception_is_redacted_with_its_causes_and_notes() -> None:
    error = ValueError(f"no {SECRET}", 7, SECRET.encode(), [SECRET])
    error.__cause__ = KeyError(SECRET)
    error.__cause__.__context__ = error
    error.add_note(f"key {SECRET}")
    words = Redactor([SECRET]).error(error)
    shown = words + repr(error) + repr(error.__cause__) + repr(error.__notes__)
    assert list(traces(SECRET, shown)) == []
    assert error.args[1] == 7


def test_a_public_name_stays_where_it_is_a_whole_word() -> None:
    redactor = Redactor(["your_api_key_here"], words=["INVALID_API_KEY"])
    kept = f"INVALID_API_KEY {PLACEHOLDER} your_api_key_here XINVALID_API_KEY invalid_api_key"
    mark = marker("your_api_key_here")
    assert redactor.text(kept) == f"INVALID_API_KEY {PLACEHOLDER} {mark} XINVALID{mark} invalid{mark}"


def test_a_key_that_is_a_public_name_is_no_public_name() -> None:
    assert Redactor(["created_at"], words=["created_at"]).text("created_at") == marker("created_at")


@pytest.mark.parametrize("secret, text, shown", [("abc", "abc", "abc"), ("Abcd", "x abcd", f"x {marker('Abcd')}")])
def test_a_short_secret_is_replaced_as_a_whole_or_not_at_all(secret: str, text: str, shown: str) -> None:
    assert Redactor([secret]).text(text) == shown


def test_json_stays_json() -> None:
    body = json.dumps({"data": {"api_key": SECRET, "n": [1, {"b": f"it is {SECRET}!"}]}}).encode()
    data = json.loads(Redactor([SECRET]).data(body))["data"]
    assert data == {"api_key": marker(SECRET), "n": [1, {"b": f"it is {marker(SECRET)}!"}]}


def test_the_secrets_are_in_no_representation() -> None:
    assert SECRET not in repr(Redactor([SECRET]))


def test_adding_and_searching_at_once_is_safe() -> None:
    redactor = Redactor([SECRET])
    keys = [f"{number:04d}-key-{number:04d}" for number in range(60)]

    def add_all() -> None:
        for key in keys:
            redactor.add(key)

    thread = threading.Thread(target=add_all)
    thread.start()
    while thread.is_alive():
        assert SECRET not in redactor.text(SECRET)
    assert [key for key in keys if redactor.text(key) == key] == []
