"""How much of a body is read, how much of it is kept."""

from __future__ import annotations

import pytest

from mockserver.http.request_body import DRAINED_BYTES, RequestBody

LIMIT = 8
CHUNKED = {"transfer-encoding": "chunked"}


def length(value: object, **more: str) -> dict[str, str]:
    return {"content-length": str(value), **more}


@pytest.mark.parametrize(
    "headers, wanted, left",
    [
        ({}, 0, 0),
        (length(0), 0, 0),
        (length(LIMIT), LIMIT, 0),
        (length(LIMIT, expect="100-continue"), LIMIT, 0),
        (length(LIMIT + 1), 0, LIMIT + 1),
        (length(LIMIT + 1, expect="100-continue"), 0, 0),
        (length("9" * 5000), 0, DRAINED_BYTES),
        (CHUNKED, LIMIT + 1, 0),
    ],
    ids=str,
)
def test_a_body_that_is_announced_too_large_is_read_after_the_answer_only(
    headers: dict[str, str], wanted: int, left: int
) -> None:
    intake = RequestBody(headers, LIMIT)
    assert (intake.wanted, intake.left) == (wanted, left)


@pytest.mark.parametrize("value", ["-1", "x", "٣", ""])
def test_a_length_that_is_no_number_is_too_large(value: str) -> None:
    assert RequestBody(length(value), LIMIT).is_too_large


@pytest.mark.parametrize("headers", [length(LIMIT), CHUNKED], ids=["length", "chunked"])
def test_a_body_within_the_limit_is_kept(headers: dict[str, str]) -> None:
    intake = RequestBody(headers, LIMIT)
    intake.take(b"abc")
    intake.take(b"defgh")
    assert (intake.body(), intake.size, intake.is_too_large) == (b"abcdefgh", LIMIT, False)


def test_a_body_that_turns_out_too_large_is_forgotten_and_drained_after_the_answer() -> None:
    intake = RequestBody(CHUNKED, LIMIT)
    for part in (b"abcde", b"fgh", b"i"):
        assert intake.wanted > 0
        intake.take(part)
    assert (intake.body(), intake.size, intake.is_too_large) == (b"", 9, True)
    assert (intake.wanted, intake.left) == (0, DRAINED_BYTES)
