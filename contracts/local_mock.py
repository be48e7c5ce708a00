"""The mock of this package as the target, where no base URL was given."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace

from contracts.config import Config
from contracts.errors import ConfigInvalid, ToolFailed


@contextlib.contextmanager
def reachable(config: Config) -> Iterator[Config]:
    """Yield a configuration with a base URL; starts and stops a mock where none was given.

    Raises:
        ConfigInvalid: another document than the packaged one is to be judged, which the mock would not serve.
        ToolFailed: the mock did not start.
    """
    if config.base_url is not None:
        yield config
        return
    if config.spec is not None:
        message = "without a base URL the packaged contract is served; start `mockserver serve --spec` and give its URL"
        raise ConfigInvalid(message, "--spec")
    from mockserver.live.server import LiveServer

    with contextlib.ExitStack() as stack:
        try:
            server = stack.enter_context(LiveServer())
        except Exception as error:
            raise ToolFailed(f"the embedded mock did not start: {error}") from error
        yield replace(config, base_url=server.base_url)
