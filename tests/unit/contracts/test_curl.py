"""Commands that send a request again."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
from dataclasses import replace

import pytest

from answers import document
from contracts.curl import curl_of
from contracts.messages import Request
from contracts.observations.cases import ask

BASE = "http://127.0.0.1:9/base"
LIST = ask(document().by_id["getCampaignInfo"], {"term": "it's & more", "limit": 1})
BODY = ask(document().by_id["postCampaignInfo"], {"term": "it's"})


def words(request: Request) -> list[str]:
    return shlex.split(curl_of(request, BASE, "Authorization"))


def test_a_get_has_its_query_encoded_and_the_key_as_a_variable() -> None:
    url = f"{BASE}/campaign-info?term=it%27s+%26+more&limit=1"
    assert words(LIST) == ["curl", "-sS", "-H", "Authorization: $CONTRACTS_API_KEY", url]


def test_a_body_is_quoted_for_the_shell() -> None:
    sent = words(BODY)
    assert json.loads(sent[sent.index("--data-binary") + 1]) == {"term": "it's"}
    assert "Content-Type: application/json" in sent
    assert "-X" not in sent


def test_another_method_is_named() -> None:
    assert words(replace(LIST, method="PATCH"))[2:4] == ["-X", "PATCH"]


def test_raw_bytes_are_sent_as_they_are() -> None:
    sent = words(replace(BODY, body=None, raw_body=b'{"'))
    assert sent[sent.index("--data-binary") + 1] == '{"'


def test_further_headers_are_kept() -> None:
    assert "Prefer: x" in words(replace(LIST, headers=(("Prefer", "x"),)))


@pytest.mark.parametrize(
    "credential, expected",
    [
        ("key", "Authorization: k3y"),
        ("truncated", "Authorization: k3"),
        ("lengthened", "Authorization: k3yx"),
        ("elsewhere", "X-API-KEY: k3y"),
        ("empty", "Authorization;"),
        ("member", "Authorization: <member key>"),
    ],
)
def test_the_shell_makes_the_credential_that_was_sent(credential: str, expected: str) -> None:
    command = curl_of(replace(LIST, credential=credential), BASE, "Authorization")
    shell = shutil.which("sh") or "sh"
    shown = ["-c", command.replace("curl -sS", "printf '%s\\n'", 1)]
    environment = {**os.environ, "CONTRACTS_API_KEY": "k3y"}
    told = subprocess.run([shell, *shown], env=environment, capture_output=True, text=True, check=True)
    assert told.stdout.splitlines()[1] == expected


def test_no_credential_sends_no_header() -> None:
    assert "-H" not in words(replace(LIST, credential="none"))
