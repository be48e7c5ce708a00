"""NDJSON that gives back the report it was made from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from contracts.errors import ConfigInvalid
from contracts.report.ndjson import read, render
from contracts.verdicts import Report
from documents import source_of
from fabricated import exchange, kept, report

SOURCE = source_of("openapi: 3.1.0\npaths: {}")


def records(made: Report) -> list[dict[str, Any]]:
    """Render and parse every line."""
    return [json.loads(line) for line in render(made, SOURCE).splitlines()]


@pytest.mark.parametrize(
    "made",
    [
        report(),
        kept(0, exchanges=()),
        report(is_interrupted=True, assumptions="warn", accepted=(("0123456789abcdef", "known"),)),
        kept(exchanges=(exchange(1, query=(("term", "\u2028\x85\n\ud800"),), sent={"a": ["\udfff", 1.5, None]}),)),
    ],
    ids=["full", "empty", "interrupted", "hostile"],
)
def test_a_report_comes_back_as_it_was(made: Report, tmp_path: Path) -> None:
    path = tmp_path / "run.ndjson"
    path.write_text(render(made, SOURCE), encoding="utf-8")
    assert read(path) == made


def test_the_lines_are_in_the_order_of_a_run() -> None:
    types = [record["type"] for record in records(report())]
    assert types[0] == "run"
    assert types[1:8] == ["exchange"] * 7
    assert types[8:] == ["verdict", "violation", *["verdict"] * 5, "violation", "warning", "end"]


def test_a_violation_line_stands_for_itself() -> None:
    found = next(record for record in records(report()) if record["type"] == "violation")
    assert (found["file"], found["line"]) == ("openapi.yaml", 2)
    assert found["fingerprint"] == report().violations[0].fingerprint
    assert found["relation_id"] == report().violations[0].relation_id


def test_bytes_that_are_no_text_are_base64() -> None:
    bodies = [
        record["answer"]["body"] for record in records(report()) if record["type"] == "exchange" and record["answer"]
    ]
    assert {"base64": "/zxodG1sPmJhZCBnYXRld2F5PC9odG1sPg=="} in bodies


@pytest.mark.parametrize(
    "text, message",
    [
        ("<html>", "line 1: no line of an NDJSON report"),
        ('{"type": "poem"}', "line 1: no line of an NDJSON report"),
        ("[]", "line 1: no line of an NDJSON report"),
        ("", "line 1"),
        ('{"type": "run", "format": 1}', "not whole"),
        ('{"type": "run", "format": 9}\n{"type": "end"}', "format 1 was expected"),
        ('{"type": "run", "format": 1}\n{"type": "end"}', "does not have the fields"),
    ],
)
def test_a_file_that_is_no_report_is_named(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "run.ndjson"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigInvalid, match=message) as caught:
        read(path)
    assert caught.value.source == str(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid, match="cannot be read"):
        read(tmp_path / "none.ndjson")
