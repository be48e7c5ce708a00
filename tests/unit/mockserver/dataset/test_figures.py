"""Daily figures: days, percentages, packing and sums over spans."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.dataset.figures import (
    ALWAYS,
    FIRST_DAY,
    LAST_DAY,
    MAX_COUNT,
    Figures,
    Span,
    Timeline,
    Vectors,
    day_of,
    iso_day,
    lanes,
    pack_days,
    packed_total,
    percentage,
    span_of,
    total,
    unpack_days,
    vector,
)

counts = st.integers(0, MAX_COUNT)
figures = st.builds(Figures, counts, counts, counts, counts, counts)
by_days = st.dictionaries(st.integers(-50, 50), figures.filter(any), max_size=12)


def timeline(days: dict[int, Figures]) -> Timeline:
    """Make a timeline of days."""
    return Timeline({day: vector(one) for day, one in days.items()})


@pytest.mark.parametrize(
    "of, to, right",
    [(75, 100, 75.0), (382, 607, 62.9), (0, 5, 0.0), (5, 5, 100.0), (0, 0, 0.0), (1, 3, 33.3), (2, 3, 66.7)],
)
def test_a_percentage_has_one_decimal(of: int, to: int, right: float) -> None:
    assert percentage(of, to) == right


@pytest.mark.parametrize("of, to, right", [(1, 2000, 0.1), (3, 2000, 0.2), (1, 16, 6.3), (3, 16, 18.8)])
def test_a_half_is_rounded_upwards(of: int, to: int, right: float) -> None:
    assert percentage(of, to) == right


@given(st.integers(0, 10**12), st.integers(1, 10**12))
def test_a_percentage_is_as_near_as_one_decimal_can_be(of: int, to: int) -> None:
    of = min(of, to)
    found = Fraction(str(percentage(of, to)))
    assert abs(found - Fraction(100 * of, to)) <= Fraction(1, 20)
    assert 0 <= found <= 100


@given(st.dates())
def test_a_day_is_read_as_it_is_written(day: date) -> None:
    assert iso_day(day_of(day.isoformat())) == day.isoformat()


def test_days_are_counted_from_1970() -> None:
    assert [day_of("1970-01-01"), day_of("1970-01-02"), day_of("1969-12-31")] == [0, 1, -1]


def test_the_calendar_has_ends() -> None:
    assert (iso_day(FIRST_DAY), iso_day(LAST_DAY)) == ("0001-01-01", "9999-12-31")


def test_a_day_outside_the_calendar_is_refused() -> None:
    with pytest.raises(ValueError, match="day is out of range"):
        day_of("2025-02-30")


@pytest.mark.parametrize(
    "start, end, right",
    [
        (None, None, ALWAYS),
        ("1970-01-03", None, Span(2, ALWAYS.last)),
        (None, "1970-01-03", Span(ALWAYS.first, 2)),
        ("1970-01-03", "1970-01-04", Span(2, 3)),
    ],
)
def test_a_date_that_is_missing_leaves_its_side_open(start: str | None, end: str | None, right: Span) -> None:
    assert span_of(start, end) == right


@given(st.lists(figures, max_size=9), st.integers(-9, 9))
def test_packed_days_come_back_without_the_empty_ones(days: list[Figures], first: int) -> None:
    right = [(day, one) for day, one in enumerate(days, first) if any(one)]
    assert list(unpack_days(first, pack_days(days))) == right


def test_a_packed_day_takes_ten_bytes_least_significant_first() -> None:
    assert pack_days([(1, 2, 3, 4, 0x0506)]) == bytes([1, 0, 2, 0, 3, 0, 4, 0, 6, 5])


def test_the_total_of_no_days_is_nothing() -> None:
    assert total([]) == Figures(0, 0, 0, 0, 0)


@given(st.lists(figures, max_size=9))
def test_the_total_adds_each_count(days: list[Figures]) -> None:
    assert total(enumerate(days)) == Figures(*(sum(day[place] for day in days) for place in range(5)))


@given(st.lists(figures, max_size=4))
def test_packed_days_are_added_without_unpacking_each(days: list[Figures]) -> None:
    assert packed_total(pack_days(days)) == total(enumerate(days))


def test_figures_know_their_rates() -> None:
    day = Figures(members=9, requests=4, accepts=3, sent=8, replied=1)
    assert (day.connection_percentage, day.response_rate) == (75.0, 12.5)


@given(st.lists(st.integers(0, 2**48 - 1), max_size=6))
def test_a_vector_holds_every_lane(values: list[int]) -> None:
    assert lanes(vector(values), len(values)) == tuple(values)


@given(figures, figures)
def test_adding_vectors_adds_every_lane(one: Figures, other: Figures) -> None:
    assert lanes(vector(one) + vector(other), 5) == tuple(a + b for a, b in zip(one, other, strict=True))


@given(st.lists(st.tuples(st.integers(0, 5), st.lists(figures, max_size=5)), max_size=4))
def test_days_of_several_routines_add_up(runs: list[tuple[int, list[Figures]]]) -> None:
    by_day: dict[int, int] = {}
    for first, days in runs:
        Vectors().add_days(by_day, first, pack_days(days))
    right: dict[int, int] = {}
    for day, one in ((day, one) for first, days in runs for day, one in enumerate(days, first) if any(one)):
        right[day] = right.get(day, 0) + vector(one)
    assert by_day == right


@given(by_days, st.integers(-60, 60), st.integers(-60, 60))
def test_a_span_of_a_timeline_is_what_lies_in_it(days: dict[int, Figures], low: int, high: int) -> None:
    inside = sorted((day, one) for day, one in days.items() if low <= day <= high)
    assert timeline(days).daily(Span(low, high)) == inside
    assert timeline(days).total(Span(low, high)) == total(inside)


@given(by_days)
def test_a_timeline_without_a_span_is_all_of_it(days: dict[int, Figures]) -> None:
    assert timeline(days).daily() == sorted(days.items())


@given(st.lists(by_days, max_size=4))
def test_merged_timelines_add_up_day_by_day(several: list[dict[int, Figures]]) -> None:
    merged = Timeline.merged(map(timeline, several))
    for day in {day for days in several for day in days}:
        right = total((day, days[day]) for days in several if day in days)
        assert merged.total(Span(day, day)) == right
    assert len(merged.daily()) == len({day for days in several for day in days})
