"""What counts, what is accepted, what was expected; and what it comes to."""

from __future__ import annotations

import subprocess
import sys

import pytest

from contracts.client import ClientRequest, Expectation, VerdictOptions, judge
from unit.contracts.client.sending import breach, case, document, ids, sent, verdict

LOST = breach("path", "", "unknown-path")
WRONG = breach("query", "/limit", "type", "It is not an integer.")


def lost(order: int, path: str = "/nowhere") -> ClientRequest:
    return sent(order, path=path, operation_id="", breaches=LOST)


def test_the_same_is_said_once_with_all_its_requests() -> None:
    found = verdict(lost(1), sent(2), lost(3), lost(4, "/elsewhere"))
    assert ids(found) == ["C101", "C101"]
    assert [[item.order for item in finding.requests] for finding in found.findings] == [[1, 3], [4]]


def test_findings_stand_in_the_order_of_their_first_requests() -> None:
    assert ids(verdict(sent(1, breaches=WRONG), lost(2), sent(3, breaches=WRONG))) == ["C104", "C101"]


def test_what_is_allowed_is_accepted_and_the_rest_counts() -> None:
    found = verdict(lost(1), sent(2, breaches=WRONG), allow=["C101"])
    assert ids(found) == ["C104"]
    assert [item.rule.id for item in found.accepted] == ["C101"]
    assert verdict(lost(1), allow={"C101"}).is_kept


def test_what_is_expected_is_accepted_in_its_span_only() -> None:
    found = verdict(lost(1), lost(2), lost(3), expected=(Expectation("C101", 2, 2),))
    assert [item.order for item in found.findings[0].requests] == [1, 3]
    assert [item.order for item in found.accepted[0].requests] == [2]
    assert not found.unmet


@pytest.mark.parametrize(
    "expectation, is_met",
    [
        case("whole", Expectation("C101"), True),
        case("from", Expectation("C101", 2), True),
        case("span", Expectation("C101", 2, 3), True),
        case("before", Expectation("C101", 1, 1), False),
        case("after", Expectation("C101", 3), False),
        case("another rule", Expectation("C102"), False),
    ],
)
def test_what_is_expected_must_come(expectation: Expectation, is_met: bool) -> None:
    found = verdict(sent(1), lost(2), sent(3), expected=(expectation,))
    assert found.is_kept is is_met
    assert (not found.unmet) is is_met
    if not is_met:
        span = f"{expectation.first} {'on' if expectation.last is None else f'to {expectation.last}'}"
        assert found.unmet[0].sentence == f"{expectation.rule_id} was expected from request {span}, and did not come"


def test_a_rule_on_demand_is_judged_where_it_is_expected() -> None:
    ghost = sent(breaches=breach("query", "/x", "unknown-entity"))
    assert verdict(ghost, expected=(Expectation("C109"),)).is_kept
    assert not verdict(ghost, also=["C109"]).is_kept
    assert verdict(ghost).is_kept


@pytest.mark.parametrize(
    "requests, total, word, code",
    [
        case("kept", [sent()], None, "kept", 0),
        case("broken", [lost(1)], None, "broken", 1),
        case("nothing came", [], None, "inconclusive", 4),
        case("not all kept", [sent()], 2, "inconclusive", 4),
        case("broken all the same", [lost(1)], 2, "broken", 1),
    ],
)
def test_a_verdict_is_a_word_and_an_exit_code(
    requests: list[ClientRequest], total: int | None, word: str, code: int
) -> None:
    found = judge(requests, document(), total=total)
    assert (found.word, found.exit_code) == (word, code)


def test_an_unmet_expectation_breaks() -> None:
    assert judge([sent()], document(), VerdictOptions(expected=(Expectation("C101"),))).exit_code == 1


def test_importing_the_verdict_loads_nothing_but_the_standard_library() -> None:
    program = "import sys, contracts.client; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    # Start-up files of the interpreter may load packages of their own, before the first line of a program.
    bare = subprocess.run(
        [sys.executable, "-c", program.replace(", contracts.client", "")], capture_output=True, text=True, check=True
    )
    foreign = set(done.stdout.split()) - set(bare.stdout.split()) - set(sys.stdlib_module_names)
    assert foreign == {"contracts", "oas"}
