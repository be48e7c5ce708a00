from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

from side_by_side.chart import svg
from unit.benchmarks.side_by_side.comparison import outcome

NAMESPACE = {"s": "http://www.w3.org/2000/svg"}


def test_there_is_a_bar_for_each_server_the_fastest_first() -> None:
    drawn = ElementTree.fromstring(svg(outcome()))
    bars = [float(bar.attrib["width"]) for bar in drawn.findall("s:rect", NAMESPACE)[1:]]
    assert len(bars) == 3
    assert bars == sorted(bars, reverse=True)
    texts = [text.text for text in drawn.findall("s:text", NAMESPACE)]
    assert texts.index("nginx") < texts.index("mockserver") < texts.index("Prism <no log>")
    assert "20,000" in texts


def test_a_tenfold_rate_is_one_step_of_the_scale() -> None:
    drawn = ElementTree.fromstring(svg(outcome()))
    lines = [float(line.attrib["x1"]) for line in drawn.findall("s:line", NAMESPACE) if line.get("stroke") == "#e2e6ec"]
    nginx, ours, prism = (float(bar.attrib["width"]) for bar in drawn.findall("s:rect", NAMESPACE)[1:])
    assert round(ours - prism) == round(lines[1] - lines[0])
    assert nginx < lines[-1] - lines[0]


def test_a_server_that_was_not_timed_has_no_bar() -> None:
    found = outcome()
    kept = {key: samples for key, samples in found.samples.items() if key[0] != "nginx"}
    drawn = ElementTree.fromstring(svg(replace(found, samples=kept)))
    assert len(drawn.findall("s:rect", NAMESPACE)[1:]) == 2
