"""Several files to one tree: references across files, `$id`, anchors, examples, and what cannot be read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from oas.document import Document, load
from oas.pointers import get
from oas.references import References

HEAD = "openapi: 3.1.0\ninfo: {title: t, version: '1'}\n"


def made(folder: Path, text: str, **files: str) -> Document:
    """Load a document; `__` in a name of another file is `/`, and each ends in `.yaml`."""
    (folder / "main.yaml").write_text(HEAD + text)
    for name, content in files.items():
        path = folder / (name.replace("__", "/") + ".yaml")
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(content)
    return load(folder / "main.yaml")


def resolved(document: Document, pointer: str) -> Any:
    return References(document.tree).resolve(get(document.tree, pointer))


def schemas(**named: str) -> str:
    return "components:\n  schemas:\n" + "".join(f"    {name}: {text}\n" for name, text in named.items())


INTEGER = {"type": "integer"}


@pytest.mark.parametrize(
    "reference, files",
    [
        ("part.yaml#/T", {"part": "T: {type: integer}"}),
        ("./part.yaml#/T", {"part": "T: {type: integer}"}),
        ("part.yaml", {"part": "{type: integer}"}),
        ("part.yaml#", {"part": "{type: integer}"}),
        ("sub/part.yaml#/T", {"sub__part": "T: {$ref: '../other.yaml#/U'}", "other": "U: {type: integer}"}),
        ("sub/part.yaml#/T", {"sub__part": "{T: {$ref: '#/U'}, U: {type: integer}}"}),
        ("sub/part.yaml#/T", {"sub__part": "T: {$ref: '../main.yaml#/components/schemas/I'}"}),
        ("part.yaml#/a~1b/c%20d", {"part": "a/b: {c d: {type: integer}}"}),
        ("part.yaml#/T/0", {"part": "T: [{type: integer}]"}),
        ("part.yaml#it", {"part": "T: {U: {$anchor: it, type: integer}}"}),
        ("part.yaml#/T", {"part": "T: {$ref: '#it'}\nU: {$anchor: it, type: integer}"}),
        ("#it", {}),
        ("https://example.com/schemas/i", {}),
        ("https://example.com/schemas/i#/$defs/d", {}),
        ("part.yaml", {"part": "{$id: 'https://example.com/p', $ref: q, $defs: {q: {$id: q, type: integer}}}"}),
        ("part.yaml", {"part": "{$id: 'https://example.com/p', $ref: '#/$defs/q', $defs: {q: {type: integer}}}"}),
        ("part.yaml", {"part": "{$id: 'https://example.com/p', $ref: q.yaml}", "q": "{type: integer}"}),
        ("https://example.com/part", {"part": "{$id: 'https://example.com/part', type: integer}"}),
    ],
)  # fmt: skip
def test_a_reference_leads_to_its_schema(tmp_path: Path, reference: str, files: dict[str, str]) -> None:
    text = schemas(
        R=f"{{$ref: '{reference}'}}",
        I="{type: integer}",
        A="{$anchor: it, type: integer}",
        B="{$id: 'https://example.com/schemas/i', type: integer, $defs: {d: {type: integer}}}",
        P="{type: array, items: {$ref: part.yaml}}" if "part" in files else "{}",
    )
    document = made(tmp_path, text, **files)
    found = resolved(document, "/components/schemas/R")
    assert {key: value for key, value in found.items() if key != "$defs"} == INTEGER
    assert document.findings == ()
    assert "$id" not in yaml.safe_dump(document.tree)


def test_every_kind_of_object_may_stand_in_another_file(tmp_path: Path) -> None:
    document = made(
        tmp_path,
        """
paths:
  /a: {$ref: 'paths/a.yaml', summary: mine}
  /b:
    get:
      parameters: [{$ref: 'parts.yaml#/parameters/q'}]
      requestBody: {$ref: 'parts.yaml#/body'}
      responses: {200: {$ref: 'parts.yaml#/response'}}
