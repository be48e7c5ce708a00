from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from mockserver.errors import ConfigInvalid, ScenarioInvalid
from mockserver.live.sandbox import Sandbox
from mockserver.live.server import Embedded

PATH = "/user-campaign-filters"


@pytest.fixture(scope="module")
def mock() -> Iterator[Embedded]:
    mock = Embedded(check_answers=True)
    yield mock
    mock.stop()


@pytest.fixture
def sandbox(mock: Embedded) -> Iterator[Sandbox]:
    sandbox = mock.open()
    yield sandbox
    assert sandbox.close() == []


def get(sandbox: Sandbox, path: str = PATH, **headers: str) -> requests.Response:
    headers = {"Authorization": sandbox.key} | headers
    return requests.get(sandbox.base_url + path, headers=headers, timeout=10)


def statuses(sandbox: Sandbox) -> list[int]:
    return [entry["response"]["status"] for entry in sandbox.journal()["requests"][::-1]]


def test_the_key_of_a_sandbox_opens_it_and_no_other(mock: Embedded, sandbox: Sandbox) -> None:
    other = mock.open()
    assert get(sandbox).status_code == 200
    assert get(sandbox, Authorization=other.key).status_code == 401
    other.close()


def test_a_sandbox_keeps_what_came_to_its_port_whatever_key_it_carried(mock: Embedded, sandbox: Sandbox) -> None:
    other = mock.open()
    get(sandbox)
    get(other, Authorization=sandbox.key)
    get(other, Authorization="")
    assert (statuses(sandbox), statuses(other)) == ([200], [401, 401])
    other.close()


def test_the_journal_holds_every_request_from_the_newest_without_a_key(sandbox: Sandbox) -> None:
    get(sandbox)
    get(sandbox, "/nowhere")
    journal = sandbox.journal()
    assert [entry["operationId"] for entry in journal["requests"]] == [None, "getUserCampaignFilters"]
    assert journal["meta"]["total"] == 2
    assert sandbox.key not in repr(journal)


def test_each_sandbox_counts_for_itself(mock: Embedded, sandbox: Sandbox) -> None:
    limited = mock.open(limit_minute=1, clock=1746954000.0)
    assert [get(limited).status_code for _ in range(2)] == [200, 429]
    assert get(sandbox).status_code == 200
    limited.close()


def test_the_clock_of_a_sandbox_is_its_own(mock: Embedded, sandbox: Sandbox) -> None:
    limited = mock.open(limit_minute=1, clock=1746954000.0)
    get(limited)
    limited.clock.advance(60)
    assert get(limited).status_code == 200
    assert not sandbox.clock.is_frozen
    limited.close()


@pytest.mark.parametrize("settings, rows", [({"routines": 3}, 3), ({"routines": 0}, 0)], ids=["some", "none"])
def test_a_sandbox_has_an_organisation_of_its_own_size(mock: Embedded, settings: dict[str, Any], rows: int) -> None:
    sandbox = mock.open(**settings)
    assert len(get(sandbox).json()["data"]["campaign_routines"]) == rows
    sandbox.close()


def test_equal_settings_give_equal_answers(mock: Embedded) -> None:
    one, other = (mock.open(routines=5, seed=7, clock=1746954000.0) for _ in range(2))
    assert get(one).json()["data"] == get(other).json()["data"]
    for sandbox in (one, other):
        sandbox.close()


def test_a_setting_that_makes_no_sense_is_refused(mock: Embedded) -> None:
    with pytest.raises(ConfigInvalid, match="at least 1"):
        mock.open(limit_minute=0)


def test_a_redirect_leads_once_to_another_origin_of_the_same_sandbox(sandbox: Sandbox) -> None:
    sandbox.redirect("getUserCampaignFilters")
    answer = get(sandbox)
    assert [one.status_code for one in (*answer.history, answer)] == [307, 401]
    assert not answer.url.startswith(sandbox.base_url)
    assert get(sandbox).history == []
    origins = [entry.get("origin", "") for entry in sandbox.journal()["requests"]]
    assert origins == ["", answer.url.partition("/social_app")[0], ""]


def test_a_rule_answers_as_often_as_it_says(sandbox: Sandbox) -> None:
    sandbox.add_rule({"operation": "getUserCampaignFilters", "times": 2, "answers": [{"status": 500}]})
    assert [get(sandbox).status_code for _ in range(3)] == [500, 500, 200]


def test_a_limit_counts_what_was_sent_before(sandbox: Sandbox) -> None:
    sandbox.clock.freeze(True)
    get(sandbox)
    sandbox.limit({"minute": 2})
    assert [get(sandbox).status_code for _ in range(2)] == [200, 429]


@pytest.mark.parametrize(
    "ask",
    [
        lambda sandbox: sandbox.redirect("getNothing"),
        lambda sandbox: sandbox.add_rule({"operation": "getNothing", "answers": [{"status": 500}]}),
    ],
    ids=["redirect", "rule"],
)
def test_an_unknown_operation_is_told_with_those_that_exist(ask: Callable[[Sandbox], None], sandbox: Sandbox) -> None:
    with pytest.raises(ScenarioInvalid, match=r"getNothing.*getUserCampaignFilters"):
        ask(sandbox)


def test_the_control_api_at_the_port_controls_this_sandbox(sandbox: Sandbox) -> None:
    get(sandbox)
    admin = sandbox.base_url.partition("/social_app")[0] + "/__admin"
    listed = requests.get(f"{admin}/requests", timeout=10).json()
    assert listed["meta"]["total"] == 1


def test_a_client_in_this_process_needs_no_port(sandbox: Sandbox) -> None:
    from werkzeug.test import Client

    path = sandbox.base_url.removeprefix("http://").partition("/")[2]
    client = Client(sandbox.app)
    headers = {"Authorization": sandbox.key}
    answers = [client.get(f"/{path}{PATH}", base_url=f"http://{host}", headers=headers) for host in NAMES]
    assert [answer.status_code for answer in answers] == [200] * len(NAMES)
    assert statuses(sandbox) == [200] * len(NAMES)


NAMES = ("localhost", "testserver", "127.0.0.1:80")


def test_many_clients_at_once_are_all_kept(sandbox: Sandbox) -> None:
    clients = [threading.Thread(target=get, args=(sandbox,)) for _ in range(8)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    assert statuses(sandbox) == [200] * 8
