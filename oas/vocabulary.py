"""The x- vocabulary of a document: judged by its JSON Schema, and every name in it followed.

A document uses the vocabulary when it has one of `MARKS`; then an x- key that
is misspelt, misplaced, malformed or dangling is `SpecInvalid` with its JSON
pointer. Other documents keep their own extensions and are not looked at.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from oas import package_data
from oas.dialect import CHILDREN
from oas.document import METHODS, Document
from oas.errors import SpecInvalid
from oas.pointers import join
from oas.vocabulary_names import Extension, VocabularyNames

ROOT_MARKS = frozenset({"x-rate-limit", "x-error"})
OPERATION_MARKS = frozenset({"x-collection", "x-same-as", "x-effect"})


def is_used(document: Document) -> bool:
    """Whether the document speaks the vocabulary at all."""
    if ROOT_MARKS & document.tree.keys():
        return True
    return any(OPERATION_MARKS & operation.keys() for _, _, _, operation in document.operations())


def check(document: Document) -> tuple[Extension, ...]:
    """Judge every extension and follow every name it gives.

    Returns:
        The extensions in the order of the document; none when it does not use the vocabulary.

    Raises:
        SpecInvalid: an extension is misspelt, misplaced, malformed or dangling.
    """
    if not is_used(document):
        return ()
    extensions = tuple(collect(document.tree))
    schema = json.loads(package_data.vocabulary_schema().read_text("utf-8"))
    _judge(extensions, schema, document.source)
    names = VocabularyNames(document)
    for extension in extensions:
        names.follow(extension)
    return extensions


def collect(tree: Mapping[str, Any]) -> Iterator[Extension]:
    """Yield every x- key outside examples, in the order of the document."""
    yield from _walk(tree, "", "root")


#: Member of the components → place of each value below it. What is not here is `other`.
_COMPONENTS = {
    "schemas": "schema",
    "parameters": "parameter",
    "headers": "header",
    "securitySchemes": "securityScheme",
}


def _walk(node: Any, pointer: str, place: str) -> Iterator[Extension]:
    if isinstance(node, list):
        for index, item in enumerate(node):
            yield from _walk(item, join(pointer, index), place)
    if not isinstance(node, Mapping):
        return
    for name, value in node.items():
        here = join(pointer, name)
        if str(name).startswith("x-"):
            yield Extension(here, place, name, value)
        elif place == "schema":  # first, for its examples, default, enum and const are data
            yield from _walk_schema(name, value, here)
        elif name in ("example", "examples"):
            yield from _assumptions(value, here)
        else:
            yield from _walk_below(pointer, name, value, here)


def _walk_schema(name: str, value: Any, here: str) -> Iterator[Extension]:
    kind = CHILDREN.get(name, "named" if name == "$defs" else None)
    if kind == "named" and isinstance(value, Mapping):
        for key, schema in value.items():
            yield from _walk(schema, join(here, key), "schema")
    elif kind is not None:
        yield from _walk(value, here, "schema")


def _walk_below(pointer: str, name: str, value: Any, here: str) -> Iterator[Extension]:
    of_map = _COMPONENTS.get(name) if pointer == "/components" else "header" if name == "headers" else None
    if of_map is not None and isinstance(value, Mapping):
        for key, item in value.items():
            yield from _walk(item, join(here, key), of_map)
    elif name == "schema":
        yield from _walk(value, here, "schema")
    elif name == "parameters":
        # A list, but for a Link Object, whose map from names to values is data.
        yield from _walk(value, here, "parameter") if isinstance(value, list) else ()
    elif name in METHODS and pointer.startswith("/paths/") and pointer.count("/") == 2:
        yield from _walk(value, here, "operation")
    elif name != "security":  # names of schemes
        yield from _walk(value, here, "other")


def _assumptions(examples: Any, pointer: str) -> Iterator[Extension]:
    """Example objects may carry `x-assumed`; their values are data, not looked into."""
    for name, example in examples.items() if isinstance(examples, Mapping) else ():
        if isinstance(example, Mapping) and "value" in example:
            for key in example:
                if key.startswith("x-"):
                    yield Extension(join(pointer, name, key), "other", key, example[key])


def _judge(extensions: tuple[Extension, ...], schema: Mapping[str, Any], source: str) -> None:
    import jsonschema_rs

    places: Mapping[str, list[str]] = schema["places"]
    known = sorted({name for names in places.values() for name in names})
    validators: dict[str, Any] = {}
    for extension in extensions:
        if extension.name not in known and not _near(extension.name, known):
            continue  # another tool's extension
        if extension.name not in places[extension.place]:
            raise SpecInvalid(_misplaced(extension, known, places), source, extension.pointer)
        validator = validators.get(extension.name)
        if validator is None:
            validator = validators[extension.name] = jsonschema_rs.Draft202012Validator(
                {"$ref": f"#/$defs/{extension.name}", "$defs": schema["$defs"]}
            )
        for error in validator.iter_errors(extension.value):
            pointer = join(extension.pointer, *error.instance_path)
            raise SpecInvalid(f"{error.message[:300]}; openapi-vocabulary.schema.json says what fits", source, pointer)


def _misplaced(extension: Extension, known: list[str], places: Mapping[str, list[str]]) -> str:
    if extension.name in known:
        right = ", ".join(place for place, names in places.items() if extension.name in names)
        return f"{extension.name} stands at a place of the kind {extension.place}; it belongs to: {right}"
    return f"the vocabulary has no {extension.name}; did you mean {_near(extension.name, known)[0]}?"


def _near(name: str, known: list[str]) -> list[str]:
    return difflib.get_close_matches(name, known, n=1, cutoff=0.7)
