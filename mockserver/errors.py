"""Everything that can go wrong with the tool itself, as one tree.

    MockServerError
    ├── UsageError              what the caller asked for makes no sense       exit 2
    │   ├── SpecInvalid         the OpenAPI document, or its x- vocabulary
    │   ├── FixtureInvalid      an envelope under fixtures/envelopes
    │   ├── DatasetInvalid      a dataset file or generator options
    │   ├── ScenarioInvalid     a scenario file or a rule
    │   └── ConfigInvalid       an option or environment variable
    ├── StateUnavailable        the state that is shared with other servers is away  exit 3
    ├── PortInUse               somebody listens on the address already         exit 2
    ├── TargetUnreachable       no mock server answers where a command asks     exit 3
    ├── RequestRefused          a running server says no to a command           exit 2
    └── StartFailed             the server did not come up within its deadline  exit 5

A request that breaks the contract is no exception: it is a `Refusal`
(`mockserver.messages`), and becomes a 4xx envelope. Nothing is imported here
but the standard library.
"""

from __future__ import annotations


class MockServerError(Exception):
    """A failure of the tool. `exit_code` is what the command returns for it."""

    exit_code = 5


class UsageError(MockServerError):
    """The caller's input cannot be used: a file, an option, a combination.

    Args:
        message: what happened, what was expected, what to do next.
        source: the file or option at fault, empty where there is none.
        pointer: RFC 6901 JSON pointer into `source`, empty for the whole.
    """

    exit_code = 2

    def __init__(self, message: str, source: str = "", pointer: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.source = source
        self.pointer = pointer

    def __str__(self) -> str:
        place = self.source + (f"#{self.pointer}" if self.pointer else "")
        return f"{place}: {self.message}" if place else self.message


class SpecInvalid(UsageError):
    """The OpenAPI document or its x- vocabulary cannot be served."""


class FixtureInvalid(UsageError):
    """A fixture envelope does not parse or does not fit its schema."""


class DatasetInvalid(UsageError):
    """A dataset does not parse, contradicts itself, or is asked for in an impossible size."""


class ScenarioInvalid(UsageError):
    """A scenario file or a rule says something that it cannot mean."""


class ConfigInvalid(UsageError):
    """An option or environment variable holds a value that makes no sense."""


class StateUnavailable(MockServerError):
    """The state that is shared with other processes cannot be reached now; a request may be sent again later."""

    exit_code = 3
    #: Seconds after which it makes sense to ask again.
    retry_after_s = 1


class PortInUse(MockServerError):
    """Another process listens on the address that was asked for."""

    exit_code = 2


class StartFailed(MockServerError):
    """The server did not answer within its deadline, or ended before it did."""


class TargetUnreachable(MockServerError):
    """No mock server answers where a command asks."""

    exit_code = 3


class RequestRefused(MockServerError):
    """A running server says no to a command: an unknown name, or a caller that it does not let in."""

    exit_code = 2
