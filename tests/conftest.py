"""Fixtures of every test: applications with `--check-answers` on, and a client whose answers are all judged."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import hypothesis
import pytest

from background import restore_signals
from judged import Judge, JudgedClient, LiveClient
from mockserver.app import Application, ApplicationFactory, create_wsgi
from mockserver.config import Config
from oas import package_data
from oas.document import load

hypothesis.settings.register_profile("default", deadline=None, print_blob=True)
hypothesis.settings.register_profile("ci", parent=hypothesis.settings.get_profile("default"), derandomize=True)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if "CI" in os.environ else "default"))

restore_signals()

#: A moment at which the samples of the reference were made.
MAY_2025 = 1746954000.0  # 2025-05-11T09:00:00Z

MakeApp = Callable[..., Application]
MakeClient = Callable[..., JudgedClient]


@pytest.fixture(scope="session")
def judge() -> Judge:
    """The reference judge of the packaged contract."""
    return Judge(load(package_data.openapi()))


@cache
def packaged_assembly() -> ApplicationFactory:
    """Return the packaged contract, compiled once for all applications of a test run."""
    return ApplicationFactory(Config())


@pytest.fixture(scope="session")
def shared_app() -> Application:
    """An application for tests that only read, with limits that nobody reaches."""
    return create_wsgi(Config(check_answers=True, clock=MAY_2025, limit_minute=10**9, limit_day=10**9))


@pytest.fixture
def make_client(judge: Judge) -> MakeClient:
    """Make a judged client of an application of its own: `make_client(limit_minute=3, clock=…)`."""

    def make(**options: Any) -> JudgedClient:
        config = replace(Config(check_answers=True, clock=MAY_2025), **options)
        is_packaged = config.spec is None and config.dataset is None
        return JudgedClient(packaged_assembly().application(config) if is_packaged else create_wsgi(config), judge)

    return make


@pytest.fixture
def client(shared_app: Application, judge: Judge) -> JudgedClient:
    """A judged client of the shared application, with the administrator's key."""
    return JudgedClient(shared_app, judge)


@pytest.fixture
def live(judge: Judge) -> Iterator[Callable[..., LiveClient]]:
    """Start servers for one test and stop them after it: `live(limit_minute=3)` gives a judged HTTP client."""
    from contextlib import ExitStack

    from mockserver.live.server import LiveServer

    with ExitStack() as stack:

        def start(in_process: bool = False, **options: Any) -> LiveClient:
            config = replace(Config(check_answers=True), **options)
            server = stack.enter_context(LiveServer(config, in_process=in_process))
            return LiveClient(server.base_url, judge)

        yield start
