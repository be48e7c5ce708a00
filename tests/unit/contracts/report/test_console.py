"""The run on a terminal, and as plain lines where there is none."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest

from contracts.events import (
    ExchangeFinished,
    PhaseFinished,
    PhaseStarted,
    RelationJudged,
    RunFinished,
    RunStarted,
    Waiting,
)
from contracts.report.console import Console, ConsoleOptions
from contracts.verdicts import Outcome, Report
from documents import source_of
from fabricated import exchange, kept, report, verdict, violation

SOURCE = source_of("paths:\n  /campaign-info:\n    get: {x-collection: {filters: [1, 2]}}\n")


def shown(made: Report, *, wait_s: float = 0.0, **options: Any) -> str:
    """Play a run to a console and return what it wrote."""
    stream = io.StringIO()
    with Console(stream, lambda: SOURCE, ConsoleOptions(**options), clock=lambda: 0.0) as console:
        console(RunStarted(target=made.target, budget=made.budget, planned=7, seed=7, is_mock=True))
        console(PhaseStarted(phase="relations", planned=7))
        for item in made.exchanges:
            console(ExchangeFinished(exchange=item, sent=item.number, remaining_minute=100 - item.number))
        console(Waiting(seconds=wait_s, reason="the minute is used up"))
        for judged in made.verdicts:
            console(RelationJudged(verdict=judged))
        console(PhaseFinished(phase="relations"))
        console(RunFinished(report=made))
    return stream.getvalue()


def test_plain_lines_tell_phase_requests_and_allowance() -> None:
    text = shown(report())
    assert "\nphase    relations: 7 requests planned\n" in text
    assert "\ndone     relations: 7 of 1,000 requests · 93 left this minute\n" in text


def test_plain_lines_hold_a_mark_for_every_relation_and_no_colour() -> None:
    text = shown(report())
    assert "\x1b" not in text
    assert "\ncollection  ✗✓  1 kept · 1 broken\nenvelope    ✓  1 kept\nidentity    ?  1 inconclusive\n" in text


def test_marks_of_a_large_kind_go_on_below() -> None:
    many = tuple(verdict(f"auth.a{number}[x]") for number in range(45))
    assert "auth  " + "✓" * 40 + "\n      ✓✓✓✓✓  45 kept\n" in shown(kept(verdicts=many))


def test_a_wait_is_said_once() -> None:
    assert shown(report(), wait_s=12).count("waiting  12 s: the minute is used up") == 1
    assert "waiting" not in shown(report())


def test_the_last_screen_says_all_about_a_violation() -> None:
    text = shown(report())
    for part in (
        "1  collection.subset[getCampaignInfo:campaign_status]",
        "   what happened  A row with campaign_status `draft` came back for `active`",
        "   expected       only rows whose campaign_status is `active`",
        "   spec           openapi.yaml:3 #/paths/~1campaign-info/get/x-collection/filters/1",
        '   shown by       {"campaign_status": "draft", "note": "<b>100 %</b>"}',
        '   try            curl -H "Authorization: $CONTRACTS_API_KEY" ',
    ):
        assert part in text


def test_the_last_line_is_the_verdict() -> None:
    assert shown(report()).endswith("\n✗ broken  The server does not keep the contract: 2 violations of 2 relations.\n")


def test_the_last_screen_names_what_is_not_known_and_why() -> None:
    text = shown(report())
    assert "? inconclusive (1)\n   no routine was listed: identity.opens[getOptimizedRoutineData]\n" in text
    assert "– left out (1)\n   it writes; --allow-writes sends it: effect.created[createApiKey]\n" in text


def test_the_last_screen_tells_requests_seed_coverage_and_notes() -> None:
    text = shown(report(notes=(("report", "html out.html"),)))
    assert "requests   7 of 1,000 · 1.2 s · seed 7\n" in text
    assert "coverage   0 of 1 operations" in text
    assert "report     html out.html\n" in text


def test_many_violations_stay_on_one_screen() -> None:
    many = tuple(violation(detail=str(number)) for number in range(30))
    text = shown(kept(verdicts=(verdict("auth.guard[a]", Outcome.BROKEN, violations=many),)))
    assert text.count("what happened") == 8
    assert "and 22 more; --report html:PATH shows them all" in text


def test_many_relations_with_one_reason_are_one_line() -> None:
    idle = tuple(verdict(f"auth.a{n}[x]", Outcome.INCONCLUSIVE, reason="no rows") for n in range(40))
    assert "   no rows: auth.a0[x], auth.a1[x], auth.a2[x] and 37 more\n" in shown(kept(verdicts=idle))


def test_quiet_is_the_verdict_only() -> None:
    text = shown(report(), is_quiet=True, wait_s=5)
    assert text == "✗ broken  The server does not keep the contract: 2 violations of 2 relations.\n"


def test_a_terminal_shows_marks_by_kind_in_colour() -> None:
    text = shown(report(), is_terminal=True)
    assert "\x1b[" in text
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)
    assert re.search(r"collection  ✗✓  1 kept · 1 broken", plain)


def test_no_color_is_honoured_on_a_terminal() -> None:
    text = shown(kept(), is_terminal=True, is_colourless=True)
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]", text)


def test_a_terminal_gets_its_cursor_back_when_a_run_fails() -> None:
    stream = io.StringIO()

    def fail() -> None:
        with Console(stream, lambda: SOURCE, ConsoleOptions(is_terminal=True)) as console:
            console(RunStarted(target="http://x", budget=1, planned=1, seed=0, is_mock=False))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert stream.getvalue().rfind("\x1b[?25h") > stream.getvalue().rfind("\x1b[?25l")


def test_github_folds_the_relations_and_annotates() -> None:
    lines = shown(report(), is_github=True).splitlines()
    folded = lines[lines.index("::group::Relations") + 1 : lines.index("::endgroup::")]
    assert [line.partition("  ")[0] for line in folded] == [item.relation.id for item in report().verdicts]
    assert [line for line in lines if line.startswith("::error file=openapi.yaml,line=3")]


def test_text_of_a_server_gives_github_no_orders() -> None:
    hostile = violation(excerpt="first\n::stop-commands::x", title="::error::y")
    text = shown(kept(verdicts=(verdict("auth.guard[a]", Outcome.BROKEN, violations=(hostile,)),)), is_github=True)
    orders = [line.strip() for line in text.splitlines() if line.strip().startswith("::")]
    assert {order.split(" ")[0] for order in orders} == {"::group::Relations", "::endgroup::", "::error"}
    assert not [order for order in orders if "stop-commands" in order.split("::")[1]]


def test_a_phase_that_was_cut_short_says_why() -> None:
    stream = io.StringIO()
    with Console(stream, lambda: SOURCE) as console:
        console(PhaseStarted(phase="fuzz", planned=600))
        console(PhaseFinished(phase="fuzz", reason="the budget is used up"))
    assert "fuzz was cut short: the budget is used up" in stream.getvalue()


def test_a_request_outside_the_document_is_no_trouble() -> None:
    assert "kept" in shown(kept(exchanges=(exchange(1), exchange(2, operation_id=""))))
