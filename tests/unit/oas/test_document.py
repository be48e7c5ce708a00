"""Documents are read as they stand in their files, in JSON's data model, with their example files in place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from documents import document, plain
from mockserver.errors import FixtureInvalid, SpecInvalid
from oas import package_data
from oas.document import load, parse_yaml

MINIMAL = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\n"


def write(folder: Path, text: str | bytes, name: str = "openapi.yaml") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def example_of(folder: Path, reference: Any) -> Any:
    """Load a document with one example and return what became of its value."""
    tree = plain({"responses": {"200": {"content": {"a/b": {"examples": {"one": {"value": reference}}}}}}})
    loaded = load(write(folder, json.dumps(tree), "openapi.json"))
    content = loaded.tree["paths"]["/things"]["get"]["responses"]["200"]["content"]
    return content["a/b"]["examples"]["one"]["value"]


@pytest.mark.parametrize("text", [MINIMAL, json.dumps(plain()), MINIMAL.replace("3.1.0", "3.0.3")])
def test_yaml_and_json_are_read(tmp_path: Path, text: str) -> None:
    path = write(tmp_path, text)
    loaded = load(path)
    assert (loaded.source, loaded.text) == (str(path), text)
    assert loaded.version in ("3.1.0", "3.0.3")


@pytest.mark.parametrize(
    "text, says",
    [
        ("", "no OpenAPI 3.0 or 3.1 document"),
        ("[]", "no OpenAPI 3.0 or 3.1 document"),
        ("swagger: '2.0'", "no OpenAPI 3.0 or 3.1 document"),
        ("openapi: 3.2.0", "no OpenAPI 3.0 or 3.1 document"),
        (MINIMAL + "paths: [/a]", "an object of path templates was expected"),
        (MINIMAL + "paths:\n  - a: [", "the file is no YAML"),
        (MINIMAL + "paths: {/a: {}, /a: {}}", "given twice"),
        (MINIMAL + "? [a]\n: 1", "a key is no text"),
        ('{"openapi": "3.1.0",}', "the document is no JSON"),
        ('{"a": {"b"}}', "the document is no JSON"),
        ('{"a":' + "[" * 100_000 + "]" * 100_000 + "}", "nested too deeply"),
        ("a: " + "[" * 5_000 + "]" * 5_000, "nest(ed too deeply|ing depth)"),
        (b"\xff\xfe", "name a UTF-8 file"),
    ],
)
def test_what_is_no_document_is_refused_by_name(tmp_path: Path, text: str | bytes, says: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(SpecInvalid, match=says) as caught:
        load(path)
    assert caught.value.source == str(path)


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(SpecInvalid, match="cannot be read"):
        load(tmp_path / "nothing.yaml")


def test_a_mistake_in_yaml_is_shown_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(SpecInvalid, match="line 4, column 3"):
        load(write(tmp_path, MINIMAL + "paths:\n  'a"))


@pytest.mark.parametrize(
    "scalar, value",
    [
        ("2025-05-01", "2025-05-01"),
        ("2025-05-01T10:15:30Z", "2025-05-01T10:15:30Z"),
        ("no", "no"),
        ("On", "On"),
        ("12:30:00", "12:30:00"),
        ("0123", "0123"),
        ("1_000", "1_000"),
        ("0x1F", "0x1F"),
        (".inf", ".inf"),
        ("true", True),
        ("FALSE", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("-12", -12),
        ("1e3", 1000.0),
        ("-1.50", -1.5),
        ("'12'", "12"),
    ],
)
def test_scalars_are_those_of_json(scalar: str, value: Any) -> None:
    found = parse_yaml(f"key: {scalar}", "x", SpecInvalid)["key"]
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize("key", ["200", "on", "null", "2025-05-01", "1.5", "~", "true"])
def test_keys_are_texts_as_they_are_written(key: str) -> None:
    assert parse_yaml(f"{{{key}: 1}}", "x", SpecInvalid) == {key: 1}


def test_anchors_and_merged_keys_are_followed() -> None:
    text = "a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: *a"
    assert parse_yaml(text, "x", SpecInvalid) == {"a": {"x": 1, "y": 2}, "b": {"x": 1, "y": 3}, "c": {"x": 1, "y": 2}}


@pytest.mark.parametrize(
    "servers, path",
    [
        (None, ""),
        ([], ""),
        ([{"url": "https://api.example"}], ""),
        ([{"url": "https://api.example/"}], ""),
        ([{"url": "https://api.example/v1/x/"}, {"url": "/other"}], "/v1/x"),
        ([{"url": "/v2"}], "/v2"),
        ([{"url": "https://{host}/{base}", "variables": {"base": {"default": "v3"}}}], "/v3"),
    ],
)
def test_the_base_path_is_that_of_the_first_server(servers: Any, path: str) -> None:
    assert document(plain(servers=servers)).base_path == path


@pytest.mark.parametrize(
    "servers", ["x", ["x"], {"url": "/v1"}, [{"url": "http://[v1"}], [{"url": "/", "variables": [1]}]]
)
def test_servers_that_are_none_are_shown_with_their_pointer(servers: Any) -> None:
    with pytest.raises(SpecInvalid) as caught:
        _ = document(plain(servers=servers)).base_path
    assert caught.value.pointer == "/servers"


def test_operations_come_in_the_order_of_the_document() -> None:
    paths: dict[str, Any] = {
        "/b": {"post": {"a": 1}, "get": {"a": 2}, "summary": "x", "parameters": []},
        "x-paths": {"get": {}},
        "/a": {"trace": {"a": 3}, "get": None},
        "/c": {"$ref": "#/components/pathItems/~1c"},
    }
    tree = {"paths": paths, "components": {"pathItems": {"/c": {"put": {"a": 4}}}}}
    found = [(path, method, node["a"]) for path, method, _, node in document(tree).operations()]
    assert found == [("/b", "get", 2), ("/b", "post", 1), ("/a", "trace", 3), ("/c", "put", 4)]


@pytest.mark.parametrize("tree", [{}, {"paths": None}, {"paths": {"/a": "x"}}])
def test_a_document_may_have_no_operation(tree: dict[str, Any]) -> None:
    assert list(document(tree).operations()) == []


def test_a_path_that_refers_to_nothing_is_shown_with_its_pointer() -> None:
    with pytest.raises(SpecInvalid) as caught:
        list(document({"paths": {"/a/{b}": {"$ref": "#/nothing"}}}).operations())
    assert caught.value.pointer == "/paths/~1a~1{b}/$ref"


def test_an_example_file_stands_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "fixtures").mkdir()
    write(tmp_path / "fixtures", '{"id": 1}', "one.json")
    assert example_of(tmp_path, {"$ref": "fixtures/one.json"}) == {"id": 1}


@pytest.mark.parametrize("value", [1, [], {"$ref": "#/a"}, {"$ref": 1}, {"$ref": "one.json", "more": 1}, {}])
def test_other_examples_stay_as_they_are(tmp_path: Path, value: Any) -> None:
    assert example_of(tmp_path, value) == value


@pytest.mark.parametrize(
    "reference, says",
    [
        ("../outside.json", "lies outside the folder of the document"),
        ("nothing.json", "cannot be read"),
        ("openapi.json/x", "cannot be read"),
        ("bad.json", "JSON was expected"),
        ("binary.json", "JSON was expected"),
        ("a\x00b", "cannot be read"),
        ("https://api.example/x.json", "cannot be read"),
    ],
)
def test_an_example_file_that_cannot_be_used_is_refused(tmp_path: Path, reference: str, says: str) -> None:
    folder = tmp_path / "inside"
    folder.mkdir()
    write(tmp_path, "{}", "outside.json")
    write(folder, "{", "bad.json")
    write(folder, b"\xff", "binary.json")
    with pytest.raises(FixtureInvalid, match=says):
        example_of(folder, {"$ref": reference})


def test_a_link_does_not_lead_out_of_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "inside"
    folder.mkdir()
    (folder / "link.json").symlink_to(write(tmp_path, "{}", "outside.json"))
    with pytest.raises(FixtureInvalid, match="outside"):
        example_of(folder, {"$ref": "link.json"})


def test_shared_and_circular_parts_are_walked_once() -> None:
    assert len(list(load(package_data.openapi()).operations())) == 7
