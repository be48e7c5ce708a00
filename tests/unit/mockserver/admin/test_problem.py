"""Problem documents."""

from __future__ import annotations

import json

import pytest

from mockserver.admin.problem import Problem
from mockserver.errors import ToolError


@pytest.mark.parametrize("status, title", [(400, "Bad Request"), (404, "Not Found"), (409, "Conflict")])
def test_a_problem_names_status_title_and_what_to_do(status: int, title: str) -> None:
    assert json.loads(Problem(status, "Do this.").body()) == {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": "Do this.",
    }


@pytest.mark.parametrize("detail", ["ключ", "\ud800", '"</script>\r\n'])
def test_any_detail_can_be_sent(detail: str) -> None:
    body = Problem(400, detail).body()
    assert body.isascii()
    assert json.loads(body)["detail"] == detail


def test_a_problem_is_of_the_project_s_tree_and_carries_headers() -> None:
    problem = Problem(405, "no", (("Allow", "GET"),))
    assert isinstance(problem, ToolError)
    assert (str(problem), problem.headers) == ("no", (("Allow", "GET"),))