""",
        paths__a="get: {responses: {200: {$ref: '../parts.yaml#/response'}}}",
        parts="""
parameters: {q: {name: q, in: query, schema: {$ref: '#/word'}}}
body: {content: {application/json: {schema: {$ref: '#/word'}}}}
response:
  description: ok
  headers: {example: {$ref: '#/header'}}
  content: {application/json: {schema: {$ref: '#/word'}}}
header: {schema: {$ref: '#/word'}}
word: {type: string}
""",
    )
    assert document.findings == ()
    assert [(path, method) for path, method, _, _ in document.operations()] == [("/a", "get"), ("/b", "get")]
    word = {"type": "string"}
    for path in ("/a", "/b"):
        item = dict(document.path_items())[path]
        response = document.references.resolve(item["get"]["responses"]["200"])
        assert document.references.resolve(response["content"]["application/json"]["schema"]) == word
        assert document.references.resolve(response["headers"]["example"])["schema"]["$ref"].endswith("/word")
    assert dict(document.path_items())["/a"]["summary"] == "mine"
    assert document.origin("/x-files/paths~1a.yaml/get") == (str(tmp_path / "paths/a.yaml"), "/get")
    assert document.origin("/paths/~1a") == (str(tmp_path / "main.yaml"), "/paths/~1a")
    canonical = document.references.canonical_pointer("/paths/~1a/get/responses/200/headers/example/schema/type")
    assert document.origin(canonical) == (str(tmp_path / "parts.yaml"), "/word/type")
    assert document.line_of("/paths/~1a/get/responses/200/content") == 7


def test_a_discriminator_and_a_link_may_name_files(tmp_path: Path) -> None:
    document = made(
        tmp_path,
        schemas(
            Pet="{discriminator: {propertyName: k, mapping: "
            "{d: dog.yaml, c: Cat, x: 'no.yaml#/X', h: '#/components/schemas/Cat'}}}",
            Cat="{}",
        )
        + "  links: {L: {operationRef: 'other.yaml#/paths/~1a/get'}, M: {operationRef: no.yaml}}\n",
        dog="{type: object}",
        other="paths: {/a: {get: {}}}",
    )
    mapping = document.tree["components"]["schemas"]["Pet"]["discriminator"]["mapping"]
    assert mapping == {"d": "#/x-files/dog.yaml", "c": "Cat", "h": "#/components/schemas/Cat"}
    assert document.tree["components"]["links"]["L"]["operationRef"] == "#/x-files/other.yaml/paths/~1a/get"
    assert [found.line for found in document.findings] == [5, 7]


def test_references_in_data_are_data(tmp_path: Path) -> None:
    text = schemas(
        A="{example: {$ref: x.yaml}, default: {$ref: x.yaml}, enum: [{$ref: x.yaml}], const: {$ref: x.yaml}}",
        B="{examples: [{$ref: x.yaml}], x-mine: {$ref: x.yaml}, "
        "properties: {$ref: {type: string}, example: {$ref: y.yaml}}}",
    )
    text += "  examples: {E: {value: {a: {$ref: x.yaml}, $id: z}, externalValue: x.yaml}}\n"
    document = made(tmp_path, text, y="{type: integer}")
    expected = yaml.safe_load(text)
    expected["components"]["schemas"]["B"]["properties"]["example"]["$ref"] = "#/x-files/y.yaml"
    assert document.tree["components"] == expected["components"]
    assert document.findings == ()


def test_an_example_may_be_the_content_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "ada.json").write_text('{"id": 1, "$ref": "kept.yaml"}')
    text = """
components:
  examples:
    one: {summary: s, value: {$ref: ada.json}}
    part: {value: {$ref: 'ada.json#/id'}}
    shared: {$ref: 'more.yaml#/E'}
    data: {value: {$ref: '#/x'}}
    gone: {value: {$ref: ../ada.json}}
    away: {$ref: 'no.yaml'}
