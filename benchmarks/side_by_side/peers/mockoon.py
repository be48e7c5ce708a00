"""Mockoon with the recorded answers as routes, templates off."""

from __future__ import annotations

import json
from typing import Any

from side_by_side.cases import Answer, Case
from side_by_side.peers.peer import Peer, Site, free_port

VERSION = "9.9.0"


def mockoon(site: Site) -> Peer:
    """Return Mockoon's command line.

    Raises:
        PeerMissing: the package cannot be installed.
    """
    modules = site.install("@mockoon/cli", VERSION)
    port = free_port()
    routes = [route(site.base_path, case, site.answers[case.name]) for case in site.cases]
    environment = {
        "uuid": "00000000-0000-4000-8000-000000000000",
        "lastMigration": 33,
        "name": "side by side",
        "port": port,
        "hostname": "127.0.0.1",
        "endpointPrefix": "",
        "latency": 0,
        "folders": [],
        "routes": routes,
        "rootChildren": [{"type": "route", "uuid": route["uuid"]} for route in routes],
        "headers": [],
        "cors": False,
        "data": [],
        "callbacks": [],
    }
    path = site.folder / "environment.json"
    path.write_text(json.dumps(environment))
    program = modules / "@mockoon" / "cli" / "bin" / "run.js"
    options = ["--disable-log-to-file", "--disable-admin-api", "--max-transaction-logs", "0"]
    return Peer(
        name="Mockoon",
        version=VERSION,
        does="a route by path, no validation",
        commands={port: ["node", str(program), "start", "--data", str(path), *options]},
        has_prefix=True,
    )


def route(base_path: str, case: Case, answer: Answer) -> dict[str, Any]:
    """Return a case as a route with one response."""
    number = f"{sum(case.name.encode()):012}"
    response = {
        "uuid": f"00000000-0000-4000-8001-{number}",
        "body": answer.body.decode(),
        "latency": 0,
        "statusCode": answer.status,
        "label": "",
        "headers": [{"key": "Content-Type", "value": "application/json"}],
        "bodyType": "INLINE",
        "filePath": "",
        "databucketID": "",
        "sendFileAsBody": False,
        "rules": [],
        "rulesOperator": "OR",
        "disableTemplating": True,
        "fallbackTo404": False,
        "default": True,
        "crudKey": "id",
        "callbacks": [],
    }
    return {
        "uuid": f"00000000-0000-4000-8002-{number}",
        "type": "http",
        "documentation": "",
        "method": case.method.lower(),
        "endpoint": f"{case.name}{base_path}{case.target.partition('?')[0]}",
        "responses": [response],
        "responseMode": None,
    }
