"""Documents as a whole: versions, other formats, operations, base paths, findings with their places."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from oas.bounds import Bounds
from oas.document import load
from oas.errors import BoundExceeded, SpecInvalid
from oas.findings import Finding
from oas.loading import parse
from oas.pointers import children, get, join, tokens
from oas.servers import base_paths, server_findings

HEAD = "openapi: {}\ninfo: {{title: t, version: '1'}}\n"


def written(folder: Path, text: str, version: str = "3.1.0") -> Path:
    path = folder / "main.yaml"
    path.write_text(HEAD.format(version) + text)
    return path


@pytest.mark.parametrize("version", ["3.0.3", "3.1", "'3.1.1'", "3.2.0"])
def test_versions_are_read(tmp_path: Path, version: str) -> None:
    document = load(written(tmp_path, "paths: {}", version))
    assert document.version == version.strip("'")
    assert document.findings == ()
    assert document.text.startswith("openapi: ")


def test_a_version_that_is_not_known_is_read_as_the_newest(tmp_path: Path) -> None:
    document = load(written(tmp_path, "paths: {/a: {query: {}}}", "3.7.0"))
    [found] = document.findings
    assert (found.severity, found.line, found.pointer) == ("warning", 1, "/openapi")
    assert [method for _, method, *_ in document.operations()] == ["query"]


@pytest.mark.parametrize(
    "text, says",
    [
        ("swagger: '2.0'", "Swagger 2.0.*swagger2openapi.*main.yaml"), ("asyncapi: 2.6.0", "AsyncAPI 2.6.0"),
        ("arazzo: 1.0.0", "Arazzo"), ("overlay: 1.0.0", "Overlay 1.0.0"), ("{info: {_postman_id: x}}", "Postman.*p2o"),
        ("#%RAML 1.0\ntitle: x", "RAML"), ("<html>\n<body>", "HTML"), ("openapi: 4.0.0", "4.0.0"), ("", "OpenAPI 3"),
        ("[1]", "OpenAPI 3"), ("a: 1", "OpenAPI 3"), ("openapi: {}", "version"), ("a: [", "not YAML"),
    ],
)  # fmt: skip
def test_another_format_gets_one_sentence(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "main.yaml"
    path.write_text(text)
    with pytest.raises(SpecInvalid, match=says) as raised:
        load(path)
    assert raised.value.source == str(path)
    assert "\n" not in str(raised.value)


PATHS = """
paths:
  /a: {$ref: '#/components/pathItems/A'}
  /b:
    $ref: '#/components/pathItems/A'
    post: {operationId: b}
    query: {operationId: q}
    additionalOperations: {COPY: {operationId: c}, GET: {operationId: no}, LOCK: 5}
    parameters: []
  x-own: {get: {}}
