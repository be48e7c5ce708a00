"""The application: Flask for everything under `/__admin`, the pipeline in front of it for the API.

`create_app` gives Flask, `create_wsgi` what a server runs, `ApplicationFactory` many of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from mockserver import __version__
from mockserver.admin.server_state import ServerState
from mockserver.config import Config
from mockserver.errors import SpecInvalid
from mockserver.http.rules import HttpRules
from mockserver.http.wsgi import WsgiMiddleware
from mockserver.pipeline.choose import Chooser
from mockserver.pipeline.context import Responder
from mockserver.pipeline.pipeline import Pipeline
from mockserver.reload import FileWatcher, ReloadResult, served_files
from mockserver.scenarios.registry import ScenarioRegistry
from mockserver.state.backend import Backend
from mockserver.state.backends.create import create_backend
from mockserver.state.events import Event
from mockserver.state.sessions import Sessions
from oas.contract import Contract, load
from oas.vocabulary import RateLimitWindow

if TYPE_CHECKING:
    from flask import Flask

    from mockserver.state.backends.shared_memory import SharedMemoryHandle

#: Limits that --limit-minute and --limit-day set on a document without `x-rate-limit`.
_PLAIN_WINDOWS = (
    RateLimitWindow("minute", 60, 100, "X-RateLimit-Limit-Minute", "X-RateLimit-Remaining-Minute"),
    RateLimitWindow("day", 86400, 5000, "X-RateLimit-Limit-Day", "X-RateLimit-Remaining-Day"),
)


@dataclass(frozen=True)
class Application:
    """A mock server as a WSGI callable.

    Attributes:
        sessions: the world that it answers in.
        edge: answers the API to clients, by rules of HTTP that are no server's own.
        lane: the edge on WSGI; parts the API from what is below `/__admin`.
        base_path: path prefix of the API.
        served: what is served now.
        make_flask: returns what answers below `/__admin`, the same each time.
    """

    sessions: Sessions
    edge: HttpRules
    lane: WsgiMiddleware
    base_path: str
    served: ServerState
    make_flask: Callable[[], Flask]

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request. Source: PEP 3333."""
        return self.lane(environ, start_response)

    @property
    def pipeline(self) -> Pipeline:
        """Answers the API."""
        return self.edge.pipeline

    @cached_property
    def flask(self) -> Flask:
        """The Flask application, the lane standing in front."""
        app = self.make_flask()
        app.wsgi_app = self.lane  # type: ignore[method-assign]
        return app


