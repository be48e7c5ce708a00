from __future__ import annotations

from dataclasses import replace
from typing import NoReturn

import pytest

from contracts.client import Breach, ClientRequest, contract_of
from contracts.errors import ConfigInvalid
from contracts.plugin.client_log import ClientLog
from contracts.plugin.settings import Settings
from oas.contract import Contract

GOOD = ClientRequest(
    order=1, at=0.0, method="GET", path="/user-campaign-filters", operation_id="getUserCampaignFilters"
)
BAD = ClientRequest(
    order=1, at=0.0, method="GET", path="/nowhere", status=404, breaches=(Breach("path", "", "unknown-path", "none"),)
)


@pytest.fixture(scope="module")
def document() -> Contract:
    return contract_of()


class Client:
    """Something that sends, and the docket of it."""

    def __init__(self, document: Contract, settings: Settings) -> None:
        self.sent: tuple[ClientRequest, ...] = ()
        self.docket = ClientLog(lambda: (self.sent, len(self.sent)), document, settings)

    def send(self, *requests: ClientRequest) -> None:
        for one in requests:
            self.sent += (replace(one, order=len(self.sent) + 1),)

    def send_and_fail(self, request: ClientRequest) -> NoReturn:
        self.send(request)
        raise KeyError


@pytest.fixture
def client(document: Contract) -> Client:
    return Client(document, Settings())


def ids(docket: ClientLog) -> list[str]:
    return [finding.rule.id for finding in docket.verdict().findings]


def test_what_was_sent_is_judged(client: Client) -> None:
    client.send(GOOD)
    assert client.docket.verdict().is_kept
    client.send(BAD)
    assert ids(client.docket) == ["C101"]
    assert len(client.docket.sent) == 2


def test_a_rule_that_is_allowed_is_not_held_against_the_client(document: Contract) -> None:
    client = Client(document, Settings(allow=("C101",)))
    client.send(BAD)
    assert client.docket.verdict().is_kept


def test_an_unknown_rule_is_refused_at_once(document: Contract) -> None:
    with pytest.raises(ConfigInvalid, match="'C999' is not a rule on clients"):
        Client(document, Settings(allow=("C999",)))


def test_an_expected_violation_is_accepted_inside_its_block_alone(client: Client) -> None:
    with client.docket.expect("C101"):
        client.send(BAD)
    assert client.docket.verdict().is_kept
    client.send(BAD)
    assert ids(client.docket) == ["C101"]


def test_blocks_add_up(client: Client) -> None:
    for _ in range(2):
        with client.docket.expect("C101"):
            client.send(BAD)
    assert client.docket.verdict().is_kept


def test_an_expected_violation_that_does_not_come_fails_the_block(client: Client) -> None:
    with pytest.raises(AssertionError, match="C101 was expected from request 1 to 1"), client.docket.expect("C101"):
        client.send(GOOD)
    assert not client.docket.verdict().is_kept


def test_a_violation_before_the_block_does_not_count_as_expected(client: Client) -> None:
    client.send(BAD)
    with pytest.raises(AssertionError, match="C101 was expected"), client.docket.expect("C101"):
        client.send(GOOD)


def test_a_block_without_a_request_fails(client: Client) -> None:
    with pytest.raises(AssertionError, match="C101 was expected, and no request came"), client.docket.expect("C101"):
        pass


def test_a_block_without_a_request_accepts_nothing_that_follows(client: Client) -> None:
    with pytest.raises(AssertionError), client.docket.expect("C101"):
        pass
    client.send(BAD)
    assert ids(client.docket) == ["C101"]


def test_a_block_that_raises_raises_its_own(client: Client) -> None:
    with pytest.raises(KeyError), client.docket.expect("C101"):
        client.send_and_fail(BAD)
    assert client.docket.verdict().is_kept


def test_a_rule_that_does_not_exist_cannot_be_expected(client: Client) -> None:
    with pytest.raises(ConfigInvalid, match="did you mean C101"), client.docket.expect("c101"):
        client.send(BAD)


def test_a_rule_on_demand_is_judged_where_it_is_asked_for(document: Contract) -> None:
    page = ClientRequest(
        order=1,
        at=0.0,
        method="GET",
        path="/campaign-info",
        query="limit=1",
        operation_id="getCampaignInfo",
        answer_body='{"data": {"campaign_info": [{}], "total_campaign_routines_count": 2, "offset": 0}}',
    )
    silent, asked = Client(document, Settings()), Client(document, Settings(also=("C301",)))
    for client in (silent, asked):
        client.send(page)
    assert (ids(silent.docket), ids(asked.docket)) == ([], ["C301"])
