from __future__ import annotations

import gc
import logging
import multiprocessing
import signal
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from apps.wsgi_samples import echo, faulty, invalid_spec
from mockserver.app import Application
from mockserver.config import Config
from mockserver.errors import SpecInvalid, StartFailed
from mockserver.http import worker
from mockserver.http.rsgi import RsgiEdge
from mockserver.http.worker import WorkerMain, base_path_of, build_app, on_rsgi, tune_process
from mockserver.http.wsgi_threads import WsgiThreads

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

resource = pytest.importorskip("resource")


@pytest.fixture
def pipe() -> Iterator[tuple[Connection[None, worker.Report], Connection[worker.Report, None]]]:
    receiver, sender = multiprocessing.Pipe(duplex=False)
    with receiver, sender:
        yield receiver, sender


@pytest.fixture
def own_process() -> Iterator[None]:
    """Let `tune_process` change what belongs to the process, and change it back."""
    log, limits = logging.getLogger("_granian"), resource.getrlimit(resource.RLIMIT_NOFILE)
    handlers, level = log.handlers, log.level
    yield
    gc.unfreeze()
    log.handlers, log.level = handlers, level
    resource.setrlimit(resource.RLIMIT_NOFILE, limits)


@pytest.mark.usefixtures("own_process")
def test_a_loader_reports_the_base_path_and_returns_what_granian_runs(
    pipe: tuple[Connection[None, worker.Report], Connection[worker.Report, None]],
) -> None:
    receiver, sender = pipe
    assert isinstance(WorkerMain(Config(), echo, sender)(), WsgiThreads)
    assert receiver.recv() == "/base"


def test_an_application_with_an_edge_answers_on_the_event_loop(shared_app: Application) -> None:
    assert isinstance(on_rsgi(shared_app, Config()), RsgiEdge)


def test_a_loader_reports_why_there_is_no_application(
    pipe: tuple[Connection[None, worker.Report], Connection[worker.Report, None]],
) -> None:
    receiver, sender = pipe
    with pytest.raises(SystemExit) as caught:
        WorkerMain(Config(), invalid_spec, sender)()
    report = receiver.recv()
    assert caught.value.code == 2
    assert isinstance(report, SpecInvalid)
    assert (report.source, report.pointer) == ("openapi.yaml", "/paths")


def test_a_spawned_worker_leaves_ctrl_c_to_its_parent(
    pipe: tuple[Connection[None, worker.Report], Connection[worker.Report, None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[object, object]] = []
    monkeypatch.setattr(multiprocessing, "get_start_method", lambda: "spawn")
    monkeypatch.setattr(signal, "signal", lambda *args: asked.append(args))
    with pytest.raises(SystemExit):
        WorkerMain(Config(), invalid_spec, pipe[1])()
    assert asked == [(signal.SIGINT, signal.SIG_IGN)]


def test_a_foreign_exception_of_a_factory_is_a_failed_start() -> None:
    with pytest.raises(StartFailed, match="ZeroDivisionError: seven by nought") as caught:
        build_app(Config(), faulty)
    assert "in faulty" in caught.value.__notes__[0]


def test_an_error_of_the_tool_passes_a_factory_unchanged() -> None:
    with pytest.raises(SpecInvalid):
        build_app(Config(), invalid_spec)


def test_an_application_without_a_base_path_is_at_the_root() -> None:
    assert base_path_of(lambda environ, start_response: []) == ""


@pytest.mark.usefixtures("own_process")
def test_a_settled_process_looks_at_no_old_object() -> None:
    tune_process()
    assert gc.get_freeze_count() > 0


@pytest.mark.usefixtures("own_process")
@pytest.mark.parametrize("hard, soft", [(512, 512), (worker.OPEN_FILES * 2, worker.OPEN_FILES)])
def test_a_settled_process_may_open_many_files(monkeypatch: pytest.MonkeyPatch, hard: int, soft: int) -> None:
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: (256, hard))
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: asked.append(limits))
    tune_process()
    monkeypatch.undo()
    assert asked == [(soft, hard)]


@pytest.mark.usefixtures("own_process")
def test_a_settled_process_shows_exceptions_of_the_application(capsys: pytest.CaptureFixture[str]) -> None:
    tune_process()
    log = logging.getLogger("_granian")
    log.warning("noise")
    log.error("Application callable raised an exception")
    assert capsys.readouterr().err == "Application callable raised an exception\n"
