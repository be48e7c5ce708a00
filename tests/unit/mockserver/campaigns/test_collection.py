"""Pages of a collection: their rows, their figures and the way from one to the next."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest

from mockserver.campaigns.collection import Collection
from mockserver.campaigns.operations import OperationCall, get_campaign_info
from mockserver.dataset.dataset import generate
from oas import vocabulary
from property.world import FIRST_DAY
from property.world import declared as packaged
from unit.mockserver.campaigns.test_filters import DEFAULT, FIELDS, FILTERS, FRUITS, ListedRows

PATH = "/base/fruits"
DECLARATION: dict[str, Any] = {
    "items": "/data/fruits",
    "total": "/data/count",
    "identity": "/id",
    "echo": "/echo",
    "filters": [{"parameter": rule.parameter, "item": rule.item, "match": rule.match} for rule in FILTERS.values()],
    "sort": {"by": "sort", "order": "order", "default": DEFAULT, "fields": FIELDS},
    "page": {
        "limit": "size_of_page",
        "offset": "skip",
        "current": "/page/number",
        "pages": "/page/of",
        "limit-echo": "/page/size",
        "offset-echo": "/page/skip",
        "next": "/links/a~1b",
        "previous": "/links/previous",
    },
}


def declared(declaration: dict[str, Any]) -> vocabulary.Collection:
    found = vocabulary.collection_of({"x-collection": declaration}, "", {})
    assert found is not None
    return found


def collection(**changes: Any) -> Collection:
    return Collection(declared({**DECLARATION, **changes}), ListedRows(FRUITS), {"size_of_page": 2})


def body(**parameters: Any) -> dict[str, Any]:
    """Return a page's body, written and read."""
    # The reader of the standard library, which knows no largest number.
    read = json.loads(orjson.dumps(collection().page(parameters, PATH).body))
    assert isinstance(read, dict)
    return read


def ids(page: dict[str, Any]) -> str:
    return "".join(fruit["id"] for fruit in page["data"]["fruits"])


def test_everything_stands_where_the_declaration_puts_it() -> None:
    assert body(kind="pear", skip=1) == {
        "data": {"fruits": [FRUITS[4]], "count": 2},
        "page": {"number": 1, "of": 1, "size": 2, "skip": 1},
        "links": {"a/b": None, "previous": "/base/fruits?skip=0&size_of_page=2&kind=pear"},
        "echo": {"kind": "pear"},
    }


def test_a_page_has_its_parts_beside_the_body() -> None:
    page = collection().page({"kind": "pear", "skip": 2}, PATH)
    assert (page.items, page.total, page.filters_applied) == ([], 2, {"kind": "pear"})
    assert page.pagination["/page/skip"] == 2


def test_a_declaration_without_an_echo_has_none() -> None:
    plain = deepcopy(DECLARATION)
    del plain["echo"]
    page = Collection(declared(plain), ListedRows(FRUITS)).page({"kind": "pear"}, PATH)
    assert page.body.keys() == {"data", "page", "links"}


@pytest.mark.parametrize(
    "parameters, right",
    [
        ({}, "ba"),
        ({"size_of_page": 3}, "bac"),
        ({"skip": 3}, "de"),
        ({"skip": 4}, "e"),
        ({"skip": 5}, ""),
        ({"skip": 6}, ""),
        ({"size_of_page": 10**400}, "bacde"),
        ({"skip": 10**400}, ""),
        ({"since": "2025-03-01", "until": "2025-03-01", "size_of_page": 9}, "cd"),
        ({"since": "2025-03-01", "until": "2025-03-01", "skip": 2}, ""),
        ({"sort": "size", "order": "asc", "skip": 2}, "db"),
    ],
)
def test_a_page_is_a_slice_of_what_passes(parameters: dict[str, Any], right: str) -> None:
    assert ids(body(**parameters)) == right


@pytest.mark.parametrize(
    "size, skip, number, of", [(2, 0, 1, 3), (2, 2, 2, 3), (2, 3, 2, 3), (5, 0, 1, 1), (6, 0, 1, 1), (1, 9, 10, 5)]
)
def test_pages_are_counted_by_their_size(size: int, skip: int, number: int, of: int) -> None:
    page = body(size_of_page=size, skip=skip)["page"]
    assert (page["number"], page["of"]) == (number, of)


def test_an_empty_collection_has_no_pages_and_a_first_one() -> None:
    page = body(kind="fig")
    assert (page["data"]["count"], page["page"]["of"], page["page"]["number"]) == (0, 0, 1)
    assert page["links"] == {"a/b": None, "previous": None}


@pytest.mark.parametrize("size, skip, following", [(2, 0, "2"), (2, 2, "4"), (2, 3, None), (2, 4, None), (5, 0, None)])
def test_next_is_null_on_the_last_page(size: int, skip: int, following: str | None) -> None:
    url = body(size_of_page=size, skip=skip)["links"]["a/b"]
    assert url == (f"{PATH}?skip={following}&size_of_page={size}" if following else None)


