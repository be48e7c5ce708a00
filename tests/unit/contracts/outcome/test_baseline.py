"""Known failures, why they are accepted, and until when."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from contracts.errors import ConfigInvalid
from contracts.outcome.baseline import NEW_REASON, Baseline, Entry, apply, load, parse, update
from contracts.outcome.conclusion import conclude
from contracts.verdicts import Outcome, Report
from fabricated import kept, verdict, violation

ID = "auth.guard[getCampaignInfo]"
TODAY = date(2026, 11, 24)
FOUND = violation(ID)


def run(outcome: Outcome = Outcome.BROKEN) -> Report:
    """Make a run of one relation."""
    violations = (FOUND,) if outcome is Outcome.BROKEN else ()
    return kept(verdicts=(verdict(ID, outcome, violations=violations), verdict("auth.other[a]")))


def entry(**changes: Any) -> Entry:
    """Make an entry that accepts the finding for a while."""
    known = {"relation": ID, "reason": "known since spring", "owner": "api-team", "expires": date(2026, 12, 24)}
    return Entry(**{"fingerprint": FOUND.fingerprint, **known, **changes})


def line(**changes: Any) -> str:
    """Write an entry as a line of YAML."""
    fields: dict[str, Any] = {
        "fingerprint": '"0123456789abcdef"',
        "relation": ID,
        "reason": "x",
        "expires": "2026-12-24",
    }
    lines = [f"{key}: {value}" for key, value in {**fields, **changes}.items() if value is not None]
    return "failures:\n- " + "\n  ".join(lines) + "\n"


def test_a_violation_without_an_entry_is_new() -> None:
    standing = apply(run(), (), TODAY)
    assert standing.new == (FOUND,)
    assert conclude(standing.accept(run())).exit_code == 1


def test_a_known_failure_is_accepted_with_its_reason() -> None:
    standing = apply(run(), (entry(),), TODAY)
    accepted = standing.accept(run())
    assert (standing.new, standing.known) == ((), (entry(),))
    assert accepted.accepted == ((FOUND.fingerprint, "known since spring (api-team), until 2026-12-24"),)
    assert conclude(accepted).exit_code == 0


@pytest.mark.parametrize("last, is_known", [(date(2026, 11, 24), True), (date(2026, 11, 23), False)])
def test_an_entry_is_accepted_up_to_its_last_day(last: date, is_known: bool) -> None:
    standing = apply(run(), (entry(expires=last),), TODAY)
    assert bool(standing.known) is is_known
    assert bool(standing.expired) is not is_known
    assert bool(standing.new) is not is_known


@pytest.mark.parametrize(
    "outcome, is_fixed", [(Outcome.KEPT, True), (Outcome.INCONCLUSIVE, False), (Outcome.LEFT_OUT, False)]
)
def test_an_entry_is_fixed_only_where_its_relation_was_judged(outcome: Outcome, is_fixed: bool) -> None:
    assert bool(apply(run(outcome), (entry(),), TODAY).fixed) is is_fixed


def test_the_notes_name_what_needs_a_hand() -> None:
    fixed = apply(run(Outcome.KEPT), (entry(),), TODAY).notes()
    late = apply(run(), (entry(expires=date(2026, 1, 1)),), TODAY).notes()
    assert fixed[0] == ("baseline", "0 new · 0 known · 1 fixed · 0 expired")
    assert fixed[1] == ("baseline", f"fixed, remove it: {ID} ({FOUND.fingerprint})")
    assert late[1] == (
        "baseline",
        f"expired on 2026-01-01: {ID}, known since spring (api-team), until 2026-01-01",
    )


def test_an_update_adds_what_is_new_for_thirty_days() -> None:
    (made,) = parse(update(run(), (), TODAY))
    assert made == entry(reason=NEW_REASON, owner="", expires=date(2026, 12, 24))


def test_an_update_keeps_words_and_days() -> None:
    old = (entry(expires=date(2026, 1, 1)),)
    assert parse(update(run(), old, TODAY)) == old


def test_an_update_drops_what_is_fixed_and_keeps_what_was_not_judged() -> None:
    assert parse(update(run(Outcome.KEPT), (entry(),), TODAY)) == ()
    assert parse(update(run(Outcome.LEFT_OUT), (entry(),), TODAY)) == (entry(),)


def test_an_update_is_stable_and_sorted() -> None:
    entries = tuple(entry(fingerprint=f"{n:016x}", relation=f"auth.z{9 - n}[a]") for n in range(5))
    text = update(run(), entries, TODAY)
    assert update(run(), parse(text), TODAY) == text
    assert [item.relation for item in parse(text)] == sorted(item.relation for item in parse(text))
    assert text == update(run(), tuple(reversed(entries)), TODAY)


@pytest.mark.parametrize("text", ["", "failures: []\n", "failures:\n", "# nothing\n"])
def test_an_empty_baseline_accepts_nothing(text: str) -> None:
    assert parse(text) == ()


@pytest.mark.parametrize(
    "text, message",
    [
        ("failures: [", "mine.yaml: no YAML"),
        ("failures: 2026-99-99", "mine.yaml: no YAML"),
        ("- a", "mine.yaml: an object with `failures`"),
        ("failures: []\nmore: 1", "mine.yaml: an object with `failures`"),
        ("failures: yes", "mine.yaml#/failures: a list"),
        ("failures: [1]", "mine.yaml#/failures/0: an entry with"),
        (line(resaon="x"), "mine.yaml#/failures/0/resaon: unknown field; did you mean reason?"),
        (line(colour="x"), "mine.yaml#/failures/0/colour: unknown field; an entry has fingerprint"),
        (line(reason='" "'), "mine.yaml#/failures/0/reason: a text"),
        (line(reason=None), "mine.yaml#/failures/0/reason: a text"),
        (line(fingerprint="12345"), "mine.yaml#/failures/0/fingerprint: a text"),
        (line(fingerprint='"xyz"'), "mine.yaml#/failures/0/fingerprint: 16 hex digits"),
        (line(expires="soon"), "mine.yaml#/failures/0/expires: a day"),
        (line(expires=None), "mine.yaml#/failures/0/expires: a day"),
        (line(expires="2026-12-24 10:00:00"), "mine.yaml#/failures/0/expires: a day"),
        (line() + line()[10:], "mine.yaml#/failures/1/fingerprint: the same fingerprint as entry 0"),
    ],
)
def test_what_makes_no_sense_is_named_with_its_place(text: str, message: str) -> None:
    with pytest.raises(ConfigInvalid) as caught:
        parse(text, "mine.yaml")
    assert str(caught.value).startswith(message)


def test_a_baseline_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "known.yaml"
    path.write_text(line(owner="me"), encoding="utf-8")
    found: Baseline = load(path)
    assert [item.owner for item in found] == ["me"]


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid, match="`contracts baseline update` writes one"):
        load(tmp_path / "none.yaml")