"""
    document = made(tmp_path, text, more="E: {value: {$ref: ada.json}}")
    ada = {"id": 1, "$ref": "kept.yaml"}
    examples = document.tree["components"]["examples"]
    assert examples["one"]["value"] == ada
    assert examples["part"]["value"] == 1
    assert document.references.resolve(examples["shared"])["value"] == ada
    assert examples["data"]["value"] == {"$ref": "#/x"}
    assert examples.keys() == {"one", "part", "shared", "data"}
    assert [(found.severity, found.line) for found in document.findings] == [("error", 10), ("error", 11)]


@pytest.mark.parametrize(
    "reference, says",
    [
        ("no.yaml#/T", "No such file"), ("part.yaml#/No", "nothing at"), ("part.yaml#no", "$anchor"),
        ("#no", "$anchor"),
        ("../main.yaml", "folder"), ("file:///etc/hostname", "not opened"), ("http://127.0.0.1:1/x", "not opened"),
        ("https://example.com/else", "not opened"), ("bad.yaml", "not YAML"), ("http://[", "URI"), (".", "regular"),
    ],
)  # fmt: skip
def test_a_reference_that_cannot_be_used_costs_one_schema(tmp_path: Path, reference: str, says: str) -> None:
    text = schemas(A=f"{{type: array, items: {{$ref: '{reference}', description: d}}}}", B="{type: integer}")
    document = made(tmp_path, text, part="T: {}", bad="a: [")
    [found] = document.findings
    assert (found.severity, found.source, found.line) == ("error", str(tmp_path / "main.yaml"), 5)
    assert found.pointer == "/components/schemas/A/items/$ref"
    assert says in found.message
    assert "takes any value" in found.cost
    assert document.tree["components"]["schemas"] == {
        "A": {"type": "array", "items": {"description": "d"}},
        "B": INTEGER,
    }


def test_other_objects_that_cannot_be_read_are_left_out(tmp_path: Path) -> None:
    document = made(
        tmp_path,
        """
paths:
  /gone: {$ref: no.yaml}
  /kept: {$ref: no.yaml, get: {responses: {}}}
  /some:
    get:
      parameters: [{$ref: 'no.yaml#/a'}, {name: q, in: query}, {$ref: 'no.yaml#/b'}]
      responses: {200: {$ref: no.yaml, description: d}, 404: {description: no}}
