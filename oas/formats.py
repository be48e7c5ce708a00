"""Documents that are not OpenAPI 3: one sentence that says what they are and how to convert them."""

from __future__ import annotations

import re
from typing import Any, Final

from oas.errors import SpecInvalid

__all__ = ["check_format"]

_OPENAPI_3: Final = re.compile(r"3\.\d")
#: Root member, and what a document with it is; `{}` stands for its value, the version.
_OTHERS: Final = {
    "swagger": (
        "this is a Swagger {} document; convert it first: "
        "`npx -y swagger2openapi --patch --outfile openapi.yaml {source}`"
    ),
    "asyncapi": "this is an AsyncAPI {} document, which describes messages; give the OpenAPI document of the HTTP API",
    "arazzo": "this is an Arazzo {} document, which describes workflows; give the OpenAPI document that it names",
    "overlay": "this is an OpenAPI Overlay {}; give the OpenAPI document that it changes",
}
_POSTMAN: Final = (
    "this is a Postman collection; convert it first: `npx -y -p postman-to-openapi p2o {source} -f openapi.yaml`"
)
_SENTENCE: Final = "this is not an OpenAPI 3 document: `openapi: 3.…` was expected at its top"


def check_format(tree: Any, data: bytes, source: str) -> None:
    """Make sure that a parsed file is an OpenAPI 3 document.

    Args:
        tree: of the file.
        data: its bytes.
        source: its path or URL.

    Raises:
        SpecInvalid: it is something else; the sentence says what, with the command that converts it if one is known.
    """
    if isinstance(tree, dict) and _OPENAPI_3.match(str(tree.get("openapi", ""))):
        return
    raise SpecInvalid(_sentence(tree, data.lstrip()[:200].lower(), source), source)


def _sentence(tree: Any, start: bytes, source: str) -> str:
    if start.startswith(b"#%raml"):
        return "this is a RAML document; export it as OpenAPI 3 from the tool that wrote it"
    if start.startswith(b"<"):
        return "this is HTML or XML, perhaps the page about the API; give the URL or file of the OpenAPI document"
    if not isinstance(tree, dict):
        return _SENTENCE
    for member, sentence in _OTHERS.items():
        if member in tree:
            return sentence.format(tree[member], source=source)
    if isinstance(tree.get("info"), dict) and "_postman_id" in tree["info"]:
        return _POSTMAN.format(source=source)
    if "openapi" in tree:
        return f"OpenAPI {tree['openapi']!r} is not a version that can be read; 3.0, 3.1 and 3.2 are"
    return _SENTENCE
