"""The last screen of a run, line by line."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.outcome.conclusion import conclude
from contracts.report.summary import MARKS, MAX_LISTED, MAX_MARKS, MAX_SHOWN, STYLES, kinds, screen, verdict_line
from contracts.verdicts import Outcome, Report, Verdict
from documents import source_of
from fabricated import kept, report, verdict, violation

SOURCE = source_of("paths:\n  /campaign-info:\n    get: {x-collection: {filters: [1, 2]}}\n")


def shown(made: Report) -> list[str]:
    """Write a screen without its looks."""
    return [line.plain for line in screen(made, SOURCE)]


def broken(count: int, **changes: Any) -> Report:
    """Make a report of one relation with so many findings."""
    found = tuple(violation(detail=str(number), **changes) for number in range(count))
    return kept(verdicts=(verdict("auth.guard[a]", Outcome.BROKEN, violations=found),))


def test_every_outcome_and_every_word_has_a_mark_and_a_style() -> None:
    words = {*Outcome, "interrupted"}
    assert set(MARKS) == set(STYLES) == words
    assert len(set(MARKS.values())) == len(words)


@pytest.mark.parametrize("count", [1, MAX_SHOWN, MAX_SHOWN + 1, MAX_SHOWN + 99])
def test_findings_are_numbered_and_the_rest_is_counted(count: int) -> None:
    lines = shown(broken(count))
    numbered = [line for line in lines if line[:1].isdigit() and "collection.subset" in line]
    assert [line.split("  ")[0] for line in numbered] == [str(number) for number in range(1, min(count, MAX_SHOWN) + 1)]
    rest = [line for line in lines if line.startswith("and ")]
    assert rest == ([f"and {count - MAX_SHOWN} more; --report html:PATH shows them all\n"] if count > MAX_SHOWN else [])


def test_a_run_without_findings_shows_none() -> None:
    assert not [line for line in shown(kept()) if "what happened" in line or "more" in line]


@pytest.mark.parametrize(
    "changes",
    [
        {"assumptions": "warn", "assumed": "Days are UTC days."},
        {"severity": "warning"},
        {"accepted": True},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_finding_that_does_not_count_is_not_shown(changes: dict[str, Any]) -> None:
    own = {name: value for name, value in changes.items() if name in ("assumed", "severity")}
    found = violation(**own)
    accepted = ((found.fingerprint, "known"),) if "accepted" in changes else ()
    made = kept(
        verdicts=(verdict("auth.guard[a]", Outcome.BROKEN, violations=(found,)),),
        accepted=accepted,
        assumptions=changes.get("assumptions", "fail"),
    )
    assert not [line for line in shown(made) if "what happened" in line]


def test_a_text_of_several_lines_stays_in_its_column() -> None:
    lines = shown(broken(1, excerpt="first\nsecond"))
    assert f"   {'shown by':<15}first\n{' ' * 18}second" in lines


@pytest.mark.parametrize("outcome", [Outcome.INCONCLUSIVE, Outcome.LEFT_OUT])
def test_relations_are_listed_by_reason_the_commonest_first(outcome: Outcome) -> None:
    made = kept(
        verdicts=(
            verdict("auth.a[x]", outcome, reason="rare"),
            *(verdict(f"auth.b{number}[x]", outcome, reason="common") for number in range(5)),
            verdict("auth.c[x]", outcome),
        )
    )
    lines = shown(made)
    start = lines.index(f"{MARKS[outcome]} {outcome} (7)")
    assert lines[start + 1 : start + 5] == [
        "   common: auth.b0[x], auth.b1[x], auth.b2[x] and 2 more",
        "   rare: auth.a[x]",
        "   no reason given: auth.c[x]",
        "",
    ]


@pytest.mark.parametrize(
    "reasons, rest", [(MAX_LISTED, []), (MAX_LISTED + 1, ["   and 1 more reasons"]), (30, ["   and 18 more reasons"])]
)
def test_very_many_reasons_are_cut(reasons: int, rest: list[str]) -> None:
    verdicts = tuple(verdict(f"auth.a{n}[x]", Outcome.LEFT_OUT, reason=f"reason {n}") for n in range(reasons))
    lines = shown(kept(verdicts=verdicts))
    assert [line for line in lines if line.endswith("more reasons")] == rest
    assert sum(line.startswith("   reason ") for line in lines) == MAX_LISTED


def test_a_reason_of_a_server_gives_the_terminal_no_orders() -> None:
    made = kept(verdicts=(verdict("auth.a[x]", Outcome.LEFT_OUT, reason="\x1b[2J"),), notes=(("note", "\x07bell"),))
    text = "\n".join(shown(made))
    assert "\\u001b[2J" in text
    assert "\\u0007bell" in text


@pytest.mark.parametrize(
    "changes, line",
    [
        ({"target": "http://x/y"}, "target     http://x/y"),
        ({"verdicts": ()}, "relations  none"),
        ({}, "relations  4 kept"),
        (
            {"sent": 1234, "budget": 56789, "duration_s": 1234.56, "seed": 3},
            "requests   1,234 of 56,789 · 1,234.6 s · seed 3",
        ),
        ({"warnings": (violation(title="odd"),)}, "warnings   1, for instance: odd"),
        (
            {"warnings": tuple(violation(title=f"odd {n}", detail=str(n)) for n in range(3))},
            "warnings   3, for instance: odd 0",
        ),
        ({"notes": (("shard", "2/3"),)}, "shard      2/3"),
    ],
    ids=str,
)
def test_the_end_of_a_screen_tells_the_run(changes: dict[str, Any], line: str) -> None:
    assert line in shown(kept(**changes))


def test_a_run_without_warnings_says_nothing_of_them() -> None:
    assert not [line for line in shown(kept()) if line.startswith("warnings")]


@pytest.mark.parametrize(
    "made, word",
    [
        (kept(), "kept"),
        (report(), "broken"),
        (kept(0), "inconclusive"),
        (kept(is_interrupted=True), "interrupted"),
    ],
    ids=["kept", "broken", "inconclusive", "interrupted"],
)
def test_the_verdict_is_the_last_line(made: Report, word: str) -> None:
    line = verdict_line(made)
    assert line.plain == f"{MARKS[word]} {word}  {conclude(made).sentence}"
    assert shown(made)[-1] == line.plain
    assert [span.style for span in line.spans] == [STYLES[word]]


def lines_of(*verdicts: Verdict) -> list[str]:
    """Write the marks without their looks."""
    return [line.plain for line in kinds(verdicts)]


def test_nothing_judged_has_no_marks() -> None:
    assert lines_of() == []


def test_marks_are_grouped_by_kind_in_the_order_of_the_plan() -> None:
    assert lines_of(
        verdict("structure.a[x]"),
        verdict("auth.a[x]", Outcome.BROKEN),
        verdict("structure.b[x]", Outcome.INCONCLUSIVE),
        verdict("auth.b[x]", Outcome.LEFT_OUT),
    ) == ["structure  ✓?  1 kept · 1 inconclusive", "auth       ✗–  1 broken · 1 left out"]


@pytest.mark.parametrize("count", [1, MAX_MARKS, MAX_MARKS + 1, 2 * MAX_MARKS])
def test_a_line_never_has_more_marks_than_fit(count: int) -> None:
    lines = lines_of(*(verdict(f"auth.a{number}[x]") for number in range(count)))
    assert [line.count("✓") for line in lines] == [
        min(MAX_MARKS, count - first) for first in range(0, count, MAX_MARKS)
    ]
    assert [f"{count} kept" in line for line in lines] == [False] * (len(lines) - 1) + [True]


@given(st.lists(st.tuples(st.sampled_from(["auth", "limits", "identity"]), st.sampled_from(Outcome)), max_size=120))
def test_every_verdict_has_exactly_one_mark(pairs: list[tuple[str, Outcome]]) -> None:
    verdicts = [verdict(f"{kind}.r{number}[x]", outcome) for number, (kind, outcome) in enumerate(pairs)]
    text = "".join(lines_of(*verdicts))
    for outcome in Outcome:
        assert text.count(MARKS[outcome]) == sum(item is outcome for _, item in pairs)
