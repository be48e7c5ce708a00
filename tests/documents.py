"""Documents for tests: one small contract that uses the whole vocabulary, plain ones, and changed copies."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import yaml

from contracts.report.source import DocumentSource
from oas import package_data
from oas.bounds import Bounds
from oas.bundling import Bundle
from oas.contract import Contract
from oas.document import Document, from_tree, load
from oas.loading import parse
from oas.operation import Operation
from oas.pointers import tokens
from oas.references import References

#: In place of a value: the member is taken away.
GONE = object()

_CONTRACT = """
openapi: 3.1.0
info: {title: Things, version: "1", x-logo: {url: logo.svg}}
servers: [{url: "https://api.example/v1"}]
security: [{apiKey: []}]
x-rate-limit:
  counts: every-request
  windows:
    - {name: hour, seconds: 3600, limit: 9, headers: {limit: X-Max, remaining: X-Left},
       body: {limit: /data/most, remaining: /data/info/left}}
  refusal: {status: 429, error_code: TOO_MANY, message: "{limit} in one {window}", error: Slow down,
            retry-after: {header: Retry-After, body: /data/wait}}
x-error:
  - {condition: unauthenticated, status: 401, error_code: NO_KEY, message: No key, error: Send a key}
paths:
  /things:
    get:
      operationId: listThings
      x-effect: read
      x-codeSamples: [{lang: Shell, source: curl}]
      x-error:
        - {condition: end-before-start, start: from, end: to, status: 400, error_code: A, message: B, error: C}
        - {condition: unknown-entity, parameter: owner, status: 404, error_code: A, message: B, error: C}
      x-collection:
        items: /things
        total: /total
        identity: /id
        echo: /asked
        filters: [{parameter: owner, item: /owner, match: equal}]
        sort: {by: by, order: order, default: {by: id, order: asc}, fields: {id: /id, size: /size}}
        page: {limit: limit, offset: offset, current: /page, pages: /pages, limit-echo: /limit, offset-echo: /offset,
               next: /next, previous: /previous}
        counted-by: [{operation: countThings, pointer: /small, where: {by: size}}]
      parameters:
        - {name: owner, in: query, schema: {type: string, x-entity: {type: user, attribute: id}}}
        - {name: from, in: query, schema: {type: string, format: date}}
        - {name: to, in: query, schema: {type: string, format: date}}
        - {name: by, in: query, schema: {type: string, enum: [id, size]}, x-assumed: The vendor names no fields.}
        - {name: order, in: query, schema: {type: string}}
        - {name: limit, in: query, schema: {type: integer, default: 5}}
        - {name: offset, in: query, schema: {type: integer}}
      responses:
        "200":
          description: A page.
          content: {application/json: {schema: {$ref: "#/components/schemas/Page"}}}
          links: {self: {operationId: listThings, parameters: {x-effect: data, owner: "1"}}}
        "429": {$ref: "#/components/responses/Refusal"}
    post:
      operationId: postThings
      x-same-as: listThings
      requestBody:
        content:
          application/json:
            schema: {type: object, properties: {owner: {type: string}}}
            examples: {one: {value: {x-secret: data}, x-assumed: The vendor shows none.}}
      responses:
        default:
          description: A page.
          content: {application/json: {schema: {type: object, properties: {key: {type: string, x-secret: true}}}}}
  /things/count:
    get:
      operationId: countThings
      responses:
        "200": {description: Figures., content: {application/json: {schema: {$ref: "#/components/schemas/Figures"}}}}
components:
  securitySchemes: {apiKey: {type: apiKey, in: header, name: X-Key, x-secret: true}}
  responses:
    Refusal:
      description: Too many.
      headers: {X-Max: {schema: {type: integer}}, X-Left: {schema: {type: integer}}, Retry-After: {schema: {}}}
      content: {application/json: {schema: {allOf: [{type: object}, {$ref: "#/components/schemas/Refusal"}]}}}
  schemas:
    Refusal:
      type: object
      properties:
        data:
          type: object
          properties:
            wait: {type: integer}
            most: {type: integer}
            info: {type: object, properties: {left: {type: integer}}}
    Page:
      type: object
      properties:
        things: {type: array, items: {$ref: "#/components/schemas/Thing"}}
        total: {type: integer}
        asked: {type: object}
        page: {type: integer}
        pages: {type: integer}
        limit: {type: integer}
        offset: {type: integer}
        next: {type: string}
        previous: {type: string}
      x-invariants:
        - sum: {of: [/things/*/size], equals: [/total]}
        - ratio: {of: /page, to: /pages, equals: /total, scale: 1, decimals: 0}
        - at-most: {value: /page, limit: /pages}
        - unique-by: {items: /things, key: /id}
        - within: {items: /things, key: /day, from: from, to: to}
    Thing:
      type: object
      properties:
        id: {type: string, x-entity: {type: routine, attribute: id}}
        owner: {type: string}
        day: {type: string, format: date}
        size: {type: integer, x-entity: {type: routine, attribute: size, unless: [from]}, examples: [{x-colour: data}]}
    Figures: {type: object, properties: {small: {type: integer}}, default: {x-effect: data}}
"""


def contract() -> dict[str, Any]:
    """Return a small document in which every extension stands, and some of other tools."""
    tree: dict[str, Any] = yaml.safe_load(_CONTRACT)
    return tree


@cache
def _packaged() -> str:
    return json.dumps(load(package_data.openapi()).tree)


def packaged_contract() -> dict[str, Any]:
    """Return a copy of `openapi.yaml` with the fixtures in place; nothing in it is shared."""
    tree: dict[str, Any] = json.loads(_packaged())
    return tree


def plain(operation: Mapping[str, Any] | None = None, path: str = "/things", **root: Any) -> dict[str, Any]:
    """Return a document without the vocabulary and with one GET."""
    node = {"responses": {"200": {"description": "Fine."}}, **(operation or {})}
    return {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": {path: {"get": node}}, **root}


def changed(tree: dict[str, Any], pointer: str, value: Any) -> dict[str, Any]:
    """Set, add or take away what a pointer names; returns the tree."""
    *path, last = tokens(pointer)
    node: Any = tree
    for token in path:
        node = node[int(token)] if isinstance(node, list) else node[token]
    key: Any = int(last) if isinstance(node, list) else last
    if value is GONE:
        del node[key]
    elif isinstance(node, list) and key == len(node):
        node.append(value)
    else:
        node[key] = value
    return tree


def document(tree: dict[str, Any]) -> Document:
    """Return a loaded document."""
    return from_tree(tree, "tree.yaml")


def compiled(tree: dict[str, Any]) -> Contract:
    """Return a document ready to be served."""
    return Contract(document(tree))


def altered(contract: Contract, **attributes: Any) -> Contract:
    """Return a contract that says something else; its operations are those of the given one."""
    other = copy.copy(contract)
    vars(other).update(attributes)
    return other


def altered_operation(operation: Operation, **attributes: Any) -> Operation:
    """Return an operation that says something else."""
    other = copy.copy(operation)
    vars(other).update(attributes)
    return other


def source_of(text: str, name: str = "openapi.yaml") -> DocumentSource:
    """Return a document, whole or not, as reports point into it."""
    data = text.encode()
    tree = parse(data, name, Bounds(), [])
    file = name.rpartition("/")[2]
    made = Document(name, tree, "3.1.0", (), References(tree, name), Bundle(tree, {file: data}, file))
    return DocumentSource(name=name, document=made)
