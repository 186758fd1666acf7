"""The report as a page: names are data, nothing is asked for, every finding shows its pictures."""

import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from image_sets import read_folder, write_folder

from core.audit import audit
from core.audit.check import AuditInput
from core.audit.report import AuditReport, write_report
from core.augment import PRESETS
from core.dataset import ImageDataset, build_table
from core.dataset.edits import Edits
from core.dataset.finding import Finding, Severity
from core.embed import embed
from core.export import make_recipe
from core.project import project
from core.report import ReportContents, write_html
from core.report.contents import LEAST_SHOWN, MOST_SHOWN, shown_findings
from core.report.page import MOST_PICTURES

HOSTILE = "</style><script>alert(1)</script><img src=x onerror=alert(2)>\"'&{{7*7}}"


class Page(HTMLParser):
    """What a reader of HTML sees: tags with their attributes, and text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data

    def values(self, tag: str, name: str) -> list[str]:
        return [str(found[name]) for one, found in self.tags if one == tag and name in found]


def contents_of(dataset: ImageDataset, report: AuditReport | None = None) -> ReportContents:
    report = audit(dataset) if report is None else report
    recipe = make_recipe(dataset, None, PRESETS["standard"], seed=0, encoder="classical")
    return ReportContents(dataset, report, recipe, date(2026, 3, 7))


@pytest.fixture
def animals(drawn_folder: Path) -> ImageDataset:
    return read_folder(drawn_folder)


def renamed(dataset: ImageDataset, label: str, name: str) -> ImageDataset:
    table = dataset.table.to_dict("list")
    table["label"] = [name if one == label else one for one in table["label"]]
    return replace(dataset, table=build_table(table))


def test_a_report_says_the_answer_its_date_and_each_finding_with_pictures(
    animals: ImageDataset,
) -> None:
    contents = contents_of(animals)

    page = Page(write_html(contents))

    assert contents.audit.answer in page.words
    assert "7 March 2026" in page.words
    for finding in contents.audit.findings:
        assert finding.text in page.words and finding.remedy in page.words
    shown, _ = shown_findings(contents.audit.findings)
    pictures = sum(min(len(one.rows), MOST_PICTURES) for one in shown)
    assert len(page.values("img", "src")) == pictures > 0


def test_a_report_asks_for_nothing_and_runs_nothing(animals: ImageDataset) -> None:
    html = write_html(contents_of(animals))

    page = Page(html)
    assert not {"script", "link", "iframe", "object", "base"} & {tag for tag, _ in page.tags}
    assert all(one.startswith("data:image/jpeg;base64,") for one in page.values("img", "src"))
    assert not re.search(r"url\(|@import|https?://", html)
    (policy,) = [
        found["content"] for tag, found in page.tags if tag == "meta" and "http-equiv" in found
    ]
    assert policy is not None and policy.startswith("default-src 'none'")


def test_hostile_names_are_text(animals: ImageDataset) -> None:
    dataset = replace(renamed(animals, "fox", HOSTILE), name=HOSTILE)
    embeddings = embed(dataset, encoder="classical")
    contents = replace(
        contents_of(dataset), projection=project(embeddings, embeddings.rows, method="pca")
    )

    page = Page(write_html(contents))

    assert {tag for tag, _ in page.tags} <= {
        "html", "head", "meta", "title", "style", "body", "header", "main", "section", "article",
        "h1", "h2", "h3", "p", "dl", "dt", "dd", "div", "details", "summary", "ul", "li", "table",
        "thead", "tbody", "tr", "th", "td", "figure", "figcaption", "img", "svg", "text", "rect",
        "path", "line", "circle", "polyline", "span", "i", "strong", "pre",
    }  # fmt: skip
    assert not [name for _, found in page.tags for name in found if name.startswith("on")]
    assert HOSTILE in page.words


def test_a_thousand_classes_are_a_curve_with_both_ends_named() -> None:
    count = 1000
    sizes = [1 + 2000 // (rank + 1) for rank in range(count)]
    labels = np.repeat([f"class {rank:04d}" for rank in range(count)], sizes)
    total = len(labels)
    table = build_table(
        {
            "path": [f"{label}/{row}.png" for row, label in enumerate(labels)],
            "label": labels.tolist(),
            "split": ["train"] * total,
            "width": [8] * total, "height": [8] * total, "format": ["PNG"] * total,
            "bytes": [9] * total, "digest": [f"{row:064x}" for row in range(total)],
            "file": [f"{row}.png" for row in range(total)],
        }
    )  # fmt: skip
    dataset = ImageDataset("many", Path(), table)

    html = write_html(contents_of(dataset, write_report(AuditInput(dataset))))

    assert "polyline" in html
    assert "Largest: &#39;class 0000&#39; 2,001" in html
    assert len(html) < 5_000_000


def test_a_picture_that_is_gone_is_left_out_of_the_page(animals: ImageDataset) -> None:
    contents = contents_of(animals)
    first = contents.audit.findings[0]
    (animals.root / str(animals.files[first.rows[0]])).unlink()

    page = Page(write_html(contents))

    shown, _ = shown_findings(contents.audit.findings)
    pictures = sum(min(len(one.rows), MOST_PICTURES) for one in shown)
    assert 0 < len(page.values("img", "src")) < pictures


@pytest.mark.parametrize(
    ("severities", "shown"),
    [("", 0), ("L", 1), ("LLLLL", LEAST_SHOWN), ("HMML", 3), ("HHHHML", 5), ("H" * 9, MOST_SHOWN)],
)
def test_three_to_seven_findings_are_shown(severities: str, shown: int) -> None:
    grades = {"H": Severity.HIGH, "M": Severity.MEDIUM, "L": Severity.LOW}
    findings = [
        Finding(str(place), grades[one], np.empty(0, np.intp), "Text.", "Remedy.")
        for place, one in enumerate(severities)
    ]

    first, others = shown_findings(findings)

    assert [*first, *others] == findings
    assert len(first) == shown


def test_edits_and_what_they_were_done_for_stand_in_the_report(tmp_path: Path) -> None:
    original = read_folder(write_folder(tmp_path / "set", {"cat": 5, "dog": 4}))
    edits = Edits().leave_out([0, 1], why="dark").relabel([2], "dog", of=original)
    contents = replace(contents_of(edits.apply(original)), edits=edits, original=original)

    page = Page(write_html(contents))

    assert "2 images left out." in page.words
    assert "1 image relabelled from 'cat' to 'dog'." in page.words
    assert "Done for: Dark pictures." in page.words
