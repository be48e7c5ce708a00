"""Each stage of the pipeline by itself, with the arguments that it gets in a real request.

    python -m pytest benchmarks/stages -o python_files='bench_*.py' --benchmark-sort=name

A request is answered once while a stage's calls are noted; then that stage is
called again and again with the same arguments, as under the load of one client.
Needs pytest-benchmark; nothing here is collected with the tests.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from mockserver.app import Application, create_wsgi
from mockserver.campaigns.responder import CampaignResponder
from mockserver.config import Config
from mockserver.pipeline import stages
from mockserver.pipeline.choose import Chooser
from mockserver.pipeline.pipeline import Pipeline
from mockserver.pipeline.record import Recorder
from mockserver.state.rate_limits import FixedWindowLimiter
from oas.messages import Request
from side_by_side.cases import Case, cases

#: Name as in DESIGN and in the journal → who holds the function, and its name there.
STAGES: dict[str, tuple[Any, str]] = {
    "route": (stages, "route"),
    "count": (FixedWindowLimiter, "hit"),
    "authenticate": (stages, "authenticate"),
    "validate": (stages, "validate"),
    "choose": (Chooser, "choose"),
    "build": (CampaignResponder, "success"),
    "check": (Pipeline, "_check"),
    "record": (Recorder, "record"),
    "all stages": (Pipeline, "handle"),
}
#: Stages that a refused request does not reach.
UNREACHED = {
    "invalid": ("choose", "build"),
    "keyless": ("validate", "choose", "build"),
}
CASES = [case for case in cases("encrypted_id_string") if case.status != 429]
PAIRS = [(stage, case) for case in CASES for stage in STAGES if stage not in UNREACHED.get(case.name, ())]


@dataclass(frozen=True, slots=True)
class Call:
    """A function with the arguments of one of its calls."""

    function: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]

    def again(self) -> Any:
        """Repeat the call."""
        return self.function(*self.args, **self.kwargs)


@pytest.fixture(scope="module")
def plain() -> Application:
    """The application as users run it, its limits far away."""
    return create_wsgi(Config(limit_minute=10**12, limit_day=10**12))


@pytest.fixture(scope="module")
def judging() -> Application:
    """The same with --check-answers."""
    return create_wsgi(Config(limit_minute=10**12, limit_day=10**12, check_answers=True))


def request_of(case: Case, base_path: str) -> Request:
    """Return a case as the pipeline gets it."""
    path, _, query = case.target.partition("?")
    headers = {name.lower(): value for name, value in case.headers.items()}
    return Request(case.method, base_path + path, query, headers, case.payload)


def noted(stage: str, app: Application, case: Case, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Answer a case once and return the last call of a stage."""
    request = request_of(case, app.base_path)
    if stage == "route":  # the pipeline keeps the routes of paths without variables; this is how one is found
        return Call(stages.route, (app.pipeline.spec, request), {})
    holder, name = STAGES[stage]
    function, calls = getattr(holder, name), list[Call]()

    def note(*args: Any, **kwargs: Any) -> Any:
        calls.append(Call(function, args, kwargs))
        return function(*args, **kwargs)

    with monkeypatch.context() as patched:
        patched.setattr(holder, name, note)
        response = app.pipeline.handle(request)
    assert response.status == case.status
    return calls[-1]


@pytest.mark.parametrize("stage, case", PAIRS, ids=[f"{case.name}-{stage}" for stage, case in PAIRS])
def test_stage(
    stage: str,
    case: Case,
    plain: Application,
    judging: Application,
    monkeypatch: pytest.MonkeyPatch,
    benchmark: Any,
) -> None:
    """Time one stage of one request."""
    app = judging if stage == "check" else plain
    benchmark.group = case.name
    benchmark(noted(stage, app, case, monkeypatch).again)
