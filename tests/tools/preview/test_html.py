"""The HTML report: one file that asks nobody for anything, in a real browser."""

import base64
import os
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from replay.graph import SECRET
from tests.conftest import GraphOf
from tests.tools.preview.browser import browser
from tests.tools.preview.samples import assessment_of, bigger_quotas, many_teams, verdict
from tools.preview.html import html
from tools.preview.picture import mermaid, picture_of
from tools.preview.report import report_of

PICTURES = Path(__file__).resolve().parents[3] / "docs" / "pictures"


def page_of(graph_of: GraphOf) -> str:
    before = graph_of("prod", True)
    verdicts = [verdict("executors-on-spot: executors run on demand; set spark.executor.spot: true")]
    return html(report_of(assessment_of(bigger_quotas(before, 2500), verdicts), "main", assessment_of(before)))


def test_the_page_refers_to_nothing_outside_of_itself(graph_of: GraphOf) -> None:
    page = page_of(graph_of)
    outside = re.findall(
        r"""(?:src|href|action|data)\s*=\s*["']?(?!data:,)[a-z]+:|url\((?!#(?:narrow-)?head\))|@import""", page
    )
    assert outside == []
    assert "default-src 'none'" in page


def test_values_of_resources_cannot_become_markup_and_secrets_stay_hidden(graph_of: GraphOf) -> None:
    graph = graph_of("dev", True)
    assessment = assessment_of(type(graph).from_json(graph.to_json()))
    bucket = assessment.graph.of_type("Bucket")[0]
    bucket.inputs |= {"x": "</pre><script>alert(1)</script>", "y": {SECRET: True, "value": "hunter2"}}
    page = html(report_of(assessment))
    assert "<script>alert" not in page
    assert "hunter2" not in page
    assert page.count("<script>") == 1


def test_the_page_of_a_refused_stack_holds_the_sentences() -> None:
    from tools.preview.assessment import Assessment

    assert "workspaces[0].quota.pods: 0 is &lt; 1" in html(
        report_of(Assessment("dev", refused="workspaces[0].quota.pods: 0 is < 1"))
    )


@pytest.mark.browser
def test_in_a_real_browser_it_has_no_error_asks_for_nothing_and_is_readable_on_a_telephone(
    graph_of: GraphOf, tmp_path: Path
) -> None:
    path = tmp_path / "preview.html"
    path.write_text(page_of(graph_of), encoding="utf-8")
    resources = len(graph_of("prod", True).resources) - 1  # the platform itself is the page
    with browser() as chrome:
        for width in (1100, 390):
            chrome.open(path, width)
            assert chrome.value("document.documentElement.scrollWidth") <= width
            assert chrome.value("getComputedStyle(document.body).fontSize") == "16px"
            small = "Math.min(...[...document.querySelectorAll('svg')].filter(s => s.getBoundingClientRect().width)"
            small += ".map(s => s.getBoundingClientRect().width / s.viewBox.baseVal.width)) * 11"
            assert chrome.value(small) >= 9.5, "the letters of the picture are too small"
            assert chrome.value("document.getElementById('count').textContent") == f"{resources} of {resources}"
            if os.environ.get("UPDATE_SNAPSHOTS"):
                shot = chrome.ask("Page.captureScreenshot", captureBeyondViewport=False)["data"]
                PICTURES.mkdir(parents=True, exist_ok=True)
                (PICTURES / f"preview-{width}.png").write_bytes(base64.b64decode(shot))
            search = "(() => { const k = document.getElementById('kind'); k.value = 'StatefulSet';"
            search += "k.dispatchEvent(new Event('change')); return document.getElementById('count').textContent })()"
            assert chrome.value(search) == f"2 of {resources}"
            search = (
                search.replace("kind", "search").replace("'StatefulSet'", "'no such word'").replace("change", "input")
            )
            assert chrome.value(search) == f"0 of {resources}"
            requests = [r["request"]["url"] for r in chrome.parameters_of("Network.requestWillBeSent")]
            assert [u for u in requests if u != path.as_uri() and not u.startswith("data:")] == []
            assert chrome.parameters_of("Runtime.exceptionThrown", "Log.entryAdded", "Runtime.consoleAPICalled") == []


def test_the_picture_is_well_formed_and_shows_every_part(graph_of: GraphOf, stack: str) -> None:
    from tools.preview.drawing import svg

    picture = picture_of(assessment_of(graph_of(stack, True)))
    for narrow in (False, True):
        texts = "".join(ET.fromstring(svg(picture, narrow)).itertext())  # noqa: S314 - our own text
        assert all(box.title in texts for box in picture.boxes().values())
    if os.environ.get("UPDATE_SNAPSHOTS") and stack == "prod":
        (PICTURES / "platform.svg").write_text(svg(picture))
    text = mermaid(picture)
    assert text.count("subgraph ") == text.count("end\n")
    assert all(f"{key}[" in text for key in picture.boxes())


def test_a_picture_of_many_teams_draws_some_and_counts_the_rest(graph_of: GraphOf) -> None:
    picture = picture_of(assessment_of(many_teams(graph_of("dev", True), 100)))
    assert [b.title for b in picture.teams][-1] == "and 97 more"
    assert len(picture.teams) == 6
