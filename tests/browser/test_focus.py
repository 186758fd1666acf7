"""Whichever way a page is opened, the focus is on its title, and stays where it is put."""

from playwright.sync_api import Locator, expect
from visitor import PATIENCE_MS, Visitor

from app.pages import PAGES


def title(visitor: Visitor, page: str) -> Locator:
    return visitor.page.get_by_role("heading", name=PAGES[page].question, level=1)


def follow(visitor: Visitor, page: str) -> None:
    visitor.go(PAGES[page].title)


def press_lead_on(visitor: Visitor, page: str) -> None:
    visitor.page.locator(f".st-key-lead_on_{page} button").click()


def press_change(visitor: Visitor, page: str) -> None:
    visitor.page.locator(".st-key-dataset_card").get_by_role("button", name="Change").click()


def go_back(visitor: Visitor, page: str) -> None:
    visitor.page.go_back()


def reload(visitor: Visitor, page: str) -> None:
    visitor.page.reload()
    visitor.waits_for_nothing()
    # Streamlit looks for its server below the page's address first.
    visitor.faults = [fault for fault in visitor.faults if f"/{page}/_stcore/" not in fault]


def scroll_down(visitor: Visitor) -> None:
    """Leave the top, as somebody does who has read the page."""
    visitor.waits_for_nothing()
    main = visitor.page.get_by_test_id("stMain")
    main.evaluate("main => main.scrollTo(0, main.scrollHeight)")


# Each way begins where the one before it has led.
WAYS = (
    *((follow, name) for name in [*PAGES, "load"][1:]),
    (press_lead_on, "audit"),
    (press_lead_on, "augment"),
    (go_back, "audit"),
    (reload, "audit"),
    (press_change, "load"),
    (press_lead_on, "balance"),
    (go_back, "load"),
)


def test_every_page_opens_at_its_top_whichever_way_one_comes(visitor: Visitor) -> None:
    expect(title(visitor, "load")).to_be_focused(timeout=PATIENCE_MS)
    scroll_down(visitor)
    visitor.press("Load 'Handwritten digits'")
    visitor.says("All 446 files can be used")
    opens_at_top(visitor, "load")

    for way, name in WAYS:
        scroll_down(visitor)
        way(visitor, name)
        opens_at_top(visitor, name)


def test_a_page_without_images_leads_to_load_at_its_top(visitor: Visitor) -> None:
    visitor.go("Evaluate")

    visitor.press("Load images")

    opens_at_top(visitor, "load")


def opens_at_top(visitor: Visitor, name: str) -> None:
    expect(title(visitor, name)).to_be_focused(timeout=PATIENCE_MS)
    assert visitor.page.get_by_test_id("stMain").evaluate("main => main.scrollTop") == 0


def test_links_have_no_icon_in_their_names_and_the_way_on_is_near(visitor: Visitor) -> None:
    visitor.press("Load 'Handwritten digits'")
    visitor.says("All 446 files can be used")
    opens_at_top(visitor, "load")

    navigation = visitor.page.get_by_test_id("stSidebar")
    expect(navigation.get_by_role("link", name="1. Load done", exact=True)).to_be_visible()
    expect(navigation.get_by_role("link", name="6. Export ready", exact=True)).to_be_visible()
    passed = []
    for _ in range(5):
        visitor.page.keyboard.press("Tab")
        passed.append(visitor.page.locator(":focus").inner_text())
    assert any(name.startswith("Audit the images") for name in passed), passed


def test_a_page_that_is_drawn_again_leaves_the_focus_alone(visitor: Visitor) -> None:
    visitor.press("Load 'Handwritten digits'")
    visitor.says("All 446 files can be used")
    visitor.go("Evaluate")
    expect(title(visitor, "evaluate")).to_be_focused(timeout=PATIENCE_MS)
    notes = visitor.page.get_by_role("switch", name="Notes for learners")
    visitor.compares_without_pictures()
    cancel = visitor.page.get_by_role("button", name="Cancel").first
    expect(cancel).to_be_visible(timeout=PATIENCE_MS)

    notes.focus()
    cancel.dispatch_event("click")  # as from elsewhere: the focus stays
    visitor.says("was cancelled")  # above the title, which moves down
    visitor.waits_for_nothing()

    expect(notes).to_be_focused()
