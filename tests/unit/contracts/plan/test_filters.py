"""A misspelt id is refused, instead of a run that says nothing."""

from __future__ import annotations

import pytest

from contracts.config import Config
from contracts.errors import ConfigInvalid
from contracts.plan.verdict import check_choice
from fabricated import relation

RELATIONS = [relation(id) for id in ("auth.guarded[createApiKey]", "collection.subset[getCampaignInfo:term]")]


@pytest.mark.parametrize(
    "chosen", ["auth", "auth.guarded", "collection.subset[getCampaignInfo:term]", "fuzz", "fuzz.x[y]"]
)
def test_what_begins_a_relation_or_names_generated_requests_is_fine(chosen: str) -> None:
    check_choice(Config(only=(chosen,), skip=(chosen,)), RELATIONS)


@pytest.mark.parametrize(
    "chosen, near",
    [
        ("auht", "did you mean auth?"),
        ("auth.gaurded", "did you mean auth.guarded?"),
        ("colection", "did you mean collection?"),
        ("zzzz", "`contracts relations` lists them"),
    ],
)
def test_what_begins_none_is_refused_with_the_nearest(chosen: str, near: str) -> None:
    with pytest.raises(ConfigInvalid) as caught:
        check_choice(Config(skip=("auth", chosen)), RELATIONS)
    assert str(caught.value) == f"--skip: no relation begins with {chosen!r}; {near}"


def test_both_options_are_looked_at() -> None:
    with pytest.raises(ConfigInvalid, match="--only"):
        check_choice(Config(only=("zzzz",)), RELATIONS)
