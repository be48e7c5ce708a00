"""What looks like a key is replaced, however it is written."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oas.api_keys import SAMPLE_KEYS, mask_of, redact

HEX_KEY = "a1b2c3d4e5f60718293a4b5c6d7e8f90"
hex_keys = st.text("0123456789abcdef", min_size=32, max_size=32)


def percent_encoded(text: str, *, lower: bool = False) -> str:
    """Encode every character, also those that need it not."""
    coded = "".join(f"%{ord(char):02X}" for char in text)
    return coded.lower() if lower else coded


@pytest.mark.parametrize("plain", [*SAMPLE_KEYS, HEX_KEY])
@pytest.mark.parametrize("spell", [str, quote, percent_encoded, lambda text: percent_encoded(text, lower=True)])
@pytest.mark.parametrize(
    "around", ["{}", "?key={}&x=1", '{{"k":"{}"}}', "/{}/", "%3D{}%20", "%3d{}", "%{}", "g{}", "%2f%61b%3d{}"]
)
def test_a_key_is_redacted_wherever_and_however_it_is_written(plain: str, spell: object, around: str) -> None:
    assert callable(spell)
    assert redact(around.format(spell(plain))) == around.format(mask_of(plain))


@given(hex_keys, st.text("/?&=%-_ gxG\n", max_size=8), st.text("/?&=%-_ gxG\n", max_size=8))
def test_every_key_that_could_be_created_is_redacted(plain: str, before: str, after: str) -> None:
    assert redact(before + plain + after) == before + mask_of(plain) + after


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain",
        "f" * 31,
        "f" * 33,
        "a" * 64,
        HEX_KEY.upper(),
        "100 %",
        "%zz",
        "%",
        "encrypted_id_string_1",
    ],
)
def test_what_is_no_key_stays(text: str) -> None:
    assert redact(text) == text


@given(st.text("0123456789abcdefABCDEF%_:[]", max_size=120))
def test_redacting_twice_is_redacting_once(text: str) -> None:
    assert redact(redact(text)) == redact(text)
