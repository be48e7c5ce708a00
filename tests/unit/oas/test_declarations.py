"""Parameter Objects become what reads and judges the parameters of one operation."""

from __future__ import annotations

from typing import Any

import pytest

from documents import compiled, plain
from oas.operation import Operation
from oas.parameters import ParameterReader
from oas.schemas import Validator

POINTER = "/paths/~1things/get"


def declared(*parameters: Any, of_path: Any = (), path: str = "/things", **components: Any) -> Operation:
    tree = plain({"parameters": list(parameters)}, path, components=components)
    tree["paths"][path] = {**tree["paths"][path], "parameters": list(of_path)}
    return compiled(tree).operations[0]


def query(name: str, schema: Any, **more: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema, **more}


def values(text: str, *parameters: Any) -> tuple[dict[str, Any], bool]:
    """Read a query string; the values, and whether they fit."""
    found = declared(*parameters)
    read = found.query.read(text).values
    return read, found.query_judge.is_valid(read)


LIST = {"type": "array", "items": {"type": "integer"}}


@pytest.mark.parametrize(
    "text, parameter, expected",
    [
        ("a=5", query("a", {"type": "integer", "minimum": 5}), (5, True)),
        ("a=4", query("a", {"type": "integer", "minimum": 5}), (4, False)),
        ("a=x", query("a", {"type": "integer"}), ("x", False)),
        ("a=5", query("a", {"type": ["integer", "null"]}), (5, True)),
        ("a=5", query("a", {"anyOf": [{"type": "integer"}, {"type": "boolean"}]}), (5, True)),
        ("a=true", query("a", {"anyOf": [{"type": "integer"}, {"type": "boolean"}]}), (True, True)),
        ("a=5", query("a", {"allOf": [{"type": "integer"}, {"minimum": 1}]}), (5, True)),
        ("a=5", query("a", {"oneOf": [{"type": "integer"}, {"type": "string"}]}), ("5", True)),
        ("a=5", query("a", True), ("5", True)),
        ("a=5", query("a", {}), ("5", True)),
        ("a=1&a=2", query("a", LIST), ([1, 2], True)),
        ("a=1,2", query("a", LIST), (["1,2"], False)),
        ("a=1,2", query("a", LIST, explode=False), ([1, 2], True)),
        ("a=1|2", query("a", LIST, explode=False, style="pipeDelimited"), ([1, 2], True)),
        ("a=1|2", query("a", LIST, style="pipeDelimited"), ([1, 2], True)),
        ("a=1%202", query("a", LIST, style="spaceDelimited"), ([1, 2], True)),
        ("a=x", query("a", {"type": "array"}), (["x"], True)),
        (
            "a[b]=5",
            query("a", {"type": "object", "properties": {"b": {"type": "integer"}}}, style="deepObject"),
            ({"b": 5}, True),
        ),
        (
            "a[b]=x",
            query("a", {"type": "object", "properties": {"b": {"type": "integer"}}}, style="deepObject"),
            ({"b": "x"}, False),
        ),
        ("a=b,5", query("a", {"type": "object"}, explode=False), ("b,5", True)),
        ("a={", {"name": "a", "in": "query", "content": {"application/json": {"schema": LIST}}}, ("{", True)),
    ],
)
def test_a_query_is_read_and_judged_as_declared(text: str, parameter: Any, expected: Any) -> None:
    read, is_valid = values(text, parameter)
    assert (read["a"], is_valid) == expected


def test_a_reference_is_followed_to_parameter_and_schema() -> None:
    found = declared(
        {"$ref": "#/components/parameters/A"},
        parameters={"A": query("a", {"$ref": "#/components/schemas/N"})},
        schemas={"N": {"$ref": "#/components/schemas/M"}, "M": {"type": "integer"}},
    )
    assert found.query.read("a=5").values == {"a": 5}


