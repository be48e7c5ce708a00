"""The fixtures in projects of their own, each run by a pytest within the process: test_load.py starts processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from textwrap import dedent

import pytest

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.slow

#: Plugins that a run is spared: they cost a second, or put tests into another order.
SPARED = ("schemathesis", "hypothesispytest", "randomly", "asyncio")

CLIENT = """
import pytest
import requests

PATH = "/user-campaign-filters"

def get(api, path=PATH, **options):
    return requests.get(api.base_url + path, headers=api.headers, timeout=10, **options)
"""

Run = Callable[..., pytest.RunResult]


@pytest.fixture
def run(pytester: pytest.Pytester) -> Run:
    """Write a module of tests, with a client above it, and run it: `run("def test_…", "-n", "2", use=("asyncio",))`."""

    def run(tests: str, *args: str, use: tuple[str, ...] = ()) -> pytest.RunResult:
        pytester.makepyfile(client=CLIENT)
        pytester.makepyfile(test_it=f"from client import *\n{dedent(tests)}")
        spared = [item for name in SPARED if name not in use for item in ("-p", f"no:{name}")]
        return pytester.runpytest_inprocess(*spared, *args)

    return run


def test_a_client_that_keeps_the_contract_passes(run: Run) -> None:
    result = run(
        """
        def test_one(mock_api):
            assert get(mock_api).status_code == 200

        def test_it_was_fresh(mock_api):
            assert mock_api.requests == ()

        def test_no_request_at_all(mock_api):
            pass
        """
    )
    result.assert_outcomes(passed=3)


def test_a_client_that_breaks_the_contract_fails_its_test_at_the_end(run: Run) -> None:
    result = run(
        """
        def test_misspelt(mock_api):
            assert get(mock_api, "/campaign-info", params={"start-date": "2025-01-01"}).ok
        """
    )
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        [
            "*ERROR at teardown of test_misspelt*",
            "The client breaks the contract: 1 rule in 1 request.",
            "C103 *",
            "*`start-date` is not a parameter of getCampaignInfo; did you mean `start_date`?*",
        ]
    )
    result.stdout.no_fnmatch_line("*Traceback*")


def test_the_tests_own_failure_stays_and_the_verdict_follows(run: Run) -> None:
    result = run(
        """
        def test_both(mock_api):
            get(mock_api, "/nowhere")
            assert 1 == 2
        """
    )
    result.assert_outcomes(failed=1, errors=1)
    result.stdout.fnmatch_lines(["E * assert 1 == 2"])
    result.stdout.fnmatch_lines(["C101 *"])


def test_a_broken_rule_is_allowed_by_marker_by_configuration_and_by_block(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        """
        import pytest

        @pytest.fixture(scope="session")
        def mock_api_config():
            return {"allow": ["C102"], "clock": "2025-05-11T09:00:00Z", "limit_minute": 2}
        """
    )
    result = run(
        """
        @pytest.mark.mock_api(allow=["C101"])
        def test_marker(mock_api):
            get(mock_api, "/nowhere")
            requests.put(mock_api.base_url + PATH, headers=mock_api.headers)

        def test_block(mock_api):
            with mock_api.expect_violation("C101"):
                get(mock_api, "/nowhere")

        def test_settings_of_the_configuration(mock_api):
            assert mock_api.clock.now == 1746954000
            assert [get(mock_api).status_code for _ in range(2)] == [200, 200]

        @pytest.mark.mock_api(limit_minute=3, routines=2)
        class TestClosest:
            @pytest.mark.mock_api(limit_minute=4)
            def test_wins(self, mock_api):
                assert [get(mock_api).status_code for _ in range(4)] == [200] * 4
                assert len(mock_api.requests[0].answer["data"]["campaign_routines"]) == 2
        """
    )
    result.assert_outcomes(passed=4)


@pytest.mark.parametrize(
    "marker, message",
    [
        ("limit_minutes=3", "mock_api: `limit_minutes` is not a setting; did you mean `limit_minute`?*"),
        ("3", "mock_api: settings have names, such as mock_api(limit_minute=3)"),
        ("limit_minute=0", "mock_api: *at least 1 was expected*"),
        ("allow=['C999']", "*'C999' is not a rule on clients*"),
        ("clock='noon'", "mock_api: `clock` takes a moment such as *"),
    ],
    ids=["misspelt", "positional", "limit", "rule", "clock"],
)
def test_a_marker_that_makes_no_sense_is_told_in_one_line(run: Run, marker: str, message: str) -> None:
    result = run(
        f"""
        @pytest.mark.mock_api({marker})
        def test_it(mock_api):
            pass
        """
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*ERROR at setup of test_it*", message, "*short test summary*"])


def test_the_session_fixture_keeps_its_state_and_is_judged_at_the_end(run: Run) -> None:
    result = run(
        """
        def test_first(mock_api_session, mock_api):
            get(mock_api_session, "/nowhere")
            get(mock_api)
            assert mock_api_session.base_url != mock_api.base_url

        def test_second(mock_api_session):
            assert len(mock_api_session.requests) == 1
        """
    )
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*ERROR at teardown of test_second*", "*C101 *"])


def test_strict_markers_and_warnings_as_errors_find_nothing(run: Run) -> None:
    result = run(
        """
        @pytest.mark.mock_api(seed=1)
        def test_it(mock_api):
            mock_api.fail("getUserCampaignFilters", 500)
            assert [get(mock_api).status_code for _ in range(2)] == [500, 200]
        """,
        "--strict-markers",
        "-W",
        "error",
    )
    result.assert_outcomes(passed=1)


MANY = """
@pytest.mark.parametrize("number", range(24))
def test_each_is_alone(mock_api, mock_api_session, number):
    mock_api.limit(minute=number + 1)
    assert [get(mock_api).status_code for _ in range(number + 2)] == [200] * (number + 1) + [429]
    assert get(mock_api_session).status_code == 200
    assert len(mock_api.requests) == number + 2
