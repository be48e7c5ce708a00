"""C4xx: keys in URLs and at other origins; no verdict shows one."""

from __future__ import annotations

import pytest

from conftest import MakeClient
from contracts.client import as_json, render
from judged import ADMIN_KEY, JudgedClient
from unit.contracts.client.sending import KEY, case, ids, judged, sent, sentence, verdict

PAGE = "/campaign-info"
ELSEWHERE = "http://127.0.0.1:9"
#: Its parameter and its path are not documented either.
ALLOWED = ["C101", "C103"]


def spelt(key: str) -> str:
    return "".join(f"%{ord(char):02X}" for char in key)


@pytest.mark.parametrize(
    "path, query, part",
    [
        case("query", PAGE, f"api_key={ADMIN_KEY}", "query"),
        case("value of a parameter", PAGE, f"term={ADMIN_KEY}", "query"),
        case("percent-encoded", PAGE, f"api_key={spelt(ADMIN_KEY)}", "query"),
        case("path", f"/{ADMIN_KEY}/campaign-info", "", "path"),
    ],
)
@pytest.mark.parametrize("key", [ADMIN_KEY, None], ids=["header too", "not in the header"])
def test_a_key_in_a_url_is_found_and_not_shown(
    make_client: MakeClient, path: str, query: str, part: str, key: str | None
) -> None:
    found = judged(make_client(), lambda client: client.as_key(key).get(path, query), allow=ALLOWED)
    assert ids(found) == ["C401"]
    assert sentence(found) == f"a key stands in the {part} of a URL"
    shown = render(found) + str(as_json(found))
    assert ADMIN_KEY not in shown
    assert spelt(ADMIN_KEY) not in shown


def test_a_created_key_in_a_url_is_found(make_client: MakeClient) -> None:
    def habit(client: JudgedClient) -> None:
        made = client.post("/create-api-key", {}).data["api_key"]
        client.as_key(made).get(PAGE, {"api_key": made})

    assert ids(judged(make_client(), habit, allow=ALLOWED)) == ["C401"]


@pytest.mark.parametrize("query", ["", "term=key", "term=0123456789abcdef"])
def test_a_key_in_its_header_alone_keeps_the_contract(make_client: MakeClient, query: str) -> None:
    assert judged(make_client(), lambda client: client.get(PAGE, query)).is_kept


def test_every_listed_id_can_stand_in_a_url(make_client: MakeClient) -> None:
    def habit(client: JudgedClient) -> None:
        for routine in client.get("/user-campaign-filters").data["campaign_routines"]:
            client.get("/optimized_routine_data", routine_id(routine))

    def routine_id(routine: dict[str, str]) -> dict[str, str]:
        return {"linkedin_campaign_routine_id": routine["linkedin_campaign_routine_id"]}

    assert judged(make_client(routines=60, seed=3), habit).is_kept


def test_a_key_that_followed_a_redirect_to_another_origin_is_found() -> None:
    moved = sent(1, status=307, is_deliberate=True, answer_headers={"location": f"{ELSEWHERE}/here"})
    found = verdict(moved, sent(2, origin=ELSEWHERE, path="/here", operation_id=""))
    assert ids(found) == ["C402"]
    assert sentence(found) == f"a key went to {ELSEWHERE}, which is not the API"
    assert f"#2 GET {ELSEWHERE}/here → 200" in render(found)
    assert KEY not in render(found)


def test_a_redirect_that_is_followed_without_the_key_keeps_the_contract() -> None:
    assert verdict(sent(1, status=307), sent(2, origin=ELSEWHERE, key_hash="", operation_id="")).is_kept
