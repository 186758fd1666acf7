"""The report as a person takes it from the sidebar and opens it elsewhere, without a network."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import BrowserContext, Request
from visitor import PATIENCE_MS, Visitor


def test_a_report_is_downloaded_and_opens_without_a_network(
    visitor: Visitor, new_context: Callable[[], BrowserContext], tmp_path: Path
) -> None:
    visitor.page.locator(".st-key-sample_parts button").click()
    visitor.says("'parts' has 675 images")
    with visitor.page.expect_download(timeout=PATIENCE_MS) as download:
        visitor.page.get_by_role("button", name="Download report").click()
    report = tmp_path / "report.html"
    download.value.save_as(report)

    assert download.value.suggested_filename == "parts report.html"
    elsewhere = new_context()
    elsewhere.set_offline(True)
    page, asked = elsewhere.new_page(), list[str]()

    def note(request: Request) -> None:
        if not request.url.startswith("data:"):
            asked.append(request.url)

    page.on("request", note)
    page.goto(report.as_uri())
    drawn = page.evaluate("[...document.images].map(one => one.naturalWidth)")
    assert asked == [report.as_uri()]
    assert len(drawn) > 4 and all(drawn)
    assert "'crack' has 23x fewer training images than 'good'." in page.inner_text("header")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert report.stat().st_size < 5_000_000

    page.emulate_media(media="print")
    folded = page.locator("details > :not(summary)")
    seen = "all => all.map(one => one.checkVisibility({ contentVisibilityAuto: true }))"
    assert folded.count() > 2 and all(folded.evaluate_all(seen))
