"""Bodies made from schemas: valid by another judge, the same everywhere, bounded."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openapi_schema_validator import OAS30ReadValidator, OAS31Validator
from referencing import Registry
from referencing.jsonschema import DRAFT4, DRAFT202012

from mockserver.errors import SpecInvalid, ToolError
from oas import pointers
from oas.sampling.sampler import SampleImpossible, Sampler
from oas.schemas import Schemas

SPECS = Path(__file__).parents[3] / "specs"
PUBLIC = ("blockfrost", "discriminators", "galaxy", "petstore-3.0", "petstore-3.1", "schema-circular")


def schemas(schema: Any, version: str = "3.1.0", **named: Any) -> Schemas:
    return Schemas({"openapi": version, "components": {"schemas": {"S": schema, **named}}})


def sample(schema: Any, seed: int = 7, name: str = "name", **named: Any) -> Any:
    return Sampler(schemas(schema, **named), seed).sample("#/components/schemas/S", name=name)


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


class Judge:
    """The judge of another project, on the schemas of one document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        is_30 = str(document["openapi"]).startswith("3.0")
        # 3.1 leaves the requirement of a writeOnly property to the reader; this judge has it always.
        document = document if is_30 else without_requirement(document)
        resource = (DRAFT4 if is_30 else DRAFT202012).create_resource(document)
        self.registry = Registry().with_resource("urn:document", resource)
        self.kind: Any = OAS30ReadValidator if is_30 else OAS31Validator

    def errors(self, pointer: str, value: Any) -> list[str]:
        schema = {"$ref": "urn:document" + pointers.fragment_of(pointer)}
        judge = self.kind(schema, registry=self.registry, format_checker=self.kind.FORMAT_CHECKER)
        return [f"{error.json_path}: {error.message[:200]}" for error in judge.iter_errors(value)]


def without_requirement(node: Any) -> Any:
    """Copy a document without requiring writeOnly properties."""
    if isinstance(node, list):
        return [without_requirement(child) for child in node]
    if not isinstance(node, dict):
        return node
    found = {name: without_requirement(child) for name, child in node.items()}
    if isinstance(node.get("required"), list) and isinstance(node.get("properties"), dict):
        secret = {name for name, child in node["properties"].items() if child.get("writeOnly")}
        found["required"] = [name for name in node["required"] if name not in secret]
    return found


def answers(made: Schemas) -> Iterator[tuple[str, str]]:
    """Yield the name and the pointer of every JSON answer of every operation."""
    for path, item in made.document.get("paths", {}).items():
        for method, operation in item.items():
            responses = operation.get("responses", {}) if isinstance(operation, dict) else {}
            for status, response in responses.items():
                found = pointers.join("/paths", path, method, "responses", status)
                if "$ref" in response:
                    found = pointers.pointer_of(response["$ref"])
                for media, entry in made.lookup(found).get("content", {}).items():
                    if "json" in media and "schema" in entry:
                        yield f"{method} {path} {status}", pointers.join(found, "content", media, "schema")


def all_schemas(made: Schemas) -> Iterator[tuple[str, str]]:
    yield from answers(made)
    for name in made.document.get("components", {}).get("schemas", {}):
        yield name, pointers.join("/components/schemas", name)


def complaints(made: Schemas, wanted: Iterator[tuple[str, str]]) -> list[str]:
    """Sample each schema twice and let the other judge look at it."""
    judge, found = Judge(made.document), []
    for name, pointer in wanted:
        value = Sampler(made, 7).sample(pointer, name=name)
        if orjson.dumps(value) != orjson.dumps(Sampler(made, 7).sample(pointer, name=name)):
            found.append(f"{name}: differs the second time")
        found += [f"{name}: {error}" for error in judge.errors(pointer, value)]
    return found