class ApplicationFactory:
    """What applications of one document share, compiled once: any number of them costs little more than one.

    Args:
        config: names the document and the dataset.

    Attributes:
        spec: the document.
        open_dataset: returns the dataset for a key; may raise `DatasetInvalid`.

    Raises:
        SpecInvalid, FixtureInvalid: what is served cannot be.
    """

    def __init__(self, config: Config) -> None:
        self.spec = load(config.spec, config.allow_remote_refs)
        self.spec.compile()
        self.spec.refuse_findings(config.strict)
        self._builder, self.open_dataset = _responder_for(config, self.spec)

    def application(self, config: Config, share: Backend | None = None) -> Application:
        """Return an application with a world of its own: keys, counters, journal, clock, sessions.

        Args:
            config: `spec` and `dataset` are those of the assembly.
            share: the world is that of other processes, too.

        Raises:
            DatasetInvalid, ScenarioInvalid: what is served cannot be.
            ConfigInvalid, StateUnavailable: it cannot be shared.
        """
        sessions = Sessions(config, self.windows(config), self.open_dataset, share=share)
        edge = HttpRules(
            self.pipeline(config, sessions),
            max_body_bytes=config.max_body_bytes,
            origins=config.cors,
            hosts=(*config.allow_hosts, config.host),
        )
        info = {"version": __version__, "spec": self.spec.document.source}
        served = ServerState(
            lambda: edge.pipeline.spec,
            lambda: edge.pipeline.library,
            lambda session, request: edge.pipeline.plain(session, request),
        )

        @cache  # Flask takes longer to import and make than all the rest, and not every application is administered.
        def flask() -> Flask:
            from flask import Flask

            from mockserver.admin.app import create_admin
            from mockserver.console.pages import create_console

            app = Flask("mockserver", static_folder=None)
            app.register_blueprint(create_admin(sessions, config, info, served))
            app.register_blueprint(create_console(served.spec))
            return app

        def admin(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            app = flask()
            return type(app).wsgi_app(app, environ, start_response)  # its own `wsgi_app` may be the lane

        lane = WsgiMiddleware(admin, edge)
        return Application(sessions, edge, lane, self.spec.base_path, served, flask)

    def pipeline(self, config: Config, sessions: Sessions) -> Pipeline:
        """Return what answers the API, in the world of some sessions.

        Raises:
            DatasetInvalid, ScenarioInvalid: a scenario cannot be played.
        """
        library = ScenarioRegistry(self.spec.by_id, config.scenarios)
        if config.scenario:
            library.get(config.scenario)
        for scenario in library.own:
            if scenario.world is not None:  # made now, and not when the first request waits for it
                self.open_dataset(sessions.default.dataset_key.shown_by(scenario.world))
        return Pipeline(
            self.spec,
            sessions,
            self._builder,
            Chooser(library, config.seed),
            max_depth=config.max_depth,
            check_answers=config.check_answers,
        )

    def windows(self, config: Config) -> tuple[RateLimitWindow, ...]:
        """Return the windows of the document; of one that declares none, those that options ask for."""
        if self.spec.windows:
            return self.spec.windows
        limited = {"minute": config.limit_minute, "day": config.limit_day}
        return tuple(window for window in _PLAIN_WINDOWS if limited[window.name] is not None)


def create_app(config: Config) -> Flask:
    """Return the Flask application, its pipeline standing in front.

    Raises:
        SpecInvalid, FixtureInvalid, DatasetInvalid: what is served cannot be.
    """
    return create_wsgi(config).flask


def create_wsgi(config: Config, bench: SharedMemoryHandle | None = None) -> Application:
    """Return the WSGI callable that a server runs; it goes around Flask for the API.

    Args:
        config: settings of the server.
        bench: of all workers of the server; None where this is the only one.

    Raises:
        SpecInvalid, FixtureInvalid, DatasetInvalid: what is served cannot be.
        ConfigInvalid, StateUnavailable: its state cannot be shared.
    """
    if not config.watch:
        return ApplicationFactory(config).application(config, create_backend(config, bench))
    app, watch = create_watched(config)
    watch.start()
    return app


def create_watched(config: Config) -> tuple[Application, FileWatcher]:
    """Return the WSGI callable and a watch over its files, not yet started.

    Raises:
        SpecInvalid, FixtureInvalid, DatasetInvalid, ScenarioInvalid: what is served cannot be.
    """
    app = ApplicationFactory(config).application(config)
    edge, sessions = app.edge, app.sessions

    def renew() -> None:
        assembly = ApplicationFactory(config)
        _refuse_new_errors(edge.pipeline.spec, assembly.spec)
        pipeline = assembly.pipeline(config, sessions)
        sessions.renew(assembly.windows(config), assembly.open_dataset)
        edge.use(pipeline)

    def tell(reloaded: ReloadResult) -> None:
        news = Event("reload", {"files": reloaded.files, "problem": reloaded.problem})
        for session in sessions.list():
            session.journal.feed.publish(news)

    app.served.watch = FileWatcher(lambda: served_files(config, edge.pipeline.spec.document.text), renew, tell)
    return app, app.served.watch


def _refuse_new_errors(served: Contract, edited: Contract) -> None:
    known = {(finding.pointer, finding.message) for finding in served.findings}
    for finding in edited.findings:
        if finding.severity == "error" and (finding.pointer, finding.message) not in known:
            raise SpecInvalid(finding.message, finding.source, finding.pointer, finding.line)


def _responder_for(config: Config, spec: Contract) -> tuple[Responder, Callable[[Any], Any]]:
    if spec.uses_vocabulary:
        from mockserver.campaigns.responder import CampaignResponder, DatasetCache

        return CampaignResponder(spec), DatasetCache(config, spec).open
    from mockserver.documented.responder import DocumentResponder

    return DocumentResponder(spec, config.seed), lambda key: None
