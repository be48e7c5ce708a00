"""An OpenAPI document as it stands in its file: read, parsed, its example files put in.

The first step of the start. Reads files below the document's own folder and
nothing else: no network, no path that a request could name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from oas.errors import FixtureInvalid, SpecInvalid
from oas.pointers import join
from oas.references import References

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed OpenAPI document.

    Attributes:
        source: path of the file, for messages.
        tree: the document; examples given as files are in place.
        text: the file's own text.
    """

    source: str
    tree: Mapping[str, Any]
    text: str

    @property
    def version(self) -> str:
        """The `openapi` member, such as `3.1.0`."""
        return str(self.tree["openapi"])

    @property
    def base_path(self) -> str:
        """Path of the first server, without a slash at its end; empty for the root.

        Raises:
            SpecInvalid: the servers are no Server Objects.
        """
        servers = self.tree.get("servers") or [{"url": "/"}]
        try:
            url = str(servers[0].get("url", "/"))
            for name, variable in (servers[0].get("variables") or {}).items():
                url = url.replace("{" + name + "}", str(variable.get("default", "")))
            return urlsplit(url).path.rstrip("/")
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            raise SpecInvalid("a list of Server Objects with a `url` was expected", self.source, "/servers") from error

    def operations(self) -> Iterator[tuple[str, str, Mapping[str, Any], Mapping[str, Any]]]:
        """Yield path template, method in lower case, path item and operation, in the order of the document.

        Raises:
            SpecInvalid: a path item refers to nothing in this document.
        """
        references = References(self.tree, self.source)
        for path, item in (self.tree.get("paths") or {}).items():
            if not path.startswith("/"):  # an extension
                continue
            item = references.resolve(item, join("/paths", path))
            for method in METHODS:
                if isinstance(item, Mapping) and isinstance(item.get(method), Mapping):
                    yield path, method, item, item[method]


def load(path: Path) -> Document:
    """Read an OpenAPI 3.0 or 3.1 document, YAML or JSON.

    Raises:
        SpecInvalid: the file cannot be read, does not parse, or is no OpenAPI 3 document.
        FixtureInvalid: an example names a file that does not parse or lies outside the document's folder.
    """
    source = str(path)
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SpecInvalid(f"the document cannot be read ({error}); name a UTF-8 file", source) from error
    try:
        tree = _parse(text, source)
        _inline_examples(tree, path.parent.resolve(), source, set())
    except RecursionError as error:
        raise SpecInvalid("the document is nested too deeply", source) from error
    if not isinstance(tree, dict) or not str(tree.get("openapi", "")).startswith(("3.0", "3.1")):
        raise SpecInvalid("this is no OpenAPI 3.0 or 3.1 document: `openapi: 3.…` was expected at its top", source)
    if not isinstance(tree.get("paths", {}), dict):
        raise SpecInvalid("an object of path templates was expected", source, "/paths")
    return Document(source=source, tree=tree, text=text)


def _parse(text: str, source: str) -> Any:
    if text.lstrip().startswith("{"):
        try:
            return json.loads(text)
        except ValueError as error:
            raise SpecInvalid(f"the document is no JSON: {error}", source) from error
    return parse_yaml(text, source, SpecInvalid)


def parse_yaml(text: str, source: str, problem: type[SpecInvalid] | type[Exception]) -> Any:
    """Parse YAML by the fastest safe loader; JSON is YAML too.

    Raises:
        problem: the text does not parse; the message has line and column.
    """
    import yaml

    try:
        return yaml.load(text, _loader())
    except (yaml.YAMLError, ValueError) as error:
        raise problem(f"the file is no YAML: {' '.join(str(error).split())}", source) from error


#: Plain scalars that are no text. Source: YAML 1.2 §10.2, JSON schema, which OpenAPI 3.1.0, Format, asks for.
_SCALARS = {
    "null": ("null|Null|NULL|~|", ["n", "N", "~", ""]),
    "bool": ("true|True|TRUE|false|False|FALSE", list("tTfF")),
    "int": ("-?(0|[1-9][0-9]*)", list("-0123456789")),
    "float": (r"-?(0|[1-9][0-9]*)(\.[0-9]*)?([eE][-+]?[0-9]+)?", list("-0123456789")),
    "merge": ("<<", ["<"]),
}


@cache
def _loader() -> Any:
    """The fastest safe loader, with JSON's data model: dates, `no` and `12:30` are texts, and so is every key."""
    import yaml

    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    def construct_mapping(loader: Any, node: Any, deep: bool = False) -> dict[str, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.value in seen:
                problem = "a key is no text, or given twice"
                raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
            seen.add(key.value)
        loader.flatten_mapping(node)
        return {key.value: loader.construct_object(value, deep=deep) for key, value in node.value}

    members = {"construct_mapping": construct_mapping, "yaml_implicit_resolvers": {}}
    made: Any = type("JsonModelLoader", (base,), members)
    for name, (pattern, firsts) in _SCALARS.items():
        made.add_implicit_resolver(f"tag:yaml.org,2002:{name}", re.compile(f"({pattern})$"), firsts)
    return made


def _inline_examples(node: Any, folder: Path, source: str, seen: set[int]) -> None:
    """Put the content of `value: {$ref: file}` in its place, anywhere below `examples`."""
    if id(node) in seen:  # anchors make the tree a graph
        return
    seen.add(id(node))
    if isinstance(node, list):
        for item in node:
            _inline_examples(item, folder, source, seen)
    elif isinstance(node, dict):
        examples = node.get("examples")
        if isinstance(examples, dict):
            for example in examples.values():
                if isinstance(example, dict):
                    _inline(example, folder, source)
        for value in node.values():
            _inline_examples(value, folder, source, seen)


def _inline(example: dict[str, Any], folder: Path, source: str) -> None:
    value = example.get("value")
    if not isinstance(value, dict) or set(value) != {"$ref"} or not isinstance(value["$ref"], str):
        return
    if value["$ref"].startswith("#"):
        return
    path = folder / value["$ref"]
    try:
        path = path.resolve()
        if not path.is_relative_to(folder):
            raise FixtureInvalid(f"the example file {value['$ref']} lies outside the folder of the document", source)
        example["value"] = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise FixtureInvalid(f"an example of {source} cannot be read: {error}; JSON was expected", str(path)) from error