@pytest.mark.parametrize("name", PUBLIC)
def test_every_schema_of_a_public_document_has_a_valid_sample(name: str) -> None:
    made = Schemas(orjson.loads((SPECS / name / "openapi.json").read_bytes()), name)
    wanted = list(all_schemas(made))
    assert len(wanted) >= 5
    assert complaints(made, iter(wanted)) == []


@pytest.mark.parametrize("name", PUBLIC)
def test_a_document_of_others_stands_beside_its_licence(name: str) -> None:
    assert "Permission is hereby granted" in (SPECS / name / "LICENSE").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def github(tmp_path_factory: pytest.TempPathFactory) -> Schemas:
    """GitHub's description, 13 MB, from the npm package that ships it."""
    npm, folder = shutil.which("npm"), tmp_path_factory.mktemp("github")
    if npm is None:
        pytest.skip("npm is not installed")
    command = [npm, "pack", "@octokit/openapi@23.0.2", "--silent"]
    packed = subprocess.run(command, cwd=folder, capture_output=True, timeout=240, check=False)
    if packed.returncode:
        pytest.skip("npm reaches no registry")
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        member = archive.extractfile("package/generated/api.github.com.json")
        assert member is not None
        return Schemas(orjson.loads(member.read()), "github")


@pytest.mark.slow
def test_every_answer_that_github_describes_has_a_valid_sample(github: Schemas) -> None:
    wanted = list(answers(github))
    assert len(wanted) > 2_000
    assert complaints(github, iter(wanted)) == []


def test_one_seed_and_name_give_the_same_bytes_for_ever() -> None:
    properties = {
        "id": {"type": "integer"},
        "score": {"type": "number"},
        "name": {"type": "string"},
        "at": {"type": "string", "format": "date-time"},
        "code": {"type": "string", "pattern": "^[A-Z]{3}-[0-9]{2}$"},
        "kind": {"enum": ["a", "b", "c"]},
        "tags": {"type": "array", "items": {"type": "string"}},
    }
    found = orjson.dumps(sample({"type": "object", "properties": properties}))
    assert found == (
        b'{"id":869,"score":963.84,"name":"cedar","at":"2025-03-01T03:46:07Z",'
        b'"code":"SQO-12","kind":"a","tags":["jasper"]}'
    )


def test_other_seeds_and_names_give_other_values() -> None:
    schema = {"type": "string", "format": "uuid"}
    assert len({sample(schema, seed) for seed in range(20)} | {sample(schema, name=str(at)) for at in range(20)}) == 40


@pytest.mark.parametrize("hash_seed", ["0", "1", "4711"])
def test_another_process_makes_the_same_values(hash_seed: str) -> None:
    program = f"""
import orjson, sys
sys.path[:0] = {sys.path!r}
from oas.sampling.sampler import Sampler
from oas.schemas import Schemas
made = Schemas(orjson.loads(open({str(SPECS / "galaxy" / "openapi.json")!r}, "rb").read()))
names = sorted(made.document["components"]["schemas"])
found = [Sampler(made, 7).sample("/components/schemas/" + name, name=name) for name in names]
sys.stdout.buffer.write(orjson.dumps(found))
"""
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    found = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, timeout=60, check=True
    )
    made = Schemas(orjson.loads((SPECS / "galaxy" / "openapi.json").read_bytes()))
    names = sorted(made.document["components"]["schemas"])
    assert orjson.loads(found.stdout) == [
        Sampler(made, 7).sample(f"/components/schemas/{name}", name=name) for name in names
    ]


def test_a_schema_is_named_by_pointer_or_given() -> None:
    made = schemas({"type": "string"})
    node = made.document["components"]["schemas"]["S"]
    by_pointer = Sampler(made, 7).sample("/components/schemas/S", name="x")
    assert Sampler(made, 7).sample(node, name="x") == by_pointer


