from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from mockserver.errors import ConfigInvalid
from mockserver.live import Embedded, World

PATH = "/user-campaign-filters"


@pytest.fixture(scope="module")
def mock() -> Iterator[Embedded]:
    mock = Embedded(check_answers=True)
    yield mock
    mock.stop()


@pytest.fixture
def world(mock: Embedded) -> Iterator[World]:
    world = mock.open()
    yield world
    assert world.close() == []


def get(world: World, path: str = PATH, **headers: str) -> requests.Response:
    headers = {"Authorization": world.key} | headers
    return requests.get(world.base_url + path, headers=headers, timeout=10)


def statuses(world: World) -> list[int]:
    return [exchange.response.status for exchange in world.exchanges()]


def test_the_key_of_a_world_opens_it_and_no_other(mock: Embedded, world: World) -> None:
    other = mock.open()
    assert get(world).status_code == 200
    assert get(world, Authorization=other.key).status_code == 401
    other.close()


def test_a_world_keeps_what_came_to_its_port_whatever_key_it_carried(mock: Embedded, world: World) -> None:
    other = mock.open()
    get(world)
    get(other, Authorization=world.key)
    get(other, Authorization="")
    assert (statuses(world), statuses(other)) == ([200], [401, 401])
    other.close()


def test_exchanges_are_listed_from_the_oldest_without_a_key(world: World) -> None:
    get(world)
    get(world, "/nowhere")
    assert [exchange.operation_id for exchange in world.exchanges()] == ["getUserCampaignFilters", None]
    assert world.key not in repr(world.exchanges())


def test_each_world_counts_for_itself(mock: Embedded, world: World) -> None:
    limited = mock.open(limit_minute=1, clock=1746954000.0)
    assert [get(limited).status_code for _ in range(2)] == [200, 429]
    assert get(world).status_code == 200
    limited.close()


def test_the_clock_of_a_world_is_its_own(mock: Embedded, world: World) -> None:
    limited = mock.open(limit_minute=1, clock=1746954000.0)
    get(limited)
    limited.clock.advance(60)
    assert get(limited).status_code == 200
    assert not world.clock.is_frozen
    limited.close()


@pytest.mark.parametrize("settings, rows", [({"routines": 3}, 3), ({"routines": 0}, 0)], ids=["some", "none"])
def test_a_world_has_an_organisation_of_its_own_size(mock: Embedded, settings: dict[str, Any], rows: int) -> None:
    world = mock.open(**settings)
    assert len(get(world).json()["data"]["campaign_routines"]) == rows
    world.close()


def test_equal_settings_give_equal_answers(mock: Embedded) -> None:
    one, other = (mock.open(routines=5, seed=7, clock=1746954000.0) for _ in range(2))
    assert get(one).json()["data"] == get(other).json()["data"]
    for world in (one, other):
        world.close()


def test_a_setting_that_makes_no_sense_is_refused(mock: Embedded) -> None:
    with pytest.raises(ConfigInvalid, match="at least 1"):
        mock.open(limit_minute=0)


def test_another_origin_leads_to_the_same_world(world: World) -> None:
    elsewhere = world.open_origin()
    assert elsewhere != world.base_url
    requests.get(elsewhere + PATH, headers={"Authorization": world.key}, timeout=10)
    assert statuses(world) == [200]


def test_the_control_api_at_the_port_controls_this_world(world: World) -> None:
    get(world)
    admin = world.base_url.partition("/social_app")[0] + "/__admin"
    listed = requests.get(f"{admin}/requests", timeout=10).json()
    assert listed["meta"]["total"] == 1


def test_a_client_in_this_process_needs_no_port(world: World) -> None:
    from werkzeug.test import Client

    path = world.base_url.removeprefix("http://").partition("/")[2]
    client = Client(world.app)
    headers = {"Authorization": world.key}
    answers = [client.get(f"/{path}{PATH}", base_url=f"http://{host}", headers=headers) for host in NAMES]
    assert [answer.status_code for answer in answers] == [200] * len(NAMES)
    assert statuses(world) == [200] * len(NAMES)


NAMES = ("localhost", "testserver", "127.0.0.1:80")


def test_many_clients_at_once_are_all_kept(world: World) -> None:
    clients = [threading.Thread(target=get, args=(world,)) for _ in range(8)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    assert statuses(world) == [200] * 8