""",
    )
    assert document.tree["paths"].keys() == {"/kept", "/some"}
    assert document.tree["paths"]["/some"]["get"] == {
        "parameters": [{"name": "q", "in": "query"}],
        "responses": {"404": {"description": "no"}},
    }
    assert [found.line for found in document.findings] == [5, 6, 9, 9, 10]


def test_a_fault_in_another_file_is_found_there(tmp_path: Path) -> None:
    text = schemas(A="{$ref: 'sub/part.yaml#/T'}")
    document = made(tmp_path, text, sub__part="x: 1\nT:\n  properties: {a: {$ref: no.yaml}}\nx: 2\n")
    assert {(found.source, found.line, found.pointer) for found in document.findings} == {
        (str(tmp_path / "sub/part.yaml"), 3, "/T/properties/a/$ref"),
        (str(tmp_path / "sub/part.yaml"), 4, ""),
    }


def test_a_map_by_reference_is_put_in_its_place(tmp_path: Path) -> None:
    document = made(
        tmp_path,
        "paths: {$ref: paths.yaml}\ncomponents: {schemas: {$ref: no.yaml}}\n",
        paths="/a: {get: {responses: {200: {$ref: '#/x-ok'}}}}\nx-ok: {description: ok}",
    )
    assert [path for path, *_ in document.operations()] == ["/a"]
    assert document.references.resolve(document.tree["paths"]["/a"]["get"]["responses"]["200"]) == {"description": "ok"}
    assert [found.severity for found in document.findings] == ["error", "warning"]


def test_files_may_refer_to_each_other_in_circles(tmp_path: Path) -> None:
    text = schemas(A="{properties: {b: {$ref: 'part.yaml#/B'}}}", C="{$ref: 'part.yaml#/C'}")
    part = (
        "B: {properties: {a: {$ref: 'main.yaml#/components/schemas/A'}, b: {$ref: '#/B'}}}\nC: {$ref: 'part.yaml#/C'}"
    )
    document = made(tmp_path, text, part=part)
    b = resolved(document, "/components/schemas/A/properties/b")
    assert b["properties"]["a"]["$ref"] == "#/components/schemas/A"
    assert document.references.resolved_or_none(b["properties"]["b"]) is b
    assert document.references.resolved_or_none(document.tree["components"]["schemas"]["C"]) is None


def test_an_own_member_x_files_is_kept(tmp_path: Path) -> None:
    document = made(tmp_path, "x-files: {a: 1}\n" + schemas(A="{$ref: part.yaml}"), part="{type: integer}")
    assert document.tree["x-files"] == {"a": 1}
    assert resolved(document, "/components/schemas/A") == INTEGER
    assert document.origin("/x-files/a") == (document.source, "/x-files/a")
    assert document.origin("/x-files-/part.yaml/type") == (str(tmp_path / "part.yaml"), "/type")


TREE = "{$dynamicAnchor: node, properties: {kids: {items: {$dynamicRef: '#node'}}}}"


@pytest.mark.parametrize(
    "named, target, findings",
    [
        ({"Tree": TREE}, "#/components/schemas/Tree", 0),
        ({"Tree": TREE, "Other": "{$dynamicAnchor: node}"}, "#/components/schemas/Tree", 1),
        ({"Tree": TREE.replace("$dynamicAnchor", "$anchor")}, "#/components/schemas/Tree", 0),
        ({"Tree": TREE.replace("'#node'", "'#/components/schemas/Tree'")}, "#/components/schemas/Tree", 0),
        ({"Tree": TREE.replace("'#node'", "'#other'")}, None, 1),
    ],
)
def test_a_dynamic_reference_becomes_a_plain_one(
    tmp_path: Path, named: dict[str, str], target: str | None, findings: int
) -> None:
    document = made(tmp_path, schemas(**named))
    items = document.tree["components"]["schemas"]["Tree"]["properties"]["kids"]["items"]
    assert items == ({} if target is None else {"$ref": target})
    assert len(document.findings) == findings


def test_a_dynamic_reference_beside_a_reference_holds_too(tmp_path: Path) -> None:
    named = schemas(A="{$ref: '#/components/schemas/B', $dynamicRef: '#n'}", B="{$dynamicAnchor: n}")
    document = made(tmp_path, named)
    assert document.tree["components"]["schemas"]["A"] == {
        "$ref": "#/components/schemas/B",
        "allOf": [{"$ref": "#/components/schemas/B"}],
    }


@pytest.mark.parametrize("text", ["$ref: '#/a'", '"$ref": "#/a"', '"$ref" : "#/a"', "$ref: '#'", '$ref: "#/a"'])
def test_a_document_of_one_file_is_not_changed(tmp_path: Path, text: str) -> None:
    document = made(tmp_path, f"paths: {{}}\nx-any: {{{text}}}\ncomponents: {{schemas: {{A: {{x: y}}}}}}")
    assert document.bundle.contents.keys() == {"main.yaml"}
    assert "x-files" not in document.tree


@pytest.mark.parametrize("key", [r'"\x24ref"', r'"\u0024ref"', "? $ref\n    "])
def test_a_reference_in_disguise_is_found(tmp_path: Path, key: str) -> None:
    document = made(tmp_path, f"components:\n  schemas:\n   A:\n    {key}: part.yaml", part="{type: integer}")
    assert resolved(document, "/components/schemas/A") == INTEGER