@pytest.mark.parametrize("direction, kept", [("request", "password"), ("response", "id")])
def test_each_direction_leaves_out_what_travels_in_the_other(direction: Any, kept: str) -> None:
    properties = {"id": {"type": "integer", "readOnly": True}, "password": {"type": "string", "writeOnly": True}}
    made = schemas({"type": "object", "required": ["id", "password"], "properties": properties}, "3.0.3")
    assert list(Sampler(made, 7).sample("/components/schemas/S", name="x", direction=direction)) == [kept]


@pytest.mark.parametrize("schema", [True, {}])
def test_a_schema_without_rules_has_a_sample(schema: Any) -> None:
    assert Sampler(schemas({}), 7).sample(schema, name="x") is not None


def test_prefix_items_are_followed_by_items() -> None:
    schema = {"prefixItems": [{"type": "integer"}, {"type": "string"}], "items": {"type": "boolean"}, "minItems": 4}
    assert [type(item) for item in sample(schema)] == [int, str, bool, bool]


def test_a_recursive_schema_has_a_finite_sample() -> None:
    tree = {
        "type": "object",
        "properties": {"value": {"type": "integer"}, "children": {"type": "array", "items": ref("S")}},
    }
    assert json.dumps(sample(tree)).count("children") >= 2


IMPOSSIBLE: dict[str, Any] = {
    "huge minItems": {"type": "array", "minItems": 10**9, "items": {"type": "integer"}},
    "many items of many items": {"type": "array", "minItems": 1_000, "items": {"type": "array", "minItems": 1_000}},
    "huge minProperties": {"type": "object", "minProperties": 10**9},
    "huge minLength": {"type": "string", "minLength": 10**9},
    "explosive pattern": {"type": "string", "pattern": "(a{30}){500}"},
    "pattern that matches nothing": {"type": "string", "pattern": "(a+)+b^"},
    "not anything": {"not": {}},
    "two types at once": {"allOf": [{"type": "string"}, {"type": "integer"}]},
    "one of two alike": {"oneOf": [{"type": "string"}, {"type": "string"}]},
    "endless requirement": {"type": "object", "required": ["a"], "properties": {"a": ref("S")}},
    "wide and endless requirement": {
        "type": "object",
        "required": [*"abc"],
        "properties": dict.fromkeys("abc", ref("S")),
    },
    "different items of two": {"type": "array", "minItems": 3, "uniqueItems": True, "items": {"type": "boolean"}},
    "more different items than there are": {
        "type": "array",
        "minItems": 300,
        "uniqueItems": True,
        "items": {"type": "integer", "minimum": 1, "maximum": 299},
    },
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_what_has_no_sample_is_found_out_soon(name: str) -> None:
    start = time.perf_counter()
    with pytest.raises(SampleImpossible, match="No sample for body") as caught:
        sample(IMPOSSIBLE[name], name="body")
    assert time.perf_counter() - start < 20  # Steps are bounded; on any machine that is some seconds.
    assert isinstance(caught.value, ToolError)


@pytest.mark.parametrize("depth", [8, 12])
def test_nested_alternatives_end(depth: int) -> None:
    named: dict[str, Any] = {
        f"N{at}": {"oneOf": [ref(f"N{at + 1}"), {"allOf": [ref(f"N{at + 1}"), {"required": ["x"]}]}]}
        for at in range(depth)
    }
    named[f"N{depth}"] = {"type": "object"}
    assert sample(ref("N0"), **named) == {}


@pytest.mark.parametrize("pattern", ["(a+)+$", "^(a|aa)+$", "^(([a-z])+.)+[A-Z]([a-z])+$", "(.*)*x", r"^(\w+\s?)*$"])
def test_a_pattern_that_stalls_others_does_not_stall(pattern: str) -> None:
    schema = {"type": "string", "pattern": pattern, "minLength": 30}
    assert jsonschema_judges(schema, sample(schema))


def test_a_schema_that_does_not_compile_is_no_impossible_sample() -> None:
    with pytest.raises(SpecInvalid):
        sample({"type": "strin"})


def jsonschema_judges(schema: Any, value: Any) -> bool:
    judge = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    return bool(judge.is_valid(value))


NAMES = st.sampled_from(["a", "b", "c", "d e", "f/g"])
FORMATS = st.sampled_from(["date", "date-time", "uuid", "email", "ipv4", "ipv6", "uri", "hostname", "house-format"])


@st.composite
def numbers(draw: st.DrawFn) -> dict[str, Any]:
    low = draw(st.integers(-1_000, 1_000))
    schema: dict[str, Any] = {"type": draw(st.sampled_from(["integer", "number"]))}
    schema |= draw(
        st.sampled_from(
            [{}, {"minimum": low}, {"maximum": low}, {"exclusiveMinimum": low}, {"minimum": low, "maximum": low + 9}]
        )
    )
    return schema | draw(st.sampled_from([{}, {"multipleOf": 3}]))


@st.composite
def texts(draw: st.DrawFn) -> dict[str, Any]:
    low = draw(st.integers(0, 30))
    kinds = [
        {"format": draw(FORMATS)},
        {"minLength": low},
        {"minLength": low, "maxLength": low + 3},
        {"pattern": "^[a-z]+[0-9]{2}$"},
    ]
    return {"type": "string", **draw(st.sampled_from(kinds))}


def arrays(items: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    tuples = st.builds(
        lambda prefix, rest: {"type": "array", "prefixItems": prefix, "items": rest},
        st.lists(items, min_size=1, max_size=3),
        items,
    )
    lists = st.builds(lambda item, low: {"type": "array", "items": item, "minItems": low}, items, st.integers(0, 4))
    return tuples | lists | st.builds(lambda item: {"type": "array", "contains": item}, items)


@st.composite
def objects(draw: st.DrawFn, values: st.SearchStrategy[Any]) -> dict[str, Any]:
    properties = draw(st.dictionaries(NAMES, values, max_size=4))
    schema: dict[str, Any] = {
        "type": "object",
        "properties": properties,
        "required": draw(st.lists(NAMES, unique=True, max_size=3)),
    }
    extra: dict[str, Any] = draw(
        st.sampled_from(
            [
                {},
                {"minProperties": 3},
                {"additionalProperties": {"type": "integer"}},
                {"dependentRequired": {"a": ["b"]}},
            ]
        )
    )
    return {**schema, **extra}


def combined(parts: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    several = st.lists(parts, min_size=1, max_size=3)
    open_objects = st.lists(objects(parts), min_size=1, max_size=1)
    return (
        several.map(lambda found: {"anyOf": found})
        | open_objects.map(lambda found: {"allOf": [*found, {"type": "object", "required": ["z"]}]})
        | st.builds(lambda one, two: {"if": one, "then": True, "else": two}, parts, parts)
        | st.builds(lambda one: {"oneOf": [one, {"type": "null"}]}, parts)
    )


SCHEMAS = st.recursive(
    numbers()
    | texts()
    | st.sampled_from([{"type": "boolean"}, {"type": "null"}, {"const": {"x": 1}}, {"enum": [1, "a", None]}, {}]),
    lambda inner: arrays(inner) | objects(inner) | combined(inner),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(SCHEMAS, st.integers(0, 2**32))
def test_what_is_made_is_valid_by_another_judge_and_the_same_twice(schema: Any, seed: int) -> None:
    try:
        found = sample(schema, seed)
    except SampleImpossible:
        return  # Not every schema that can be drawn allows a value: `null` once, and nothing else.
    assert jsonschema_judges(schema, found)
    assert orjson.dumps(found) == orjson.dumps(sample(schema, seed))


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    st.recursive(numbers() | texts(), lambda inner: arrays(inner) | objects(inner), max_leaves=8), st.integers(0, 2**32)
)
def test_what_asks_for_nothing_contradictory_has_a_sample(schema: Any, seed: int) -> None:
    assert jsonschema_judges(schema, sample(schema, seed))
