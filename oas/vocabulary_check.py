"""Check the x- vocabulary of a document: by its JSON Schema, and every name in it followed.

A document uses the vocabulary when it has one of `ROOT_MARKS` or `OPERATION_MARKS`; then an x- key that is
misspelt, misplaced, malformed or dangling is reported with its JSON pointer. Other documents keep their own
extensions, which are not looked at.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The extensions of a document.

    Attributes:
        extensions: those that fit the vocabulary, in the order of the document; none where it is not used.
        problems: what is misspelt, misplaced, malformed or dangling, with the extension it is part of.
    """

    extensions: tuple[Extension, ...] = ()
    problems: tuple[tuple[Extension, SpecInvalid], ...] = ()


def read(document: Document) -> Vocabulary:
    """Judge every extension and follow every name it gives."""
    if not is_used(document):
        return Vocabulary()
    schema = json.loads(package_data.vocabulary_schema().read_text("utf-8"))
    judge = _Judge(schema, VocabularyNames(document), document.source)
    sound: list[Extension] = []
    problems: list[tuple[Extension, SpecInvalid]] = []
    for extension in collect(document.tree):
        try:
            judge.check(extension)
            sound.append(extension)
        except SpecInvalid as error:
            problems.append((extension, error))
    return Vocabulary(tuple(sound), tuple(problems))


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


class _Judge:
    def __init__(self, schema: Mapping[str, Any], names: VocabularyNames, source: str) -> None:
        self._schema = schema
        self._names = names
        self._source = source
        self._places: Mapping[str, list[str]] = schema["places"]
        self._known = sorted({name for names in self._places.values() for name in names})
        self._validators: dict[str, Any] = {}

    def check(self, extension: Extension) -> None:
        """Check one extension.

        Raises:
            SpecInvalid: the first thing that is wrong with it.
        """
        if extension.name not in self._known and not _near(extension.name, self._known):
            return  # another tool's extension
        if extension.name not in self._places[extension.place]:
            message = _misplaced(extension, self._known, self._places)
            raise SpecInvalid(message, self._source, extension.pointer)
        for error in self._validator(extension.name).iter_errors(extension.value):
            pointer = join(extension.pointer, *error.instance_path)
            message = f"{error.message[:300]}; openapi-vocabulary.schema.json says what fits"
            raise SpecInvalid(message, self._source, pointer)
        self._names.follow(extension)

    def _validator(self, name: str) -> Any:
        import jsonschema_rs

        if name not in self._validators:
            schema = {"$ref": f"#/$defs/{name}", "$defs": self._schema["$defs"]}
            self._validators[name] = jsonschema_rs.Draft202012Validator(schema)
        return self._validators[name]


def _misplaced(extension: Extension, known: list[str], places: Mapping[str, list[str]]) -> str:
    if extension.name in known:
        right = ", ".join(place for place, names in places.items() if extension.name in names)
        return f"{extension.name} stands at a place of the kind {extension.place}; it belongs to: {right}"
    return f"the vocabulary has no {extension.name}; did you mean {_near(extension.name, known)[0]}?"


def _near(name: str, known: list[str]) -> list[str]:
    import difflib

    return difflib.get_close_matches(name, known, n=1, cutoff=0.7)
