"""What each peer is told; that they answer right is seen when they run, in test_run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from oas import package_data
from side_by_side.cases import Answer, Case, cases
from side_by_side.peers import mockoon, nginx, prism, wiremock
from side_by_side.peers.peer import Peer, PeerMissing, Site, free_port
from side_by_side.peers.roster import PEERS

CASES = cases("r1")
ANSWERS = {case.name: Answer(case.status, {}, json.dumps({"of": case.name}).encode()) for case in CASES}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    modules = tmp_path / "node_modules"
    (modules / "wiremock").mkdir(parents=True)
    (modules / "wiremock" / "standalone.jar").touch()
    folder = tmp_path / "own"
    folder.mkdir()
    return Site(
        folder=folder,
        install=lambda package, version: modules,
        cases=CASES,
        answers=ANSWERS,
        base_path="/base",
        document=package_data.openapi(),
    )


def case(name: str) -> Case:
    (found,) = (case for case in CASES if case.name == name)
    return found


@pytest.mark.parametrize("name", PEERS)
def test_a_peer_listens_on_loopback_ports_of_its_own(site: Site, name: str) -> None:
    try:
        peer = PEERS[name](site)
    except PeerMissing as reason:
        pytest.skip(str(reason))
    ports = list(peer.commands)
    assert len(set(ports)) == len(ports)
    told = " ".join(word for command in peer.commands.values() for word in command)
    files = "".join(path.read_text(errors="replace") for path in site.folder.iterdir() if path.is_file())
    assert all(str(port) in told + files for port in ports)
    assert "0.0.0.0" not in told + files


def test_a_case_is_asked_where_the_peer_answers_it() -> None:
    peer = Peer(name="p", version="1", does="", commands={1: ["a"], 2: ["b"]}, port_of={"exhausted": 2})
    assert peer.url(case("filters"), "/base") == "http://127.0.0.1:1/base/user-campaign-filters"
    assert peer.url(case("exhausted"), "/base") == "http://127.0.0.1:2/base/campaign-info?limit=10"
    static = Peer(name="p", version="1", does="", commands={1: ["a"]}, has_prefix=True)
    assert static.url(case("post"), "/base") == "http://127.0.0.1:1/post/base/campaign-info"


def test_free_ports_differ() -> None:
    assert 1024 < free_port() < 65536


@pytest.mark.parametrize(
    "name, words",
    [
        ("campaigns", ("location /campaigns/", "try_files /campaigns.json")),
        ("post", ("location /post/", "error_page 418 =200 /post.json")),
        ("keyless", ("location /keyless/", "error_page 418 =401 /keyless.json")),
    ],
)
def test_nginx_gives_each_case_its_file_and_status(name: str, words: tuple[str, ...]) -> None:
    assert all(word in nginx.location(case(name)) for word in words)


def test_prism_knows_each_recorded_success_as_the_only_example(site: Site) -> None:
    document = prism.with_examples(site)
    assert all(path.startswith("/base/") for path in document["paths"])
    for one in CASES:
        operation = document["paths"]["/base" + one.target.partition("?")[0]][one.method.lower()]
        media = operation["responses"]["200"]["content"]["application/json"]
        wanted = next(
            other.name
            for other in CASES
            if (other.method, other.status) == (one.method, 200) and _path(other) == _path(one)
        )
        assert media["example"] == {"of": wanted}
        assert "examples" not in media
    yaml.safe_dump(document)


def _path(one: Case) -> str:
    return one.target.partition("?")[0]


def test_a_stub_of_wiremock_holds_the_recorded_answer(site: Site) -> None:
    wiremock.wiremock(site)
    stub = json.loads((site.folder / "mappings" / "invalid.json").read_text())
    assert stub["request"] == {"method": "GET", "urlPath": "/invalid/base/campaign-info"}
    assert (stub["response"]["status"], stub["response"]["body"]) == (400, '{"of": "invalid"}')


def test_wiremock_without_a_jar_is_missing(site: Site) -> None:
    for jar in site.install("wiremock", "").rglob("*.jar"):
        jar.unlink()
    with pytest.raises(PeerMissing, match="jar"):
        wiremock.wiremock(site)


def test_a_route_of_mockoon_holds_the_recorded_answer() -> None:
    route = mockoon.route("/base", case("exhausted"), ANSWERS["exhausted"])
    assert (route["method"], route["endpoint"]) == ("get", "exhausted/base/campaign-info")
    (response,) = route["responses"]
    assert (response["statusCode"], response["body"]) == (429, '{"of": "exhausted"}')


def test_routes_of_mockoon_have_ids_of_their_own() -> None:
    routes = [mockoon.route("/base", one, ANSWERS[one.name]) for one in CASES]
    assert len({route["uuid"] for route in routes}) == len(CASES)
