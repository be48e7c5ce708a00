"""Everything that can go wrong with the tool itself, as one tree.

    ToolError
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

A request that breaks the contract is not an exception: it is a `Refusal`
(`oas.messages`), and becomes a 4xx envelope.
"""

from __future__ import annotations

from oas.errors import FixtureInvalid, SpecInvalid, ToolError, UsageError

__all__ = [
    "ConfigInvalid",
    "DatasetInvalid",
    "FixtureInvalid",
    "PortInUse",
    "RequestRefused",
    "ScenarioInvalid",
    "SpecInvalid",
    "StartFailed",
    "StateUnavailable",
    "TargetUnreachable",
    "ToolError",
    "UsageError",
]


class DatasetInvalid(UsageError):
    """A dataset does not parse, contradicts itself, or is asked for in an impossible size."""


class ScenarioInvalid(UsageError):
    """A scenario file or a rule says something that it cannot mean."""


class ConfigInvalid(UsageError):
    """An option or environment variable holds a value that makes no sense."""


class StateUnavailable(ToolError):
    """The state that is shared with other processes cannot be reached now; a request may be sent again later."""

    exit_code = 3
    #: Seconds after which it makes sense to ask again.
    retry_after_s = 1


class PortInUse(ToolError):
    """Another process listens on the address that was asked for."""

    exit_code = 2


class StartFailed(ToolError):
    """The server did not answer within its deadline, or ended before it did."""


class TargetUnreachable(ToolError):
    """No mock server answers where a command asks."""

    exit_code = 3


class RequestRefused(ToolError):
    """A running server says no to a command: an unknown name, or a caller that it does not let in."""

    exit_code = 2
