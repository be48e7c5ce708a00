"""One load test: keys, what is left of their allowance, Locust as a program of its own, what is left now."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from contracts.allowance.rate_headers import read_notice
from contracts.config import Config
from contracts.errors import ConfigInvalid, TargetUnreachable, ToolFailed
from contracts.gate.mock_admin import MockAdminClient
from contracts.gate.target import MOCK_HEADER, Target
from contracts.gate.transport import Reply, Transport, WireRequest
from contracts.load.summary import Summary, reckon
from contracts.local_mock import reachable
from contracts.messages import Answer
from contracts.request_index import RequestIndex

__all__ = [
    "LoadTest",
    "Settings",
    "run",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A load test, as its users need to know it.

    Attributes:
        base_url: of the API.
        keys: spread over the users, one after the other; not empty.
        header_name: header that carries the key.
        spec: path of another OpenAPI document; None takes the packaged one.
        duration_s: seconds from the start to the end.
        seed: of every choice.
        timeout_s: for one request.
        summary: where the figures are written in the end.
    """

    base_url: str
    keys: tuple[str, ...] = field(repr=False)
    header_name: str
    spec: str | None
    duration_s: int
    seed: int
    timeout_s: float
    summary: str

    def write(self, path: Path) -> None:
        """Write a file that only its owner can read."""
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump(asdict(self), file)

    @classmethod
    def read(cls, path: Path) -> Settings:
        """Read what `write` wrote."""
        found = json.loads(path.read_text(encoding="utf-8"))
        return cls(**{**found, "keys": tuple(found["keys"])})


#: Seconds that answers under way get in the end.
STOP_TIMEOUT_S = 3
#: Limits on a mock that was started for the test: its figures are those of the server, not of the allowance.
_FAR_LIMITS = {"limit_minute": 10**9, "limit_day": 10**9}


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadTest:
    """What is to be done.

    Attributes:
        config: target, document, header, seed, timeout; `api_key` is used where `keys` is empty.
        keys: spread over the users.
        users: at the same time, ≥ 1.
        rate: users that start each second.
        duration_s: whole seconds, ≥ 1.
        pause_s: mean seconds between two requests of a user.
        allow_live: the target may be another machine.
        role: options of Locust that make this process master or worker; empty runs alone.
    """

    config: Config
    keys: tuple[str, ...] = field(default=(), repr=False)
    users: int = 10
    rate: float = 10.0
    duration_s: int = 10
    pause_s: float = 1.0
    allow_live: bool = False
    role: tuple[str, ...] = ()

    @property
    def is_worker(self) -> bool:
        """Whether another process is the master, which tells the figures."""
        return "--worker" in self.role


def run(test: LoadTest) -> Summary | None:
    """Run a load test; None for a worker, whose master knows what came of it.

    Raises:
        ConfigInvalid: locust is missing, the target is not on loopback and not allowed, or there is no key.
        TargetUnreachable: nothing answers there.
        ToolFailed: Locust did not end as it should.
    """
    if importlib.util.find_spec("locust") is None:
        raise ConfigInvalid("locust is not installed; pip install 'konnector-contracts[load]'", "load")
    with reachable(test.config) as config:
        target = Target.of(config)
        if not target.is_loopback and not test.allow_live:
            message = f"load stays on this machine; --allow-live sends it to {target.host}, to the end of its allowance"
            raise ConfigInvalid(message, "BASE_URL")
        surface = RequestIndex.of(config.contract())
        counter = _Counter(config, target, surface)
        with contextlib.closing(counter), _keys(test, target, counter) as keys:
            return _measured(test, config, keys, counter)


def _measured(test: LoadTest, config: Config, keys: Sequence[str], counter: _Counter) -> Summary | None:
    before = [] if test.is_worker else [counter.left(key) for key in keys]
    with tempfile.TemporaryDirectory() as folder:
        summary = Path(folder) / "summary.json"
        settings = Settings(
            base_url=counter.target.url,
            keys=tuple(keys),
            header_name=counter.header_name,
            spec=str(config.spec) if config.spec else None,
            duration_s=test.duration_s,
            seed=config.seed,
            timeout_s=config.timeout_s,
            summary=str(summary),
        )
        settings.write(Path(folder) / "settings.json")
        code = subprocess.run(_command(test, Path(folder) / "settings.json"), check=False).returncode
        if test.is_worker and not code:
            return None
        if code or not summary.exists():
            raise ToolFailed(f"locust ended with exit code {code}; its last words are above")
        figures = json.loads(summary.read_text(encoding="utf-8"))
    after = [counter.left(key) for key in keys]
    client = figures["steps"][0]["requests"] - figures["errors"].get("no answer", 0)
    return Summary(figures=figures, reckoning=reckon(client, before, after), users=test.users)


def _command(test: LoadTest, settings: Path) -> list[str]:
    locustfile = Path(__file__).with_name("locustfile.py")
    command = [sys.executable, "-m", "locust", "-f", str(locustfile), "--contracts-settings", str(settings)]
    command += ["--loglevel", "WARNING", "--exit-code-on-error", "0", "--stop-timeout", str(STOP_TIMEOUT_S), *test.role]
    if test.is_worker:
        return command
    pause = ["--contracts-pause", str(test.pause_s)]
    shape = [*pause, "--users", str(test.users), "--spawn-rate", str(test.rate)]
    return [*command, "--headless", *shape]


class _Counter:
    """Asks the server what is left of a key's allowance."""

    def __init__(self, config: Config, target: Target, surface: RequestIndex) -> None:
        self.target = target
        self.header_name = config.header_name or surface.key_header
        self._surface = surface
        self._transport = Transport(target, config.timeout_s, config.ca_bundle)

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def first_answer(self, key: str) -> Reply:
        """Send the cheapest read there is.

        Raises:
            TargetUnreachable: no answer came.
        """
        read = self._surface.first_read()
        path = self.target.base_path + (read.path if read else "/")
        reply = self._transport.send(WireRequest(method="GET", target=path, headers=((self.header_name, key),)))
        if not reply.status:
            raise TargetUnreachable(f"{self.target.url} gave no answer: {reply.failure}")
        return reply

    def left(self, key: str) -> int | None:
        """Return what is left of the longest window, None where the answer does not tell."""
        reply = self.first_answer(key)
        notice = read_notice(self._surface, Answer(status=reply.status, headers=reply.headers, body=reply.body))
        windows = self._surface.windows
        return notice.remaining.get(windows[-1].name) if windows else None


@contextlib.contextmanager
def _keys(test: LoadTest, target: Target, counter: _Counter) -> Iterator[Sequence[str]]:
    """Yield the keys that were given, or those of a session of our own on a mock of this machine."""
    given = test.keys or tuple(key for key in (test.config.api_key, test.config.member_key) if key)
    if given:
        yield given
        return
    if test.is_worker or "--master" in test.role:
        raise ConfigInvalid("master and workers need the same keys; give all of them the same --keys-file", "load")
    is_mock = not target.is_live and MOCK_HEADER in counter.first_answer("").headers
    control = MockAdminClient(target) if is_mock else None
    limits = None if test.config.base_url else _FAR_LIMITS
    session = control.create_session(limits) if control else None
    if control is None or session is None:
        raise ConfigInvalid("a key is needed; set CONTRACTS_API_KEY, or give several with --keys-file", "load")
    try:
        yield [key for key in (session.key, session.member) if key]
    finally:
        control.drop_session(session.name)
        control.close()
