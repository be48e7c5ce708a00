from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.entries import Entry, parse
from contracts.errors import ConfigInvalid
from contracts.generate.phase import FuzzOptions, fuzz
from contracts.messages import CREDENTIALS, Request
from contracts.recordings.format import generate, load, of_exchanges, write
from pipelinegate import PipelineGate, contract

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(exclude_categories=[])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
REQUESTS = st.builds(
    Request,
    operation_id=st.sampled_from(["", "getCampaignInfo"]),
    method=st.sampled_from(["GET", "POST", "PATCH"]),
    path=st.just("/campaign-info"),
    query=st.lists(st.tuples(st.sampled_from("abc"), st.text(max_size=5)), max_size=4).map(tuple),
    headers=st.lists(st.tuples(st.just("X-A"), st.text(max_size=3)), max_size=2).map(tuple),
    body=JSON,
    content_type=st.sampled_from(["application/json", "text/plain"]),
    credential=st.sampled_from(CREDENTIALS),
)


def request(**parts: Any) -> Request:
    return Request(**{"operation_id": "list", "method": "GET", "path": "/things", **parts})


@given(REQUESTS)
def test_a_request_is_the_same_after_writing_and_reading(made: Request) -> None:
    entry = Entry(request=made, origin="here")
    assert "\n" not in entry.line
    assert parse(entry.line) == entry


@pytest.mark.parametrize("raw", [b"{", b"null", "é".encode(), b"\xff\x00", b""])
def test_a_body_that_is_no_json_is_the_same_after_writing_and_reading(raw: bytes) -> None:
    entry = Entry(request=request(raw_body=raw))
    assert parse(entry.line) == entry


@pytest.mark.parametrize(
    "made, line",
    [
        (
            request(query=(("limit", "3"), ("id", "{user.1}"), ("id", "{user.2}"))),
            '{"operation": "list", "method": "GET", "path": "/things",'
            ' "query": {"limit": "3", "id": ["{user.1}", "{user.2}"]}, "key": "{key}"}',
        ),
        (
            request(query=(("a", "1"), ("b", "2"), ("a", "3")), credential="none"),
            '{"operation": "list", "method": "GET", "path": "/things",'
            ' "query": [["a", "1"], ["b", "2"], ["a", "3"]], "key": null}',
        ),
        (
            request(method="POST", body={"n": "é\u2028"}, credential="member"),
            '{"operation": "list", "method": "POST", "path": "/things", "body": {"n": "é\\u2028"}, "key": "{member}"}',
        ),
    ],
)
def test_a_line_can_be_read_by_people(made: Request, line: str) -> None:
    assert Entry(request=made).line == line


@pytest.mark.parametrize(
    "line, reason",
    [
        ("{", "Expecting property name"),
        ("[]", "a JSON object was expected"),
        ('{"method": "GET"}', "`path` is missing"),
        ('{"method": "GET", "path": "things"}', "begins with /"),
        ('{"method": "GET", "path": "/", "key": "secret"}', "`key` is one of {key}, {member}"),
        ('{"method": "GET", "path": "/", "query": {"a": 1}}', "the query's `a` is text"),
        ('{"method": "GET", "path": "/", "raw": {"base64": "§"}}', "not a request"),
        ('{"method": "GET", "path": "/", "colour": 1}', "it has a member `colour`"),
    ],
)
def test_a_line_that_is_no_request_is_told_with_its_place(line: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "corpus.ndjson"
    path.write_text('\n{"method": "GET", "path": "/"}\n' + line, encoding="utf-8")
    with pytest.raises(ConfigInvalid) as raised:
        load(path)
    assert reason in str(raised.value)
    assert raised.value.source == f"{path}:3"


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_that_is_no_corpus_is_told(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "corpus.ndjson"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigInvalid, match="a corpus was expected"):
        load(path)


def test_a_corpus_is_generated_without_sending_and_is_what_a_run_sends(tmp_path: Path) -> None:
    path = tmp_path / "corpus.ndjson"
    assert write(path, generate(contract(), 5, 60)) == 60
    found = fuzz(contract(), PipelineGate(), FuzzOptions(requests=61, seed=5))
    assert load(path) == found.entries


def test_a_corpus_holds_no_key_and_no_id(tmp_path: Path) -> None:
    text = "\n".join(entry.line for entry in generate(contract(), 1, 200))
    assert '"{user.' in text
    assert "your_api_key_here" not in text
    assert {json.loads(line)["key"] for line in text.splitlines()} == {"{key}", None}


def test_what_a_run_sent_becomes_a_corpus() -> None:
    gate = PipelineGate()
    gate.send(request(operation_id="getCampaignInfo", query=(("linkedin_user_information_ids", "u-1"),)), "relations")
    (entry,) = of_exchanges(contract(), gate.exchanges, {"user": ("u-1",)})
    assert entry.request.query == (("linkedin_user_information_ids", "{user.1}"),)
    assert entry.origin == "relations"


def test_a_corpus_that_cannot_be_written_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid, match="cannot be written"):
        write(tmp_path / "nowhere" / "corpus.ndjson", [])

    def fails() -> Any:
        yield Entry(request=request())
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(tmp_path / "corpus.ndjson", fails())
    assert list(tmp_path.iterdir()) == []
