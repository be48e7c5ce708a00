"""An OpenAPI document → `contracts.contract.vocabulary.Document`, its response validators compiled once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml

from contracts.contract.collections import collection_of
from contracts.contract.envelopes import envelope_of
from contracts.contract.limits import limits_of
from contracts.contract.pointers import join
from contracts.contract.schemas import SchemaAnnotations, facts_of, resolve
from contracts.contract.vocabulary import Document, ErrorRule, Operation, Parameter, ResponseRule, Validate
from contracts.errors import SpecInvalid

__all__ = ["load", "packaged", "parse"]

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
#: Keywords by which members alone do not make a body valid.
_COMBINING = frozenset({"allOf", "anyOf", "oneOf", "not", "if"})
#: Keywords, references followed, and where they stand.
_Declared = tuple[Mapping[str, Any], str]
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def packaged() -> Path:
    """Return the path of the contract that this distribution carries, installed or in a checkout."""
    beside = Path(__file__).resolve().parents[2]
    installed = beside / "konnector_contracts" / "openapi.yaml"
    return installed if installed.is_file() else beside / "openapi.yaml"


def load(path: Path | None = None) -> Document:
    """Read the contract at `path`, the packaged one where it is None.

    Raises:
        SpecInvalid: the file cannot be read, is no YAML, or is no OpenAPI document.
    """
    place = path or packaged()
    try:
        text = place.read_text(encoding="utf-8")
        tree = yaml.load(text, Loader=_LOADER)
    except OSError as error:
        raise SpecInvalid(f"an OpenAPI document was expected, but {error.strerror}", str(place)) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SpecInvalid(f"no YAML: {' '.join(str(error).split())}", str(place)) from error
    if not isinstance(tree, Mapping) or not isinstance(tree.get("paths"), Mapping):
        raise SpecInvalid("an object with `paths` was expected; give an OpenAPI document", str(place))
    return parse(tree, str(place))


def parse(tree: Mapping[str, Any], source: str = "openapi.yaml") -> Document:
    """Turn a document, already read, into records.

    Raises:
        SpecInvalid: a schema cannot be compiled, or an extension lacks what it must have.
    """
    try:
        return _Reader(tree, source).document()
    except (KeyError, TypeError, AttributeError) as error:
        raise SpecInvalid(
            f"an extension lacks what it must have: {error}; see the vocabulary's schema", source
        ) from error


class _Reader:
    """Reads one document; compiles each response schema once."""

    def __init__(self, tree: Mapping[str, Any], source: str) -> None:
        self._tree = tree
        self._source = source
        self._compiled: dict[str, tuple[Validate, SchemaAnnotations]] = {}

    def document(self) -> Document:
        info = self._tree.get("info", {})
        operations = tuple(self._operations())
        errors = _errors(self._tree, "")
        limits = limits_of(self._tree)
        rules = (
            *errors,
            *(rule for operation in operations for rule in operation.errors),
            *((limits,) if limits else ()),
        )
        header, pointer = self._key()
        return Document(
            title=str(info.get("title", "")),
            version=str(info.get("version", "")),
            operations=operations,
            errors=errors,
            limits=limits,
            envelope=envelope_of(operations, frozenset(rule.error_code for rule in rules)),
            key_header=header,
            key_pointer=pointer,
        )

    def _operations(self) -> Iterator[Operation]:
        for path, item in self._tree["paths"].items():
            for method in _METHODS:
                if method in item:
                    yield self._operation(path, method, item)

    def _operation(self, path: str, method: str, item: Mapping[str, Any]) -> Operation:
        pointer, node = join("/paths", path, method), item[method]
        declared, has_body = self._declared(item, node, pointer), "requestBody" in node
        body = self._body(node, pointer)
        parameters = tuple(self._body_members(body) if has_body else self._query(declared))
        responses = dict(self._responses(node, pointer))
        return Operation(
            id=node.get("operationId", f"{method} {path}"),
            method=method.upper(),
            path=path,
            pointer=pointer,
            parameters=parameters,
            has_body=has_body,
            is_write=node.get("x-effect", "read" if method in ("get", "head") else "write") == "write",
            is_guarded=bool(node.get("security", self._tree.get("security"))),
            same_as=node.get("x-same-as", ""),
            errors=_errors(node, pointer),
            collection=collection_of(node, pointer, {item.name: item.assumed for item in parameters}),
            responses={int(status): rule for status, rule in responses.items() if status.isdigit()},
            wider={status: rule for status, rule in responses.items() if not status.isdigit()},
            is_askable="{" not in path and _is_plain(declared, body[0] if has_body else None),
        )

    def _query(self, declared: Iterable[_Declared]) -> Iterator[Parameter]:
        for keywords, home in declared:
            if keywords.get("in") == "query":
                required = bool(keywords.get("required"))
                yield self._parameter(keywords["name"], keywords.get("schema", {}), join(home, "schema"), required)

    def _declared(self, item: Mapping[str, Any], node: Mapping[str, Any], pointer: str) -> list[_Declared]:
        """List Parameter Objects and where they stand: the operation's, then those of its path that it leaves alone."""
        found: dict[tuple[Any, Any], _Declared] = {}
        for home, owner in ((pointer, node), (pointer.rpartition("/")[0], item)):
            for index, entry in enumerate(owner.get("parameters", ())):
                keywords, place, _ = resolve(self._tree, entry, join(home, "parameters", index))
                found.setdefault((keywords.get("in"), keywords.get("name")), (keywords, place))
        return list(found.values())

    def _body(self, node: Mapping[str, Any], pointer: str) -> _Declared:
        """Return the schema of a JSON body and where it stands."""
        content, home, _ = resolve(self._tree, node.get("requestBody", {}), join(pointer, "requestBody"))
        schema = content.get("content", {}).get("application/json", {}).get("schema", {})
        keywords, home, _ = resolve(self._tree, schema, join(home, "content", "application/json", "schema"))
        return keywords, home

    def _body_members(self, body: _Declared) -> Iterator[Parameter]:
        keywords, home = body
        for name, child in keywords.get("properties", {}).items():
            yield self._parameter(name, child, join(home, "properties", name), name in keywords.get("required", ()))

    def _parameter(self, name: str, schema: Mapping[str, Any], pointer: str, is_required: bool) -> Parameter:
        keywords, home, _ = resolve(self._tree, schema, pointer)
        items, _, _ = resolve(self._tree, keywords.get("items", {}), home)
        entity = {**items, **keywords}.get("x-entity", {}).get("type", "")
        assumed = str(keywords.get("x-assumed", ""))
        return Parameter(
            name=name,
            schema=keywords,
            items=items,
            pointer=pointer,
            is_required=is_required,
            entity=entity,
            assumed=assumed,
        )

    def _responses(self, node: Mapping[str, Any], pointer: str) -> Iterator[tuple[str, ResponseRule]]:
        for status, response in node.get("responses", {}).items():
            keywords, home, _ = resolve(self._tree, response, join(pointer, "responses", status))
            content = keywords.get("content", {})
            media = next((name for name in content if "json" in name), "")
            place = join(home, "content", media, "schema") if media else home
            validate, facts = self._compile(content[media].get("schema", {}) if media else {}, place)
            yield (
                str(status),
                ResponseRule(
                    status=int(status) if str(status).isdigit() else 0,
                    pointer=place,
                    response_pointer=home,
                    media_types=tuple(content),
                    validate=validate,
                    facts=facts,
                ),
            )

    def _compile(self, schema: Mapping[str, Any], pointer: str) -> tuple[Validate, SchemaAnnotations]:
        key = str(schema.get("$ref", pointer))
        if key not in self._compiled:
            whole = {**schema, "components": {"schemas": self._tree.get("components", {}).get("schemas", {})}}
            try:
                validator = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
            except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
                raise SpecInvalid(f"the schema cannot be compiled: {error}", self._source, pointer) from error
            self._compiled[key] = (_judge_with(validator), facts_of(self._tree, schema, pointer))
        return self._compiled[key]

    def _key(self) -> tuple[str, str]:
        schemes = self._tree.get("components", {}).get("securitySchemes", {})
        for name, scheme in schemes.items():
            if scheme.get("type") == "apiKey" and scheme.get("in") == "header":
                return str(scheme["name"]), join("/components/securitySchemes", name)
        return "", ""


def _judge_with(validator: Any) -> Validate:
    def judge(body: Any) -> list[tuple[str, str]]:
        if validator.is_valid(body):
            return []
        errors = list(validator.iter_errors(body))
        return [(join("", *error.instance_path), error.message) for error in errors]

    return judge


def _is_plain(declared: Iterable[_Declared], body: Mapping[str, Any] | None) -> bool:
    """Whether a request can be made of query parameters alone, or of the members of a JSON body, None where none is."""
    needed = {keywords.get("in") for keywords, _ in declared if keywords.get("required")}
    if body is None:
        return needed <= {"query"}
    return not needed and "properties" in body and not _COMBINING & body.keys()


def _errors(node: Mapping[str, Any], pointer: str) -> tuple[ErrorRule, ...]:
    return tuple(
        ErrorRule(
            condition=entry["condition"],
            status=entry["status"],
            error_code=entry["error_code"],
            pointer=join(pointer, "x-error", index),
            parameter=entry.get("parameter", ""),
            start=entry.get("start", ""),
            end=entry.get("end", ""),
            assumed=entry.get("x-assumed", ""),
        )
        for index, entry in enumerate(node.get("x-error", ()))
    )
