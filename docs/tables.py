"""Tables of the documentation, made from what the code itself goes by: nothing is written down twice.

A hook of MkDocs: `{{ name }}` alone on a line of a page becomes the table of that name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

_PLACE = re.compile(r"^\{\{ (\w+) \}\}$", re.MULTILINE)


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Put the tables into a page. Source: MkDocs, Plugins, Events."""
    return _PLACE.sub(lambda match: TABLES[match[1]](), markdown)


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Write a table in Markdown."""
    names = list(head)
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def magic_keys() -> str:
    """Return the keys for which a scenario is always played."""
    from mockserver.scenarios.registry import SCENARIOS

    return table(("key", "plays"), ((f"`{key}`", f"`{name}`") for key, name in SCENARIOS.items()))


def scenarios() -> str:
    """Return the packaged scenarios."""
    from mockserver.scenarios.registry import ScenarioRegistry
    from oas.contract import load

    library = ScenarioRegistry(load().operations)
    found = (library.get(name) for name in library.names)
    return table(("scenario", "shows"), ((f"`{one.name}`", one.description) for one in found))


def control() -> str:
    """Return the operations of the control API."""
    from mockserver.app import create_wsgi
    from mockserver.config import Config

    client = create_wsgi(Config()).flask.test_client()
    document = client.get("/__admin/openapi.json").get_json()
    rows = (
        (f"`{method.upper()} {path}`", operation.get("summary", ""))
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if isinstance(operation, Mapping)
    )
    return table(("request", "does"), rows)


def vocabulary() -> str:
    """Return the extensions: where each may stand and what it says."""
    from oas import package_data

    schema = json.loads(package_data.vocabulary_schema().read_text(encoding="utf-8"))
    places: dict[str, list[str]] = {}
    for place, names in schema["places"].items():
        for name in names:
            places.setdefault(name, []).append(place)
    rows = (
        (f"`{name}`", ", ".join(found), schema["$defs"].get(name, {}).get("description", ""))
        for name, found in places.items()
    )
    return table(("extension", "stands on", "says"), rows)


def relations() -> str:
    """Return every relation, one table for each kind."""
    from contracts import relations as kinds
    from oas.contract import load

    found = sorted(kinds.relations(load()), key=lambda relation: relation.kind)
    return "\n\n".join(_kind(kind, members) for kind, members in groupby(found, key=lambda relation: relation.kind))


def _kind(kind: str, members: Iterator[Any]) -> str:
    rows = (
        (
            f'<a id="{one.id}"></a>`{one.id}`',
            one.meaning,
            str(one.cost),
            f"`{one.pointer}`",
            "yes" if one.assumed else "",
        )
        for one in members
    )
    return f"## {kind}\n\n" + table(("id", "means", "requests", "stands at", "assumption"), rows)


def rules() -> str:
    """Return the rules on clients."""
    from contracts.client.verdict import rules_table

    return rules_table()


TABLES: Mapping[str, Callable[[], str]] = {
    made.__name__: made for made in (magic_keys, scenarios, control, vocabulary, relations, rules)
}