"""


@pytest.mark.parametrize("mode", ["load", "loadscope", "loadfile", "loadgroup", "worksteal"])
def test_it_works_in_every_distribution_mode(run: Run, mode: str) -> None:
    pytest.importorskip("xdist")
    run(MANY, "-n", "2", "--dist", mode).assert_outcomes(passed=24)


@pytest.mark.parametrize("seed", [1, 2])
def test_it_works_in_any_order(run: Run, seed: int) -> None:
    pytest.importorskip("pytest_randomly")
    run(MANY, f"--randomly-seed={seed}", use=("randomly",)).assert_outcomes(passed=24)


def test_asynchronous_clients_and_threads_share_a_mock(run: Run) -> None:
    for name in ("pytest_asyncio", "httpx", "aiohttp"):
        pytest.importorskip(name)
    result = run(
        """
        import asyncio
        import aiohttp
        import httpx
        from concurrent.futures import ThreadPoolExecutor

        pytestmark = pytest.mark.asyncio

        async def test_httpx(mock_api):
            async with httpx.AsyncClient(base_url=mock_api.base_url, headers=mock_api.headers) as client:
                answers = await asyncio.gather(*(client.get(PATH) for _ in range(8)))
            assert [answer.status_code for answer in answers] == [200] * 8
            assert len(mock_api.requests) == 8

        async def test_aiohttp(mock_api):
            mock_api.limit(minute=1)
            async with aiohttp.ClientSession(headers=mock_api.headers) as client:
                for status in (200, 429, 200):
                    async with client.get(mock_api.base_url + PATH) as answer:
                        body = await answer.json()
                    assert answer.status == status
                    if status == 429:
                        await mock_api.asleep(body["data"]["retry_after"])

        async def test_threads(mock_api):
            with ThreadPoolExecutor(4) as pool:
                assert {answer.status_code for answer in pool.map(lambda _: get(mock_api), range(16))} == {200}
            assert len(mock_api.requests) == 16
        """,
        "-o",
        "asyncio_default_fixture_loop_scope=function",
        use=("asyncio",),
    )
    result.assert_outcomes(passed=3)


def test_without_a_url_contract_api_is_the_mock(run: Run) -> None:
    result = run(
        """
        def test_it(contract_api, mock_api):
            assert contract_api is mock_api
        """
    )
    result.assert_outcomes(passed=1)


BOTH = """
def test_reads(contract_api):
    assert get(contract_api).status_code == 200

def test_needs_the_mock(contract_api):
    contract_api.fail("getUserCampaignFilters", 500)
    assert get(contract_api).status_code == 500

def test_misspelt(contract_api):
    with contract_api.expect_violation("C103"):
        get(contract_api, "/campaign-info", params={"start-date": "2025-01-01"})
"""


@pytest.fixture
def url() -> Iterator[str]:
    from mockserver.live.server import LiveServer

    with LiveServer() as server:
        yield server.base_url


def test_one_suite_asks_the_mock_and_a_server(run: Run, url: str) -> None:
    run(BOTH).assert_outcomes(passed=3)
    run(BOTH, "--contracts-url", url).assert_outcomes(passed=2, skipped=1)


def test_beyond_the_budget_nothing_is_sent_and_the_test_says_so(run: Run, url: str) -> None:
    result = run(BOTH, "--contracts-url", url, "--contracts-budget", "1")
    result.assert_outcomes(failed=2, skipped=1, errors=2)
    result.stdout.fnmatch_lines(["the budget of 1 requests is spent (--budget)"])


@pytest.mark.parametrize(
    "options, message",
    [
        (("--contracts-url", "http://127.0.0.1:1/api"), "http://127.0.0.1:1/api gives no answer: *nothing listens*"),
        (("--contracts-url", "ftp://127.0.0.1"), "BASE_URL: a URL that begins with http:// or https:// was expected"),
        (("--contracts-url", "http://127.0.0.1:1", "--contracts-budget", "0"), "*at least 1 request was expected"),
    ],
    ids=["nobody", "scheme", "budget"],
)
def test_a_url_that_cannot_be_asked_is_told_in_one_line(run: Run, options: tuple[str, ...], message: str) -> None:
    result = run(BOTH, "-k", "reads", *options)
    result.assert_outcomes(errors=1, deselected=2)
    result.stdout.fnmatch_lines(["*ERROR at setup of test_reads*", message, "*short test summary*"])