components: {pathItems: {A: {get: {operationId: a}}}}
"""


@pytest.mark.parametrize("version, extra", [("3.0.3", []), ("3.1.0", []), ("3.2.0", [("/b", "query"), ("/b", "COPY")])])
def test_operations_in_the_order_of_the_document(tmp_path: Path, version: str, extra: list[Any]) -> None:
    document = load(written(tmp_path, PATHS, version))
    found = [(path, method) for path, method, _, _ in document.operations()]
    assert found == [("/a", "get"), ("/b", "get"), ("/b", "post"), *extra]
    for path, method, item, operation in document.operations():
        pointer = document.operation_pointer(path, method)
        assert document.references.lookup(pointer) is operation
        assert operation in (*item.values(), *item.get("additionalOperations", {}).values())


@pytest.mark.parametrize(
    "text, pointer, line",
    [
        ("paths: 5", "/paths", 3),
        ("paths: null", "/paths", 3),
        ("paths:\n  a: {get: {}}", "/paths/a", 4),
        ("paths:\n  /a: 5", "/paths/~1a", 4),
        ("paths:\n  /a:\n    get: 5", "/paths/~1a/get", 5),
        ("paths:\n  /a: {$ref: '#/no'}", "/paths/~1a/$ref", 4),
        ("paths:\n  /a: {$ref: '#/components/a'}\ncomponents: {a: {put: 5}}", "/components/a/put", 5),
        ("paths:\n  /a:\n    $ref: '#/paths/~1a'", "/paths/~1a/$ref", 5),
    ],
)
def test_what_is_not_an_object_is_found_and_passed_over(tmp_path: Path, text: str, pointer: str, line: int) -> None:
    document = load(written(tmp_path, text))
    [found] = document.findings
    assert (found.severity, found.source, found.line) == ("error", document.source, line)
    assert found.pointer == pointer
    assert list(document.operations()) == []


def test_a_fault_in_a_path_item_of_another_file_is_found_there(tmp_path: Path) -> None:
    (tmp_path / "item.yaml").write_text("get: {}\nput: 5\n")
    document = load(written(tmp_path, "paths:\n  /a: {$ref: item.yaml}"))
    [found] = document.findings
    assert (found.source, found.line, found.pointer) == (str(tmp_path / "item.yaml"), 2, "/put")
    assert document.origin("/paths/~1a/get") == (str(tmp_path / "item.yaml"), "/get")


def test_a_document_without_paths_is_a_document(tmp_path: Path) -> None:
    document = load(written(tmp_path, "webhooks: {}"))
    assert (document.findings, list(document.operations()), document.base_paths) == ((), [], ("",))


def test_lines_follow_references_and_files(tmp_path: Path) -> None:
    text = "components:\n  schemas:\n    A: {$ref: 'p.json#/B'}\n    C:\n      $ref: '#/components/schemas/A'\n"
    (tmp_path / "p.json").write_text(json.dumps({"x": 1, "B": {"properties": {"i": {}}}}, indent="\t"))
    document = load(written(tmp_path, text))
    pointers = ["/components/schemas/C", "/components/schemas/C/properties/i", "/components/schemas/A/no", "/nope"]
    assert document.lines_of(pointers) == dict(zip(pointers, [6, 5, 3, 1], strict=True))
    assert document.line_of("/components/schemas/C/properties/i") == 5
    assert document.line_of("/components") == 3


def test_findings_of_all_kinds_are_sorted_worst_first(tmp_path: Path) -> None:
    text = "x: &x {a: 1}\ny: {<<: *x}\nservers: [{url: api.example.com/v1}]\npaths: {/a: {get: 5}}\nx: 2"
    document = load(written(tmp_path, text))
    assert [(found.severity, found.line) for found in document.findings] == [
        ("error", 6), ("error", 7), ("warning", 4), ("warning", 5),
    ]  # fmt: skip


@pytest.mark.parametrize("bound", ["max_bytes", "max_nodes", "max_depth"])
def test_a_document_larger_than_a_bound_is_refused(tmp_path: Path, bound: str) -> None:
    with pytest.raises(BoundExceeded) as raised:
        load(written(tmp_path, "paths: {/a: {get: {tags: [[a]]}}}"), bounds=replace(Bounds(), **{bound: 4}))
    assert raised.value.source == str(tmp_path / "main.yaml")


@pytest.mark.parametrize(
    "servers, document_url, paths",
    [
        (None, "", [""]),
        ([], "", [""]),
        ([{"url": "/"}], "", [""]),
        ([{"url": "https://example.com/v1/"}], "", ["/v1"]),
        ([{"url": "v1"}], "", ["/v1"]),
        ([{"url": "./v1"}], "", ["/v1"]),
        ([{"url": "../v1"}], "https://h/a/b/openapi.yaml", ["/a/v1"]),
        ([{"url": "/v2"}], "https://h/a/openapi.yaml", ["/v2"]),
        ([{"url": "api.example.com/v1"}], "", ["/v1"]),
        ([{"url": "localhost:8080/v1"}, {"url": "localhost"}], "", ["/v1", ""]),
        ([{"url": "//example.com/v1"}, {"url": "/v2"}, {"url": "https://example.com/v1"}], "", ["/v1", "/v2"]),
        (
            [{"url": "https://{host}/{v}", "variables": {"v": {"default": "v2", "enum": ["v1", "v2"]}}}],
            "",
            ["/v2", "/v1"],
        ),
        ([{"url": "/{a}/{b}", "variables": {"a": {"default": 1}, "b": 5}}], "", ["/1"]),
        ([{"url": "http://["}, 5, {"url": 5}, {"url": "/x"}], "", ["/x"]),
        ([5], "", [""]),
        ({"url": "/x"}, "", [""]),
    ],
)
def test_base_paths_of_servers(servers: Any, document_url: str, paths: list[str]) -> None:
    assert list(base_paths(servers, document_url)) == paths


@pytest.mark.parametrize(
    "servers, found",
    [
        (None, []),
        ([{"url": "v1"}, {"url": "/v1"}, {"url": "https://a.b/v1"}, {"url": "{scheme}://a.b"}], []),
        ("x", [("error", "/servers")]),
        (
            [5, {"url": 1}, {"url": "a.b/v1"}],
            [("error", "/servers/0"), ("error", "/servers/1"), ("warning", "/servers/2/url")],
        ),
    ],
)
def test_findings_of_servers(servers: Any, found: list[tuple[str, str]]) -> None:
    assert [(one.severity, one.pointer) for one in server_findings(servers, "a.yaml")] == found


def test_the_document_knows_its_base_paths(tmp_path: Path) -> None:
    text = "$self: https://example.com/api/openapi.yaml\nservers: [{url: v1}, {url: /v2}]"
    document = load(written(tmp_path, text, "3.2.0"))
    assert (document.base_path, document.base_paths) == ("/api/v1", ("/api/v1", "/v2"))


#: Every kind of member that is read, so that each can be given a value of another type.
RICH = """
openapi: 3.2.0
$self: https://example.com/api/openapi.yaml
servers: [{url: '/{v}', variables: {v: {default: a, enum: [b]}}}]
paths:
  /a:
    $ref: '#/components/pathItems/I'
    get:
      parameters: [{$ref: part.yaml}]
      responses: {200: {content: {j: {examples: {e: {value: {$ref: part.yaml}}}}}}}
    additionalOperations: {COPY: {}}
