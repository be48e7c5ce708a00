"""What `mock_api` and `contract_api` have in common: where the API is, and what the test's client sent to it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass

from contracts.client import ClientRequest, Verdict
from contracts.plugin.client_log import ClientLog

__all__ = ["Access", "Api"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How a client reaches an API.

    Attributes:
        base_url: without a final slash.
        api_key: of an administrator, or what stands for it.
        key_header: name of the header that carries it.
    """

    base_url: str
    api_key: str
    key_header: str


class Api:
    """The API under a test.

    Args:
        access: how a client reaches it.
        docket: what it sent.
    """

    def __init__(self, access: Access, docket: ClientLog) -> None:
        self._access = access
        self._docket = docket

    @property
    def base_url(self) -> str:
        """URL of the API, base path included, without a final slash."""
        return self._access.base_url

    @property
    def api_key(self) -> str:
        """Key of an administrator, good for this test."""
        return self._access.api_key

    @property
    def headers(self) -> dict[str, str]:
        """Header that carries the key, ready for any client; a new dict each time."""
        return {self._access.key_header: self._access.api_key}

    @property
    def requests(self) -> tuple[ClientRequest, ...]:
        """What the test's client sent so far, in the order of arrival.

        Each record has `operation_id`, `method`, `path`, `parameters`, `headers`, `body`, `status`, `answer` and more;
        keys are replaced by their hashes.
        """
        return self._docket.sent

    def verdict(self) -> Verdict:
        """Judge the client by what it sent so far: `assert mock_api.verdict().is_kept`.

        At the end of the test the same verdict is asked for, and fails the test where it is not kept.
        """
        return self._docket.verdict()

    def expect_violation(self, rule_id: str) -> AbstractContextManager[None]:
        """Expect that the client breaks a rule inside a `with` block, and accept it there.

        Args:
            rule_id: such as `C101`; `contracts.client.RULES` lists them.

        Raises:
            ConfigInvalid: there is no such rule.
            AssertionError: at the end of the block, where nothing in it breaks the rule.
        """
        return self._docket.expect(rule_id)

    def __repr__(self) -> str:
        """Name class and place; a key is never shown."""
        return f"<{type(self).__name__} {self.base_url}>"
