"""Requests made up for the tests of the verdict, and real ones as the mock recorded them."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any

import pytest

from contracts.client import Breach, ClientRequest, Verdict, VerdictOptions, contract_of, judge, read_journal
from judged import JudgedClient
from mockserver.admin.journal_format import to_wiremock
from oas.contract import Contract

#: A moment 20 s before the end of a minute.
LATE = 1_746_954_040.0
KEY = "0123456789ab"
#: What a client does with a mock.
Habit = Callable[[JudgedClient], object]


@functools.cache
def document() -> Contract:
    return contract_of()


def sent(order: int = 1, **given: Any) -> ClientRequest:
    """Make one request: a GET of a list with a key, answered by 200, unless `given` says else."""
    plain = {"at": LATE, "method": "GET", "path": "/campaign-info", "operation_id": "getCampaignInfo", "key_hash": KEY}
    return ClientRequest(order=order, **{**plain, **given})


def refused(order: int = 1, wait_s: int | None = 20, **given: Any) -> ClientRequest:
    """Make a request that got a 429."""
    headers = {} if wait_s is None else {"retry-after": str(wait_s)}
    return sent(order, status=429, **{"answer_headers": headers, **given})


def locked_out(order: int = 1, **given: Any) -> ClientRequest:
    """Make a request whose key was refused."""
    body = json.dumps({"code": 401, "status": False, "data": {"error_code": "INVALID_API_KEY"}})
    return sent(order, status=401, answer_body=body, **given)


def breach(location: str, pointer: str, code: str, message: str = "it is wrong") -> tuple[Breach, ...]:
    return (Breach(location, pointer, code, message),)


def verdict(*requests: ClientRequest, **terms: Any) -> Verdict:
    return judge(requests, document(), VerdictOptions(**terms))


def ids(found: Verdict) -> list[str]:
    """List the rules that a verdict's findings break, in their order."""
    return [finding.rule.id for finding in found.findings]


def sentence(found: Verdict) -> str:
    """Return the sentence of the only finding."""
    (finding,) = found.findings
    return finding.sentence


def recorded(client: JudgedClient) -> tuple[ClientRequest, ...]:
    """Read what the mock's default session recorded of a client."""
    session = client.app.pipeline.sessions.default
    journal = [to_wiremock(exchange) for exchange in session.journal.entries()]
    return read_journal(journal, client.app.base_path)


def judged(client: JudgedClient, habit: Habit, **terms: Any) -> Verdict:
    """Let a client do what it is used to, and judge it by what the mock recorded."""
    habit(client)
    return verdict(*recorded(client), **terms)


def case(id: str, *values: Any) -> Any:
    return pytest.param(*values, id=id)
