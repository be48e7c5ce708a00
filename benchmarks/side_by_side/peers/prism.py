"""Prism, with the recorded bodies as the examples of the document: as it comes, and without its log."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from side_by_side.peers.peer import Peer, Site, free_port

VERSION = "5.16.0"


def prism_silent(site: Site) -> Peer:
    """Return Prism's fastest configuration."""
    return _prism(site, "Prism, no log", "validates, picks an example", "--verboseLevel", "silent")


def prism(site: Site) -> Peer:
    """Return Prism as it comes; its log goes to a file."""
    return _prism(site, "Prism, default", "validates, picks an example, logs")


def _prism(site: Site, name: str, does: str, *options: str) -> Peer:
    modules = site.install("@stoplight/prism-cli", VERSION)
    document = site.folder / "openapi.yaml"
    document.write_text(yaml.safe_dump(with_examples(site), sort_keys=False, allow_unicode=True))
    fixtures = site.folder / "fixtures"
    fixtures.symlink_to(site.document.parent / "fixtures")  # the document refers to them by relative paths
    program = modules / "@stoplight" / "prism-cli" / "dist" / "index.js"
    port = free_port()
    return Peer(
        name=name,
        version=VERSION,
        does=does,
        commands={port: ["node", str(program), "mock", "--port", str(port), *options, str(document)]},
        agreement="json",
        refusals="status",
        extra={"exhausted": {"Prefer": "code=429"}},
    )


def with_examples(site: Site) -> dict[str, Any]:
    """Return the document with each recorded success as the one example of its operation.

    Prism serves no base path, so that the paths carry it.
    """
    document: dict[str, Any] = yaml.safe_load(Path(site.document).read_text(encoding="utf-8"))
    for case in site.cases:
        item = document["paths"][case.target.partition("?")[0]]
        operation = item[case.method.lower()]
        responses = operation["responses"]
        response = responses["200"]
        if case.status == 200:
            # Replaced, not changed: where the file uses an anchor, operations share the object.
            media = {
                "schema": response["content"]["application/json"]["schema"],
                "example": json.loads(site.answers[case.name].body),
            }
            operation["responses"] = {**responses, "200": {**response, "content": {"application/json": media}}}
    document["paths"] = {site.base_path + path: item for path, item in document["paths"].items()}
    document["servers"] = [{"url": "/"}]
    return document
