"""What a whole run comes to."""

from __future__ import annotations

import pytest

from contracts.outcome.conclusion import conclude
from contracts.verdicts import Outcome, Report
from fabricated import exchange, kept, report, verdict, violation

ID = "auth.guard[getCampaignInfo]"


def broken(**changes: object) -> Report:
    """Make a report with one violation and else nothing to complain about."""
    found = violation(ID, **changes)
    return kept(verdicts=(verdict(ID, Outcome.BROKEN, violations=(found,)), verdict("envelope.code[a]")))


def test_a_kept_contract_exits_with_zero() -> None:
    conclusion = conclude(kept(4))
    assert (conclusion.exit_code, conclusion.word) == (0, "kept")
    assert conclusion.sentence == "The server keeps the contract: 4 relations judged, none broken."


def test_what_was_not_judged_is_said_beside_what_is_kept() -> None:
    undecided = [verdict(f"auth.a{number}[x]", Outcome.INCONCLUSIVE, reason="no rows") for number in range(2)]
    missing = verdict("auth.b[x]", Outcome.LEFT_OUT, reason="budget")
    conclusion = conclude(kept(verdicts=(*kept(4).verdicts, *undecided, missing)))
    assert conclusion.sentence.endswith("4 relations judged, none broken, 2 not decided, 1 left out.")


def test_a_violation_breaks_the_run() -> None:
    conclusion = conclude(broken())
    assert (conclusion.exit_code, conclusion.word) == (1, "broken")
    assert conclusion.sentence.endswith("1 violation of 1 relation.")


def test_an_assumption_counts_unless_it_only_warns() -> None:
    found = broken(assumed="Days are UTC days.")
    assert conclude(found).exit_code == 1
    assert conclude(report(verdicts=found.verdicts, assumptions="warn", exchanges=())).exit_code == 0


def test_an_accepted_violation_does_not_count() -> None:
    found = broken()
    accepted = ((found.violations[0].fingerprint, "known"),)
    conclusion = conclude(kept(verdicts=found.verdicts, accepted=accepted))
    assert conclusion.exit_code == 0
    assert "1 violation accepted" in conclusion.sentence


def test_a_warning_does_not_count() -> None:
    assert conclude(broken(severity="warning")).exit_code == 0


@pytest.mark.parametrize("outcome", [Outcome.INCONCLUSIVE, Outcome.LEFT_OUT])
def test_a_run_that_judged_nothing_is_never_green(outcome: Outcome) -> None:
    conclusion = conclude(kept(verdicts=(verdict(ID, outcome, reason="no rows"),)))
    assert (conclusion.exit_code, conclusion.word) == (4, "inconclusive")
    assert "Nothing was judged" in conclusion.sentence


def test_a_run_without_relations_is_never_green() -> None:
    assert conclude(kept(verdicts=())).exit_code == 4


def test_a_run_without_a_single_success_is_inconclusive() -> None:
    conclusion = conclude(kept(exchanges=(exchange(1, 404), exchange(2, 404))))
    assert conclusion.exit_code == 4
    assert "Not one request" in conclusion.sentence


@pytest.mark.parametrize("status", [401, 403, 429, 500, None])
def test_an_operation_that_never_lets_a_valid_key_in_is_inconclusive(status: int | None) -> None:
    shut = [exchange(number + 10, status, operation_id="getDashboardInfo") for number in range(2)]
    conclusion = conclude(kept(exchanges=(*(exchange(number) for number in range(40)), *shut)))
    assert conclusion.exit_code == 4
    assert "getDashboardInfo was never let in" in conclusion.sentence


@pytest.mark.parametrize("status", [400, 404])
def test_an_operation_that_refuses_for_lack_of_data_is_no_doubt(status: int) -> None:
    assert conclude(kept(exchanges=(exchange(1), exchange(2, status, operation_id="getDashboardInfo")))).exit_code == 0


def test_a_refused_bad_key_is_no_doubt() -> None:
    refused = exchange(2, 401, operation_id="getDashboardInfo", credential="unknown")
    assert conclude(kept(exchanges=(exchange(1), refused))).exit_code == 0


@pytest.mark.parametrize("refused, code", [(10, 0), (11, 4)])
def test_more_than_a_tenth_of_429_is_inconclusive(refused: int, code: int) -> None:
    sent = [exchange(number, 429 if number < refused else 200) for number in range(100)]
    assert conclude(kept(exchanges=tuple(sent))).exit_code == code


@pytest.mark.parametrize("missing, code", [(10, 0), (11, 4)])
def test_more_than_a_tenth_without_an_answer_is_inconclusive(missing: int, code: int) -> None:
    sent = [exchange(number, None if number < missing else 200) for number in range(100)]
    conclusion = conclude(kept(exchanges=tuple(sent)))
    assert conclusion.exit_code == code
    assert ("the connection was closed before an answer came" in conclusion.sentence) == bool(code)


def test_the_429_of_the_provoked_burst_are_expected() -> None:
    burst = [exchange(number, 429, phase="limits") for number in range(50)]
    assert conclude(kept(exchanges=(exchange(100), *burst))).exit_code == 0


@pytest.mark.parametrize("left_out, code", [(4, 0), (5, 4)])
def test_more_than_half_left_out_is_inconclusive(left_out: int, code: int) -> None:
    missing = [verdict(f"auth.a{number}[x]", Outcome.LEFT_OUT, reason="budget") for number in range(left_out)]
    assert conclude(kept(verdicts=(*kept(4).verdicts, *missing))).exit_code == code


def test_relations_that_the_data_cannot_decide_cost_nothing() -> None:
    undecided = [verdict(f"auth.a{number}[x]", Outcome.INCONCLUSIVE, reason="no rows") for number in range(40)]
    assert conclude(kept(verdicts=(*kept(1).verdicts, *undecided))).exit_code == 0


def test_an_interrupted_run_says_what_is_known() -> None:
    conclusion = conclude(report(is_interrupted=True))
    assert (conclusion.exit_code, conclusion.word) == (130, "interrupted")
    assert conclusion.sentence == "Stopped before its end: 4 relations judged, 2 violations so far."
