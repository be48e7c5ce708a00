"""How much of a body is read, how much of it is kept."""

from __future__ import annotations

import pytest

from mockserver.pipeline.intake import DRAINED_BYTES, Intake

LIMIT = 8
CHUNKED = {"transfer-encoding": "chunked"}


def length(value: object, **more: str) -> dict[str, str]:
    return {"content-length": str(value), **more}


@pytest.mark.parametrize(
    "headers, wanted",
    [
        ({}, 0),
        (length(0), 0),
        (length(LIMIT), LIMIT),
        (length(LIMIT, expect="100-continue"), LIMIT),
        (length(LIMIT + 1), LIMIT + 1),
        (length(LIMIT + 1, expect="100-continue"), 0),
        (length("9" * 5000), DRAINED_BYTES),
        (CHUNKED, LIMIT + DRAINED_BYTES),
    ],
    ids=str,
)
def test_no_more_is_wanted_than_is_announced_or_ever_read(headers: dict[str, str], wanted: int) -> None:
    assert Intake(headers, LIMIT).wanted == wanted


@pytest.mark.parametrize("value", ["-1", "x", "٣", ""])
def test_a_length_that_is_no_number_is_too_large(value: str) -> None:
    assert Intake(length(value), LIMIT).is_too_large


@pytest.mark.parametrize("headers", [length(LIMIT), CHUNKED], ids=["length", "chunked"])
def test_a_body_within_the_limit_is_kept(headers: dict[str, str]) -> None:
    intake = Intake(headers, LIMIT)
    intake.take(b"abc")
    intake.take(b"defgh")
    assert (intake.body(), intake.size, intake.is_too_large) == (b"abcdefgh", LIMIT, False)


@pytest.mark.parametrize("headers", [length(9), CHUNKED], ids=["length", "chunked"])
def test_a_body_beyond_the_limit_is_read_and_forgotten(headers: dict[str, str]) -> None:
    intake = Intake(headers, LIMIT)
    before = intake.wanted
    for part in (b"abcde", b"fgh", b"i"):
        intake.take(part)
    assert (intake.body(), intake.size, intake.is_too_large) == (b"", 9, True)
    assert intake.wanted == before - 9


def test_only_so_much_is_drained() -> None:
    intake = Intake(CHUNKED, LIMIT)
    parts = 0
    while intake.wanted > 0:
        intake.take(bytes(1 << 20))
        parts += 1
    assert parts == (DRAINED_BYTES >> 20) + 1
    assert intake.body() == b""
