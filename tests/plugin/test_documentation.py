"""What docs/pytest.md shows happens."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.slow

PAGE = Path(__file__).resolve().parents[2] / "docs" / "pytest.md"
SPARED = [item for name in ("schemathesis", "hypothesispytest", "asyncio") for item in ("-p", f"no:{name}")]


def blocks(language: str) -> list[str]:
    """List the code blocks of a language; empty is the language of what a terminal shows."""
    if not PAGE.is_file():
        pytest.skip("the documentation is beside the tests in a checkout only")
    found = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [text for name, text in found if name == language]


def test_the_first_example_fails_with_the_message_shown(pytester: pytest.Pytester) -> None:
    shown = next(block for block in blocks("") if "ERROR at teardown" in block)
    pytester.makepyfile(blocks("python")[0])
    result = pytester.runpytest_subprocess(*SPARED)
    result.assert_outcomes(passed=1, errors=1)
    for line in filter(None, shown.splitlines()):
        assert any(line in printed for printed in result.outlines), line


def test_it_passes_once_the_name_is_right(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(blocks("python")[0].replace("campaign-status", "campaign_status"))
    pytester.runpytest_subprocess(*SPARED).assert_outcomes(passed=1)


def test_the_settings_shown_are_understood(pytester: pytest.Pytester) -> None:
    marked = next(block for block in blocks("python") if "@pytest.mark.mock_api" in block)
    pytester.makepyfile(f"import pytest\n\n{marked}\n\ndef test_configuration(mock_api): ...\n")
    pytester.runpytest_subprocess(*SPARED, "--strict-markers").assert_outcomes(passed=2)