@pytest.mark.parametrize(
    "size, skip, before",
    [(2, 0, None), (2, 1, 0), (2, 2, 0), (2, 3, 1), (2, 5, 3), (2, 6, 4), (2, 100, 4), (2, 101, 3), (9, 100, 1)],
)
def test_previous_goes_back_to_rows(size: int, skip: int, before: int | None) -> None:
    url = body(size_of_page=size, skip=skip)["links"]["previous"]
    assert url == (None if before is None else f"{PATH}?skip={before}&size_of_page={size}")


def test_previous_of_an_offset_in_an_empty_collection_is_its_beginning() -> None:
    assert body(kind="fig", skip=7)["links"]["previous"] == f"{PATH}?skip=0&size_of_page=2&kind=fig"


def test_urls_carry_every_filter_and_the_sort() -> None:
    sent = {"kinds": ["apple", "pear"], "name": "é &=+#%/ü", "sort": "size", "order": "asc", "until": "2025-12-31"}
    page = collection().page({**sent, "size_of_page": 1, "name": ""}, PATH)
    query = parse_qs(urlsplit(page.pagination["/links/a~1b"]).query, keep_blank_values=True)
    right = {name: value if isinstance(value, list) else [value] for name, value in {**sent, "name": ""}.items()}
    assert query == {**right, "skip": ["1"], "size_of_page": ["1"]}


def test_urls_are_percent_encoded() -> None:
    url = collection().page({"name": "é &=+#%/ü", "skip": 1}, PATH).pagination["/links/previous"]
    assert url.isascii()
    assert "+" not in url
    assert parse_qs(urlsplit(url).query)["name"] == ["é &=+#%/ü"]


def test_what_was_sent_is_echoed_as_it_was_sent() -> None:
    sent = {"kinds": ["pear", "pear"], "name": "", "order": "asc"}
    assert body(**sent, size_of_page=1, skip=0, unknown="x")["echo"] == sent


def test_an_empty_list_filters_nothing_and_is_echoed() -> None:
    page = body(kinds=[], size_of_page=1)
    assert (page["data"]["count"], page["echo"]) == (5, {"kinds": []})
    assert page["links"]["a/b"] == f"{PATH}?skip=1&size_of_page=1"


@pytest.mark.parametrize("number", [2**63 - 1, 2**63, 2**64, 10**400])
def test_numbers_are_written_however_large(number: int) -> None:
    written = orjson.dumps(collection().page({"size_of_page": number, "skip": number}, PATH).body).decode()
    assert re.findall(r'"(?:size|skip)":(\d+)', written) == [str(number)] * 2
    assert '"number":2,' in written


def test_a_whole_number_with_a_point_is_a_whole_number() -> None:
    page = body(size_of_page=1.0, skip=1.0)
    assert (ids(page), page["page"]["size"]) == ("a", 1)


def test_without_a_default_of_the_document_a_page_has_fifty_rows() -> None:
    many = [{**FRUITS[0], "id": f"{n:03}"} for n in range(60)]
    page = Collection(declared(DECLARATION), ListedRows(many)).page({}, PATH)
    assert len(page.items) == 50


def test_the_same_page_is_made_once() -> None:
    pages = collection()
    first = pages.page({"kinds": ["pear"], "skip": 0}, PATH)
    assert pages.page({"kinds": ["pear"], "skip": 0}, PATH) is first
    assert pages.page({"kinds": ["pear"], "skip": 0}, "/other") is not first


def test_pages_that_differ_in_one_parameter_are_different_pages() -> None:
    pages = collection()
    sent: list[dict[str, Any]] = [{}, {"skip": 1}, {"size_of_page": 1}, {"kind": "pear"}, {"kinds": ["pear"]}]
    sent += [{"name": "pear"}, {"order": "asc"}, {"sort": "kind"}, {"since": "2025-03-01"}, {"until": "2025-03-01"}]
    written = {orjson.dumps(pages.page(parameters, PATH).body) for parameters in sent}
    assert len(written) == len(sent)


@pytest.mark.parametrize("parameters", [{}, {"campaign_status": "active"}, {"start_date": "2025-10-01"}])
def test_a_page_builds_no_more_rows_than_it_shows(parameters: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = generate(500, 1, FIRST_DAY)
    pages = Collection(packaged(), dataset)
    built: list[int] = []

    class Watched:
        def __len__(self) -> int:
            return len(dataset)

        column = staticmethod(dataset.column)

        def row_json(self, row: int) -> bytes:
            built.append(row)
            return dataset.row_json(row)

    monkeypatch.setattr(pages, "_rows", Watched())
    call = OperationCall(
        parameters={**parameters, "limit": 3},
        dataset=dataset,
        path=PATH,
        now=0,
        stamp="",
        request_id="",
        collection=pages,
    )
    get_campaign_info(call)
    assert len(built) == 3
