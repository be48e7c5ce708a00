"""The Locust file: every user walks journeys made from the document.

    locust -f contracts/load/locustfile.py --contracts-settings FILE …

`contracts load` starts it, alone, as master or as worker. A refusal for the rate
is not a failure of the server, but counted by itself.
"""

from __future__ import annotations

import itertools
import json
import logging
import random
import threading
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from locust import FastHttpUser, events, task
from locust.argument_parser import LocustArgumentParser
from locust.env import Environment
from locust.runners import WorkerRunner

from contracts.load.journeys import Journeys, SeenValues, Step
from contracts.load.running import Settings
from contracts.load.summary import THROTTLED, figures_of
from oas.contract import Contract, load

READY_TIMEOUT_S = 10


def _add_option(parser: LocustArgumentParser) -> None:
    parser.add_argument("--contracts-settings", help="file that `contracts load` wrote")
    # Locust hands what the master was given to its workers.
    parser.add_argument("--contracts-pause", type=float, help="mean seconds between two requests of a user")


def _prepare(environment: Environment, **others: Any) -> None:
    options: Any = environment.parsed_options
    settings = Settings.read(Path(options.contracts_settings))
    logging.getLogger("locust.stats_logger").disabled = True  # `contracts load` tells the figures
    ApiUser.settings = settings
    ApiUser.document = load(Path(settings.spec) if settings.spec else None)
    ApiUser.network_timeout = ApiUser.connection_timeout = settings.timeout_s
    ApiUser.host = settings.base_url


def _time(environment: Environment, **others: Any) -> None:
    """End the test in time.

    Locust's own `--run-time` quits at once, and what workers counted last is lost
    unless it comes within half a second; to stop first waits for all of them.
    """
    runner = environment.runner
    if runner is None or isinstance(runner, WorkerRunner):
        return

    def end() -> None:
        time.sleep(ApiUser.settings.duration_s)
        workers = getattr(runner, "worker_count", 0)
        runner.stop()
        deadline = time.monotonic() + READY_TIMEOUT_S  # only workers that are ready again receive the order to quit
        while getattr(runner, "worker_count", 0) < workers and time.monotonic() < deadline:
            time.sleep(0.1)
        runner.quit()

    # Locust has made threads and sleep those of gevent.
    threading.Thread(target=end, daemon=True).start()


def _tell(environment: Environment, **others: Any) -> None:
    """Write the figures of all users, wherever they ran; a worker's are its master's to tell."""
    if not isinstance(environment.runner, WorkerRunner):
        Path(ApiUser.settings.summary).write_text(json.dumps(figures_of(environment.stats)), encoding="utf-8")


_hooks: Any = events  # whose methods have no types
_hooks.init_command_line_parser.add_listener(_add_option)
_hooks.init.add_listener(_prepare)
_hooks.test_start.add_listener(_time)
_hooks.quitting.add_listener(_tell)


class ApiUser(FastHttpUser):
    """A user who walks one journey after the other, with a key of its own as far as there are enough."""

    settings: Settings
    document: Contract
    memory = SeenValues()
    _numbers = itertools.count()

    def on_start(self) -> None:
        """Take a number, which decides key and choices."""
        number, worker = next(self._numbers), getattr(self.environment.runner, "worker_index", 0)
        self._dice = random.Random(f"{self.settings.seed} {worker} {number}")
        self._key = self.settings.keys[(number + worker) % len(self.settings.keys)]
        self._journeys = Journeys(self.document, self.memory, self._dice)
        self._journey: Generator[Step, Any, None] | None = None
        self._body: Any = None

    def wait_time(self) -> float:
        """Return the pause until the next request, seconds."""
        options: Any = self.environment.parsed_options
        return self._dice.uniform(0, 2 * options.contracts_pause)

    @task
    def step(self) -> None:
        """Take one step, so that a test that ends waits for no more than an answer."""
        try:
            if self._journey is None:
                self._journey = self._journeys.steps()
                step = next(self._journey)
            else:
                step = self._journey.send(self._body)
        except StopIteration:
            self._journey = None
            return
        self._body = self._send(step)

    def _send(self, step: Step) -> Any:
        request = step.request
        query = "?" + urlencode(request.query) if request.query else ""
        with self.client.request(
            request.method,
            self.settings.base_url + request.path + query,
            name=f"{step.kind} {request.operation_id}",
            headers={self.settings.header_name: self._key},
            json=request.body,
            allow_redirects=False,  # which could lead the load to another machine
            catch_response=True,
        ) as response:
            if response.status_code == 429:
                response.failure(THROTTLED)
                return None
            if not response.status_code or response.status_code >= 300:
                response.failure(f"status {response.status_code}" if response.status_code else "no answer")
                return None
            response.success()
            return response.json()
