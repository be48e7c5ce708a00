"""Files that change while they are served."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mockserver.app import create_watched
from mockserver.config import Config
from mockserver.errors import SpecInvalid
from mockserver.reload import FileWatcher, ReloadResult, served_files
from oas import package_data

KEY = {"Authorization": "your_api_key_here"}


class Watched:
    """A watch over files of a test, and what it did."""

    def __init__(self, *paths: Path) -> None:
        self.renewals = 0
        self.fails: Exception | None = None
        self.told: list[ReloadResult] = []
        self.watch = FileWatcher(lambda: paths, self._renew, self.told.append, now=lambda: 5.0)

    def _renew(self) -> None:
        self.renewals += 1
        if self.fails is not None:
            raise self.fails

    def looks(self, times: int = 2) -> None:
        for _ in range(times):
            self.watch.look()


def write(path: Path, text: str) -> None:
    """Write a file so that its time differs from before, on coarse clocks too."""
    before = path.stat().st_mtime_ns if path.exists() else 0
    path.write_text(text, "utf-8")
    os.utime(path, ns=(before + 10**9, before + 10**9))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "a.yaml"
    path.write_text("1")
    return path


def test_nothing_happens_without_a_change(path: Path) -> None:
    watched = Watched(path)
    watched.looks(5)
    assert (watched.renewals, watched.told, watched.watch.last) == (0, [], None)


def test_a_change_is_served_once_when_it_has_settled(path: Path) -> None:
    watched = Watched(path)
    write(path, "2")
    watched.looks(1)
    assert watched.renewals == 0
    watched.looks(5)
    assert watched.told == [ReloadResult(5.0, (str(path),))]
    assert (watched.renewals, watched.watch.last) == (1, watched.told[0])


def test_a_file_that_still_grows_is_left_alone(path: Path) -> None:
    watched = Watched(path)
    for text in ("22", "333", "4444"):
        write(path, text)
        watched.looks(1)
    assert watched.renewals == 0
    watched.looks(1)
    assert watched.renewals == 1


@pytest.mark.parametrize("comes", [True, False])
def test_a_file_that_comes_or_goes_is_a_change(path: Path, tmp_path: Path, comes: bool) -> None:
    other = tmp_path / "b.yaml"
    if not comes:
        other.write_text("1")
    watched = Watched(path, other)
    if comes:
        other.write_text("1")
    else:
        other.unlink()
    watched.looks()
    assert watched.told[0].files == (str(other),)


@pytest.mark.parametrize(
    "error, problem",
    [(SpecInvalid("no", "a.yaml", "/paths"), "a.yaml#/paths: no"), (TypeError("oops"), "TypeError: oops")],
)
def test_a_broken_change_is_told_and_logged_once(
    path: Path, caplog: pytest.LogCaptureFixture, error: Exception, problem: str
) -> None:
    watched = Watched(path)
    watched.fails = error
    write(path, "2")
    watched.looks(5)
    assert watched.told == [ReloadResult(5.0, (str(path),), problem)]
    assert "the former state stays" in caplog.text
    watched.fails = None
    write(path, "3")
    with caplog.at_level(logging.INFO, "mockserver.reload"):
        watched.looks()
    assert watched.told[-1].problem == ""
    assert "a.yaml: reloaded" in caplog.text


def test_examples_datasets_and_scenarios_are_watched(tmp_path: Path) -> None:
    config = Config(spec=tmp_path / "d.yaml", dataset=tmp_path / "data.yaml", scenarios=tmp_path / "scenarios")
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "mine.yaml").write_text("")
    text = 'value: {$ref: ex/one.json}\nother: {$ref: \'#/components\'}\nmore: {"$ref": "ex/two.yaml#/a"}'
    own = [path.relative_to(tmp_path).as_posix() for path in served_files(config, text) if tmp_path in path.parents]
    assert own == ["d.yaml", "ex/one.json", "ex/two.yaml", "data.yaml", "scenarios/mine.yaml"]
    assert package_data.default_dataset() in set(served_files(config, text))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(package_data.openapi(), tmp_path / "openapi.yaml")
    shutil.copytree(package_data.root() / "fixtures" / "envelopes", tmp_path / "fixtures" / "envelopes")
    shutil.copy(package_data.default_dataset(), tmp_path / "data.yaml")
    (tmp_path / "scenarios").mkdir()
    return tmp_path


class Served:
    """A watched application on files of a test."""

    def __init__(self, folder: Path) -> None:
        from werkzeug.test import Client

        config = Config(spec=folder / "openapi.yaml", dataset=folder / "data.yaml", scenarios=folder / "scenarios")
        self.folder = folder
        app, self.watch = create_watched(config)
        self._client = Client(app)

    def edit(self, name: str, change: Callable[[str], str]) -> None:
        """Edit a file and let it be seen."""
        path = self.folder / name
        write(path, change(path.read_text("utf-8")) if path.exists() else change(""))
        self.watch.look()
        self.watch.look()

    def get(self, path: str, **query: str) -> Any:
        return self._client.get(f"/social_app/api/v1/third_party{path}", query_string=query, headers=KEY)

    def admin(self, method: str, path: str, **more: Any) -> Any:
        return self._client.open(f"/__admin{path}", method=method, environ_base={"REMOTE_ADDR": "127.0.0.1"}, **more)


@pytest.fixture
def served(folder: Path) -> Served:
    return Served(folder)


def test_a_changed_limit_is_served_and_counts_go_on(served: Served) -> None:
    served.admin("POST", "/clock", json={"freeze": True})
    assert served.get("/user-campaign-filters").headers["X-RateLimit-Remaining-Minute"] == "99"
    served.edit("openapi.yaml", lambda text: text.replace("limit: 100\n", "limit: 40\n", 1))
    assert served.get("/user-campaign-filters").headers["X-RateLimit-Remaining-Minute"] == "38"


def test_a_changed_dataset_is_served(served: Served) -> None:
    name = served.get("/user-campaign-filters").get_json()["data"]["organisation"]["name"]
    served.edit("data.yaml", lambda text: text.replace(name, "Renamed Ltd"))
    assert served.get("/user-campaign-filters").get_json()["data"]["organisation"]["name"] == "Renamed Ltd"


def test_a_changed_path_is_served_with_its_collection(served: Served) -> None:
    served.edit("openapi.yaml", lambda text: text.replace("\n  /campaign-info:", "\n  /campaigns:"))
    assert served.get("/campaign-info").status_code == 404
    assert served.get("/campaigns", limit="2").status_code == 200


def test_a_new_scenario_can_be_played(served: Served) -> None:
    rule = "rules: [{operation: getUserCampaignFilters, answers: [{status: 500}]}]"
    served.edit("scenarios/mine.yaml", lambda text: f"description: Mine.\n{rule}\n")
    assert served.watch.last is not None
    assert served.watch.last.files == (str(served.folder / "scenarios" / "mine.yaml"),)
    assert served.admin("POST", "/scenarios/mine", json={}).status_code == 200
    assert served.get("/user-campaign-filters").status_code == 500


@pytest.mark.parametrize(
    "name, text, words",
    [
        ("openapi.yaml", "openapi: [", "openapi.yaml"),
        ("openapi.yaml", "openapi: 3.1.0\npaths: []\n", "openapi.yaml"),
        ("data.yaml", "organisation: {}\n", "data.yaml"),
        ("scenarios/mine.yaml", "rules: 5\n", "mine.yaml"),
        ("fixtures/envelopes/getUserCampaignFilters/200.json", "{", "200.json"),
    ],
)
def test_a_broken_edit_keeps_what_was_served_and_says_why(served: Served, name: str, text: str, words: str) -> None:
    served.edit(name, lambda _: text)
    assert served.get("/user-campaign-filters").status_code == 200
    said = served.admin("GET", "/watch").get_json()
    assert words in said["problem"]
    assert said["watching"] is True
    served.edit(name, lambda _: "")
    assert served.get("/user-campaign-filters").status_code == 200


def test_a_reload_is_told_to_whoever_listens(served: Served) -> None:
    with served.admin("GET", "/requests/events") as stream:
        parts = iter(stream.response)
        next(parts)
        served.edit("data.yaml", lambda text: "organisation: {}\n")
        event = next(parts).decode()
    assert event.startswith("event: reload\n")
    assert "data.yaml" in event


def test_keys_clock_and_journal_stay(served: Served) -> None:
    made = served.admin("POST", "/keys", json={"role": "member"}).get_json()
    served.admin("POST", "/clock", json={"set": "2025-05-11T09:00:00Z"})
    served.get("/user-campaign-filters")
    served.edit("openapi.yaml", lambda text: text.replace("limit: 5000", "limit: 6000"))
    assert made["hash"] in served.admin("GET", "/keys").text
    assert served.admin("GET", "/clock").get_json()["now"].startswith("2025-05-11T09:00")
    assert served.admin("GET", "/requests").get_json()["meta"]["total"] == 1


@pytest.fixture
def process(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    arguments = ["--port", "0", "--watch", "--spec", str(folder / "openapi.yaml")]
    command = [sys.executable, "-m", "mockserver", "serve", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().split()[-1]
        finally:
            process.terminate()
            process.communicate(timeout=10)


@pytest.mark.slow
def test_an_edit_is_served_within_half_a_second(process: tuple[subprocess.Popen[str], str], folder: Path) -> None:
    import requests

    _, base_url = process
    session = requests.Session()
    session.headers.update(KEY)

    def limit() -> str:
        return session.get(f"{base_url}/user-campaign-filters", timeout=5).headers["X-RateLimit-Limit-Minute"]

    assert limit() == "100"
    text = (folder / "openapi.yaml").read_text("utf-8")
    took_s = []
    for wanted in ("1001", "1002", "1003"):
        write(folder / "openapi.yaml", text.replace("limit: 100\n", f"limit: {wanted}\n", 1))
        started = time.monotonic()
        while limit() != wanted:
            assert time.monotonic() - started < 5
        took_s.append(time.monotonic() - started)
    assert min(took_s) < 0.5, took_s
