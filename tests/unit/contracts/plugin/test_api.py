"""What `mock_api` and `contract_api` have in common: places, key, requests, verdict, expectations."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any, cast

from contracts.client import ClientRequest, Verdict
from contracts.plugin.api import Access, Api
from contracts.plugin.client_log import ClientLog

SENT = ClientRequest(order=1, at=1.0, method="GET", path="/things")


class Papers:
    """A docket that keeps what it is asked."""

    sent = (SENT,)

    def __init__(self) -> None:
        self.expected: list[str] = []

    def verdict(self) -> Verdict:
        return Verdict(judged=1, total=1)

    def expect(self, rule_id: str) -> AbstractContextManager[Any]:
        self.expected.append(rule_id)
        return nullcontext()


PAPERS = Papers()
API = Api(Access(base_url="http://127.0.0.1:1/x", api_key="secret-key", key_header="X-Key"), cast(ClientLog, PAPERS))


def test_a_client_is_told_where_the_api_is_and_how_to_enter() -> None:
    assert (API.base_url, API.api_key, API.headers) == ("http://127.0.0.1:1/x", "secret-key", {"X-Key": "secret-key"})


def test_headers_that_a_client_changes_are_its_own() -> None:
    API.headers["X-Key"] = "other"
    API.headers.clear()
    assert API.headers == {"X-Key": "secret-key"}


def test_requests_verdict_and_expectations_are_those_of_the_docket() -> None:
    assert API.requests == (SENT,)
    assert API.verdict().is_kept
    with API.expect_violation("C101"):
        pass
    assert PAPERS.expected == ["C101"]


def test_a_key_is_not_shown() -> None:
    assert repr(API) == "<Api http://127.0.0.1:1/x>"


def test_a_kind_of_api_names_itself() -> None:
    class OwnApi(Api):
        """An API of a subclass."""

    made = OwnApi(Access(base_url="http://x", api_key="k", key_header="h"), cast(ClientLog, PAPERS))
    assert repr(made) == "<OwnApi http://x>"