def test_parameters_of_the_operation_override_those_of_the_path() -> None:
    found = declared(query("a", {"type": "integer"}), of_path=[query("a", {}), query("b", {"type": "integer"})])
    assert found.query.read("a=1&b=2").values == {"a": 1, "b": 2}
    assert found.parameters_in("query")["a"].schema == {"type": "integer"}


@pytest.mark.parametrize(
    "parameter, is_required",
    [
        (query("a", {"type": "string"}, required=True), True),
        (query("a", {"type": "string"}), False),
        (query("a", {"type": "object"}, required=True), False),
        (query("a", {"type": "object"}, required=True, style="deepObject"), True),
        (query("a", {"type": "object"}, required=True, explode=False), True),
    ],
)
def test_what_can_be_seen_to_be_missing_is_required(parameter: Any, is_required: bool) -> None:
    missing = [found.pointer for found in declared(parameter).query.read("").violations]
    assert (missing == ["/a"]) is is_required


def path_parameter(schema: Any, **more: Any) -> tuple[ParameterReader, Validator]:
    parameter = {"name": "id", "in": "path", "required": True, "schema": schema, **more}
    assert declared(parameter).path_parameters == {}
    return declared(parameter, path="/things/{id}").path_parameters["id"]


@pytest.mark.parametrize(
    "schema, text, expected",
    [
        ({"type": "integer"}, "5", (5, True)),
        ({"type": "integer"}, "x", ("x", False)),
        (LIST, "1,2", ([1, 2], True)),
        (LIST, "1,x", ([1, "x"], False)),
        ({"type": "object"}, "a,1", ("a,1", True)),
    ],
)
def test_a_variable_of_the_path_is_read_and_judged(schema: Any, text: str, expected: Any) -> None:
    parameter, judge = path_parameter(schema)
    value = parameter.value_of(text)
    assert (value, judge.is_valid(value)) == expected


@pytest.mark.parametrize("style", ["label", "matrix"])
def test_a_style_that_is_not_read_judges_nothing(style: str) -> None:
    _, judge = path_parameter({"type": "integer"}, style=style)
    assert judge.is_valid(".5")


def test_headers_are_found_by_their_lower_cased_names() -> None:
    headers = [{"name": name, "in": "header", "schema": LIST} for name in ("X-Ids", "Accept", "Authorization")]
    found = declared(*headers, {"name": "Content-Type", "in": "header", "schema": {}}).header_parameters
    assert list(found) == ["x-ids"]
    assert found["x-ids"][0].value_of("1,2") == [1, 2]


@pytest.mark.parametrize(
    "own, of_path, pointer",
    [
        ([query("a", {}), {"name": "a"}], [], f"{POINTER}/parameters/1"),
        (["a"], [], f"{POINTER}/parameters/0"),
        ([], [{"in": "query"}], "/paths/~1things/parameters/0"),
        ([{"$ref": "#/components/parameters/A"}], [], f"{POINTER}/parameters/0/$ref"),
        ([{"$ref": "#/components"}], [], f"{POINTER}/parameters/0"),
    ],
)
def test_what_is_not_a_parameter_is_a_finding_and_left_out(own: list[Any], of_path: list[Any], pointer: str) -> None:
    made = declared(*own, of_path=of_path)
    made.compile()
    assert [found.pointer for found in made.contract.findings] == [pointer]
    assert set(made.parameters_in("query")) <= {"a"}


@pytest.mark.parametrize("schema, below", [({"type": "nonsense"}, "/type"), ({"$ref": "#/nothing"}, "/$ref")])
def test_a_schema_that_cannot_be_used_is_a_finding_and_takes_anything(schema: Any, below: str) -> None:
    made = declared(query("a", {"type": "integer"}), query("b", schema))
    assert made.query_judge.is_valid({"b": "anything"})
    assert not made.query_judge.is_valid({"a": "x"})
    assert {found.pointer for found in made.contract.findings} == {f"{POINTER}/parameters/1/schema{below}"}
