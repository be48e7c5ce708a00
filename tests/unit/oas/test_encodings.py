from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oas.encodings import spellings, unescape

KEYS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=40)


@given(KEYS, st.binary(max_size=5), st.binary(max_size=5))
def test_base64_of_a_secret_is_found_wherever_it_stands(key: str, before: bytes, after: bytes) -> None:
    encoded = base64.b64encode(before + key.encode() + after)
    assert any(form in encoded for form in spellings(key))


@pytest.mark.parametrize("change", [str.lower, str.upper, str.swapcase])
def test_base64_of_another_case_is_found(change: object) -> None:
    assert callable(change)
    changed = base64.urlsafe_b64encode(b"?" + change("Secret~~Key?>").encode())
    assert any(form in changed for form in spellings("Secret~~Key?>"))


@pytest.mark.parametrize(
    "written, meant",
    [
        (b"a%41b", b"aAb"),
        (b"%e2%82%ac", "€".encode()),
        (rb"\u0041\/\"", b'A/"'),
        (b"&amp;&#65;&#x41;&quot;", b'&AA"'),
        (rb"x\ny", b"x\ny"),
    ],
)
def test_an_escape_becomes_what_it_stands_for(written: bytes, meant: bytes) -> None:
    plain = unescape(written)
    assert plain is not None
    assert plain.data == meant


@pytest.mark.parametrize("text", [b"", b"plain", b"100 %", b"a & b", b"?a=1&b=2", b"%zz"])
def test_a_text_without_escapes_is_left_alone(text: bytes) -> None:
    assert unescape(text) is None


@given(KEYS, st.text(max_size=10), st.text(max_size=10))
def test_a_span_of_the_plain_text_leads_back_to_what_was_written(key: str, before: str, after: str) -> None:
    written = (quote(before, safe="") + quote(key, safe="") + quote(after, safe="")).encode()
    plain = unescape(written)
    if plain is None:
        return
    start = plain.data.index(key.encode())
    low, high = plain.span(start, start + len(key.encode()))
    found = unescape(written[low:high])
    assert (found.data if found else written[low:high]) == key.encode()


def test_the_rest_behind_the_last_escape_keeps_its_place() -> None:
    written = json.dumps('"begin" and the end').encode()
    plain = unescape(written)
    assert plain is not None
    start = plain.data.index(b"the end")
    assert written[slice(*plain.span(start, start + 7))] == b"the end"