components:
  pathItems: {I: {post: {}}}
  links: {l: {operationRef: part.yaml}}
  schemas:
    A: {$id: i, $anchor: a, discriminator: {mapping: {x: part.yaml}}, allOf: [{}], $ref: i, $dynamicRef: '#d'}
    B: {$dynamicAnchor: d, properties: {p: {$ref: '#a'}}, items: [{$ref: 'part.yaml#/T'}]}
"""


@pytest.mark.parametrize(
    "value", [None, 5, "http://[", "#x", [], {}, [5], {"$ref": 5}, {"$ref": "http://["}, {"$ref": {}}]
)
def test_a_value_of_another_type_anywhere_is_survived(tmp_path: Path, value: Any) -> None:
    (tmp_path / "part.yaml").write_text("T: {$id: i}")
    findings: list[Finding] = []
    pointers = [pointer for pointer, _ in _nodes(parse(RICH.encode(), "", Bounds(), findings)) if pointer.count("/")]
    for pointer in pointers:
        tree = parse(RICH.encode(), "", Bounds(), findings)
        parent, _, _ = pointer.rpartition("/")
        holder, name = get(tree, parent), tokens(pointer)[-1]
        holder[int(name) if isinstance(holder, list) else name] = value
        if pointer != "/openapi":
            (tmp_path / "main.yaml").write_text(json.dumps(tree))
            document = load(tmp_path / "main.yaml")
            assert document.base_paths
            list(document.operations())


def _nodes(tree: Any) -> list[tuple[str, Any]]:
    found = [("", tree)]
    for pointer, node in found:
        found.extend((join(pointer, step), child) for step, child in children(node))
    return found
