"""WireMock with the recorded answers as stubs, its journal off: its documented setting for load."""

from __future__ import annotations

import json
import shutil

from side_by_side.peers.peer import Peer, PeerMissing, Site, free_port

VERSION = "3.13.2"


def wiremock(site: Site) -> Peer:
    """Return WireMock.

    Raises:
        PeerMissing: there is no Java, or the package cannot be installed.
    """
    if shutil.which("java") is None:
        raise PeerMissing("java is not on the path")
    modules = site.install("wiremock", VERSION)
    jars = sorted((modules / "wiremock").rglob("*.jar"))
    if not jars:
        raise PeerMissing("the npm package wiremock holds no jar")
    mappings = site.folder / "mappings"
    mappings.mkdir(parents=True, exist_ok=True)
    for case in site.cases:
        answer = site.answers[case.name]
        stub = {
            "request": {
                "method": case.method,
                "urlPath": f"/{case.name}{site.base_path}{case.target.partition('?')[0]}",
            },
            "response": {
                "status": answer.status,
                "body": answer.body.decode(),
                "headers": {"Content-Type": "application/json"},
            },
        }
        (mappings / f"{case.name}.json").write_text(json.dumps(stub))
    port = free_port()
    options = ["--bind-address", "127.0.0.1", "--no-request-journal", "--disable-banner", "--disable-gzip"]
    return Peer(
        name="WireMock",
        version=VERSION,
        does="a stub by path, no validation",
        commands={port: ["java", "-jar", str(jars[-1]), "--port", str(port), "--root-dir", str(site.folder), *options]},
        has_prefix=True,
    )
