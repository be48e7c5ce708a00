"""The base URL: where it points, whether that is this machine, and what its first answer says."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from contracts.config import BUDGET_ELSEWHERE, BUDGET_ON_LOOPBACK, Config
from contracts.errors import ConfigInvalid, TargetNotJudgeable, TargetUnreachable
from contracts.messages import NOT_JSON, Answer, Exchange
from oas.hosts import is_loopback_host
from oas.operation import Operation

__all__ = ["MOCK_HEADER", "Target", "check_first_answer"]

#: Every answer of the mock server carries it, lower case here.
MOCK_HEADER = "x-mock-version"
_DEFAULT_PORTS = {"http": 80, "https": 443}
_NOT_FOUND = 404


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The server that is judged.

    Attributes:
        scheme: `http` or `https`.
        host: name or address, lower case, an IPv6 address without brackets.
        port: 1–65535.
        base_path: of the API, without a trailing `/`; empty for the root.
        is_loopback: the host is this machine, whatever `--live` says.
        is_live: not on loopback, or treated like any other host.
    """

    scheme: str
    host: str
    port: int
    base_path: str
    is_loopback: bool
    is_live: bool

    @classmethod
    def of(cls, config: Config) -> Target:
        """Read the base URL of a configuration. Nothing is resolved: only literal names of this machine are loopback.

        Raises:
            ConfigInvalid: there is none, or it has a part that a base URL does not have.
        """
        try:
            parts = urlsplit(config.base_url or "")
            port = parts.port
        except ValueError as error:
            raise ConfigInvalid("not a URL; one like https://host/path was expected", "BASE_URL") from error
        if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or port == 0:
            raise ConfigInvalid("a URL with a host was expected, such as https://host/path", "BASE_URL")
        if parts.username is not None or parts.password is not None:
            raise ConfigInvalid("it carries a user name; give the key with --api-key instead", "BASE_URL")
        if parts.query or parts.fragment:
            raise ConfigInvalid("it carries a query or a fragment; give the path only", "BASE_URL")
        loopback = is_loopback_host(parts.hostname)
        return cls(
            scheme=parts.scheme,
            host=parts.hostname,
            port=port or _DEFAULT_PORTS[parts.scheme],
            base_path=parts.path.rstrip("/"),
            is_loopback=loopback,
            is_live=config.is_live or not loopback,
        )

    @property
    def authority(self) -> str:
        """Host and port as a Host header has them; the port is left out where it is the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"{self.scheme}://{self.authority}"

    @property
    def url(self) -> str:
        """The base URL in normal form, without a trailing `/`."""
        return self.origin + self.base_path

    def budget(self, config: Config) -> int:
        """Return the most requests that may leave: as configured, or 90 for a live target, 1,000 otherwise.

        A shard may send its part of them.
        """
        usual = BUDGET_ELSEWHERE if self.is_live else BUDGET_ON_LOOPBACK
        return config.share(usual if config.budget is None else config.budget)


def check_first_answer(target: Target, exchange: Exchange, operation: Operation | None = None) -> None:
    """Refuse to judge a server whose first answer says nothing about the contract.

    Args:
        target: that was asked.
        exchange: the first one.
        operation: of the document that was asked; None where it has none that can be.

    Raises:
        TargetUnreachable: there is no answer.
        TargetNotJudgeable: it is a redirect, a refusal for too many requests, not JSON where JSON is documented, an
            object without any member that the document knows, or a 404 that the document does not know there.
    """
    answer = exchange.answer
    if answer is None:
        raise TargetUnreachable(
            f"{target.url} gives no answer: {exchange.failure}. Check the address, and that the server runs."
        )
    is_json = operation is None or _documents_json(operation, answer.status)
    reason = _strangeness(answer, is_json) or (_foreignness(answer, operation) if operation is not None else "")
    if reason:
        first = f"{exchange.request.method} {exchange.request.path}"
        raise TargetNotJudgeable(f"{target.url} cannot be judged: to {first}, the first request, {reason}")


def _foreignness(answer: Answer, operation: Operation) -> str:
    members = operation.body_members
    if members and isinstance(answer.json, dict) and answer.json.keys().isdisjoint(members):
        return (
            f"it answered {answer.status} with an object that has none of {', '.join(sorted(members))}. This is "
            "another service, or the wrong path; give the base URL under which the API's paths stand."
        )
    if answer.status == _NOT_FOUND and operation.response(_NOT_FOUND) is None:
        return (
            "it answered 404, which the contract does not know there. The path is gone, or this is the wrong base URL; "
            "give the one under which the API's paths stand."
        )
    return ""


def _documents_json(operation: Operation, status: int) -> bool:
    """Whether an answer is JSON by the document; a status that is not documented is expected to be JSON."""
    response = operation.response(status)
    return response is None or response.media is not None


def _strangeness(answer: Answer, is_json: bool) -> str:
    if answer.status == 429:
        return "it answered 429. The key's allowance is used up already; try again later, or with another key."
    if 300 <= answer.status < 400:
        place = answer.header("location") or "nowhere"
        return f"it answered {answer.status} and sent us to {place}. Redirects are not followed; give the final URL."
    if is_json and answer.json is NOT_JSON:
        kind = (answer.header("content-type") or "no content type").split(";")[0].strip()
        return (
            f"it answered {answer.status} with {kind}, where JSON was expected. This is another service, a page of a "
            "gateway, or the wrong path; give the base URL under which the API's paths stand."
        )
    return ""
