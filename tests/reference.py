"""The vendor's reference, taken apart: endpoints, tables and samples, from the verbatim copy beside the tests."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

COPY = Path(__file__).parent / "data" / "api-reference.md"
#: Operation → method and path, as the headings of the reference have them.
OPERATIONS = {
    "getUserCampaignFilters": ("GET", "/user-campaign-filters"),
    "createApiKey": ("POST", "/create-api-key"),
    "getDashboardInfo": ("GET", "/dashboard-info"),
    "postDashboardInfo": ("POST", "/dashboard-info"),
    "getCampaignInfo": ("GET", "/campaign-info"),
    "postCampaignInfo": ("POST", "/campaign-info"),
    "getOptimizedRoutineData": ("GET", "/optimized_routine_data"),
}


@dataclass(frozen=True)
class Section:
    """What stands below one heading of the second or third level."""

    chapter: str
    title: str
    endpoints: list[tuple[str, str]] = field(default_factory=list)
    rows: list[dict[str, str]] = field(default_factory=list)
    samples: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Sample:
    """One JSON block.

    Attributes:
        operation: operationId of the first endpoint above it; of any where it holds for all.
        text: as printed, comments included.
    """

    operation: str
    text: str

    @property
    def is_complete(self) -> bool:
        return "//" not in self.text

    @property
    def value(self) -> Any:
        """The JSON, without comments and the commas before them."""
        bare = re.sub(r"\s*//.*", "", self.text)
        return json.loads(re.sub(r",(\s*[\]}])", r"\1", bare))

    @property
    def code(self) -> int | None:
        """Status of a documented answer, None for a request."""
        return self.value.get("code")  # type: ignore[no-any-return]


@cache
def sections() -> tuple[Section, ...]:
    """Return the sections in their order."""
    found: list[Section] = []
    columns: list[str] = []
    fence: list[str] | None = None
    for line in COPY.read_text("utf-8").splitlines():
        if line.startswith("```") and fence is None:
            fence = [line]
        elif line == "```" and fence is not None:
            _take(found[-1], *fence)
            fence = None
        elif fence is not None:
            fence.append(line)
        elif heading := re.match(r"(##|###) (.+)", line):
            chapter = heading[2] if heading[1] == "##" else found[-1].chapter
            found.append(Section(chapter, heading[2]))
        elif line.startswith("|"):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if not columns:
                columns = cells
            elif not set(line) <= set("|-"):
                found[-1].rows.append(dict(zip(columns, cells, strict=True)))
        else:
            columns = []
    return tuple(found)


def _take(section: Section, opening: str, *lines: str) -> None:
    text = "\n".join(lines)
    if opening == "```json":
        section.samples.append(text)
    section.endpoints.extend(re.findall(r"^(GET|POST) (/\S+)$", text, re.MULTILINE))


def rows(*columns: str) -> Iterator[tuple[Section, dict[str, str]]]:
    """Yield the rows of every table that has these columns, each with its section."""
    for section in sections():
        for row in section.rows:
            if set(columns) <= row.keys():
                yield section, row


def operations_of(section: Section) -> list[str]:
    """Return the operationIds of a section's endpoints."""
    return [name for name, place in OPERATIONS.items() if place in section.endpoints]


def samples() -> list[Sample]:
    """Return every JSON block; what holds for all operations is taken as of the first."""
    return [
        Sample((operations_of(section) or list(OPERATIONS))[0], text)
        for section in sections()
        for text in section.samples
    ]
